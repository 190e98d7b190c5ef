"""What is known around a call, and the questions that rules ask of it. Times in seconds of CLOCK_MONOTONIC."""

from collections.abc import Iterable

from msgspec import Struct

from rpc_inspector.core.model import Call, LogLine, Participant, RoomEvent, RoomEventKind
from rpc_inspector.core.session import SessionState

#: So long after a call's end what is told still belongs to it: livekit-server 1.13.5 tells of joins and leaves of
#: participants without tracks every 3 s, and the SDK ends a call with 1503 2 s after the leave.
TELLING_LAG_S = 4.0
#: The reasons of a leave without a goodbye: the server noticed that the connection was lost.
LOST_REASONS = frozenset({"connection timeout", "state mismatch", "signal close", "media failure", "unknown reason"})
#: RoomService and the SDK tell the time of a join in whole seconds at times.
_JOIN_RESOLUTION_S = 1.0


class Facts(Struct, frozen=True, kw_only=True):
    """What is known around a call.

    Attributes:
        state: the session now. roster: the participants now.
        events: the room events about caller and callee, and those about us around the call, by their times.
        calls: the calls shortly before it and during it, without it.
        log: what our own SDK logged about it.
    """

    state: SessionState
    roster: tuple[Participant, ...] = ()
    events: tuple[RoomEvent, ...] = ()
    calls: tuple[Call, ...] = ()
    log: tuple[LogLine, ...] = ()

    @property
    def is_saved(self) -> bool:
        """The facts are those of a file: what it does not tell is not known."""
        return self.state.status == "opened"

    @property
    def others(self) -> tuple[Participant, ...]:
        """The participants now, without ourselves."""
        return tuple(one for one in self.roster if not one.is_self)

    def participant(self, identity: str | None) -> Participant | None:
        """Who has that identity now."""
        return next((one for one in self.roster if one.identity == identity), None)

    def between(
        self, begin: float, end: float, kinds: Iterable[RoomEventKind], identity: str | None = None
    ) -> tuple[RoomEvent, ...]:
        """The events of some kinds in a span of time: about ``identity``, or about the room where it is ``None``."""
        wanted = frozenset(kinds)
        return tuple(
            event
            for event in self.events
            if event.kind in wanted and event.identity == identity and begin <= event.time <= end
        )

    # Who was there

    def _stay(self, identity: str | None) -> tuple[RoomEvent, ...]:
        return tuple(
            event
            for event in self.events
            if identity is not None and event.identity == identity and event.kind in ("joined", "active", "left")
        )

    def knows_room(self, call: Call) -> bool:
        """Whether we are in the call's room now, so that state and roster tell of it."""
        return self.state.status in ("connected", "reconnecting") and self.state.room == call.room

    def was_there(self, identity: str | None, call: Call) -> bool | None:
        """Whether somebody of that identity was in the room when the call began, as far as we were told by now.

        ``None``: we are not in that room any more, or a saved trace does not tell.
        """
        stay = self._stay(identity)
        before = [event for event in stay if event.time <= call.started]
        if before:
            return before[-1].kind != "left"
        someone = self.participant(identity)
        if stay and stay[0].kind == "joined":
            # We may have been told late, and then it tells itself when it joined.
            joined = someone.joined_at if someone else None
            return joined is not None and joined + _JOIN_RESOLUTION_S < call.wall
        if stay:
            return True
        if someone is not None:
            return True
        return False if self.knows_room(call) else None

    def left_before(self, identity: str | None, call: Call) -> RoomEvent | None:
        """Its leave, where it had left when the call began and had not come back."""
        before = [event for event in self._stay(identity) if event.time <= call.started]
        return before[-1] if before and before[-1].kind == "left" else None

    def left_during(self, identity: str | None, call: Call) -> RoomEvent | None:
        """Its first leave that we were told of during the call or so soon after that it may belong to it."""
        return next((e for e in self._stay(identity) if e.kind == "left" and _around(call, e.time)), None)

    def joined_during(self, identity: str | None, call: Call) -> RoomEvent | None:
        """Its first join likewise."""
        return next((e for e in self._stay(identity) if e.kind == "joined" and _around(call, e.time)), None)

    def joined_before(self, identity: str | None, call: Call) -> RoomEvent | None:
        """The join that its stay at the beginning of the call began with, where we saw it."""
        before = [event for event in self._stay(identity) if event.time <= call.started and event.kind != "active"]
        return before[-1] if before and before[-1].kind == "joined" else None

    def active_during(self, identity: str | None, call: Call) -> RoomEvent | None:
        """When it became active, where that was after the call had begun."""
        return next((e for e in self._stay(identity) if e.kind == "active" and e.time > call.started), None)

    def vanished_after(self, identity: str | None, call: Call) -> RoomEvent | None:
        """Its first leave after the call, where the server noticed that its connection was lost."""
        later = [event for event in self._stay(identity) if event.time > end_of(call)]
        return later[0] if later and later[0].kind == "left" and later[0].text in LOST_REASONS else None

    # What they may do

    def may_send(self, identity: str | None, call: Call) -> bool | None:
        """Whether it could publish data all through the call; ``None`` is not known."""
        changes = [
            (event.time, event.text != "may not send data")
            for event in self.events
            if event.kind == "permissions" and event.identity == identity
        ]
        before = [may for time, may in changes if time <= call.started]
        during = [may for time, may in changes if call.started < time <= end_of(call)]
        if not all((before[-1:] or [True]) + during):
            return False
        if before or during:
            return True
        if changes:
            return None
        if identity == self.state.identity and not self.is_saved:
            return self.state.permissions.can_publish_data
        someone = self.participant(identity)
        return someone.permissions.can_publish_data if someone else None

    # Other calls

    def to_callee(self, call: Call) -> tuple[Call, ...]:
        """The calls that were made to the same callee and had ended when this one began."""
        return tuple(
            one for one in self.calls if one.callee == call.callee and (ended := one.ended) and ended <= call.started
        )

    def answered_at(self, call: Call) -> Call | None:
        """The latest of them to which the callee's SDK answered anything."""
        return next((one for one in reversed(self.to_callee(call)) if has_answer(one)), None)

    def meanwhile(self, call: Call) -> tuple[Call, ...]:
        """The calls that were in flight at some time while this one was."""
        begin, end = call.started, end_of(call)
        return tuple(one for one in self.calls if one.started <= end and (one.ended is None or one.ended >= begin))


def end_of(call: Call) -> float:
    """When it ended, as far as known; of one without an end, when all its limits were over."""
    if call.ended is not None:
        return call.ended
    longest = call.budget.longest if call.budget else (call.told_ms or 15_000) + 7_000
    return call.started + longest / 1000


def has_answer(call: Call) -> bool:
    """Whether the callee's SDK answered: an ack or an answer of it was seen, or its handler's result came back."""
    return call.outcome == "ok" or seen(call, "ack") or seen(call, "response")


def seen(call: Call, stage: str, at: str | None = None) -> bool:
    """Whether any vantage point, or one at that place, saw the stage."""
    return any(one.stage == stage for view in call.views if at in (None, view.at) for one in view.stages)


def _around(call: Call, time: float) -> bool:
    return call.started < time <= end_of(call) + TELLING_LAG_S
