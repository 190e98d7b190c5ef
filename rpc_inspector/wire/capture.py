"""The facade: log records of an SDK in, RPC events out, and an account of what was not understood."""

from msgspec import Struct

from rpc_inspector.core.events import Source
from rpc_inspector.wire.packets import DataPacketDecoder
from rpc_inspector.wire.passage import Events
from rpc_inspector.wire.pcapline import StampCheck, behind_ms, looks_like_packet, parse_packet, resolve_stamp
from rpc_inspector.wire.reassembly import Reassembler, UserMessage
from rpc_inspector.wire.sctp import parse

#: Payload protocols of data channels (RFC 8831) that can hold a DataPacket: text and binary.
_PPIDS = frozenset({51, 53})
#: ms that a time is good for when it is the arrival of the record instead of its stamp.
_ARRIVAL_PRECISION = 50.0


class Counts(Struct, frozen=True, kw_only=True):
    """What a decoder was fed and what became of it, since its start.

    Attributes:
        records: log records of whatever content.
        packets: SCTP packets among them.
        messages: whole user messages in those.
        events: events reported.
        retransmitted: SCTP chunks seen again.
        bad_lines: records that end like a packet line but cannot be read.
        bad_packets: SCTP packets that are cut off or impossible.
        bad_messages: messages on data channels that are no DataPacket, or RPC without a request id.
        lost_fragments: messages given up because parts of them never came.
        lost_streams: v2 requests and responses given up for the same reason.
        orphan_parts: parts of data streams whose header was not seen.
        failures: records on which this decoder itself failed: a defect of ours.
    """

    records: int = 0
    packets: int = 0
    messages: int = 0
    events: int = 0
    retransmitted: int = 0
    bad_lines: int = 0
    bad_packets: int = 0
    bad_messages: int = 0
    lost_fragments: int = 0
    lost_streams: int = 0
    orphan_parts: int = 0
    failures: int = 0


class SdkDecoder:
    """Reads the log of one process that uses a LiveKit SDK.

    Not thread-safe: feed it from one thread. It never raises, whatever it is fed, and what it holds is bounded.

    Args:
        source: what kind of vantage point the process is.
        place: which one, where several of a kind exist.
        own: identity that the process has joined as; set :attr:`own` when it changes.
        keep_packets: put the DataPackets themselves into the events (``RpcEvent.raw``).

    Attributes:
        behind_ms: how long after its packet the last record arrived; meaningless where the clock is another.
    """

    def __init__(
        self, source: Source = "sdk", *, place: str = "", own: str | None = None, keep_packets: bool = False
    ) -> None:
        self._packets = DataPacketDecoder(source, place=place, own=own, keep_packets=keep_packets)
        self._messages = Reassembler()
        self._stamps = StampCheck()
        self.behind_ms = 0.0
        self._records = self._packet_count = self._message_count = self._event_count = 0
        self._bad_lines = self._bad_packets = self._failures = 0

    @property
    def own(self) -> str | None:
        """Identity that the process has joined as, for packets that do not name it."""
        return self._packets.own

    @own.setter
    def own(self, identity: str | None) -> None:
        self._packets.own = identity

    @property
    def stamps_trusted(self) -> bool | None:
        """Whether the stamps are of CLOCK_MONOTONIC: ``None`` until enough packets were seen.

        While this is false, events carry the arrival of their records with a precision of 50 ms.
        """
        return self._stamps.trusted

    @property
    def counts(self) -> Counts:
        """A snapshot of the account."""
        streams = self._packets.streams
        return Counts(
            records=self._records,
            packets=self._packet_count,
            messages=self._message_count,
            events=self._event_count,
            retransmitted=self._messages.retransmitted,
            bad_lines=self._bad_lines,
            bad_packets=self._bad_packets,
            bad_messages=self._packets.malformed + streams.unreadable,
            lost_fragments=self._messages.dropped,
            lost_streams=streams.abandoned,
            orphan_parts=streams.orphans,
            failures=self._failures,
        )

    def feed(self, text: str, arrival: float) -> Events:
        """Take one log record or line.

        Args:
            text: its message, whatever it is about.
            arrival: when it arrived here, seconds of CLOCK_MONOTONIC.

        Returns:
            What passed in it, oldest first; mostly nothing.
        """
        self._records += 1
        if not looks_like_packet(text):
            return ()
        try:
            events = self._decode(text, arrival)
        except Exception:  # noqa: BLE001 - a log handler that raises would break the observed session
            self._failures += 1
            return ()
        self._event_count += len(events)
        return events

    def expire(self, now: float) -> Events:
        """Report what waited too long for its missing parts; for a clock's tick while nothing arrives."""
        events = self._packets.expire(now)
        self._event_count += len(events)
        return events

    def _decode(self, text: str, arrival: float) -> Events:
        record = parse_packet(text)
        if record is None:
            self._bad_lines += 1
            return ()
        self._packet_count += 1
        self.behind_ms = behind_ms(record.stamp_ms, arrival)
        packet = parse(record.data)
        if packet is None or packet.damaged:
            self._bad_packets += 1
        self._stamps.add(record.stamp_ms, arrival)
        if packet is None or not packet.fragments:
            return ()
        time = arrival if self._stamps.trusted is False else resolve_stamp(record.stamp_ms, arrival)
        events: Events = ()
        for fragment in packet.fragments:
            message = self._messages.add(record.dir, packet.tag, fragment, time)
            if message is not None:
                self._message_count += 1
                events += self._interpret(message)
        return events

    def _interpret(self, message: UserMessage) -> Events:
        if message.ppid not in _PPIDS:
            return ()
        return self._packets.feed(
            message.data,
            dir=message.dir,
            time=message.first_time,
            end=message.last_time if message.fragments > 1 else None,
            retransmissions=message.retransmissions,
            precision=_ARRIVAL_PRECISION if self._stamps.trusted is False else None,
        )
