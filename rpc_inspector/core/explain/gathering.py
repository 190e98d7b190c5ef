"""Gathering the facts around a call from whoever holds the trace: a session, or the store itself."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from rpc_inspector.core.explain.facts import TELLING_LAG_S, Facts, end_of
from rpc_inspector.core.model import Call, LogLine, Participant, RoomEvent, TraceRow
from rpc_inspector.core.session import SessionState

#: Events of one participant before and after a call's beginning at most.
EVENTS = 60
#: Rows looked at before and after a call's own: a bound, so that a burst of failures stays cheap in a long trace.
BEFORE, AFTER = 400, 400


class Trace(Protocol):
    """What is asked of a trace."""

    def row(self, seq: int) -> TraceRow | None:
        """A row by its number."""
        ...

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        """The room events about a participant."""
        ...

    def logs(self) -> Sequence[LogLine]:
        """The lines that our SDK logged."""
        ...


class Seen(Trace, Protocol):
    """A session: a trace with the room's present state."""

    @property
    def state(self) -> SessionState:
        """The state now."""
        ...

    @property
    def roster(self) -> tuple[Participant, ...]:
        """The participants now."""
        ...


def facts_of(session: Seen, call: Call) -> Facts:
    """What a session knows around a call."""
    return facts_around(call, session, session.state, session.roster)


def facts_around(call: Call, trace: Trace, state: SessionState, roster: tuple[Participant, ...]) -> Facts:
    """The same from its parts."""
    near = [row for row in map(trace.row, range(max(call.seq - BEFORE, 1), call.seq + AFTER)) if row is not None]
    ours = [row for row in near if isinstance(row, RoomEvent) and row.identity is None]
    events = {event.seq: event for event in ours}
    for identity in (call.caller, call.callee):
        if identity is not None:
            events |= {event.seq: event for event in _told(trace.events_of(identity), call)}
    limit = end_of(call) + TELLING_LAG_S
    return Facts(
        state=state,
        roster=roster if state.status == "opened" or state.room == call.room else (),
        events=tuple(sorted((e for e in events.values() if e.room == call.room), key=lambda event: event.time)),
        calls=tuple(
            row
            for row in near
            if isinstance(row, Call) and row.seq != call.seq and row.room == call.room and row.started <= limit
        ),
        log=tuple(line for line in trace.logs() if line.call == call.seq),
    )


def _told(events: Sequence[RoomEvent], call: Call) -> Sequence[RoomEvent]:
    """Those around the call's beginning; they come in the order of their times."""
    at = bisect_right(events, call.started, key=lambda event: event.time)
    return events[max(at - EVENTS, 0) : at + EVENTS]
