"""The frames in which the embedded server streams the packets it forwards.

A frame is one binary WebSocket message of `/inspector/events`: msgpack of
`{"v": 1, "hello": {...}}` once at the start, then of
`{"v": 1, "packets": [...], "lost": n}`. A packet is the array
`[t_received, t_forwarded, from, to, bytes, from_sid, to_sid, hidden]`.
Both sides import this module, so the format stands in one place.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

VERSION: Final = 1
CLOCK: Final = "monotonic"
"""The clock of all stamps: CLOCK_MONOTONIC of the server's host, which means nothing on another host."""


class RelayedPacket(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One packet on its way to one destination, as the server forwarded it.

    Attributes:
        received: when the server had the whole packet, seconds of CLOCK_MONOTONIC.
        forwarded: when the server had given it to the destination's transport, seconds of CLOCK_MONOTONIC.
            On a congested connection the last bytes leave later than this.
        sender: the true identity of the sender, also of a hidden one.
        recipient: the identity of the destination.
        packet: the serialised `livekit.DataPacket` as the destination gets it.
        sender_sid: the sender's session, `PA_...`.
        recipient_sid: the destination's session, `PA_...`.
        hidden: whether the sender is hidden, so that the destination does not learn its identity.
    """

    received: float
    forwarded: float
    sender: str
    recipient: str
    packet: bytes
    sender_sid: str
    recipient_sid: str
    hidden: bool = False


class Hello(msgspec.Struct, frozen=True):
    """What the first frame says.

    Attributes:
        room: name of the room whose packets follow.
        clock: name of the stamps' clock.
        server_version: version of the server, a semver.
    """

    room: str
    clock: str = CLOCK
    server_version: str = ""


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the stream.

    Attributes:
        v: version of the format.
        hello: set in the first frame only.
        packets: what was forwarded since the last frame, in order of forwarding.
        lost: how many packets are missing here because this watcher was too slow.
    """

    v: int
    hello: Hello | None = None
    packets: list[RelayedPacket] = []
    lost: int = 0


class RelayFormatError(ValueError):
    """A frame that is not of this format; the text is a sentence for people."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Frame)


def encode_hello(hello: Hello) -> bytes:
    """Returns the stream's first frame."""
    return _encoder.encode(Frame(VERSION, hello=hello))


def encode_packets(packets: Sequence[RelayedPacket], lost: int = 0) -> bytes:
    """Returns a frame of packets; `lost` counts those that were dropped before it."""
    return _encoder.encode(Frame(VERSION, packets=list(packets), lost=lost))


def decode_frame(data: bytes) -> Frame:
    """Reads one frame.

    Raises:
        RelayFormatError: `data` is no frame, or of a version that this program does not know.
    """
    try:
        frame = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RelayFormatError("The server's event stream is not in the format that this program reads.") from error
    if frame.v != VERSION:
        raise RelayFormatError(f"The server's event stream has version {frame.v}; this program reads {VERSION}.")
    return frame
