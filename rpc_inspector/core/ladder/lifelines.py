"""The lifelines of a ladder: who is on it, when they were in the room, when they had calls in their hands."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from dataclasses import dataclass, field

from rpc_inspector.core.ladder.arrows import Step, busy

#: Room events that say that a participant is in the room from then on, or no longer.
_PRESENT = {"joined": True, "active": True, "connected": True, "left": False, "disconnected": False}


@dataclass(slots=True)
class _Life:
    """What is known of one participant; times in seconds of CLOCK_MONOTONIC, in order."""

    presence: list[tuple[float, bool]] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)


class Lifelines:
    """Kept up to date by adding and taking away the steps of whole rows."""

    def __init__(self) -> None:
        self._arrows: Counter[str | None] = Counter()
        self._marks: Counter[str | None] = Counter()
        self._lives: dict[str | None, _Life] = {}

    def add(self, steps: tuple[Step, ...]) -> bool:
        """Note the steps of a row; True if somebody new is on the ladder, or idle no longer."""
        before = len(self._arrows), len(self._marks)
        for step in steps:
            if step.kind != "event":
                self._arrows[step.sender] += 1
                self._arrows[step.receiver] += 1
            elif step.sender is not None:
                self._marks[step.sender] += 1
                present = _presence(step)
                if present is not None:
                    insort(self._life(step.sender).presence, (step.time, present))
        if (held := busy(steps)) is not None:
            who, begin, end = held
            life = self._life(who)
            insort(life.begins, begin)
            if end is not None:
                insort(life.ends, end)
        return before != (len(self._arrows), len(self._marks))

    def remove(self, steps: tuple[Step, ...]) -> bool:
        """Forget the steps of a row, which were added before; True if somebody is no longer there."""
        before = len(self._arrows), len(self._marks)
        for step in steps:
            if step.kind != "event":
                _less(self._arrows, step.sender)
                _less(self._arrows, step.receiver)
            elif step.sender is not None:
                _less(self._marks, step.sender)
                present = _presence(step)
                if present is not None:
                    self._life(step.sender).presence.remove((step.time, present))
        if (held := busy(steps)) is not None:
            who, begin, end = held
            life = self._life(who)
            _without(life.begins, begin)
            if end is not None:
                _without(life.ends, end)
        return before != (len(self._arrows), len(self._marks))

    def _life(self, who: str | None) -> _Life:
        life = self._lives.get(who)
        if life is None:
            life = self._lives[who] = _Life()
        return life

    def everybody(self) -> list[str | None]:
        """Who has an arrow, in the order in which they were first met, then who has a mark only."""
        return list({**self._arrows, **self._marks})

    def is_idle(self, who: str | None) -> bool:
        """No arrow begins or ends at this participant."""
        return who not in self._arrows

    def is_here(self, who: str | None, time: float) -> bool:
        """Whether a participant was in the room at a time, as far as the room events tell; otherwise yes."""
        life = self._lives.get(who)
        if life is None or not life.presence:
            return True
        at = bisect_right(life.presence, (time, True))
        # Whoever joins was not there before; whoever leaves was.
        return life.presence[at - 1][1] if at else not life.presence[0][1]

    def has_left(self, who: str | None) -> bool:
        """Whether the last that is known of a participant is that it left."""
        life = self._lives.get(who)
        return bool(life and life.presence and not life.presence[-1][1])

    def calls_at(self, who: str | None, time: float) -> int:
        """How many calls a participant had in its hands at a time: their begin counts, their end does not."""
        life = self._lives.get(who)
        return 0 if life is None else bisect_right(life.begins, time) - bisect_right(life.ends, time)


def _presence(step: Step) -> bool | None:
    return _PRESENT.get(step.event.kind) if step.event else None


def _less(counter: Counter[str | None], who: str | None) -> None:
    counter[who] -= 1
    if counter[who] <= 0:
        del counter[who]


def _without(times: list[float], time: float) -> None:
    at = bisect_left(times, time)
    if at < len(times) and times[at] == time:
        del times[at]
