"""What the trace list shows: rows in order, marks, pause, counts. No widget in it."""

from collections.abc import Collection, Iterable

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.row_index import Change, RowIndex, begun
from rpc_inspector.tui.widgets.trace_stats import TraceStats


class TraceView:
    """The list's state.

    Attributes:
        rows: what is shown, in the order of time. names: who was seen. stats: of all calls, paused or not.
        marks: numbers of the marked rows; the last one is time zero. Marked rows are kept when the store drops them.
        show_internal: pings and describes are shown and counted too.
    """

    def __init__(self) -> None:
        self.rows = RowIndex(self._accepts)
        self.names = Names()
        self.stats = TraceStats()
        self.marks: dict[int, None] = {}
        self.show_internal = False
        self.paused = False
        self.dropped = 0
        self._waiting: dict[int, TraceRow] = {}
        self._waiting_drops: set[int] = set()
        self._kept: set[int] = set()

    def _accepts(self, row: TraceRow) -> bool:
        return self.show_internal or not isinstance(row, Call) or row.purpose == "call"

    def put(self, rows: Iterable[TraceRow]) -> tuple[Change, bool]:
        """New and changed rows: what became of the list, and whether its columns must be laid out anew."""
        rows = list(rows)
        anew = False
        for row in rows:
            if self._accepts(row):
                self.stats.change(self._waiting.get(row.seq) or self.rows.get(row.seq), row)
                if isinstance(row, Call):
                    see = self.names.see
                    # All three must be noted, hence no short-circuiting `or`.
                    anew |= see("caller", row.caller) | see("callee", row.callee) | see("method", row.method)
        if self.paused:
            self._waiting.update((row.seq, row) for row in rows)
            return Change(), anew
        return self.rows.put(rows), anew

    def drop(self, seqs: Collection[int]) -> bool:
        """Rows that the store dropped: forget them, except those marked; True if positions changed."""
        for seq in seqs:
            row = self._waiting.get(seq) or self.rows.get(seq)
            if row is None:
                continue
            self.dropped += isinstance(row, Call) and self._accepts(row)
            if seq not in self.marks and self._accepts(row):
                self.stats.change(row, None)
        self._kept.update(seq for seq in seqs if seq in self.marks)
        gone = {seq for seq in seqs if seq not in self.marks}
        if self.paused:
            for seq in gone:
                self._waiting.pop(seq, None)
            self._waiting_drops |= gone
            return False
        return self.rows.drop(gone)

    @property
    def new_while_paused(self) -> int:
        """Calls that came since the view was paused."""
        return sum(
            isinstance(row, Call) and self._accepts(row) and self.rows.get(seq) is None
            for seq, row in self._waiting.items()
        )

    def pause(self, paused: bool) -> None:
        """Freeze the view, or let in what came meanwhile."""
        self.paused = paused
        if paused:
            return
        waiting, drops = self._waiting, self._waiting_drops
        self._waiting, self._waiting_drops = {}, set()
        self.rows.put(waiting.values())
        self.rows.drop({seq for seq in drops if seq not in self.marks})

    def set_internal(self, shown: bool) -> None:
        """Show and count pings and describes, or not."""
        self.show_internal = shown
        self.stats = TraceStats()
        for row in {**{row.seq: row for row in self.rows.all()}, **self._waiting}.values():
            if self._accepts(row):
                self.stats.change(None, row)
        self.rows.refilter()

    def toggle_mark(self, seq: int) -> bool:
        """Mark or unmark a row; True if that changed positions (an unmarked row that the store had dropped goes)."""
        if seq not in self.marks:
            self.marks[seq] = None
            return False
        del self.marks[seq]
        if seq not in self._kept:
            return False
        self._kept.discard(seq)
        row = self.rows.get(seq)
        if row is not None:
            self.stats.change(row, None)
        return self.rows.drop({seq})

    @property
    def zero(self) -> TraceRow | None:
        """The row that relative times count from: the last marked, otherwise the first."""
        if self.marks:
            return self.rows.get(next(reversed(self.marks)))
        return self.rows[0] if len(self.rows) else None

    def neighbour_error(self, index: int, step: int) -> int | None:
        """The next (``step`` 1) or previous (-1) failed call from ``index``."""
        at = index + step
        while 0 <= at < len(self.rows):
            row = self.rows[at]
            if isinstance(row, Call) and row.outcome == "error":
                return at
            at += step
        return None

    def since(self, index: int, mode: str) -> float:
        """Seconds from the row before (mode ``previous``) or from :attr:`zero` to the row at ``index``."""
        row = self.rows[index]
        other = self.zero if mode == "zero" else self.rows[index - 1] if index else row
        return begun(row) - begun(other or row)
