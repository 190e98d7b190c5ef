"""Arranging all rows anew, in steps short enough that keys are answered between them."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from rpc_inspector.core.model import TraceRow
from rpc_inspector.tui.widgets.trace.lines import Flat, Lines, lines_of
from rpc_inspector.tui.widgets.trace.order import Arrangement, placing
from rpc_inspector.tui.widgets.trace.row_index import Ordered, Place, begun
from rpc_inspector.tui.widgets.trace.stats import TraceStats, failed

#: Rows looked at between two looks at the clock.
_CHUNK = 128
#: Rows that are sorted at once.
_RUN = 2048


@dataclass(slots=True)
class Snapshot:
    """All rows at one moment: by number, in the order of time, the figures of all of them.

    ``touched``: numbers of those that changed since.
    """

    rows: Mapping[int, TraceRow]
    order: list[int]
    stats: TraceStats
    touched: set[int] = field(default_factory=set)


class Rebuild:
    """The rows of a snapshot in another arrangement, made step by step.

    Attributes:
        how: the arrangement. by_time, lines: as it will be. shown: numbers of the rows in it.
        stats, hidden_stats: figures of its rows, and of those that are not in it.
    """

    def __init__(self, source: Snapshot, how: Arrangement, former: Lines) -> None:
        self.source = source
        self.how = how
        self.stats = self.hidden_stats = TraceStats()
        self.shown: set[int] = set()
        self.by_time = Flat()
        self.lines = lines_of(how, self.by_time, former)
        self._place = placing(how.sort, descending=how.descending)
        self._sorting = Sorting()
        self._sorting_failed = Sorting()
        self._next = 0
        # The figures are those of the fewer rows, and those of all without them.
        self._taken: list[TraceRow] = []
        self._left: list[TraceRow] = []
        self._fewer: Iterator[TraceRow] | None = None
        self._counted = TraceStats()

    def run(self, seconds: float) -> bool:
        """Go on for about so long; True when it is done."""
        deadline = time.perf_counter() + seconds
        while self._step():
            if time.perf_counter() > deadline:
                return False
        return True

    def _step(self) -> bool:
        """One little step; False if there was none left."""
        if self._next < len(self.source.order):
            self._look_at(self.source.order[self._next : self._next + _CHUNK])
            self._next += _CHUNK
            return True
        if isinstance(self.lines, Flat) and self.lines is not self.by_time:
            more = self._sorting.merge_into(self.lines.order) or self._sorting_failed.merge_into(self.lines.errors)
            return more or self._count()
        return self._count()

    def _count(self) -> bool:
        """Count some of the fewer rows; False if there was none left."""
        few_taken = len(self._taken) < len(self._left)
        if self._fewer is None:
            self._fewer = iter(self._taken if few_taken else self._left)
        some = list(islice(self._fewer, _CHUNK))
        for row in some:
            self._counted.change(None, row)
        if some:
            return True
        rest = self.source.stats.minus(self._counted)
        self.stats, self.hidden_stats = (self._counted, rest) if few_taken else (rest, self._counted)
        return False

    def _look_at(self, seqs: list[int]) -> None:
        accepts, rows = self.how.accepts, self.source.rows
        taken: list[TraceRow] = []
        for seq in seqs:
            row = rows[seq]
            (taken if accepts(row) else self._left).append(row)
        self._taken += taken
        self.shown.update([row.seq for row in taken])
        wrong = [row for row in taken if failed(row)]
        self.by_time.order.extend([begun(row) for row in taken], [row.seq for row in taken])
        self.by_time.errors.extend([begun(row) for row in wrong], [row.seq for row in wrong])
        if self.how.group:
            self.lines.change([(None, row) for row in taken])
        elif self.lines is not self.by_time:
            self._sorting.add(map(self._place, taken))
            self._sorting_failed.add(map(self._place, wrong))


class Sorting:
    """Sorts in little steps: runs first, which are then merged."""

    def __init__(self) -> None:
        self._runs: list[list[Place]] = [[]]
        self._merged: Iterator[Place] | None = None

    def add(self, places: Iterable[Place]) -> None:
        """Take in some more."""
        self._runs[-1] += places
        if len(self._runs[-1]) >= _RUN:
            self._runs[-1].sort()
            self._runs.append([])

    def merge_into(self, order: Ordered) -> bool:
        """Append the next in order; False if there was none left."""
        if self._merged is None:
            self._runs[-1].sort()
            self._merged = merge(*self._runs)
        some = list(islice(self._merged, _CHUNK))
        order.extend([key for key, _ in some], [seq for _, seq in some])
        return bool(some)
