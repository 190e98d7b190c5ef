"""What a vantage point reports: one packet of one call, seen at one place at one time.

These records go from ``wire`` (and the session's own bookkeeping) into the trace store. Everything in them came from
the network and is hostile until it was sanitised for display.
"""

from typing import Literal

from msgspec import Struct

StageKind = Literal["request", "ack", "response"]
Direction = Literal["sent", "received", "forwarded"]
Source = Literal["sdk", "app", "browser", "server", "file"]
Transport = Literal["v1", "v2"]
#: Named here: inside the record below ``bytes`` is a field, and its annotations are evaluated there.
DataPackets = tuple[bytes, ...]
#: Serialised DataPackets.
Packets = tuple[bytes, ...]


class WireError(Struct, frozen=True, gc=False, omit_defaults=True):
    """The error in a response packet, as sent."""

    code: int
    message: str
    data: str | None = None


class RpcEvent(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One stage of a call as one vantage point saw it.

    A message sent in several packets (a v2 stream of header, chunks and trailer) is reported twice with the same
    ``stage``, ``id`` and ``time``: once at its header with ``complete=False`` and no payload, once at its trailer with
    ``complete=True``, ``end`` and the payload.

    Attributes:
        source: what kind of vantage point reports.
        place: which one, where several of a kind exist (an app's pid); empty for our own session and the server.
        stage: request, ack or response (an error is a response with ``error``).
        dir: sent or received by the vantage point, or forwarded by the server.
        time: seconds of CLOCK_MONOTONIC of the stage's first packet.
        end: the same for its last packet, where it had several.
        precision: ms that the stamp is good for (1 for the SDK's capture, 0.01 for the server's stream).
        id: the request's id.
        sender: identity of who sent the packet; ``None`` if not known (a hidden caller has none).
        destination: identity of whom the packet is for; ``None`` if not known.
        transport: v1 or v2; ``None`` where the packet does not tell (an ack).
        bytes: bytes of the DataPackets on the wire, this stage's so far.
        packets: how many DataPackets.
        retransmissions: SCTP chunks of it that were sent more than once.
        method: of a request.
        told_ms: of a request, how long the callee was told it has.
        version: of a request, its version field.
        payload: of a request or response, once complete.
        payload_bytes: bytes of UTF-8 of the payload, known from a stream's header before the payload is.
        compressed: the payload travelled deflated.
        error: of a response that is an error.
        complete: all packets of this stage were seen.
        broken: why the payload could not be read (lost chunk, bad deflate, too large), in a few words.
        raw: the DataPackets themselves, as on the wire, where the vantage point keeps them: those that passed since
            the last event of this stage, so that each packet is in one event. Of a message beyond 32 MiB, its
            beginning. Empty where they are not kept.
    """

    source: Source
    place: str = ""
    stage: StageKind
    dir: Direction
    time: float
    end: float | None = None
    precision: float = 1.0
    id: str
    sender: str | None = None
    destination: str | None = None
    transport: Transport | None = None
    bytes: int = 0
    packets: int = 1
    retransmissions: int = 0
    method: str | None = None
    told_ms: int | None = None
    version: int | None = None
    payload: str | None = None
    payload_bytes: int | None = None
    compressed: bool = False
    error: WireError | None = None
    complete: bool = True
    broken: str | None = None
    raw: Packets = ()

    @property
    def caller(self) -> str | None:
        """Who made the call that this stage belongs to."""
        return self.sender if self.stage == "request" else self.destination

    @property
    def callee(self) -> str | None:
        """Who was called."""
        return self.destination if self.stage == "request" else self.sender


class EncryptedEvent(Struct, frozen=True, kw_only=True):
    """A DataPacket passed whose content is end-to-end encrypted: that it passed is all that is known.

    ``time`` is in seconds of CLOCK_MONOTONIC, ``bytes`` those of the DataPacket.
    """

    source: Source
    place: str = ""
    dir: Direction
    time: float
    sender: str | None = None
    destination: str | None = None
    bytes: int = 0


WireEvent = RpcEvent | EncryptedEvent
