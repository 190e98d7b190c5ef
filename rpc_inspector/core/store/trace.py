"""The trace store: events are folded into calls as they come; room events stand between them.

One writer (the session). Readers take immutable rows, or the batch of those that changed since they last asked.
Where packets go that are late, repeated, out of order or without their request stands in ``docs/trace.md``.
"""

from collections.abc import Sequence
from sys import intern

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, Budget, utf8_size
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import (
    Call,
    CallError,
    LogLine,
    Measure,
    Outcome,
    Payload,
    Purpose,
    RoomEvent,
    RoomEventKind,
    TraceRow,
    replace,
)
from rpc_inspector.core.store.concluding import (
    CLOCKS_DIFFER_S,
    NO_REQUEST,
    NOT_SEEN,
    WE_LEFT,
    may_be_of,
    of_others,
    ours,
)
from rpc_inspector.core.store.fold import fold, shared
from rpc_inspector.core.store.logbook import LogBook
from rpc_inspector.core.store.own_packets import OwnPackets
from rpc_inspector.core.store.rows import DEFAULT_BYTES, DEFAULT_ROWS, Changes, Rows

#: An observed call counts as lost when its answer did not pass by so long after all its known limits, in ms.
LOST_GRACE_MS = DEFAULT_ACK_MS + 2_000
#: The told limit assumed for a call whose request was not seen, in ms.
UNKNOWN_TOLD_MS = 15_000


class TraceStore:
    """All rows of the trace.

    Args:
        wall_offset: seconds to add to CLOCK_MONOTONIC to get seconds since the epoch.
        limit: rows kept. limit_bytes: bytes that they may take. Beyond either the oldest that have ended are dropped
            and counted.

    """

    def __init__(self, wall_offset: float, limit: int = DEFAULT_ROWS, limit_bytes: int = DEFAULT_BYTES) -> None:
        self._offset = wall_offset
        self._rows = Rows(limit, limit_bytes)
        self._logs = LogBook(self._call_named)
        self._own = OwnPackets()
        #: Calls of ours that are not settled: the caller of :meth:`begin` still has something to say of them.
        self._unsettled: set[int] = set()

    # Reading

    def get(self, seq: int) -> TraceRow | None:
        """A row, or ``None`` if it never was or was dropped."""
        return self._rows.get(seq)

    def call(self, seq: int) -> Call:
        """A call that is known to be in the store.

        Raises:
            KeyError: it is not, or the row is no call.
        """
        row = self._rows.get(seq)
        if not isinstance(row, Call):
            raise KeyError(seq)
        return row

    def rows(self) -> Sequence[TraceRow]:
        """All rows in the order of their numbers."""
        return self._rows.all()

    def find(
        self, *, participant: str | None = None, method: str | None = None, outcome: Outcome | None = None
    ) -> Sequence[TraceRow]:
        """The rows that are about all of these, in the order of their numbers, without looking at the others.

        A participant's rows are the calls that it made or got and the room events about it.
        """
        return self._rows.find(participant=participant, method=method, outcome=outcome)

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        """The room events about a participant, in the order of their numbers."""
        return self._rows.events_of(identity)

    def with_id(self, request_id: str) -> Sequence[Call]:
        """The calls with that request id, the oldest first."""
        return tuple(self._rows.with_id(request_id))

    def logs(self) -> Sequence[LogLine]:
        """The lines of the SDK's log that are kept, the oldest first."""
        return self._logs.lines

    @property
    def unassigned(self) -> int:
        """Calls of ours whose packets could not be told apart."""
        return self._own.unassigned

    @property
    def dropped_calls(self) -> int:
        """Calls that were dropped so far because the trace was full."""
        return self._rows.dropped_calls

    @property
    def dropped_rows(self) -> int:
        """Rows that were, calls and room events."""
        return self._rows.dropped_rows

    @property
    def bytes(self) -> int:
        """About how much memory the rows take."""
        return self._rows.bytes

    def drain(self) -> Changes:
        """The rows that are new or changed since the last time, each once as it is now, and the log's new lines."""
        changes = self._rows.drain()
        return Changes(changes.rows, changes.dropped, self._logs.take())

    @property
    def has_changes(self) -> bool:
        """Whether :meth:`drain` would return anything."""
        return self._rows.has_changes or self._logs.has_new

    # Clock, room events and the SDK's log

    @property
    def wall_offset(self) -> float:
        """Seconds to add to CLOCK_MONOTONIC to get seconds since the epoch."""
        return self._offset

    def set_wall_offset(self, offset: float) -> None:
        """The wall clock was set: later rows get other wall times; those that are there keep theirs."""
        self._offset = offset

    def note(self, kind: RoomEventKind, time: float, room: str, identity: str | None = None, text: str = "") -> None:
        """Put a room event into the trace. ``time`` in seconds of CLOCK_MONOTONIC."""
        self._rows.put(
            RoomEvent(
                seq=self._rows.number(),
                kind=kind,
                time=time,
                wall=time + self._offset,
                room=room,
                identity=None if identity is None else intern(identity),
                text=text,
            )
        )

    def log(self, level: int, text: str, time: float) -> None:
        """A line that our own SDK logged; it is joined to the call whose request id it names.

        ``level`` as ``logging`` numbers it, ``time`` in seconds of CLOCK_MONOTONIC.
        """
        self._logs.add(level, text, time, time + self._offset)

    def _call_named(self, request_id: str) -> int | None:
        return max((call.seq for call in self._rows.with_id(request_id)), default=None)

    # Our own calls

    def budget(self, destination: str, method: str, payload: str, response_ms: int, ack_ms: int) -> Budget:
        """The budget to make a call with, such that its packets can be told from those of identical calls."""
        return self._own.budget(destination, method, payload, response_ms, ack_ms)

    def begin(
        self,
        *,
        room: str,
        us: str,
        destination: str,
        method: str,
        payload: str,
        budget: Budget,
        time: float,
        purpose: Purpose,
        expects_packets: bool = True,
    ) -> int:
        """A call of ours begins; returns its row's number. ``time`` in seconds of CLOCK_MONOTONIC.

        It is not dropped before :meth:`settle`. ``expects_packets=False`` when nothing will be sent, or when no vantage
        point would see it.
        """
        seq = self._rows.number()
        self._rows.put(
            Call(
                seq=seq,
                room=room,
                direction="outgoing",
                purpose=purpose,
                started=time,
                wall=time + self._offset,
                caller=intern(us),
                callee=intern(destination),
                method=intern(method),
                request=Payload(shared(utf8_size(payload)), payload),
                told_ms=budget.told,
                budget=budget,
            )
        )
        self._unsettled.add(seq)
        self._rows.pin(seq, pinned=True)
        if expects_packets:
            self._own.expect(seq, destination, method, payload, budget)
        return seq

    def finish(
        self,
        seq: int,
        outcome: Outcome,
        time: float,
        *,
        response: str | None = None,
        error: CallError | None = None,
        note: str | None = None,
    ) -> None:
        """The SDK's call came back. ``time`` in seconds of CLOCK_MONOTONIC."""
        call = self.call(seq)
        payload = None if response is None else Payload(shared(utf8_size(response)), response)
        self._rows.put(
            replace(
                call,
                outcome=outcome,
                ended=time,
                total=Measure((time - call.started) * 1000, 0.1, "sdk"),
                response=payload or call.response,
                error=error,
                note=note or call.note,
            )
        )

    def settle(
        self, seq: int, error: CallError | None = None, note: str | None = None, *, may_come: bool = False
    ) -> None:
        """No more packets of our call are waited for; ``error`` with its causes, where they are known by now.

        ``may_come``: if they are reported after all, soon, they are still joined to it.
        """
        call = self._rows.get(seq)
        late_from = None
        if isinstance(call, Call):
            late_from = call.ended if may_come and call.id is None else None
            self._rows.put(replace(call, error=error or call.error, note=note or call.note))
        self._own.ended(seq, late_from)
        if seq in self._unsettled:
            self._unsettled.discard(seq)
            self._rows.pin(seq, pinned=False)

    # What vantage points report

    def observe(self, event: RpcEvent, room: str, us: str | None) -> None:
        """Fold one packet into its call; ``us`` is our identity in that room.

        A packet that belongs to no call known begins one, whatever its stage: an ack without its request is shown as
        such. A repeat is counted on its call.
        """
        call = self._known(event, room)
        if call is None and us is not None and event.caller == us:
            found = self._own.find(event, room, us)
            if found is None:
                return
            call = self._claimed(found.seq, event.id) or self._begin_observed(event, room)
            for packet in found.earlier:
                call = self._fold(call, packet, us)
        self._fold(call or self._begin_observed(event, room), event, us)

    def _known(self, event: RpcEvent, room: str) -> Call | None:
        """The call that a packet belongs to, if there is one.

        A hidden participant has no identity for those whom it calls, but has one for the server.
        """
        caller = event.caller
        calls = [
            call
            for call in self._rows.with_id(event.id)
            if call.room == room and (call.caller == caller or caller is None or call.caller is None)
        ]
        if event.stage == "request":
            return next((call for call in calls if may_be_of(call, event.time)), None)
        # Of several that used the id one after the other: the latest that had begun.
        begun = [call for call in calls if call.started <= event.time + CLOCKS_DIFFER_S]
        return next(reversed(begun or calls[:1]), None)

    def _claimed(self, seq: int | None, request_id: str) -> Call | None:
        """Our call of that row, which is the one with that id; ``None`` if it was dropped meanwhile."""
        call = None if seq is None else self._rows.get(seq)
        if not isinstance(call, Call):
            return None
        call = replace(call, id=request_id, note=None if call.note == NOT_SEEN else call.note)
        self._rows.put(call)
        return call

    def _begin_observed(self, event: RpcEvent, room: str) -> Call:
        return Call(
            seq=self._rows.number(),
            room=room,
            direction="observed",
            id=event.id,
            started=event.time,
            wall=event.time + self._offset,
            note=None if event.stage == "request" else NO_REQUEST,
        )

    def _fold(self, before: Call, event: RpcEvent, us: str | None) -> Call:
        call = fold(before, event)
        call = ours(before, call, event) if call.budget is not None else of_others(before, call, event, us)
        self._rows.put(call)
        return call

    # Time passes

    def expire(self, now: float) -> None:
        """Mark observed calls as lost whose answer should have passed by now; wait no more for late packets of ours.

        ``now`` in seconds of CLOCK_MONOTONIC.
        """
        for held in self._own.expire(now):
            for event in held.events:
                call = self._known(event, held.room) or self._begin_observed(event, held.room)
                self._fold(call, event, held.us)
        for call in self._rows.open_calls():
            if call.budget is None:
                told = UNKNOWN_TOLD_MS if call.told_ms is None else call.told_ms
                if now - call.started > (told + LOST_GRACE_MS) / 1000:
                    self._rows.put(replace(call, outcome="lost", ended=None))

    def abandon(self, room: str) -> None:
        """We left ``room``: what others were calling there will not be seen to its end."""
        for call in self._rows.open_calls():
            if call.room == room and call.budget is None:
                self._rows.put(replace(call, outcome="lost", note=call.note or WE_LEFT))

    # What the user says of rows

    def mark(self, seq: int, *, marked: bool) -> None:
        """Mark a row, which is never dropped then, or unmark it; a number that is not in the trace is ignored."""
        self._rows.mark(seq, marked=marked)

    def comment(self, seq: int, text: str) -> None:
        """Write something about a call; empty text takes it away."""
        row = self._rows.get(seq)
        if isinstance(row, Call):
            self._rows.put(replace(row, comment=text or None))

    def pin(self, seq: int, *, pinned: bool) -> None:
        """Keep a row while somebody looks at it, or no longer; each pinning needs its own unpinning."""
        self._rows.pin(seq, pinned=pinned)
