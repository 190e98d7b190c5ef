"""The trace store: events are folded into calls as they come; room events stand between them.

One writer (the session). Readers take immutable rows, or the batch of those that changed since they last asked.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, Budget, utf8_size
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.fold import conclude, fold
from rpc_inspector.core.matching import OwnCalls
from rpc_inspector.core.methods import internal
from rpc_inspector.core.model import (
    Call,
    CallDirection,
    CallError,
    Measure,
    Outcome,
    Payload,
    Purpose,
    RoomEvent,
    RoomEventKind,
    TraceRow,
    replace,
)

#: An observed call counts as lost when its answer did not pass by so long after all its known limits, in ms.
LOST_GRACE_MS = DEFAULT_ACK_MS + 2_000
#: The told limit assumed for a call whose request was not seen, in ms.
UNKNOWN_TOLD_MS = 15_000
#: So long (s) after the end of a call of ours its packets may still be reported: a vantage point may lag.
LATE_PACKETS_S = 2.0
#: Said of a call of ours that was not joined to its packets, until they come after all.
NOT_SEEN = "its packets were not seen"
#: Requests of ours that cannot be told apart are held back for so many ids at most.
MAX_HELD = 1000


@dataclass(slots=True)
class Changes:
    """What changed since the store was last drained."""

    rows: tuple[TraceRow, ...] = ()
    dropped: tuple[int, ...] = ()


@dataclass(slots=True)
class _Held:
    """Events of a request of ours that may belong to several calls."""

    events: list[RpcEvent] = field(default_factory=list)


class TraceStore:
    """All rows of the trace.

    Args:
        wall_offset: seconds to add to CLOCK_MONOTONIC to get seconds since the epoch.
        limit: rows kept; beyond it the oldest finished are dropped and counted.
    """

    def __init__(self, wall_offset: float, limit: int = 100_000) -> None:
        self._offset = wall_offset
        self._limit = limit
        self._rows: dict[int, TraceRow] = {}
        self._by_key: dict[tuple[str, str | None, str], int] = {}
        self._open: dict[int, None] = {}
        self._own_open: set[int] = set()
        self._own = OwnCalls()
        self._held: dict[str, _Held] = {}
        self._late: dict[int, float] = {}
        self._changed: dict[int, None] = {}
        self._dropped: deque[int] = deque(maxlen=limit)
        self._pins: dict[int, int] = {}
        self._next = 1
        self.dropped_total = 0
        self.unassigned = 0

    # Reading

    def get(self, seq: int) -> TraceRow | None:
        """A row, or ``None`` if it never was or was dropped."""
        return self._rows.get(seq)

    def call(self, seq: int) -> Call:
        """A call that is known to be in the store.

        Raises:
            KeyError: it is not, or the row is no call.
        """
        row = self._rows[seq]
        if not isinstance(row, Call):
            raise KeyError(seq)
        return row

    def rows(self) -> Sequence[TraceRow]:
        """All rows in the order of their numbers."""
        return tuple(self._rows.values())

    def drain(self) -> Changes:
        """The rows that are new or changed since the last time, each once, as they are now."""
        changes = Changes(tuple(self._rows[seq] for seq in self._changed if seq in self._rows), tuple(self._dropped))
        self._changed.clear()
        self._dropped.clear()
        return changes

    @property
    def has_changes(self) -> bool:
        """Whether :meth:`drain` would return anything."""
        return bool(self._changed or self._dropped)

    # Room events

    def note(self, kind: RoomEventKind, time: float, room: str, identity: str | None = None, text: str = "") -> None:
        """Put a room event into the trace. ``time`` in seconds of CLOCK_MONOTONIC."""
        wall = time + self._offset
        event = RoomEvent(seq=self._take(), kind=kind, time=time, wall=wall, room=room, identity=identity, text=text)
        self._put(event)

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

        ``expects_packets=False`` when nothing will be sent, or when no vantage point would see it.
        """
        seq = self._take()
        self._put(
            Call(
                seq=seq,
                room=room,
                direction="outgoing",
                purpose=purpose,
                started=time,
                wall=time + self._offset,
                caller=us,
                callee=destination,
                method=method,
                request=Payload(utf8_size(payload), payload),
                told_ms=budget.told,
                budget=budget,
            )
        )
        self._own_open.add(seq)
        if expects_packets:
            self._own.add(seq, destination, method, payload, budget)
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
        payload = None if response is None else Payload(utf8_size(response), response)
        self._own_open.discard(seq)
        self._put(
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
        if isinstance(call, Call):
            self._put(replace(call, error=error or call.error, note=note or call.note))
        if may_come and isinstance(call, Call) and call.id is None and call.ended is not None:
            self._late[seq] = call.ended
        else:
            self._own.remove(seq)

    def identified(self, seq: int) -> bool:
        """Whether our call was joined to its packets."""
        call = self._rows.get(seq)
        return isinstance(call, Call) and call.id is not None

    # What vantage points report

    def observe(self, event: RpcEvent, room: str, us: str | None) -> None:
        """Fold one packet into its call; ``us`` is our identity in that room.

        A packet that belongs to no call known begins one, whatever its stage: an ack without its request is shown as
        such. A repeat is counted on its call.
        """
        key = (room, event.caller, event.id)
        seq = self._by_key.get(key)
        if seq is None and us is not None and event.caller == us:
            seq = self._own_seq(event, key)
            if seq is None:
                return
        if seq is None:
            seq = self._begin_observed(event, key, us)
        self._fold(seq, event)

    def _own_seq(self, event: RpcEvent, key: tuple[str, str | None, str]) -> int | None:
        """The row of a packet of a call of ours; ``None`` while several calls could be its own."""
        held = self._held.get(event.id)
        if held is not None and event.stage != "request":
            held.events.append(event)
            return None
        if event.stage != "request":
            if event.callee is not None and self._own.waits_for(event.callee):
                # A vantage point that came in the middle of the call, or is ahead of the one that saw the request.
                self._keep_held(event)
                return None
            return self._begin_observed(event, key, event.caller)
        candidates = self._own.match(event)
        if len(candidates) > 1:
            self._hold(event)
            return None
        self._held.pop(event.id, None)
        seq = self._claim(candidates[0], key) if candidates else self._begin_observed(event, key, event.caller)
        for earlier in held.events if held else ():
            self._fold(seq, earlier)
        return seq

    def _claim(self, seq: int, key: tuple[str, str | None, str]) -> int:
        """The packets of that key are those of our call ``seq``."""
        self._own.remove(seq)
        self._by_key[key] = seq
        self._late.pop(seq, None)
        call = self.call(seq)
        self._put(replace(call, id=key[2], note=None if call.note == NOT_SEEN else call.note))
        return seq

    def _keep_held(self, event: RpcEvent) -> list[RpcEvent]:
        """Keep an event until its call is known; what was kept of that call before."""
        held = self._held.get(event.id)
        if held is None:
            held = self._held[event.id] = _Held()
            if len(self._held) > MAX_HELD:
                del self._held[next(iter(self._held))]
        before = held.events[:]
        held.events.append(event)
        return before

    def _hold(self, event: RpcEvent) -> None:
        """Keep a request that several calls of ours could have sent."""
        before = self._keep_held(event)
        # Each vantage point reports it, and perhaps twice: it is one call.
        if event.complete and not any(earlier.complete for earlier in before if earlier.stage == "request"):
            self.unassigned += 1

    def _begin_observed(self, event: RpcEvent, key: tuple[str, str | None, str], us: str | None) -> int:
        seq = self._take()
        self._by_key[key] = seq
        direction: CallDirection = "observed"
        if us is not None and us in (event.caller, event.callee):
            direction = "outgoing" if event.caller == us else "incoming"
        purpose: Purpose = "call"
        if event.method is not None and internal(event.method):
            purpose = "describe" if event.method.endswith("describe") else "ping"
        self._put(
            Call(
                seq=seq,
                room=key[0],
                direction=direction,
                purpose=purpose,
                id=event.id,
                started=event.time,
                wall=event.time + self._offset,
                note=None if event.stage == "request" else f"its request was not seen, only its {event.stage}",
            )
        )
        return seq

    def _fold(self, seq: int, event: RpcEvent) -> None:
        before = self.call(seq)
        call = fold(before, event)
        if seq in self._own_open or (call.total is not None and call.total.source == "sdk"):
            call = replace(call, response=before.response) if before.response and before.total else call
        else:
            call = conclude(call, event)
        self._put(call)

    def expire(self, now: float) -> None:
        """Mark observed calls as lost whose answer should have passed by now; wait no more for late packets of ours.

        ``now`` in seconds of CLOCK_MONOTONIC.
        """
        for seq in [seq for seq, ended in self._late.items() if now - ended > LATE_PACKETS_S]:
            del self._late[seq]
            self._own.remove(seq)
        for seq in list(self._open):
            row = self._rows.get(seq)
            if isinstance(row, Call) and seq not in self._own_open:
                told = UNKNOWN_TOLD_MS if row.told_ms is None else row.told_ms
                if now - row.started > (told + LOST_GRACE_MS) / 1000:
                    self._put(replace(row, outcome="lost", ended=None))

    def abandon(self, room: str) -> None:
        """We left ``room``: what others were calling there will not be seen to its end."""
        for seq in list(self._open):
            row = self._rows.get(seq)
            if isinstance(row, Call) and row.room == room and seq not in self._own_open:
                self._put(replace(row, outcome="lost", note=row.note or "we left the room before it ended"))

    # What the user says of rows

    def mark(self, seq: int, *, marked: bool) -> None:
        """Mark a row, which is never dropped then, or unmark it; a number that is not in the trace is ignored."""
        row = self._rows.get(seq)
        if row is not None and row.marked != marked:
            self._put(replace(row, marked=marked))

    def comment(self, seq: int, text: str) -> None:
        """Write something about a call; empty text takes it away."""
        row = self._rows.get(seq)
        if isinstance(row, Call):
            self._put(replace(row, comment=text or None))

    def pin(self, seq: int, *, pinned: bool) -> None:
        """Keep a row while somebody looks at it, or no longer; each pinning needs its own unpinning."""
        count = self._pins.get(seq, 0) + (1 if pinned else -1)
        if count > 0:
            self._pins[seq] = count
        else:
            self._pins.pop(seq, None)

    # Keeping rows

    def _take(self) -> int:
        seq = self._next
        self._next += 1
        return seq

    def _put(self, row: TraceRow) -> None:
        self._rows[row.seq] = row
        self._changed[row.seq] = None
        if isinstance(row, Call):
            if row.is_open:
                self._open[row.seq] = None
            else:
                self._open.pop(row.seq, None)
        if len(self._rows) > self._limit:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        for seq, row in self._rows.items():
            if seq not in self._open and seq not in self._pins and not row.marked:
                del self._rows[seq]
                self._changed.pop(seq, None)
                if isinstance(row, Call) and row.id is not None:
                    self._by_key.pop((row.room, row.caller, row.id), None)
                self._dropped.append(seq)
                self.dropped_total += 1
                return
