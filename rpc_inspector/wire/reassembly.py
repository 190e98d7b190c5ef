"""Fragments of SCTP to whole user messages, whatever order they come in, with bounded memory.

The reader of a log is a bystander: it may begin in the middle, miss lines and see each retransmission. So a message is
handed on as soon as it is complete, and none waits for another.
"""

from collections import OrderedDict
from typing import Literal

from msgspec import Struct

from rpc_inspector.wire.sctp import Fragment

Way = Literal["sent", "received"]

#: Verification tag and direction: one half of one association.
_Half = tuple[Way, int]
#: The fragments that may belong together.
_Space = tuple[Way, int, int, int, bool, int]


class UserMessage(Struct, frozen=True, gc=False):
    """One user message of a data channel.

    Attributes:
        dir: sent or received by the process that was observed.
        first_time: time of the first packet that carried a part of it, in the caller's unit.
        last_time: time of the last one.
        stream_id: the SCTP stream, that is the data channel.
        ppid: what it is: 51 text, 53 binary, 50 the control protocol of data channels.
        data: the message.
        retransmissions: how many of its chunks were seen again before it was complete.
        fragments: how many chunks it came in.
    """

    dir: Way
    first_time: float
    last_time: float
    stream_id: int
    ppid: int
    data: bytes
    retransmissions: int = 0
    fragments: int = 1


class Seen:
    """Which of the latest TSNs were seen: a window that slides with the highest one (32-bit serial arithmetic)."""

    SIZE = 8192
    __slots__ = ("_bits", "_high")

    def __init__(self) -> None:
        self._high: int | None = None
        self._bits = 0  # bit i: TSN high - i was seen

    def add(self, tsn: int) -> bool:
        """Take note of ``tsn``; false if it was noted before."""
        if self._high is None:
            self._high, self._bits = tsn, 1
            return True
        ahead = (tsn - self._high) & 0xFFFFFFFF
        behind = 0 if ahead == 0 else (1 << 32) - ahead
        if 0 < ahead < 1 << 31:
            shifted = self._bits << ahead if ahead < self.SIZE else 0
            self._high, self._bits = tsn, (shifted & ((1 << self.SIZE) - 1)) | 1
            return True
        if behind >= self.SIZE:
            # No retransmission is that late: the numbering began anew, or a damaged line had moved the window away.
            self._high, self._bits = tsn, 1
            return True
        bit = 1 << behind
        fresh = not self._bits & bit
        self._bits |= bit
        return fresh


class _Run:
    """Neighbouring fragments of one message."""

    __slots__ = ("begin", "end", "first", "first_time", "last", "last_time", "parts", "ppid", "retransmissions", "size")

    def __init__(self, fragment: Fragment, time: float) -> None:
        self.first = self.last = fragment.index
        self.begin, self.end = fragment.begin, fragment.end
        self.first_time = self.last_time = time
        self.ppid = fragment.ppid
        self.parts = [fragment.data]
        self.size = len(fragment.data)
        self.retransmissions = 0

    def append(self, later: "_Run") -> None:
        self.last, self.end = later.last, later.end
        self.first_time = min(self.first_time, later.first_time)
        self.last_time = max(self.last_time, later.last_time)
        self.parts += later.parts
        self.size += later.size
        self.retransmissions += later.retransmissions

    def holds(self, index: int) -> bool:
        return (index - self.first) & 0xFFFFFFFF <= (self.last - self.first) & 0xFFFFFFFF


class Reassembler:
    """All associations of one observed process, told apart by verification tag and direction.

    Attributes:
        retransmitted: chunks seen again.
        dropped: incomplete messages given up for room.
        pending_bytes: bytes of incomplete messages held.
    """

    MAX_BYTES = 8 << 20
    MAX_RUNS = 1024
    MAX_HALVES = 128

    def __init__(self) -> None:
        self.retransmitted = 0
        self.dropped = 0
        self.pending_bytes = 0
        self._seen: OrderedDict[_Half, Seen] = OrderedDict()
        self._by_first: dict[tuple[_Space, int], _Run] = {}  # in order of age: the first is given up first
        self._by_last: dict[tuple[_Space, int], _Run] = {}

    @property
    def pending(self) -> int:
        """How many runs of fragments wait for the rest of their message."""
        return len(self._by_first)

    def add(self, way: Way, tag: int, fragment: Fragment, time: float) -> UserMessage | None:
        """Take one fragment; return the message that it completes, if it does."""
        space = (way, tag, fragment.kind, fragment.stream_id, fragment.unordered, fragment.message)
        if not self._window(way, tag).add(fragment.tsn):
            self._again(space, fragment.index)
            return None
        if fragment.begin and fragment.end:
            return UserMessage(way, time, time, fragment.stream_id, fragment.ppid, fragment.data)
        run = self._join(space, _Run(fragment, time))
        if run.begin and run.end:
            self._remove(space, run)
            data = b"".join(run.parts)
            return UserMessage(
                way, run.first_time, run.last_time, fragment.stream_id, run.ppid, data, run.retransmissions,
                len(run.parts),
            )  # fmt: skip
        self._make_room()
        return None

    def _window(self, way: Way, tag: int) -> Seen:
        half = (way, tag)
        window = self._seen.get(half)
        if window is None:
            window = self._seen[half] = Seen()
            if len(self._seen) > self.MAX_HALVES:
                self._seen.popitem(last=False)
        else:
            self._seen.move_to_end(half)
        return window

    def _again(self, space: _Space, index: int) -> None:
        self.retransmitted += 1
        for (other, _), run in self._by_first.items():
            if other == space and run.holds(index):
                run.retransmissions += 1
                return

    def _join(self, space: _Space, run: _Run) -> _Run:
        """Put ``run`` between its neighbours; return the run that it is now part of."""
        before = None if run.begin else self._by_last.get((space, (run.first - 1) & 0xFFFFFFFF))
        if before is not None and not before.end:
            self._remove(space, before)
            before.append(run)
            run = before
        after = None if run.end else self._by_first.get((space, (run.last + 1) & 0xFFFFFFFF))
        if after is not None and not after.begin:
            self._remove(space, after)
            run.append(after)
        stale = self._by_first.get((space, run.first))
        if stale is not None:  # the numbering began anew
            self._remove(space, stale)
        stale = self._by_last.get((space, run.last))
        if stale is not None:
            self._remove(space, stale)
        self._by_first[space, run.first] = self._by_last[space, run.last] = run
        self.pending_bytes += run.size
        return run

    def _remove(self, space: _Space, run: _Run) -> None:
        del self._by_first[space, run.first], self._by_last[space, run.last]
        self.pending_bytes -= run.size

    def _make_room(self) -> None:
        while self.pending_bytes > self.MAX_BYTES or len(self._by_first) > self.MAX_RUNS:
            (space, _), oldest = next(iter(self._by_first.items()))
            self._remove(space, oldest)
            self.dropped += 1
