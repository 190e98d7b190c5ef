"""The list arranged by its user: filtered, sorted, grouped, paused, zoomed."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from rpc_inspector.core.model import TraceRow
from rpc_inspector.tui.widgets.trace.canvas import Line, TraceCanvas
from rpc_inspector.tui.widgets.trace.columns import COLUMNS
from rpc_inspector.tui.widgets.trace.lines import Group, Grouped
from rpc_inspector.tui.widgets.trace.messages import RowsFiltered
from rpc_inspector.tui.widgets.trace.order import NEXT_GROUPING
from rpc_inspector.tui.widgets.trace.rebuild import Rebuild
from rpc_inspector.tui.widgets.trace.row_painter import NEXT_COLOURS
from rpc_inspector.tui.widgets.trace.title import order_in_words
from rpc_inspector.tui.widgets.trace.waterfall import axis_of

if TYPE_CHECKING:
    from rpc_inspector.core.query import Query

#: The loop is kept for so long at a time (seconds), and then left to others.
_STEP_S, _REST_S = 0.004, 0.001
#: How often a filter by age is looked at again, in seconds.
_AGE_EVERY_S = 1.0
NEXT_TIME = {"clock": "previous", "previous": "zero", "zero": "clock"}


class ArrangedTrace(TraceCanvas):
    """What can be done with all of the rows at once."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._query: Query | None = None
        self._ageing: Timer | None = None

    # Arranging

    def filter(self, query: "Query | None") -> None:
        """Show only what matches; what was shown stays until all rows were looked at. ``None`` shows everything.

        Posts :class:`RowsFiltered` when it is done.
        """
        self._query = query
        if self._ageing is not None:
            self._ageing.stop()
            self._ageing = None
        if query is not None and query.depends_on_now:
            self._ageing = self.set_interval(_AGE_EVERY_S, self._match_anew)
        self._match_anew()

    def _match_anew(self) -> None:
        query = self._query
        matches = None if query is None else query.compile(self._now_of_ages())
        self._arrange(matches=matches, words="" if query is None else str(query))

    def _now_of_ages(self) -> float:
        """Ages count from now; in a trace that was opened from its end. Seconds since the epoch."""
        if self._state.status != "opened":
            return time.time()
        newest = self.view.newest
        return self._state.until or (newest.wall if newest is not None else time.time())

    def _arrange(self, **changes: Any) -> None:
        self._show_when_done(lambda: self.view.arrange(**changes))

    def _show_when_done(self, begin: Callable[[], Rebuild | None]) -> None:
        """Show a new arrangement, at once where it takes no time; until it is done what was shown stays."""
        anchor = self._anchor()
        rebuild = begin()
        if rebuild is None:
            self._arranged(*anchor)
        else:
            self.run_worker(self._run(rebuild), group="arrange", exit_on_error=False)

    async def _run(self, rebuild: Rebuild) -> None:
        while self.view.is_current(rebuild):
            if rebuild.run(_STEP_S):
                anchor = self._anchor()
                self.view.adopt(rebuild)
                self._arranged(*anchor)
            await asyncio.sleep(_REST_S)

    @property
    def is_arranging(self) -> bool:
        """What was asked for is not shown yet."""
        return self.view.is_arranging

    def _anchor(self) -> tuple[Line | None, int]:
        """What keeps its place on the screen: the line under the cursor while it is in sight, else the top one."""
        self._settle()
        first, end = self._visible
        at = self.cursor_index
        if at is not None and self._cursor is not None and first <= at < end:
            return self._cursor, at - first
        return self._top_line(), 0

    def _arranged(self, anchor: Line | None, offset: int) -> None:
        self._moved(anchor, offset)
        self._sync_ticker()
        self._retitle()
        self.post_message(RowsFiltered(self.view.stats.calls, self.view.calls))

    # The cursor

    @property
    def cursor_index(self) -> int | None:
        """Where the cursor is; ``None`` without lines. If its row was dropped, the one that took its place."""
        count = len(self.view.lines)
        if not count:
            return None
        return 0 if self._cursor is None else min(self._place_of(self._cursor), count - 1)

    @property
    def cursor_line(self) -> Line | None:
        """The row or heading under the cursor."""
        index = self.cursor_index
        return None if index is None else self.view.line(index)

    @property
    def selected_row(self) -> TraceRow | None:
        """The row under the cursor; ``None`` on the heading of a group."""
        line = self.cursor_line
        return None if isinstance(line, Group) else line

    # What is asked for by keys

    def sort(self, column: str, *, descending: bool) -> None:
        """Sort by a column; ends grouping."""
        self._arrange(sort=column, descending=descending, group="")

    def show_columns(self, columns: tuple[str, ...] | None) -> None:
        """Show these columns in this order, as far as they fit; ``None`` chooses by the width."""
        self.columns = columns
        self._lay_out()
        if hidden := self._layout_plan.hidden:
            names = ", ".join(COLUMNS[column].heading for column in hidden)
            self.notify(f"No room at this width for: {names}.", timeout=4)

    def action_columns(self) -> None:
        """Choose and order columns, and what to sort by."""
        from rpc_inspector.tui.screens.columns import (  # noqa: PLC0415 - only when asked for
            ColumnsChosen,
            ColumnsScreen,
        )

        def take(chosen: ColumnsChosen | None) -> None:
            if chosen is None:
                return
            if chosen.columns != shown:
                self.show_columns(chosen.columns)
            how = self.view.how
            if (chosen.sort, chosen.descending) != (how.sort, how.descending):
                self.sort(chosen.sort, descending=chosen.descending)

        how = self.view.how
        shown = self.columns or tuple(self._layout_plan.widths)
        self.app.push_screen(ColumnsScreen(shown, how.sort, descending=how.descending), take)

    def action_group(self) -> None:
        """Group by method, by participant, by outcome, not at all."""
        self._arrange(group=NEXT_GROUPING[self.view.how.group])

    def action_fold(self) -> None:
        """Fold the group of the cursor."""
        self._turn(unfolded=False)

    def action_unfold(self) -> None:
        """Show the calls of the group under the cursor."""
        self._turn(unfolded=True)

    def _turn(self, *, unfolded: bool) -> None:
        lines, line = self.view.lines, self.cursor_line
        if not isinstance(lines, Grouped) or line is None:
            return
        group = line if isinstance(line, Group) else lines.group_with(line)
        if group.unfolded == unfolded:
            return
        self._settle()
        top = self._top_line()
        lines.turn(group, unfolded=unfolded)
        self._cursor = group
        self._moved(top)
        self._scroll_into_view(self._place_of(group))

    def action_only_marked(self) -> None:
        """Show only marked rows, or all."""
        if not self.view.marks and not self.view.how.only_marked:
            self.notify("Nothing is marked. m marks a row.", timeout=3)
            return
        self._arrange(only_marked=not self.view.how.only_marked)

    def action_pause(self) -> None:
        """Freeze the view, or let in what came meanwhile. Nothing is lost and counting goes on."""
        self._settle()
        self._show_when_done(lambda: self.view.pause(not self.view.paused))

    def action_internal(self) -> None:
        """Show and count pings and describes too, or hide them."""
        self._arrange(internal=not self.view.how.internal)
        self.view.see_names()
        self._lay_out()

    def action_time_mode(self) -> None:
        """Clock, time since the previous row, time since the mark or first row."""
        self.time_mode = NEXT_TIME[self.time_mode]
        self.refresh()

    def action_colours(self) -> None:
        """What colours stand for: outcomes, methods, participants, call ids."""
        self.colours = NEXT_COLOURS[self.colours]
        self._cells.clear()
        self._retitle()
        self.refresh()

    def action_zoom_time(self, step: int) -> None:
        """Zoom the time axis in (1), out (-1), or fit it to what is visible (0)."""
        if not self._layout_plan.has("bar"):
            self.notify("The waterfall is not shown at this width; z zooms the pane, o chooses columns.", timeout=3)
            return
        self.zoom = self.zoom.nearer(step, self._zoom_centre()) if step else type(self.zoom)()
        self._update_axis()
        self.refresh()

    def action_pan_time(self, step: int) -> None:
        """Move along the time axis by a quarter of what is shown."""
        self.zoom = self.zoom.moved(step / 4)
        self._update_axis()
        self.refresh()

    def _zoom_centre(self) -> float:
        """The share of the fitting axis that stays where it is: the selected call's begin, else the middle."""
        fit = axis_of(self._visible_calls(), self._now())
        row = self.selected_row
        if fit is None or row is None or row not in self._visible_calls():
            return self.zoom.offset + 0.5 / 2.0**self.zoom.level
        return (row.started - fit.start) / fit.span

    def why_not_following(self) -> str:
        """One sentence on why the newest row cannot be followed; empty where it can."""
        if self.view.how.is_by_time:
            return ""
        return f"The list is {order_in_words(self.view.how)}: following needs the order of time."

    def _scroll_into_view(self, index: int) -> None:
        first, end = self._visible
        page = max(self.scrollable_content_region.height - 1, 1)
        self._placing = True
        if index < first:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= end:
            self.scroll_to(y=min(index - page + 1, self.max_scroll_y), animate=False, force=True)
        self._placing = False
