"""RPC v2: requests and responses that travel as text data streams (livekit-protocol's ``DataStream``).

A stream is one header with the content inline, or a header, chunks and a trailer. Chunks and trailer carry nothing but
the stream's id. The parts of one stream are sent in order, but a log may show them otherwise: a part that was
retransmitted comes late.
"""

from collections import OrderedDict
from typing import Any

from livekit.protocol.models import DataStream
from msgspec import Struct

from rpc_inspector.core.events import Direction, Packets, RpcEvent, StageKind
from rpc_inspector.wire.body import Body, decode, inflate, utf8_size
from rpc_inspector.wire.passage import Events, Passage

_STAGES: dict[str, StageKind] = {"lk.rpc_request": "request", "lk.rpc_response": "response"}
_ID = "lk.rpc_request_id"
_METHOD = "lk.rpc_request_method"
_TOLD = "lk.rpc_request_response_timeout_ms"
_VERSION = "lk.rpc_request_version"

#: Packets kept of one stream, in bytes; of a longer one, its beginning.
_MAX_RAW = 32 << 20

#: A serialised DataPacket.
_Packet = bytes
#: One stream: direction, sender, stream id.
_Key = tuple[Direction, str | None, str]


class _Open(Struct):
    """A stream under way: what its header said, and what came so far."""

    stage: StageKind
    id: str
    details: dict[str, Any]
    first: Passage
    body: Body
    total: int | None
    last_time: float
    trailer: bool = False
    reason: str = ""
    bytes: int = 0
    packets: int = 0
    retransmissions: int = 0
    raw: list[_Packet] = []
    raw_bytes: int = 0

    def passed(self, passage: Passage) -> None:
        """Count one more DataPacket of the stream."""
        self.last_time = max(self.last_time, passage.time if passage.end is None else passage.end)
        self.bytes += passage.bytes
        self.packets += 1
        self.retransmissions += passage.retransmissions
        if passage.raw is not None and self.raw_bytes + len(passage.raw) <= _MAX_RAW:
            self.raw.append(passage.raw)
            self.raw_bytes += len(passage.raw)

    def take_raw(self) -> Packets:
        """The packets kept since this was asked last."""
        raw, self.raw, self.raw_bytes = tuple(self.raw), [], 0
        return raw


class _Orphan(Struct):
    """Parts of a stream whose header did not come (yet)."""

    since: float
    parts: list[tuple[Passage, DataStream.Chunk | DataStream.Trailer]]
    bytes: int = 0


class Streams:
    """The streams under way at one vantage point.

    Attributes:
        abandoned: streams given up because parts of them did not come, or for room.
        orphans: parts dropped whose header never came: another topic's, or the log lost it.
        unreadable: RPC streams without a request id.
    """

    #: Seconds without a new part after which a stream is given up.
    PATIENCE = 30.0
    #: The same for parts without a header: SCTP retransmits within a second or two.
    ORPHAN_PATIENCE = 5.0
    MAX_OPEN = 256
    MAX_BYTES = 48 << 20
    MAX_ORPHAN_BYTES = 1 << 20
    #: How many ids of finished and foreign streams are remembered, so that their later parts cost nothing.
    MAX_DONE = 1024

    def __init__(self) -> None:
        self.abandoned = 0
        self.orphans = 0
        self.unreadable = 0
        self._open: OrderedDict[_Key, _Open] = OrderedDict()  # the longest without a new part first
        self._orphans: OrderedDict[_Key, _Orphan] = OrderedDict()
        self._orphan_bytes = 0
        self._done: OrderedDict[_Key, None] = OrderedDict()
        self._sweep_at = float("-inf")

    @property
    def held(self) -> int:
        """Bytes held for streams under way and for parts without a header."""
        return sum(stream.body.held + stream.raw_bytes for stream in self._open.values()) + self._orphan_bytes

    @property
    def pending(self) -> int:
        """How many streams are under way or without a header."""
        return len(self._open) + len(self._orphans)

    def header(self, header: DataStream.Header, passage: Passage) -> Events:
        """Take a stream's header."""
        key = (passage.dir, passage.sender, header.stream_id)
        if key in self._done or key in self._open:
            return ()
        stage = _STAGES.get(header.topic)
        request_id = header.attributes.get(_ID, "") if stage else ""
        if stage is None or not request_id:
            self.unreadable += stage is not None
            self._finish(key)
            self._forget_orphan(key)
            return ()
        details = _details(header, stage)
        if header.HasField("inline_content"):
            self._finish(key)
            content = header.inline_content
            deflated = details["compressed"]
            payload, broken = inflate(content, details["payload_bytes"]) if deflated else decode(content)
            if details["payload_bytes"] is None and not deflated:
                details["payload_bytes"] = len(content)
            return (passage.event(stage, request_id, payload=payload, broken=broken, **details),)
        total = details["payload_bytes"]
        body = Body(deflated=details["compressed"])
        stream = self._open[key] = _Open(stage, request_id, details, passage, body, total, passage.time)
        stream.passed(passage)
        return (_event(stream, complete=False), *self._adopt(key), *self._make_room())

    def part(self, part: DataStream.Chunk | DataStream.Trailer, passage: Passage) -> Events:
        """Take a chunk or the trailer of a stream."""
        key = (passage.dir, passage.sender, part.stream_id)
        stream = self._open.get(key)
        if stream is None:
            if key not in self._done:
                self._keep_orphan(key, part, passage)
            return ()
        self._open.move_to_end(key)
        stream.passed(passage)
        if isinstance(part, DataStream.Chunk):
            stream.body.add(part.chunk_index, part.content)
        else:
            stream.trailer, stream.reason = True, part.reason
        if stream.trailer and (stream.reason or stream.body.complete(stream.total)):
            del self._open[key]
            self._finish(key)
            payload, broken = stream.body.text(stream.total)
            if stream.reason:
                payload, broken = None, f"its sender broke it off: {stream.reason[:80]}"
            return (_event(stream, complete=True, payload=payload, broken=broken),)
        return self._make_room()

    def expire(self, now: float) -> Events:
        """Give up what had no new part for too long; ``now`` in seconds of CLOCK_MONOTONIC."""
        if now < self._sweep_at:
            return ()
        self._sweep_at = now + 1.0
        old = [key for key, orphan in self._orphans.items() if now - orphan.since > self.ORPHAN_PATIENCE]
        for key in old:
            self._forget_orphan(key)
        stale = [key for key, stream in self._open.items() if now - stream.last_time > self.PATIENCE]
        return tuple(event for key in stale for event in self._abandon(key, "parts of it did not come"))

    def _adopt(self, key: _Key) -> Events:
        """Give a stream the parts that came before its header."""
        orphan = self._orphans.pop(key, None)
        if orphan is None:
            return ()
        self._orphan_bytes -= orphan.bytes
        return tuple(event for passage, part in orphan.parts for event in self.part(part, passage))

    def _keep_orphan(self, key: _Key, part: DataStream.Chunk | DataStream.Trailer, passage: Passage) -> None:
        orphan = self._orphans.get(key)
        if orphan is None:
            orphan = self._orphans[key] = _Orphan(passage.time, [])
        orphan.parts.append((passage, part))
        orphan.bytes += passage.bytes
        self._orphan_bytes += passage.bytes
        while self._orphan_bytes > self.MAX_ORPHAN_BYTES or len(self._orphans) > self.MAX_OPEN:
            self._forget_orphan(next(iter(self._orphans)))

    def _forget_orphan(self, key: _Key) -> None:
        orphan = self._orphans.pop(key, None)
        if orphan is not None:
            self._orphan_bytes -= orphan.bytes
            self.orphans += len(orphan.parts)

    def _make_room(self) -> Events:
        events: Events = ()
        while len(self._open) > self.MAX_OPEN or (len(self._open) > 2 and self.held > self.MAX_BYTES):
            events += self._abandon(next(iter(self._open)), "given up for room")
        return events

    def _abandon(self, key: _Key, why: str) -> Events:
        stream = self._open.pop(key)
        self._finish(key)
        self.abandoned += 1
        return (_event(stream, complete=False, broken=why),)

    def _finish(self, key: _Key) -> None:
        self._done[key] = None
        if len(self._done) > self.MAX_DONE:
            self._done.popitem(last=False)


def _details(header: DataStream.Header, stage: StageKind) -> dict[str, Any]:
    details: dict[str, Any] = {
        "transport": "v2",
        "compressed": header.compression == DataStream.CompressionType.DEFLATE_RAW,
        "payload_bytes": header.total_length if header.HasField("total_length") else None,
    }
    if stage == "request":
        attributes = header.attributes
        details["method"] = attributes.get(_METHOD)
        details["told_ms"] = _number(attributes.get(_TOLD))
        details["version"] = _number(attributes.get(_VERSION))
    return details


def _number(text: str | None) -> int | None:
    """A decimal number of at most 10 digits."""
    return int(text) if text and len(text) <= 10 and text.isascii() and text.isdigit() else None


def _event(stream: _Open, *, complete: bool, payload: str | None = None, broken: str | None = None) -> RpcEvent:
    details = stream.details
    if complete and payload is not None and details["payload_bytes"] is None:
        details = {**details, "payload_bytes": utf8_size(payload)}
    return stream.first.event(
        stream.stage,
        stream.id,
        **{
            **details,
            "complete": complete,
            "payload": payload,
            "broken": broken,
            "end": stream.last_time if stream.packets > 1 else stream.first.end,
            "bytes": stream.bytes,
            "packets": stream.packets,
            "retransmissions": stream.retransmissions,
            "raw": stream.take_raw(),
        },
    )
