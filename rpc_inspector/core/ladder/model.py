"""A ladder of rows: their steps strictly by time, with the silences between them, kept up to date as rows come and go.

Only what orders the steps is kept; a step itself is made when it is looked at.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from math import inf
from typing import NamedTuple

from rpc_inspector.core.ladder.arrows import Step, steps_of
from rpc_inspector.core.ladder.lifelines import Lifelines
from rpc_inspector.core.model import Call, RoomEvent, TraceRow

#: A silence so long (s) gets a line of its own, which says how long it was.
GAP_S = 0.5
_NOTHING = (inf, -inf)
#: When a step was, its row's number, and which of the row's steps it is.
Key = tuple[float, int, int]


class Gap(NamedTuple):
    """Nothing from ``begin`` to ``time`` (seconds of CLOCK_MONOTONIC)."""

    begin: float
    time: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.time - self.begin


Line = Step | Gap


class Ladder:
    """The lines of a ladder.

    Steps are counted from ``_base``, which may be negative: what comes or goes at the front changes no other's number,
    so neither does the list of lines, in which a step is ``2 * number + 1`` and the gap before it ``2 * number``.

    Attributes:
        us: our identity, whom room events without one are about.
        lifelines: who is on it.
        touched: from when to when the last change changed what is to be drawn, in seconds of CLOCK_MONOTONIC; silences
            outside may be others too, after rows were dropped.
    """

    def __init__(self, us: str = "") -> None:
        self.us = us
        self.lifelines = Lifelines()
        self.touched = _NOTHING
        self._held: dict[int, tuple[TraceRow, tuple[Key, ...]]] = {}
        self._keys: list[Key] = []
        self._base = 0
        self._lines: list[int] = []

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def steps(self) -> int:
        """How many steps there are: lines without the gaps."""
        return len(self._keys)

    def __contains__(self, seq: object) -> bool:
        return seq in self._held

    def __getitem__(self, index: int) -> Line:
        if self.is_gap(index):
            return self.gap_at(index)
        _, seq, n = self.key_at(index)
        return self.steps_of(seq)[n]

    def is_gap(self, index: int) -> bool:
        """Whether a line is a silence."""
        return not self._lines[index] & 1

    def gap_at(self, index: int) -> Gap:
        """The silence that stands at a line."""
        number = (self._lines[index] >> 1) - self._base
        return Gap(self._keys[number - 1][0], self._keys[number][0])

    def between(self, first: int, end: int) -> Iterator[Line]:
        """The lines at ``first`` up to before ``end``, as far as there are."""
        for index in range(max(first, 0), min(end, len(self._lines))):
            yield self[index]

    def steps_of(self, seq: int) -> tuple[Step, ...]:
        """The steps of a row that is on the ladder.

        Raises:
            KeyError: it is not.
        """
        return steps_of(self._held[seq][0], self.us)

    def key_at(self, index: int) -> Key:
        """What orders the step at a line; of a gap, the step after it."""
        return self._keys[(self._lines[index] >> 1) - self._base]

    def place_of(self, key: Key) -> int:
        """The line of a step or, if it is not there, where it would be."""
        number = bisect_left(self._keys, key) + self._base
        return bisect_left(self._lines, 2 * number + 1)

    def line_of(self, seq: int) -> int | None:
        """The line of a row's first step; ``None`` if it has none."""
        keys = self._held[seq][1] if seq in self._held else ()
        return self.place_of(keys[0]) if keys else None

    def neighbour_error(self, index: int, step: int) -> int | None:
        """The line of the next (``step`` 1) or previous (-1) failure from the line at ``index``."""
        number = (self._lines[index] >> 1) - self._base + step
        while 0 <= number < len(self._keys):
            key = self._keys[number]
            row = self._held[key[1]][0]
            if isinstance(row, Call) and row.outcome == "error" and self._fails(key):
                return self.place_of(key)
            number += step
        return None

    def _fails(self, key: Key) -> bool:
        return self.steps_of(key[1])[key[2]].kind in ("error", "end")

    # Changing

    def put(self, rows: Iterable[TraceRow]) -> tuple[bool, bool]:
        """Add new rows and replace changed ones: whether lines moved, and whether lifelines came or went."""
        added: list[Key] = []
        removed: set[Key] = set()
        other_people = False
        self.touched = _NOTHING
        for row in rows:
            steps = steps_of(row, self.us)
            keys = tuple((step.time, row.seq, n) for n, step in enumerate(steps))
            old = self._held.get(row.seq)
            # Added before the old ones go, so that nobody leaves the ladder only to come back elsewhere on it.
            other_people |= self.lifelines.add(steps)
            if old is not None:
                other_people |= self.lifelines.remove(steps_of(old[0], self.us))
            if old is None:
                added.extend(keys)
            elif old[1] != keys:
                added.extend(key for key in keys if key not in old[1])
                removed.update(key for key in old[1] if key not in keys)
            self._held[row.seq] = (row, keys)
            self._touch(row, (*keys, *(old[1] if old else ())), inf)
        return self._change(added, removed), other_people

    def drop(self, seqs: Collection[int]) -> tuple[bool, bool]:
        """Forget rows; the same answer as of :meth:`put`."""
        removed: set[Key] = set()
        other_people = False
        self.touched = _NOTHING
        for seq in seqs:
            held = self._held.pop(seq, None)
            if held is not None:
                removed.update(held[1])
                self._touch(*held, -inf)
                other_people |= self.lifelines.remove(steps_of(held[0], self.us))
        return self._change([], removed), other_people

    def _touch(self, row: TraceRow, keys: tuple[Key, ...], until: float) -> None:
        """Note what drawing a row's steps concerns; ``until`` at least."""
        first, last = self.touched
        if isinstance(row, RoomEvent):
            # Whoever joins was not there before.
            self.touched = -inf, inf
        elif keys:
            self.touched = min(first, min(keys)[0]), max(last, until, max(keys)[0])

    def _change(self, added: list[Key], removed: set[Key]) -> bool:
        """Bring keys and lines up to date, rebuilding the shorter side of what changed."""
        # A row that came and went within one batch of rows leaves a key in both.
        added = sorted(key for key in added if key not in removed) if removed else sorted(added)
        if not added and not removed:
            return False
        touched = [*added[:1], *added[-1:], *removed]
        first = bisect_left(self._keys, min(touched))
        end = bisect_left(self._keys, (*max(touched)[:2], max(touched)[2] + 1))
        if len(self._keys) - first <= end:
            self._rebuild(first, len(self._keys), added, removed)
        else:
            self._base += len(removed) - len(added)
            self._rebuild(0, end, added, removed)
        return True

    def _rebuild(self, first: int, end: int, added: list[Key], removed: set[Key]) -> None:
        """Put the keys of ``first:end`` anew, and their lines; the lines of those outside keep their numbers."""
        kept = self._keys[first:end]
        if removed:
            kept = [key for key in kept if key not in removed]
        if added:
            kept += added
            kept.sort()
        at_front = first == 0 and end < len(self._keys)
        self._keys[first:end] = kept
        # The step after the rebuilt ones is rebuilt too: whether a gap stands before it depends on the one before.
        end = first + len(kept) + (1 if at_front else 0)
        lines: list[int] = []
        before = self._keys[first - 1][0] if first else None
        for number in range(first, min(end, len(self._keys))):
            time = self._keys[number][0]
            entry = 2 * (number + self._base)
            if before is not None and time - before >= GAP_S:
                lines.append(entry)
            lines.append(entry + 1)
            before = time
        if at_front:
            self._lines[: bisect_left(self._lines, 2 * (end + self._base))] = lines
        else:
            self._lines[bisect_left(self._lines, 2 * (first + self._base)) :] = lines
