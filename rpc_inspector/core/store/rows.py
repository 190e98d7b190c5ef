"""Keeping rows: bounded by their number and by what they take, and found by id, participant, method and outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from sys import getsizeof

from rpc_inspector.core.model import Call, LogLine, Outcome, Payload, RoomEvent, TraceRow, replace
from rpc_inspector.core.store.postings import Postings
from rpc_inspector.core.store.row_table import RowTable

#: Rows kept unless told otherwise.
DEFAULT_ROWS = 100_000
#: Bytes that rows may take unless told otherwise.
DEFAULT_BYTES = 256 << 20
#: What a call, a sighting, a stage and a room event take beside their texts, in bytes: measured with tracemalloc on
#: CPython 3.11, the parts of the indexes counted in.
CALL_BYTES, VIEW_BYTES, STAGE_BYTES, EVENT_BYTES = 600, 110, 130, 300


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the store was last drained."""

    rows: tuple[TraceRow, ...] = ()
    dropped: tuple[int, ...] = ()
    logs: tuple[LogLine, ...] = ()


def weight(row: TraceRow) -> int:
    """About how many bytes of memory a row takes."""
    if isinstance(row, RoomEvent):
        return EVENT_BYTES + len(row.text)
    total = CALL_BYTES + _payload(row.request) + _payload(row.response)
    for view in row.views:
        total += VIEW_BYTES + STAGE_BYTES * len(view.stages)
    if row.error is not None:
        total += 300 + len(row.error.message) + len(row.error.data or "") + sum(map(len, row.error.causes))
    if row.comment or row.note:
        total += len(row.comment or "") + len(row.note or "")
    return total


def _payload(payload: Payload | None) -> int:
    return 0 if payload is None or payload.text is None else getsizeof(payload.text)


class Rows:
    """The rows of a trace by their numbers.

    Beyond either limit the oldest that have ended are dropped. Calls in flight, marked and pinned rows never are, and
    one that ended is always left, however large.

    Args:
        limit: rows to keep. limit_bytes: bytes that they may take, as :func:`weight` estimates.

    Attributes:
        bytes: what the rows take by that estimate.
        dropped_rows, dropped_calls: how many were dropped so far.
    """

    def __init__(self, limit: int = DEFAULT_ROWS, limit_bytes: int = DEFAULT_BYTES) -> None:
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._rows = RowTable()
        self._ids: dict[str, int | tuple[int, ...]] = {}
        self._participants = Postings()
        self._happened = Postings()
        self._methods = Postings()
        self._outcomes = Postings()
        self._open: dict[int, None] = {}
        #: Numbers of rows that have ended, a heap. The pinned and marked are passed over when their turn comes.
        self._ended: list[int] = []
        self._passed_over: set[int] = set()
        self._pins: dict[int, int] = {}
        self._changed: dict[int, None] = {}
        self._dropped: list[int] = []
        self._unswept = 0
        self._next = 1
        self.bytes = 0
        self.dropped_rows = 0
        self.dropped_calls = 0

    def __len__(self) -> int:
        return len(self._rows)

    # Reading

    def get(self, seq: int) -> TraceRow | None:
        """A row, or ``None`` if it never was or was dropped."""
        return self._rows.get(seq)

    def all(self) -> tuple[TraceRow, ...]:
        """All rows in the order of their numbers."""
        return tuple(self._rows)

    def open_calls(self) -> list[Call]:
        """The calls in flight in the order of their numbers."""
        return [row for seq in self._open if isinstance(row := self._rows.get(seq), Call)]

    def with_id(self, request_id: str) -> Iterator[Call]:
        """The calls with that request id, the oldest first: of several callers, rooms, or one that used it again."""
        have = self._ids.get(request_id, ())
        for seq in (have,) if isinstance(have, int) else have:
            row = self._rows.get(seq)
            if isinstance(row, Call):
                yield row

    def find(
        self, *, participant: str | None = None, method: str | None = None, outcome: Outcome | None = None
    ) -> Sequence[TraceRow]:
        """The rows that are about all of these, in the order of their numbers; all rows if nothing is asked for.

        A participant's rows are the calls that it made or got and the room events about it.
        """
        numbers: list[Sequence[int]] = []
        if participant is not None:
            numbers.append(self._participants.find(participant))
        if method is not None:
            numbers.append(self._methods.find(method))
        if outcome is not None:
            numbers.append(tuple(self._open) if outcome == "open" else self._outcomes.find(outcome))
        if not numbers:
            return self.all()
        found: list[TraceRow] = [
            row
            for row in self._numbered(min(numbers, key=len))
            if isinstance(row, Call)
            and (participant is None or participant in (row.caller, row.callee))
            and (method is None or row.method == method)
            and (outcome is None or row.outcome == outcome)
        ]
        if participant is not None and method is None and outcome is None:
            found = sorted([*found, *self.events_of(participant)], key=lambda row: row.seq)
        return found

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        """The room events about a participant, in the order of their numbers."""
        return [row for row in self._numbered(self._happened.find(identity)) if isinstance(row, RoomEvent)]

    def _numbered(self, numbers: Sequence[int]) -> Iterator[TraceRow]:
        return filter(None, map(self._rows.get, sorted(set(numbers))))

    # Writing

    def number(self) -> int:
        """The number of the next row."""
        seq = self._next
        self._next += 1
        return seq

    def put(self, row: TraceRow) -> None:
        """Keep a new row, or what a row has become."""
        seq = row.seq
        old = self._rows.get(seq)
        self._rows.set(row)
        self._changed[seq] = None
        self.bytes += weight(row) - (0 if old is None else weight(old))
        if isinstance(row, Call):
            self._index(row, old if isinstance(old, Call) else None)
        elif old is None:
            heappush(self._ended, seq)
            if row.identity is not None:
                self._happened.add(row.identity, seq)
        if len(self._rows) > self._limit or self.bytes > self._limit_bytes:
            self._make_room()

    def _index(self, call: Call, old: Call | None) -> None:
        seq = call.seq
        if call.id is not None and (old is None or old.id is None):
            have = self._ids.get(call.id)
            same = (have,) if isinstance(have, int) else have
            self._ids[call.id] = seq if same is None else (*same, seq)
        if call.caller is not None and (old is None or old.caller != call.caller):
            self._participants.add(call.caller, seq)
        if call.callee is not None and (old is None or old.callee != call.callee):
            self._participants.add(call.callee, seq)
        if call.method is not None and (old is None or old.method != call.method):
            self._methods.add(call.method, seq)
        if call.is_open:
            self._open[seq] = None
        elif old is None or old.outcome != call.outcome:
            self._outcomes.add(call.outcome, seq)
            if old is None or old.is_open:
                self._open.pop(seq, None)
                heappush(self._ended, seq)

    def mark(self, seq: int, *, marked: bool) -> None:
        """Mark a row or unmark it; nothing where there is none."""
        row = self._rows.get(seq)
        if row is not None and row.marked != marked:
            self.put(replace(row, marked=marked))
            self._let_go(seq)

    def pin(self, seq: int, *, pinned: bool) -> None:
        """Keep a row whatever its age, or no longer; each pinning needs its own unpinning."""
        count = self._pins.get(seq, 0) + (1 if pinned else -1)
        if count > 0:
            self._pins[seq] = count
        elif self._pins.pop(seq, None) is not None:
            self._let_go(seq)

    def _let_go(self, seq: int) -> None:
        """A row that was passed over may have its turn again."""
        if seq in self._passed_over:
            self._passed_over.discard(seq)
            heappush(self._ended, seq)

    # Dropping

    def _make_room(self) -> None:
        while self._ended and (len(self._rows) > self._limit or self.bytes > self._limit_bytes):
            seq = heappop(self._ended)
            row = self._rows.get(seq)
            if row is None:
                continue
            if row.marked or seq in self._pins:
                self._passed_over.add(seq)
            elif self._ended:
                self._drop(row)
            else:
                heappush(self._ended, seq)
                return

    def _drop(self, row: TraceRow) -> None:
        self._rows.remove(row.seq)
        self._changed.pop(row.seq, None)
        self.bytes -= weight(row)
        self._dropped.append(row.seq)
        self.dropped_rows += 1
        self._unswept += 1
        if isinstance(row, Call):
            self.dropped_calls += 1
            self._forget_id(row)
        if self._unswept > max(len(self._rows), 1000):
            self._unswept = 0
            for postings in (self._participants, self._happened, self._methods, self._outcomes):
                postings.sweep(self._rows)

    def _forget_id(self, call: Call) -> None:
        if call.id is None:
            return
        have = self._ids[call.id]
        left = () if isinstance(have, int) else tuple(seq for seq in have if seq != call.seq)
        if left:
            self._ids[call.id] = left[0] if len(left) == 1 else left
        else:
            del self._ids[call.id]

    # Telling

    @property
    def has_changes(self) -> bool:
        """Whether :meth:`drain` would return anything."""
        return bool(self._changed or self._dropped)

    def drain(self) -> Changes:
        """The rows that are new or changed since the last time, each once as it is now, and those dropped."""
        changes = Changes(tuple(row for seq in self._changed if (row := self._rows.get(seq))), tuple(self._dropped))
        self._changed.clear()
        self._dropped.clear()
        return changes
