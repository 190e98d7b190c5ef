"""Which of the trace's rows are on the ladder: all that the filter lets through, or chosen calls alone."""

from math import inf

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.tui.widgets.trace.row_index import begun
from rpc_inspector.tui.widgets.trace.view import TraceView


class LadderChoice:
    """What was chosen.

    Attributes:
        picked: calls that were picked to be shown alone. only: those that are; ``None`` shows all.
    """

    def __init__(self, view: TraceView) -> None:
        self.picked: set[int] = set()
        self.only: frozenset[int] | None = None
        self._view = view

    def toggle(self, call: Call | None) -> bool:
        """The picked calls alone, or else this one; or all again. False if there is no call to be shown alone."""
        if self.only is not None:
            self.only = None
        elif self.picked:
            self.only = frozenset(self.picked)
        elif call is not None:
            self.only = frozenset((call.seq,))
        else:
            return False
        return True

    def has(self, row: TraceRow) -> bool:
        """Whether a row is on the ladder."""
        if self.only is None:
            return self._view.rows.index_of(row.seq) is not None
        if isinstance(row, Call):
            return row.seq in self.only
        first, last = self._span()
        return first <= row.time <= last

    def alone(self) -> list[TraceRow]:
        """The calls shown alone, and what happened in the room meanwhile."""
        calls = self._calls()
        if not calls:
            return []
        rows: list[TraceRow] = [*calls]
        _, last = self._span()
        index = self._view.rows
        for row in index.between(min(index.place_of(call) for call in calls), len(index)):
            if begun(row) > last:
                break
            if not isinstance(row, Call):
                rows.append(row)
        return rows

    def _calls(self) -> list[Call]:
        rows = (self._view.rows.get(seq) for seq in self.only or ())
        return [row for row in rows if isinstance(row, Call)]

    def _span(self) -> tuple[float, float]:
        """When the calls shown alone began and ended; seconds of CLOCK_MONOTONIC."""
        calls = self._calls()
        ends = [inf if call.is_open else call.started if call.ended is None else call.ended for call in calls]
        return min((call.started for call in calls), default=inf), max(ends, default=-inf)
