"""Rows by their numbers, which count up: a list and a little, where a dictionary would take six times as much."""

from collections.abc import Iterator

from rpc_inspector.core.model import TraceRow

#: With fewer gaps than this nothing is moved.
_LEAST_GAPS = 1_000


class RowTable:
    """A mapping of numbers to rows, in the order of the numbers.

    The oldest are removed first, as a rule. Those that outlive their neighbours are kept aside, so that the list stays
    as long as what it holds.
    """

    def __init__(self) -> None:
        self._first = 1
        self._rows: list[TraceRow | None] = []
        self._outliving: dict[int, TraceRow] = {}
        self._gaps = 0

    def __len__(self) -> int:
        return len(self._outliving) + len(self._rows) - self._gaps

    def __contains__(self, seq: object) -> bool:
        return isinstance(seq, int) and self.get(seq) is not None

    def __iter__(self) -> Iterator[TraceRow]:
        yield from self._outliving.values()
        yield from filter(None, self._rows)

    def get(self, seq: int) -> TraceRow | None:
        """The row of that number, if there is one."""
        index = seq - self._first
        if index < 0:
            return self._outliving.get(seq)
        return self._rows[index] if index < len(self._rows) else None

    def set(self, row: TraceRow) -> None:
        """Put a row at its number, in place of what is there."""
        index = row.seq - self._first
        if index < 0:
            self._outliving[row.seq] = row
            return
        while index >= len(self._rows):
            self._rows.append(None)
            self._gaps += 1
        self._gaps -= self._rows[index] is None
        self._rows[index] = row

    def remove(self, seq: int) -> None:
        """Take a row out that is there."""
        index = seq - self._first
        if index < 0:
            del self._outliving[seq]
            return
        self._rows[index] = None
        self._gaps += 1
        if self._gaps > max(_LEAST_GAPS, len(self._rows) // 2):
            self._close_gaps()

    def _close_gaps(self) -> None:
        """Set aside what is left of the older half; what this costs was saved by the removals before."""
        half = len(self._rows) // 2 + 1
        self._outliving |= {row.seq: row for row in self._rows[:half] if row is not None}
        del self._rows[:half]
        self._first += half
        self._gaps = sum(row is None for row in self._rows)
