"""The rows of a list in the order of their times: append, look up, drop, each without looking at all of them."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from rpc_inspector.core.model import Call, TraceRow

#: A batch with so many rows before the last is sorted in, fewer are inserted one by one.
SORT_FROM = 64


class Change(NamedTuple):
    """What a batch did: ``changed`` rows stay where they are; ``moved``: positions are others than before."""

    changed: tuple[int, ...] = ()
    moved: bool = False


def begun(row: TraceRow) -> float:
    """When a row stands in the trace: seconds of CLOCK_MONOTONIC."""
    return row.started if isinstance(row, Call) else row.time


class RowIndex:
    """Rows by number and by time.

    Args:
        accepts: which rows are in the list; the others are kept and can be let in by :meth:`refilter`.
    """

    def __init__(self, accepts: Callable[[TraceRow], bool]) -> None:
        self._accepts = accepts
        self._rows: dict[int, TraceRow] = {}
        self._order: list[int] = []

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> TraceRow:
        return self._rows[self._order[index]]

    def between(self, first: int, end: int) -> Iterator[TraceRow]:
        """The rows at ``first`` up to before ``end``, as far as there are."""
        for seq in self._order[max(first, 0) : max(end, 0)]:
            yield self._rows[seq]

    def get(self, seq: int) -> TraceRow | None:
        """A row by its number, in the list or not."""
        return self._rows.get(seq)

    def all(self) -> Collection[TraceRow]:
        """Every row, those not in the list too."""
        return self._rows.values()

    def index_of(self, seq: int) -> int | None:
        """Where a row stands in the list; ``None`` if it does not."""
        row = self._rows.get(seq)
        if row is None:
            return None
        index = self.place_of(row)
        return index if index < len(self._order) and self._order[index] == seq else None

    def place_of(self, row: TraceRow) -> int:
        """Where a row stands or, if it is not in the list, would stand."""
        return bisect_left(self._order, (begun(row), row.seq), key=self._key)

    def _key(self, seq: int) -> tuple[float, int]:
        return begun(self._rows[seq]), seq

    def put(self, rows: Iterable[TraceRow]) -> Change:
        """Add new rows and replace changed ones."""
        added: list[int] = []
        changed: list[int] = []
        moved = False
        for row in rows:
            seq = row.seq
            old = self._rows.get(seq)
            at = None if old is None else self.index_of(seq)
            accepted = self._accepts(row)
            if at is not None and old is not None and accepted and begun(old) == begun(row):
                changed.append(seq)
            else:
                if at is not None:
                    del self._order[at]
                    moved = True
                if accepted:
                    added.append(seq)
            self._rows[seq] = row
        self._insert(added)
        return Change(tuple(changed), moved or bool(added))

    def _insert(self, added: list[int]) -> None:
        added.sort(key=self._key)
        last = self._key(self._order[-1]) if self._order else None
        early = 0 if last is None else bisect_left(added, last, key=self._key)
        if early > SORT_FROM:
            self._order.extend(added)
            self._order.sort(key=self._key)
            return
        for seq in added[:early]:
            insort(self._order, seq, key=self._key)
        self._order.extend(added[early:])

    def drop(self, seqs: Collection[int]) -> bool:
        """Forget rows; True if any of them was in the list."""
        gone = {seq for seq in seqs if seq in self._rows}
        # The oldest are dropped first, as a rule: one cut at the front serves all of them.
        front = 0
        while front < len(self._order) and self._order[front] in gone:
            front += 1
        moved = front > 0
        head, self._order[:front] = self._order[:front], []
        for seq in gone.difference(head):
            at = self.index_of(seq)
            if at is not None:
                del self._order[at]
                moved = True
        for seq in gone:
            del self._rows[seq]
        return moved

    def refilter(self) -> None:
        """Let the rows in anew that ``accepts`` takes now."""
        self._order = sorted((seq for seq, row in self._rows.items() if self._accepts(row)), key=self._key)
