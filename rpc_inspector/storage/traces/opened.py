"""A saved trace as a session: everything that a room's session shows, and nothing that sends."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from rpc_inspector.core.model import Call, LogLine, Outcome, Participant, RoomEvent, TraceRow, replace
from rpc_inspector.core.ping import Pinged
from rpc_inspector.core.session import (
    Invocation,
    Listener,
    NotConnected,
    RoomSummary,
    SessionState,
    Target,
    Update,
)
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.storage.traces.cast import Cast
from rpc_inspector.storage.traces.reading import Reading
from rpc_inspector.storage.traces.rows import Batch

#: Rows kept at most; beyond it the oldest are dropped and counted, as in a live trace.
KEEP = 1_000_000
INTERVAL_S = 1 / 30
#: Rows of one update: more would keep the interface from a keypress.
ROWS_AT_ONCE = 2_000
LOG_LINES = 5_000
#: Batches read ahead of what was handed on.
_AHEAD = 8


class OpenedTrace:
    """Implements ``core.session.Session`` over a file; made in the loop that it belongs to.

    A thread reads, so that the first rows are shown while the rest is on its way.

    Args:
        reading: of the file, begun.
        keep: rows kept.
    """

    def __init__(self, reading: Reading, keep: int = KEEP) -> None:
        self._reading = reading
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._rows: dict[int, TraceRow] = {}
        #: Numbers of the room events about each participant.
        self._happened: dict[str, dict[int, None]] = {}
        self._marked: set[int] = set()
        self._log: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._cast = Cast()
        # What the file does not tell is taken for granted: it is not said that acks could not be seen.
        self._said = SessionState(status="opened", journal=reading.path, capture="on", vantage=("file",))
        self._until: float | None = None
        self._read = asyncio.Event()
        self._closed = threading.Event()
        self._ahead = threading.Semaphore(_AHEAD)
        # What listeners have not been told yet.
        self._listeners: dict[int, Listener] = {}
        self._new: set[int] = set()
        self._number = 0
        self._unsent = 0
        self._changed: dict[int, None] = {}
        self._dropped: list[int] = []
        self._logs: list[LogLine] = []
        self._sent_state: SessionState | None = None
        self._sent_roster: tuple[Participant, ...] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last_sent = self._loop.time() - INTERVAL_S
        threading.Thread(target=self._work, name="reading a trace", daemon=True).start()

    # Reading

    def _work(self) -> None:
        try:
            for batch in self._reading:
                self._ahead.acquire()
                if self._closed.is_set() or not self._tell(self._take, batch):
                    return
        except FileUnusable as error:  # only where the reading was not begun
            self._reading.report.remark(str(error).rstrip("."))
        self._tell(self._finished)

    def _tell(self, what: Callable[..., None], *arguments: Batch) -> bool:
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:  # the loop is closed: nobody looks any more
            return False
        return True

    def _take(self, batch: Batch) -> None:
        self._cast.take(batch)
        for row in batch.rows:
            self._put(row)
        self._unsent += 1
        self._logs += batch.logs
        self._log.extend(batch.logs)
        if batch.state is not None:
            # What the recorded session knew; but it is over.
            self._said = replace(
                batch.state, status="opened", reason=None, detail="", journal=self._reading.path, vantage=("file",)
            )
        self._touch()

    def _put(self, row: TraceRow) -> None:
        if row.seq in self._marked and not row.marked:
            row = replace(row, marked=True)  # marked while the file was still being read
        self._rows[row.seq] = row
        if isinstance(row, RoomEvent) and row.identity is not None:
            self._happened.setdefault(row.identity, {})[row.seq] = None
        self._changed[row.seq] = None
        end = row.wall
        if isinstance(row, Call):
            end += 0.0 if row.ended is None else row.ended - row.started
            self._cast.see(row)
        self._until = end if self._until is None else max(self._until, end)
        if len(self._rows) > self._keep:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        seq = next((seq for seq, row in self._rows.items() if not row.marked), next(iter(self._rows)))
        gone = isinstance(self._rows.pop(seq), Call)
        self._said = replace(self._said, dropped_calls=self._said.dropped_calls + gone)
        self._changed.pop(seq, None)
        self._dropped.append(seq)

    def _finished(self) -> None:
        self._said = replace(self._said, detail=" ".join(self._reading.report.sentences()), until=self._until)
        self._read.set()
        self._touch()

    async def whole(self) -> None:
        """Wait until all of the file was read."""
        await self._read.wait()

    # What is known

    @property
    def state(self) -> SessionState:
        """The recorded session's, as far as the file tells; its status is ``opened``."""
        return self._said

    @property
    def roster(self) -> tuple[Participant, ...]:
        """Who was there."""
        return self._cast.people

    def row(self, seq: int) -> TraceRow | None:
        """A row by its number."""
        return self._rows.get(seq)

    def rows(self) -> Sequence[TraceRow]:
        """All rows read so far, in the order of their numbers."""
        return tuple(self._rows[seq] for seq in sorted(self._rows))

    def find(
        self, *, participant: str | None = None, method: str | None = None, outcome: Outcome | None = None
    ) -> Sequence[TraceRow]:
        """The rows that are about all of these, in the order of their numbers."""

        def wanted(row: TraceRow) -> bool:
            if isinstance(row, RoomEvent):
                return method is None and outcome is None and participant in (None, row.identity)
            about = participant is None or participant in (row.caller, row.callee)
            return about and method in (None, row.method) and outcome in (None, row.outcome)

        return tuple(row for row in self.rows() if wanted(row))

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        """The room events about a participant, in the order of their numbers."""
        rows = map(self._rows.get, sorted(self._happened.get(identity, ())))
        return tuple(row for row in rows if isinstance(row, RoomEvent))

    def logs(self) -> Sequence[LogLine]:
        """What the recording's SDK logged; the latest 5,000 lines."""
        return tuple(self._log)

    # Telling

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called, at first with everything; returns what ends it."""
        self._number += 1
        number = self._number
        self._listeners[number] = listener
        self._new.add(number)
        self._touch()

        def end() -> None:
            self._listeners.pop(number, None)
            self._new.discard(number)

        return end

    def _touch(self) -> None:
        if self._timer is None and not self._closed.is_set():
            self._timer = self._loop.call_at(max(self._loop.time(), self._last_sent + INTERVAL_S), self._send)

    def _send(self) -> None:
        self._timer = None
        self._last_sent = self._loop.time()
        seqs = list(islice(self._changed, ROWS_AT_ONCE))
        rows = tuple(self._rows[seq] for seq in seqs)
        for seq in seqs:
            del self._changed[seq]
        state, roster = self._said, self._cast.people
        update = Update(
            state=state if state != self._sent_state else None,
            roster=roster if roster is not self._sent_roster else None,
            rows=rows,
            dropped=tuple(self._dropped),
            logs=tuple(self._logs),
        )
        self._sent_state, self._sent_roster, self._dropped, self._logs = state, roster, [], []
        for number, listener in list(self._listeners.items()):
            new = number in self._new
            self._new.discard(number)
            listener(Update(state=state, roster=roster, rows=tuple(self.rows())) if new else update)
        if self._changed:
            self._touch()
        else:
            # All that was read is told: the thread may go on.
            for _ in range(self._unsent):
                self._ahead.release()
            self._unsent = 0

    # What the user says of rows

    def mark(self, seq: int, *, marked: bool) -> None:
        """Mark a row or unmark it, while the file is open; the file stays as it is."""
        (self._marked.add if marked else self._marked.discard)(seq)
        self._change(seq, marked=marked)

    def comment(self, seq: int, text: str) -> None:
        """Write something about a call, likewise."""
        if isinstance(self._rows.get(seq), Call):
            self._change(seq, comment=text or None)

    def _change(self, seq: int, **fields: object) -> None:
        if (row := self._rows.get(seq)) is not None:
            self._rows[seq] = replace(row, **fields)
            self._changed[seq] = None
            self._touch()

    def pin(self, seq: int, *, pinned: bool) -> None:
        """Nothing to do: what is read stays."""

    def notice(self, text: str) -> None:
        """Put a remark at the end of the trace."""
        last = max(self._rows, default=0)
        before = self._rows.get(last)
        at = 0.0 if before is None else before.started if isinstance(before, Call) else before.time
        wall = self._until or 0.0
        self._put(RoomEvent(seq=last + 1, kind="notice", time=at, wall=wall, room=self._said.room, text=text))
        self._touch()

    # What a file cannot do

    async def join(self, target: Target) -> None:  # noqa: ARG002 - the Protocol's
        """Raise NotConnected."""
        raise _nothing_to_send()

    async def leave(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Stop reading."""
        self._closed.set()
        self._listeners.clear()
        self._ahead.release()

    async def list_rooms(self, target: Target) -> Sequence[RoomSummary]:  # noqa: ARG002 - the Protocol's
        """Raise NotConnected."""
        raise _nothing_to_send()

    def start_call(self, invocation: Invocation) -> int:  # noqa: ARG002 - the Protocol's
        """Raise NotConnected."""
        raise _nothing_to_send()

    async def ended(self, seq: int) -> Call:
        """The call: whatever is in a file has ended."""
        return await self.finished(seq)

    async def finished(self, seq: int) -> Call:
        """The call."""
        row = self._rows.get(seq)
        if not isinstance(row, Call):
            raise _nothing_to_send()
        return row

    def cancel(self, seq: int) -> bool:  # noqa: ARG002 - the Protocol's
        """It had ended."""
        return False

    async def wait_for_participant(self, identity: str, seconds: float) -> Participant | None:  # noqa: ARG002 - likewise
        """Whoever was there."""
        return next((someone for someone in self.roster if someone.identity == identity), None)

    async def describe(self, identity: str, method: str | None = None) -> None:  # noqa: ARG002 - the Protocol's
        """Raise NotConnected."""
        raise _nothing_to_send()

    async def ping(self, identity: str, *, ack_ms: int = 0, anyway: bool = False) -> Pinged:  # noqa: ARG002 - likewise
        """Raise NotConnected."""
        raise _nothing_to_send()

    async def ping_all(
        self,
        *,
        ack_ms: int = 0,  # noqa: ARG002 - the Protocol's arguments; a file answers nobody
        told: Callable[[Pinged], None] | None = None,  # noqa: ARG002 - likewise
    ) -> Sequence[Pinged]:
        """Raise NotConnected."""
        raise _nothing_to_send()

    def keep_pinging(self, interval_s: float | None) -> None:  # noqa: ARG002 - likewise
        """Raise NotConnected."""
        raise _nothing_to_send()


def _nothing_to_send() -> NotConnected:
    return NotConnected("This is a saved trace: there is no room to send to.", "Join one: rpc-inspector --room NAME.")
