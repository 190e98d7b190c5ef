"""The trace: calls and room events as they come, one row each, with their waterfall.

What is painted is in ``trace_canvas``; here are the cursor and what can be done with rows.
"""

from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.tui.widgets.trace_bindings import TRACE_BINDINGS
from rpc_inspector.tui.widgets.trace_canvas import NEXT_MODE, TraceCanvas
from rpc_inspector.tui.widgets.trace_messages import RowOpened, RowSelected

__all__ = ["TRACE_BINDINGS", "TracePane"]


class TracePane(TraceCanvas, can_focus=True):
    """The list of calls and room events, to be moved through, marked, paused, opened."""

    HELP = "Calls and room events as they pass our vantage points. The title counts, the subtitle tells how fast."
    BINDINGS: ClassVar[list[BindingType]] = [*TRACE_BINDINGS]

    # The cursor

    @property
    def cursor_index(self) -> int | None:
        """Where the cursor is; ``None`` without rows. If its row was dropped, the one that took its place."""
        rows = self.view.rows
        if not len(rows):
            return None
        if self._cursor is None:
            return 0
        return min(rows.place_of(self._cursor), len(rows) - 1)

    @property
    def selected_row(self) -> TraceRow | None:
        """The row under the cursor."""
        index = self.cursor_index
        return None if index is None else self.view.rows[index]

    @property
    def selected_call(self) -> Call | None:
        """The call under the cursor; ``None`` on a room event or without rows."""
        row = self.selected_row
        return row if isinstance(row, Call) else None

    def select(self, seq: int) -> bool:
        """Put the cursor on a row by its number, e.g. on the call just sent; False if it is not in the list."""
        index = self.view.rows.index_of(seq)
        if index is None:
            return False
        self._put_cursor(index, told=False)
        return True

    def _put_cursor(self, index: int, *, told: bool = True) -> None:
        last = len(self.view.rows) - 1
        if last < 0:
            return
        index = min(max(index, 0), last)
        before = self.cursor_index
        self._cursor = self.view.rows[index]
        if self.following and index < last:
            self._set_following(following=False)
        self._scroll_into_view(index)
        for changed in {before, index} - {None}:
            self._refresh_row(changed or 0)
        if told:
            self.post_message(RowSelected(self._cursor.seq))

    def _scroll_into_view(self, index: int) -> None:
        first, end = self._visible
        page = max(end - first, 1)
        self._placing = True
        if index < first:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= end:
            self.scroll_to(y=min(index - page + 1, self.max_scroll_y), animate=False, force=True)
        self._placing = False

    def on_click(self, event: Click) -> None:
        """Select the row that was clicked; open it on a double click."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < len(self.view.rows):
            self._put_cursor(index)
            if event.chain == 2:
                self.action_open()

    # Actions

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        index = self.cursor_index
        if index is not None:
            self._put_cursor(index + step if self._cursor is not None else index)

    def action_page(self, step: int) -> None:
        """Move the cursor by pages."""
        self.action_move(step * max(self.scrollable_content_region.height - 2, 1))

    def action_first(self) -> None:
        """To the first row."""
        self._put_cursor(0)

    def action_last(self) -> None:
        """To the last row, and follow what comes."""
        self._put_cursor(len(self.view.rows) - 1)
        self._set_following(following=True)

    def action_follow(self) -> None:
        """Follow the newest row, or stop doing so."""
        if self.following:
            self._set_following(following=False)
        else:
            self.action_last()

    def action_pause(self) -> None:
        """Freeze the view, or let in what came meanwhile. Nothing is lost and counting goes on."""
        top = self._top_row()
        self.view.pause(not self.view.paused)
        self._moved(top)
        self._sync_ticker()
        self._retitle()

    def action_time_mode(self) -> None:
        """Clock, time since the previous row, time since the mark or first row."""
        self.time_mode = NEXT_MODE[self.time_mode]
        self.refresh()

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor; the last mark is time zero."""
        row = self.selected_row
        if row is None:
            return
        top = self._top_row()
        if self.view.toggle_mark(row.seq):
            self._moved(top)
            self._retitle()
        self.refresh()

    def action_error(self, step: int) -> None:
        """To the next or previous failed call."""
        index = self.cursor_index
        found = None if index is None else self.view.neighbour_error(index, step)
        if found is None:
            self.notify(f"No {'later' if step > 0 else 'earlier'} error in the trace.", timeout=2)
        else:
            self._put_cursor(found)

    def action_internal(self) -> None:
        """Show and count pings and describes too, or hide them."""
        self.show_internal = not self.view.show_internal

    @property
    def show_internal(self) -> bool:
        """Whether pings and describes are shown and counted."""
        return self.view.show_internal

    @show_internal.setter
    def show_internal(self, shown: bool) -> None:
        top = self._top_row()
        self.view.set_internal(shown)
        self._moved(top)
        self._retitle()

    def action_open(self) -> None:
        """Open the row under the cursor."""
        row = self.selected_row
        if row is not None:
            self.post_message(RowOpened(row.seq))
