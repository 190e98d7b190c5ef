"""Rows in an order: append, insert, look up, drop, each without looking at all of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from rpc_inspector.core.model import Call, TraceRow

#: A batch with more rows than this before the last is sorted in; fewer are inserted one by one.
SORT_FROM = 500
#: What an order sorts by (any values that compare), and the row's number, which decides between equals.
Place = tuple[Any, int]


def begun(row: TraceRow) -> float:
    """When a row stands in the trace: seconds of CLOCK_MONOTONIC."""
    return row.started if isinstance(row, Call) else row.time


def in_time(row: TraceRow) -> Place:
    """A row's place in the order of time."""
    return begun(row), row.seq


class Ordered:
    """Numbers of rows in the order of their keys; keys stand beside them, so that no row is looked at to find one."""

    __slots__ = ("_keys", "_seqs")

    def __init__(self) -> None:
        self._keys: list[Any] = []
        self._seqs: list[int] = []

    def __len__(self) -> int:
        return len(self._seqs)

    def __getitem__(self, index: int) -> int:
        return self._seqs[index]

    def place_at(self, index: int) -> Place:
        """The key and number of the row that stands there."""
        return self._keys[index], self._seqs[index]

    def between(self, first: int, end: int) -> list[int]:
        """The numbers at ``first`` up to before ``end``, as far as there are."""
        return self._seqs[max(first, 0) : max(end, 0)]

    def place_of(self, place: Place) -> int:
        """Where a row stands or, if it is not there, would stand."""
        key, seq = place
        low = bisect_left(self._keys, key)
        if low == len(self._keys) or self._keys[low] != key:
            return low
        return bisect_left(self._seqs, seq, low, bisect_right(self._keys, key, low))

    def index_of(self, place: Place) -> int | None:
        """Where a row stands; ``None`` if it is not there."""
        at = self.place_of(place)
        return at if at < len(self._seqs) and self._seqs[at] == place[1] else None

    def add(self, places: list[Place]) -> None:
        """Put rows in."""
        if not places:
            return
        places.sort()
        early = 0 if not self._seqs else bisect_left(places, (self._keys[-1], self._seqs[-1]))
        if early > SORT_FROM:
            merged = sorted([*zip(self._keys, self._seqs, strict=True), *places])
            self._keys, self._seqs = [key for key, _ in merged], [seq for _, seq in merged]
            return
        for place in places[:early]:
            at = self.place_of(place)
            self._keys.insert(at, place[0])
            self._seqs.insert(at, place[1])
        for key, seq in places[early:]:
            self._keys.append(key)
            self._seqs.append(seq)

    def extend(self, keys: Iterable[Any], seqs: Iterable[int]) -> None:
        """Put rows behind all others, in order already."""
        self._keys += keys
        self._seqs += seqs

    def remove(self, places: list[Place]) -> bool:
        """Take rows out; True if any was there."""
        if not places:
            return False
        # The oldest are dropped first, as a rule: one cut at the front serves all of them.
        gone = {seq for _, seq in places}
        front = 0
        while front < len(self._seqs) and self._seqs[front] in gone:
            front += 1
        cut = set(self._seqs[:front])
        del self._seqs[:front], self._keys[:front]
        found = front > 0
        for place in places:
            at = self.index_of(place) if place[1] not in cut else None
            if at is not None:
                del self._seqs[at], self._keys[at]
                found = True
        return found


class RowIndex:
    """The rows that are shown, in the order of time.

    Args:
        order: their numbers, as places :func:`in_time`.
        known: all rows by number, those not shown too.
    """

    def __init__(self, order: Ordered, known: Mapping[int, TraceRow]) -> None:
        self._order = order
        self._known = known

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> TraceRow:
        return self._known[self._order[index]]

    def between(self, first: int, end: int) -> Iterator[TraceRow]:
        """The rows at ``first`` up to before ``end``, as far as there are."""
        for seq in self._order.between(first, end):
            yield self._known[seq]

    def get(self, seq: int) -> TraceRow | None:
        """A row by its number, shown or not."""
        return self._known.get(seq)

    def all(self) -> Collection[TraceRow]:
        """Every row, those not shown too."""
        return self._known.values()

    def index_of(self, seq: int) -> int | None:
        """Where a row stands; ``None`` if it is not shown."""
        row = self._known.get(seq)
        return None if row is None else self._order.index_of(in_time(row))

    def place_of(self, row: TraceRow) -> int:
        """Where a row stands or, if it is not shown, would stand."""
        return self._order.place_of(in_time(row))
