"""Arranging all rows anew, in steps short enough that keys are answered between them."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from rpc_inspector.core.model import TraceRow
from rpc_inspector.tui.widgets.row_index import Ordered, Place, begun
from rpc_inspector.tui.widgets.trace_lines import Flat, Lines, lines_of
from rpc_inspector.tui.widgets.trace_order import Arrangement, placing
from rpc_inspector.tui.widgets.trace_stats import TraceStats, failed

#: Rows looked at between two looks at the clock.
_CHUNK = 128
#: Rows that are sorted at once.
_RUN = 2048


@dataclass(slots=True)
class Snapshot:
    """All rows at one moment: by number, in the order of time; ``touched``: numbers of those that changed since."""

    rows: Mapping[int, TraceRow]
    order: list[int]
    touched: set[int] = field(default_factory=set)


class Rebuild:
    """The rows of a snapshot in another arrangement, made step by step.

    Attributes:
        how: the arrangement. by_time, lines, stats: as it will be. shown: numbers of the rows in it.
    """

    def __init__(self, source: Snapshot, how: Arrangement, former: Lines) -> None:
        self.source = source
        self.how = how
        self.stats = TraceStats()
        self.shown: set[int] = set()
        self.by_time = Flat()
        self.lines = lines_of(how, self.by_time, former)
        self._place = placing(how.sort, descending=how.descending)
        self._sorting = Sorting()
        self._sorting_failed = Sorting()
        self._next = 0

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
            return self._sorting.merge_into(self.lines.order) or self._sorting_failed.merge_into(self.lines.errors)
        return False

    def _look_at(self, seqs: list[int]) -> None:
        accepts, rows = self.how.accepts, self.source.rows
        taken = [row for seq in seqs if accepts(row := rows[seq])]
        self.shown.update([row.seq for row in taken])
        for row in taken:
            self.stats.change(None, row)
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
