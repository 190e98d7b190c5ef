"""What the trace list shows: rows arranged, marks, pause, figures. No widget in it."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from math import inf
from typing import Any

from rpc_inspector.core.model import Call, Purpose, TraceRow
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.trace.lines import Change, Flat, Group, Grouped, Lines, Pair
from rpc_inspector.tui.widgets.trace.order import Arrangement
from rpc_inspector.tui.widgets.trace.rebuild import Rebuild, Snapshot
from rpc_inspector.tui.widgets.trace.row_index import Ordered, Place, RowIndex, begun, in_time
from rpc_inspector.tui.widgets.trace.stats import TraceStats

#: So many rows are arranged anew at once: nobody sees how long that takes.
AT_ONCE = 512


class TraceView:
    """The list's state, read by the other views too.

    Attributes:
        rows: what is shown, in the order of time whatever the list is sorted by. lines: what stands at which line.
        how: the arrangement. names: who was seen. stats: figures of all that the filter lets through, paused or not.
        marks: numbers of the marked rows, the last marked last; it is time zero.
        paused: the view is frozen. new: calls that came since and will be shown.
    """

    def __init__(self) -> None:
        self.how = Arrangement()
        self.names = Names()
        self.stats = TraceStats()
        self.marks: dict[int, None] = {}
        self.paused = False
        self.new = 0
        self._known: dict[int, TraceRow] = {}
        self._purposes: Counter[Purpose] = Counter()
        self._by_time = Ordered()
        self._shown: set[int] = set()
        self._hidden_stats = TraceStats()
        self._flat = Flat()
        self.lines: Lines = self._flat
        self.rows = RowIndex(self._flat.order, self._known)
        # What the view is frozen at: while paused, and until what came meanwhile is let in.
        self._frozen: Snapshot | None = None
        self._rebuild: Rebuild | None = None

    @property
    def newest(self) -> TraceRow | None:
        """The row that began last, shown or not."""
        return self._known[self._by_time[-1]] if len(self._by_time) else None

    @property
    def calls(self) -> int:
        """How many calls there are, those among them that the filter hides."""
        return self._purposes.total() if self.how.internal else self._purposes["call"]

    def accepts(self, row: TraceRow) -> bool:
        """Whether a row belongs to what is shown."""
        return self.how.accepts(row)

    # What comes in

    def put(self, rows: Iterable[TraceRow]) -> tuple[Change, bool]:
        """New and changed rows: what became of the lines, and whether the columns must be laid out anew."""
        pairs: list[Pair] = []
        anew = False
        for row in rows:
            old = self._known.get(row.seq)
            anew |= self._note(old, row)
            self._known[row.seq] = row
            pairs.append((old, row))
        self._place(pairs)
        return self._change([(old, new, new is not None and self.accepts(new)) for old, new in pairs]), anew

    def drop(self, seqs: Collection[int]) -> bool:
        """Rows that the store dropped; True if positions changed."""
        pairs: list[Pair] = [(self._known.pop(seq), None) for seq in seqs if seq in self._known]
        for seq in seqs:
            self.marks.pop(seq, None)
        self._place(pairs)
        return self._change([(old, None, False) for old, _ in pairs]).moved

    def _note(self, old: TraceRow | None, row: TraceRow) -> bool:
        """Names and marks; True if the columns must be laid out anew."""
        if row.marked != (old is not None and old.marked):
            if row.marked:
                self.marks[row.seq] = None
            else:
                self.marks.pop(row.seq, None)
        if not isinstance(row, Call) or (row.purpose != "call" and not self.how.internal):
            return False
        if isinstance(old, Call) and (old.caller, old.callee, old.method) == (row.caller, row.callee, row.method):
            return False
        see = self.names.see
        # All three must be noted, hence no short-circuiting `or`.
        return see("caller", row.caller) | see("callee", row.callee) | see("method", row.method)

    def see_names(self) -> None:
        """Note the names of all calls, since those that were left out may be shown now."""
        for row in self._known.values():
            self._note(None, row)

    def _place(self, pairs: Iterable[Pair]) -> None:
        """Keep all rows in the order of time, from which every arrangement is made."""
        gone: list[Place] = []
        come: list[Place] = []
        touched: list[int] = []
        for old, new in pairs:
            touched.append((new or old).seq)  # type: ignore[union-attr] # one of them is there
            if old is not None and new is not None and begun(old) == begun(new):
                continue
            for row, step in ((old, -1), (new, 1)):
                if isinstance(row, Call):
                    self._purposes[row.purpose] += step
            gone += [in_time(old)] if old is not None else []
            come += [in_time(new)] if new is not None else []
        self._by_time.remove(gone)
        self._by_time.add(come)
        for snapshot in (self._frozen, self._rebuild.source if self._rebuild else None):
            if snapshot is not None:
                snapshot.touched.update(touched)

    def _change(self, changes: Iterable[tuple[TraceRow | None, TraceRow | None, bool]]) -> Change:
        """``(old, new, accepted)``: put into the figures, and unless frozen into the lines."""
        pairs: list[Pair] = []
        for old, new, accepted in changes:
            seq = (new or old).seq  # type: ignore[union-attr] # one of them is there
            was = old if seq in self._shown else None
            now = new if accepted else None
            if was is not old or now is not new:
                self._hidden_stats.change(None if was else old, None if now else new)
            if was is None and now is None:
                continue
            self.stats.change(was, now)
            if now is None:
                self._shown.discard(seq)
            elif was is None:
                self._shown.add(seq)
                self.new += self._frozen is not None and isinstance(now, Call)
            pairs.append((was, now))
        if self._frozen is not None:
            return Change()
        return self._change_lines(pairs)

    def _change_lines(self, pairs: list[Pair]) -> Change:
        change = self._flat.change(pairs)
        return change if self.lines is self._flat else self.lines.change(pairs)

    # Arranging anew

    def arrange(self, **changes: Any) -> Rebuild | None:
        """Begin another arrangement; what is shown stays until it is done.

        Returns:
            What must be run until it is done and then given to :meth:`adopt`; ``None`` if it was done at once.
        """
        self.how = replace(self.how, **changes)
        frozen = self._frozen if self.paused else None
        source = frozen or self._snapshot()
        self._rebuild = Rebuild(source, self.how, self.lines)
        if len(source.order) <= AT_ONCE:
            self._rebuild.run(inf)
            self.adopt(self._rebuild)
            return None
        return self._rebuild

    @property
    def is_arranging(self) -> bool:
        """Another arrangement was begun and is not shown yet."""
        return self._rebuild is not None

    def _snapshot(self) -> Snapshot:
        order = self._by_time.between(0, len(self._by_time))
        return Snapshot(dict(self._known), order, self.stats.plus(self._hidden_stats))

    def is_current(self, rebuild: Rebuild) -> bool:
        """Whether nothing else was asked for since."""
        return rebuild is self._rebuild

    def adopt(self, rebuild: Rebuild) -> None:
        """Show what was arranged, with all that changed meanwhile."""
        self._rebuild = None
        self._shown, self.stats, self._hidden_stats = rebuild.shown, rebuild.stats, rebuild.hidden_stats
        self._flat, self.lines = rebuild.by_time, rebuild.lines
        source = rebuild.source
        self._frozen = source if self.paused else None
        self.rows = RowIndex(self._flat.order, source.rows if self.paused else self._known)
        self.new = 0
        touched = [(source.rows.get(seq), self._known.get(seq)) for seq in source.touched]
        pairs = [(old, new) for old, new in touched if old is not None or new is not None]
        self._change([(old, new, new is not None and self.accepts(new)) for old, new in pairs])

    def pause(self, paused: bool) -> Rebuild | None:
        """Freeze the view, or let in what came meanwhile, which may take as :meth:`arrange` does."""
        self.paused = paused
        if not paused:
            return self.arrange()
        self._frozen = self._snapshot()
        self.new = 0
        if self._rebuild is not None:
            return self.arrange()
        self.rows = RowIndex(self._flat.order, self._frozen.rows)
        return None

    # Looking at what is shown

    def line(self, index: int) -> TraceRow | Group:
        """What stands at a line."""
        found = self.lines.at(index)
        row = found if isinstance(found, Group) else self.rows.get(found)
        if row is None:
            raise KeyError(found)
        return row

    def line_of(self, seq: int) -> int | None:
        """The line of a row; that of its heading if it is folded; ``None`` if it is not shown."""
        row = self.rows.get(seq)
        return self.lines.place_of(row) if row is not None and self.rows.index_of(seq) is not None else None

    def unfold_for(self, row: TraceRow) -> None:
        """Show the rows of the group that a row is in, if there are groups."""
        if isinstance(self.lines, Grouped):
            self.lines.turn(self.lines.group_with(row), unfolded=True)

    def is_under(self, row: TraceRow, group: Group) -> bool:
        """Whether a row belongs under a heading."""
        return isinstance(self.lines, Grouped) and self.lines.key_of(self.rows.get(row.seq) or row) == group.key

    @property
    def zero(self) -> TraceRow | None:
        """The row that relative times count from: the last marked, otherwise the first."""
        if self.marks:
            return self.rows.get(next(reversed(self.marks)))
        return self.rows[0] if len(self.rows) else None

    def since(self, row: TraceRow, mode: str) -> float:
        """Seconds from the row before in time (mode ``previous``) or from :attr:`zero` to a row."""
        other: TraceRow | None = row
        if mode == "zero":
            other = self.zero
        elif at := self.rows.place_of(row):
            other = self.rows[at - 1]
        return begun(row) - begun(other or row)
