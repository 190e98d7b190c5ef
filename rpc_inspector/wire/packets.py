"""DataPackets to RPC events: v1 packets, v2 streams, encrypted packets."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError
from livekit.protocol.models import DataPacket, RpcAck, RpcRequest, RpcResponse

from rpc_inspector.core.events import Direction, Source, StageKind, WireError
from rpc_inspector.wire.body import inflate, utf8_size
from rpc_inspector.wire.passage import Events, Passage
from rpc_inspector.wire.streams import Streams


class DataPacketDecoder:
    """Reads the DataPackets that pass one vantage point.

    Args:
        source: what kind of vantage point it is.
        place: which one, where several of a kind exist.
        own: identity of the participant whose SDK is observed, to stand in where a packet does not name it; settable
            later, since it changes with each join.
        precision: ms that the times are good for.
        keep_packets: put the packets themselves into the events (``RpcEvent.raw``).

    Attributes:
        own: see above.
        streams: the v2 streams under way.
        malformed: messages that are no DataPacket, or RPC packets without a request id.
    """

    def __init__(
        self,
        source: Source,
        *,
        place: str = "",
        own: str | None = None,
        precision: float = 1.0,
        keep_packets: bool = False,
    ) -> None:
        self.own = own
        self.streams = Streams()
        self.malformed = 0
        self._source = source
        self._place = place
        self._precision = precision
        self._keep_packets = keep_packets
        self._readers: dict[str | None, Callable[[Any, Passage], Events]] = {
            "rpc_request": self._request,
            "rpc_ack": self._ack,
            "rpc_response": self._response,
            "stream_header": self.streams.header,
            "stream_chunk": self.streams.part,
            "stream_trailer": self.streams.part,
        }

    def feed(
        self,
        data: bytes,
        *,
        dir: Direction,  # noqa: A002 - the word that events use
        time: float,
        end: float | None = None,
        sender: str | None = None,
        destination: str | None = None,
        retransmissions: int = 0,
        precision: float | None = None,
    ) -> Events:
        """Take one DataPacket.

        Args:
            data: the packet, as on the wire.
            dir: sent or received by the observed SDK, or forwarded by the server.
            time: seconds of CLOCK_MONOTONIC when (the first part of) it passed.
            end: the same for its last part, if it had several.
            sender: identity of its sender. Of a forwarded packet ``None`` says that there is none (a hidden
                participant); otherwise it says that the packet itself, else :attr:`own`, shall tell.
            destination: the same for whom it is for.
            retransmissions: how many SCTP chunks of it were seen more than once.
            precision: ms that these times are good for, if not the decoder's.

        Returns:
            What passed: mostly nothing or one event. Packets that have nothing to do with RPC give nothing.
        """
        packet = DataPacket()
        try:
            packet.ParseFromString(data)
        except DecodeError:
            self.malformed += 1
            return ()
        if dir != "forwarded":
            sent = dir == "sent"
            sender = sender or packet.participant_identity or (self.own if sent else None)
            if not destination:
                named = packet.destination_identities
                # An answer to a hidden caller is addressed to an empty identity (livekit 1.2.0).
                destination = (named[0] or None) if named else None if sent else self.own
        passage = Passage(
            source=self._source,
            place=self._place,
            precision=self._precision if precision is None else precision,
            dir=dir,
            time=time,
            end=end,
            sender=sender,
            destination=destination,
            bytes=len(data),
            retransmissions=retransmissions,
            raw=bytes(data) if self._keep_packets else None,
        )
        events = self.expire(time)
        kind = packet.WhichOneof("value")
        if kind == "encrypted_packet":
            return (*events, passage.encrypted())
        read = self._readers.get(kind)
        return events + read(getattr(packet, kind), passage) if read else events

    def expire(self, now: float) -> Events:
        """Report the streams that had no new part for too long; cheap enough for every tick of a clock."""
        return self.streams.expire(now)

    def _ack(self, ack: RpcAck, passage: Passage) -> Events:
        return self._stage(passage, "ack", ack.request_id)

    def _stage(self, passage: Passage, stage: StageKind, request_id: str, **details: Any) -> Events:
        if not request_id:
            self.malformed += 1
            return ()
        return (passage.event(stage, request_id, **details),)

    def _request(self, request: RpcRequest, passage: Passage) -> Events:
        return self._stage(
            passage,
            "request",
            request.id,
            transport="v1",
            method=request.method,
            told_ms=request.response_timeout_ms,
            version=request.version,
            **_payload(request.payload, request.compressed_payload),
        )

    def _response(self, response: RpcResponse, passage: Passage) -> Events:
        if response.HasField("error"):
            # Errors answer v2 requests by this packet too: it does not tell which it was.
            error = WireError(response.error.code, response.error.message, response.error.data or None)
            return self._stage(passage, "response", response.request_id, error=error)
        payload = _payload(response.payload, response.compressed_payload)
        return self._stage(passage, "response", response.request_id, transport="v1", **payload)


def _payload(text: str, compressed: bytes) -> dict[str, Any]:
    """The fields for a v1 payload. No SDK was seen to compress one; v2's raw deflate is what it would be."""
    if compressed and not text:
        payload, broken = inflate(compressed)
        size = None if payload is None else utf8_size(payload)
        return {"payload": payload, "broken": broken, "payload_bytes": size, "compressed": True}
    return {"payload": text, "payload_bytes": utf8_size(text)}
