"""The lines of the list: rows in an order, or headings of groups with rows under them."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, Protocol

from rpc_inspector.core.model import RoomEvent, TraceRow
from rpc_inspector.tui.widgets.trace.order import Arrangement, Grouping, group_of, placing
from rpc_inspector.tui.widgets.trace.row_index import Ordered, in_time
from rpc_inspector.tui.widgets.trace.stats import TraceStats, failed

#: A row as it was and as it is now; ``None`` where it was not shown, or is not any more.
Pair = tuple[TraceRow | None, TraceRow | None]


class Change(NamedTuple):
    """What a batch did: ``changed`` rows stay where they are; ``moved``: positions are others than before."""

    changed: tuple[int, ...] = ()
    moved: bool = False


class Group:
    """The rows under one heading.

    Attributes:
        name: what they have in common; ``None`` for room events and calls without it.
        events: its rows are room events. stats: figures of its calls.
        rows, errors: all of its rows and those that failed, by time. unfolded: they are shown.
    """

    __slots__ = ("errors", "events", "name", "rows", "stats", "unfolded")

    def __init__(self, name: str | None, *, events: bool) -> None:
        self.name = name
        self.events = events
        self.rows, self.errors = Ordered(), Ordered()
        self.stats = TraceStats()
        self.unfolded = False

    @property
    def key(self) -> tuple[bool, str | None]:
        """What names the group."""
        return self.events, self.name

    @property
    def lines(self) -> int:
        """The heading, and its rows where they are shown."""
        return 1 + (len(self.rows) if self.unfolded else 0)


class Lines(Protocol):
    """What stands at which line."""

    def __len__(self) -> int:
        """How many lines there are."""
        ...

    def at(self, index: int) -> int | Group:
        """A row's number, or a heading."""
        ...

    def place_of(self, what: TraceRow | Group) -> int:
        """Where something stands or would stand."""
        ...

    def change(self, pairs: Iterable[Pair]) -> Change:
        """Rows came, changed, went."""
        ...

    def failed_from(self, index: int, step: int) -> int | None:
        """The line of the next (``step`` 1) or previous (-1) failed call; a folded group is unfolded for it."""
        ...


class Flat:
    """Rows in the order of a column."""

    def __init__(self, column: str = "time", *, descending: bool = False) -> None:
        self._place = placing(column, descending=descending)
        self._descending = descending
        self.order = Ordered()
        self.errors = Ordered()

    def __len__(self) -> int:
        return len(self.order)

    def _turned(self, index: int) -> int:
        return len(self.order) - 1 - index if self._descending else index

    def at(self, index: int) -> int:
        """The number of a row."""
        return self.order[self._turned(index)]

    def place_of(self, what: TraceRow | Group) -> int:
        """Where a row stands or would stand."""
        if isinstance(what, Group):
            return 0
        place = self._place(what)
        at = self.order.index_of(place)
        if at is not None:
            return self._turned(at)
        return len(self.order) - self.order.place_of(place) if self._descending else self.order.place_of(place)

    def change(self, pairs: Iterable[Pair]) -> Change:
        """Rows came, changed, went."""
        gone, come, stayed, fewer, more = [], [], [], [], []
        for old, new in pairs:
            was = None if old is None else self._place(old)
            now = None if new is None else self._place(new)
            if was == now and now is not None:
                stayed.append(now[1])
            else:
                gone += [] if was is None else [was]
                come += [] if now is None else [now]
            if was is not None and old is not None and failed(old):
                fewer.append(was)
            if now is not None and new is not None and failed(new):
                more.append(now)
        self.errors.remove(fewer)
        self.errors.add(more)
        moved = self.order.remove(gone) or bool(come)
        self.order.add(come)
        return Change(tuple(stayed), moved)

    def failed_from(self, index: int, step: int) -> int | None:
        """The next or previous failed call, found by its place among the errors."""
        if not len(self.order) or not len(self.errors):
            return None
        forward = (step > 0) != self._descending
        here = self.order.place_at(self._turned(min(max(index, 0), len(self.order) - 1)))
        at = self.errors.place_of(here)
        if forward:
            at += self.errors.index_of(here) is not None
        else:
            at -= 1
        if not 0 <= at < len(self.errors):
            return None
        found = self.order.index_of(self.errors.place_at(at))
        return None if found is None else self._turned(found)


class Grouped:
    """Groups by name, the rows of each by time."""

    def __init__(self, by: Grouping) -> None:
        self.by = by
        self._groups: dict[tuple[bool, str | None], Group] = {}
        self._listed: list[Group] | None = None
        self._ends: list[int] = []

    def unfold_as(self, former: Lines) -> None:
        """Unfold what was unfolded before."""
        if isinstance(former, Grouped) and former.by == self.by:
            for group in former.groups:
                self._group(*group.key).unfolded = group.unfolded

    def __len__(self) -> int:
        self._list()
        return self._ends[-1] if self._ends else 0

    @property
    def groups(self) -> list[Group]:
        """Those that have rows, as they are listed."""
        return self._list()

    def _group(self, events: bool, name: str | None) -> Group:
        group = self._groups.get((events, name))
        if group is None:
            group = self._groups[events, name] = Group(name, events=events)
        return group

    def _list(self) -> list[Group]:
        if self._listed is None:
            there = [group for group in self._groups.values() if len(group.rows)]
            there.sort(key=lambda group: (group.events, group.name is None, group.name or ""))
            self._listed = there
            self._ends = list(accumulate(group.lines for group in there))
        return self._listed

    def _start(self, index: int) -> int:
        return self._ends[index - 1] if index else 0

    def at(self, index: int) -> int | Group:
        """A row's number, or a heading."""
        groups = self._list()
        at = bisect_right(self._ends, index)
        group, inside = groups[at], index - self._start(at)
        return group.rows[inside - 1] if inside else group

    def place_of(self, what: TraceRow | Group) -> int:
        """Where something stands; a row whose group is folded, at its heading."""
        groups = self._list()
        group = self._groups.get(what.key, what) if isinstance(what, Group) else self.group_with(what)
        try:
            start = self._start(groups.index(group))
        except ValueError:
            return 0
        if isinstance(what, Group) or not group.unfolded:
            return start
        return start + 1 + group.rows.place_of(in_time(what))

    def group_with(self, row: TraceRow) -> Group:
        """The group that a row belongs to."""
        return self._group(*self.key_of(row))

    def key_of(self, row: TraceRow) -> tuple[bool, str | None]:
        """The key of that group."""
        return isinstance(row, RoomEvent), group_of(row, self.by)

    def turn(self, group: Group, *, unfolded: bool) -> None:
        """Show the rows of a group, or only its heading."""
        group.unfolded = unfolded
        self._listed = None

    def change(self, pairs: Iterable[Pair]) -> Change:
        """Rows came, changed, went: figures of groups change even where no line does."""
        gone: dict[Group, list[TraceRow]] = {}
        come: dict[Group, list[TraceRow]] = {}
        for old, new in pairs:
            if old is not None:
                gone.setdefault(self.group_with(old), []).append(old)
            if new is not None:
                come.setdefault(self.group_with(new), []).append(new)
        for group, rows in gone.items():
            group.rows.remove([in_time(row) for row in rows])
            group.errors.remove([in_time(row) for row in rows if failed(row)])
            for row in rows:
                group.stats.change(row, None)
        for group, rows in come.items():
            group.rows.add([in_time(row) for row in rows])
            group.errors.add([in_time(row) for row in rows if failed(row)])
            for row in rows:
                group.stats.change(None, row)
        for group in gone:
            if not len(group.rows) and not group.unfolded:
                self._groups.pop(group.key, None)
        self._listed = None
        return Change((), moved=bool(gone or come))

    def failed_from(self, index: int, step: int) -> int | None:
        """The next or previous failed call, whose group is unfolded."""
        groups = self._list()
        if not groups:
            return None
        at = min(bisect_right(self._ends, index), len(groups) - 1)
        inside = index - self._start(at) - 1
        while 0 <= at < len(groups):
            group = groups[at]
            place = self._failed_in(group, inside, step)
            if place is not None:
                self.turn(group, unfolded=True)
                return self.place_of(group) + 1 + place
            at += step
            inside = -1 if step > 0 else len(groups[at].rows) if 0 <= at < len(groups) else 0
        return None

    @staticmethod
    def _failed_in(group: Group, inside: int, step: int) -> int | None:
        """Where in the group the next failed call from its row ``inside`` (-1: its heading) stands."""
        if not len(group.errors) or (inside < 0 and step < 0):
            return None
        if inside < 0:
            at = 0
        elif inside >= len(group.rows):
            at = len(group.errors) - 1
        else:
            here = group.rows.place_at(inside)
            at = group.errors.place_of(here)
            at = at + (group.errors.index_of(here) is not None) if step > 0 else at - 1
        return group.rows.index_of(group.errors.place_at(at)) if 0 <= at < len(group.errors) else None


def lines_of(how: Arrangement, by_time: Flat, former: Lines) -> Lines:
    """The lines of an arrangement, empty; ``by_time`` itself where that is the order."""
    if how.group:
        grouped = Grouped(how.group)
        grouped.unfold_as(former)
        return grouped
    return by_time if how.is_by_time else Flat(how.sort, descending=how.descending)
