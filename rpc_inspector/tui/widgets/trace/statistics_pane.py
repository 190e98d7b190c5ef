"""Statistics of what the list shows: counts and percentiles in groups, a histogram and a timeline, live."""

import asyncio
import time
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.model import Call
from rpc_inspector.core.query.syntax import Pattern
from rpc_inspector.core.session import Update
from rpc_inspector.core.statistics.summary import DIMENSIONS, Dimension, Statistics
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import duration
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock
from rpc_inspector.tui.widgets.trace.charts import FRAME, histogram_lines, timeline_lines
from rpc_inspector.tui.widgets.trace.group_table import MEASURES, ORDERS, GroupTable, codes_in_words
from rpc_inspector.tui.widgets.trace.messages import FilterAsked
from rpc_inspector.tui.widgets.trace.title import LONGEST_FILTER, counted
from rpc_inspector.tui.widgets.trace.view import TraceView

#: Seconds between two paints.
EVERY_S = 0.5
#: So long may counting keep the loop, and so many rows are looked at between two looks at the clock.
SLICE_S = 0.004
AT_ONCE = 32
#: Cells between the histogram and the timeline.
_GAP = 3
#: Lines of the table that charts must leave: its heading and some groups.
_TABLE_LEAST = 8
_MOST_BARS = 8
#: The filter's field for each dimension.
FIELDS: dict[Dimension, str] = {"method": "method", "callee": "to", "caller": "from", "outcome": "outcome"}


class StatisticsPane(Vertical):
    """Figures of the rows in the ``TraceView``. Posts ``FilterAsked`` for the group that was entered."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("statistics")]
    DEFAULT_CSS = """
    StatisticsPane {
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        &:focus-within { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        &:focus-within:nocolor { border-title-style: bold reverse; }
        & > Static { height: auto; padding: 0 1; margin-bottom: 1; color: $foreground; }
        & > GroupTable { height: 1fr; }
    }
    """

    def __init__(self, view: TraceView, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._view = view
        self._by: Dimension = "method"
        self._figures = Statistics(self._by)
        self._counted: dict[int, Call] = {}
        self._wall_less_monotonic = 0.0
        self._stale = False
        self._behind = 0.0
        self._was_paused = False
        self._is_seen = True

    def compose(self) -> ComposeResult:
        """The charts, and the table below them."""
        yield Static()
        yield GroupTable()

    @property
    def table(self) -> GroupTable:
        """The groups."""
        return self.query_one(GroupTable)

    @property
    def figures(self) -> Statistics:
        """What is shown, as numbers."""
        return self._figures

    @property
    def is_counting(self) -> bool:
        """Not all rows are in :attr:`figures` yet."""
        return self._behind > 0

    def on_mount(self) -> None:
        """Paint twice a second at most, and only when something changed."""
        self.set_interval(EVERY_S, self._tick)

    def on_resize(self) -> None:
        """The charts are as wide as the pane."""
        self._draw()

    # What is counted

    def take(self, update: Update) -> None:
        """Count what changed among the rows that are shown."""
        if self._view.paused or not self._is_seen:
            return
        for row in update.rows:
            if isinstance(row, Call):
                self._count(row, shown=self._view.rows.index_of(row.seq) is not None)
        self._take_out(self._counted.keys() & set(update.dropped))

    def on_show(self) -> None:
        """Count what came while it was hidden."""
        self._is_seen = True
        self.show_anew()

    def on_hide(self) -> None:
        """Let go of all calls: nobody would tell us which of them are dropped."""
        self._is_seen = False
        self._begin_again()

    def show_anew(self) -> None:
        """Make the figures those of the rows that are shown now, in slices."""
        self._count_all()

    def select(self, _seq: int) -> bool:
        """No line here is a row of the trace."""
        return False

    def _count(self, call: Call, *, shown: bool) -> None:
        old, new = self._counted.get(call.seq), call if shown else None
        if old is new:
            return
        self._figures.change(old, new)
        if new is None:
            del self._counted[call.seq]
        else:
            self._counted[call.seq] = new
            self._wall_less_monotonic = call.wall - call.started
        self._stale = True

    @work(group="statistics", exclusive=True, exit_on_error=False)
    async def _count_all(self) -> None:
        """Count what is not counted yet, from the newest row back, and take out what is no longer shown.

        What comes or changes meanwhile is counted by :meth:`take`.
        """
        self._was_paused = self._view.paused
        rows, seen = self._view.rows, set[int]()
        at = total = len(rows)
        until = time.monotonic() + SLICE_S
        while at > 0:
            batch = list(rows.between(max(at - AT_ONCE, 0), at))
            for row in batch:
                if isinstance(row, Call) and row.seq not in seen:
                    seen.add(row.seq)
                    self._count(row, shown=True)
            at -= len(batch)
            if time.monotonic() > until:
                self._behind = at / total
                await asyncio.sleep(0)
                at = rows.place_of(batch[0])  # rows may have come before it, or gone
                until = time.monotonic() + SLICE_S
        self._take_out(self._counted.keys() - seen)
        self._behind = 0.0
        self._draw()

    def _take_out(self, seqs: Iterable[int]) -> None:
        for seq in seqs:
            if self._view.rows.index_of(seq) is None:
                self._figures.remove(self._counted.pop(seq))
                self._stale = True

    def _begin_again(self) -> None:
        self.workers.cancel_group(self, "statistics")
        self._figures, self._counted = Statistics(self._by), {}

    # What is shown

    def _tick(self) -> None:
        if not self.is_on_screen:
            return
        if self._was_paused and not self._view.paused:
            self.show_anew()
        elif self._stale or self._figures.recent.rate(time.monotonic()):
            self._draw()
        self._was_paused = self._view.paused

    def _draw(self) -> None:
        if not self.is_mounted or not self.children:
            return
        self._stale = False
        self.border_title = Content(self._title())  # no markup: the filter's text is its user's
        self.table.show(list(self._figures.groups()), self._by, self._figures.other_names)
        self._tell_line()
        self.query_one(Static).update(self._charts())

    def _title(self) -> str:
        group, view = self._figures.all, self._view
        calls = counted(group.count, "call")
        parts = [f"{group.count:,} of {counted(view.calls, 'call')}" if view.how.has_filter else calls]
        if group.errors:
            parts.append(counted(group.errors, "error"))
        if rate := self._figures.recent.rate(time.monotonic()):
            parts.append(f"{rate:.1f}/s")
        if group.total.count:
            parts += [f"p50 {duration(group.total.measure(0.5))}", f"p95 {duration(group.total.measure(0.95))}"]
        if view.paused:
            parts.append("paused")
        if self._behind:
            parts.append(f"counting {100 - round(100 * self._behind)} %")
        if view.how.words:
            parts.append(sanitise(view.how.words, limit=LONGEST_FILTER))
        return f"Statistics  {f' {G.dot} '.join(parts)}"

    @on(GroupTable.Moved)
    def _tell_line(self) -> None:
        """What the table has no room for: what became of the calls under the cursor."""
        row = self.table.current
        codes = codes_in_words(row.group) if row else ""
        codes = f"{row.name}: {codes}" if row and codes and self._by != "outcome" else ""
        order = self.table.order
        by = f"{self.table.measure} {order}" if order in ("p50", "p99", "max") else order
        parts = [Content(codes), Content(f"by {by}")]
        self.border_subtitle = Content(f" {G.dot} ").join([part for part in parts if part])

    def _charts(self) -> Content:
        width, height = self.scrollable_content_region.width - 2, self.scrollable_content_region.height
        bars = min(height - _TABLE_LEAST - FRAME, height // 3, _MOST_BARS)
        if bars < 2 or width < 40:
            self.query_one(Static).display = False
            return Content("")
        self.query_one(Static).display = True
        half = (width - _GAP) // 2
        measure = self.table.measure if self.table.measure in ("total", "ack", "handler") else "total"
        durations = getattr(self._figures.all, measure)
        first = histogram_lines(durations, f"{measure}, calls by duration", half, bars)
        second = timeline_lines(self._figures.timeline, self._clock, width - half - _GAP, bars)
        lines = [
            Content.assemble((a, _style(at, len(first))), " " * _GAP, (b, _style(at, len(first), errors=True)))
            for at, (a, b) in enumerate(zip(first, second, strict=True))
        ]
        return Content("\n").join(lines)

    def _clock(self, at: float) -> str:
        return clock(at + self._wall_less_monotonic)[:-4]

    # What is asked

    def action_group(self) -> None:
        """The next dimension."""
        self._by = DIMENSIONS[(DIMENSIONS.index(self._by) + 1) % len(DIMENSIONS)]
        self.table.cursor = 0
        self._begin_again()
        self.show_anew()

    def action_order(self) -> None:
        """The next order."""
        self._sort(GroupTable.Sorted(ORDERS[(ORDERS.index(self.table.order) + 1) % len(ORDERS)]))

    def action_measure(self, step: int) -> None:
        """Another measure first."""
        self.table.first_measure = (self.table.first_measure + step) % len(MEASURES)
        self._draw()

    def action_enter(self) -> None:
        """Filter by the line."""
        self.table.action_enter()

    @on(GroupTable.Sorted)
    def _sort(self, event: GroupTable.Sorted) -> None:
        self.table.sort(event.order)
        self._tell_line()

    @on(GroupTable.Entered)
    def _entered(self, event: GroupTable.Entered) -> None:
        event.stop()
        self.post_message(FilterAsked(term_for(self._by, event.key)))


def term_for(by: Dimension, key: str) -> str:
    """The term of the filter language that finds the calls of a group."""
    if by == "outcome" and key.lstrip("-").isdecimal():
        return f"code:{key}"
    return f"{FIELDS[by]}:{Pattern(key).shown()}" if key else f"not {FIELDS[by]}:*"


def _style(at: int, lines: int, *, errors: bool = False) -> str:
    if at in (0, lines - 1):
        return "$muted"
    return "bold $text-error" if errors and at == lines - 2 else "$primary"
