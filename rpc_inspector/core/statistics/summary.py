"""Statistics of a changing set of calls, in constant memory: all of it, in groups, and over time."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rpc_inspector.core.model import Call, Measure
from rpc_inspector.core.statistics.sketch import Durations, Sketch
from rpc_inspector.core.statistics.timeline import Recent, Timeline


def outcome_of(call: Call) -> str:
    """The call's outcome as groups name it: an error by its code (``1502``), others by their word (``ok``)."""
    return str(call.error.code) if call.error else call.outcome


class Facts(NamedTuple):
    """What is counted of a call; durations in ms, sizes in bytes; ``None`` where a call has none."""

    outcome: str
    failed: bool
    total: Measure | None
    ack: Measure | None
    handler: Measure | None
    request: int | None
    response: int | None


def facts_of(call: Call) -> Facts:
    """Take them from a call, once for all groups that it is in."""
    return Facts(
        outcome_of(call),
        call.outcome == "error",
        answered_in(call),
        call.ack,
        call.handler,
        call.request.bytes if call.request else None,
        call.response.bytes if call.response else None,
    )


class Group:
    """The calls of one method, participant or outcome, or all of them.

    Attributes:
        count: calls, running ones too. outcomes: their number by :func:`outcome_of`. errors: those that failed.
        total, ack, handler: durations in ms; ``total`` of calls that were answered, well or with an error.
        request, response: payload sizes in bytes.
    """

    __slots__ = ("ack", "count", "errors", "handler", "outcomes", "request", "response", "total")

    def __init__(self) -> None:
        self.count = 0
        self.errors = 0
        self.outcomes: Counter[str] = Counter()
        self.total, self.ack, self.handler = Durations(), Durations(), Durations()
        self.request, self.response = Sketch(), Sketch()

    def put(self, facts: Facts, step: int) -> None:
        """Count a call (``step`` 1) or take it out (-1)."""
        self.count += step
        self.errors += step * facts.failed
        outcome = facts.outcome
        self.outcomes[outcome] += step
        if not self.outcomes[outcome]:
            del self.outcomes[outcome]
        self.total.put(facts.total, step)
        self.ack.put(facts.ack, step)
        self.handler.put(facts.handler, step)
        if facts.request is not None:
            (self.request.add if step > 0 else self.request.remove)(facts.request)
        if facts.response is not None:
            (self.response.add if step > 0 else self.response.remove)(facts.response)


def answered_in(call: Call) -> Measure | None:
    """How long a call took that was answered; ``None`` for running, cancelled and lost ones."""
    return call.duration if call.outcome in ("ok", "error") else None


Dimension = Literal["method", "callee", "caller", "outcome"]
DIMENSIONS: tuple[Dimension, ...] = ("method", "callee", "caller", "outcome")
#: Groups that have figures of their own; the calls of further ones are counted together under ``None``.
MOST_GROUPS = 500


def key_of(call: Call, by: Dimension) -> str:
    """In which group a call is; empty where that is not known."""
    if by == "outcome":
        return outcome_of(call)
    value: str | None = getattr(call, by)
    return value or ""


class Statistics:
    """Figures of a changing set of calls, all of it and in groups.

    Args:
        by: what to group by; ``None`` makes no groups.

    Attributes:
        all: the whole set. timeline, recent: of it, over time.
    """

    def __init__(self, by: Dimension | None = None) -> None:
        self.by = by
        self.all = Group()
        self.timeline = Timeline()
        self.recent = Recent()
        self._groups: dict[str, Group] = {}
        self._others = Group()
        self._names_of_others: Counter[str] = Counter()

    def add(self, call: Call) -> None:
        """Count a call."""
        self._put(call, 1)

    def remove(self, call: Call) -> None:
        """Take out a call as it was when it was added."""
        self._put(call, -1)

    def change(self, old: Call | None, new: Call | None) -> None:
        """A call is new (``old`` is None), changed, or no longer in the set (``new`` is None)."""
        if old is not None:
            self.remove(old)
        if new is not None:
            self.add(new)

    def _put(self, call: Call, step: int) -> None:
        facts = facts_of(call)
        self.all.put(facts, step)
        self.timeline.put(call.started, failed=call.outcome == "error", step=step)
        self.recent.put(call.started, step)
        if self.by is not None:
            self._put_in_group(key_of(call, self.by), facts, step)

    def _put_in_group(self, key: str, facts: Facts, step: int) -> None:
        group = self._groups.get(key)
        if group is None and len(self._groups) < MOST_GROUPS and key not in self._names_of_others:
            group = self._groups[key] = Group()
        if group is None:
            self._others.put(facts, step)
            self._names_of_others[key] += step
            if not self._names_of_others[key]:
                del self._names_of_others[key]
            return
        group.put(facts, step)
        if not group.count:
            del self._groups[key]

    def groups(self) -> Iterator[tuple[str | None, Group]]:
        """Each group by its name, those with most calls first; last, under ``None``, the calls of all further ones."""
        yield from sorted(self._groups.items(), key=lambda item: (-item[1].count, item[0]))
        if self._others.count:
            yield None, self._others

    @property
    def other_names(self) -> int:
        """How many groups are counted together under ``None``."""
        return len(self._names_of_others)
