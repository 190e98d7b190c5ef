"""The trace: calls and room events as they come, one row each, with their waterfall.

What is painted is in ``trace_canvas``, how it is arranged in ``trace_arranging``; here is what is done with rows.
"""

from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click

from rpc_inspector.core.model import Call
from rpc_inspector.tui.widgets.trace.arranging import ArrangedTrace
from rpc_inspector.tui.widgets.trace.bindings import TRACE_BINDINGS
from rpc_inspector.tui.widgets.trace.lines import Group
from rpc_inspector.tui.widgets.trace.messages import CommentAsked, MarkAsked, RowOpened, RowSelected

__all__ = ["TRACE_BINDINGS", "TracePane"]


class TracePane(ArrangedTrace, can_focus=True):
    """The list of calls and room events, to be moved through, marked, paused, opened."""

    HELP = "Calls and room events as they pass our vantage points. The title counts, the subtitle tells how fast."
    BINDINGS: ClassVar[list[BindingType]] = [*TRACE_BINDINGS]

    # The cursor

    @property
    def selected_call(self) -> Call | None:
        """The call under the cursor; ``None`` elsewhere."""
        row = self.selected_row
        return row if isinstance(row, Call) else None

    def select(self, seq: int) -> bool:
        """Put the cursor on a row by its number, e.g. on the call just sent; False if it is not in the list."""
        row = self.view.rows.get(seq)
        if row is None or self.view.rows.index_of(seq) is None:
            return False
        self.view.unfold_for(row)
        self._put_cursor(self.view.lines.place_of(row), told=False)
        return True

    def _put_cursor(self, index: int, *, told: bool = True) -> None:
        last = len(self.view.lines) - 1
        if last < 0:
            return
        self._settle()
        index = min(max(index, 0), last)
        before = self.cursor_index
        self._cursor = self.view.line(index)
        if self.is_following and index < last:
            self._set_following(following=False)
        self._scroll_into_view(index)
        for changed in {before, index} - {None}:
            self._refresh_line(changed or 0)
        if told and not isinstance(self._cursor, Group):
            self.post_message(RowSelected(self._cursor.seq))

    def on_click(self, event: Click) -> None:
        """Select the row that was clicked, open it on a double click; unfold a group; sort by a column's heading."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            if column := self._layout_plan.column_at(offset.x):
                column, descending = self.view.how.sorting_by(column)
                self.sort(column, descending=descending)
            return
        self._settle()
        index = self.scroll_offset.y + offset.y - 1
        if index < len(self.view.lines):
            self._put_cursor(index)
            if event.chain == 2 or isinstance(self.cursor_line, Group):
                self.action_open()

    # Actions

    def action_move(self, step: int) -> None:
        """Move the cursor by lines."""
        index = self.cursor_index
        if index is not None:
            self._put_cursor(index + step if self._cursor is not None else index)

    def action_page(self, step: int) -> None:
        """Move the cursor by pages."""
        self.action_move(step * max(self.scrollable_content_region.height - 2, 1))

    def action_first(self) -> None:
        """To the first line."""
        self._put_cursor(0)

    def action_last(self) -> None:
        """To the last line, and follow what comes."""
        self._put_cursor(len(self.view.lines) - 1)
        self._set_following(following=True)

    def action_follow(self) -> None:
        """Follow the newest row, or stop doing so."""
        if reason := self.why_not_following():
            self.notify(reason, timeout=4)
        elif self.following:
            self._set_following(following=False)
        else:
            self.action_last()

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor; the last mark is time zero."""
        row = self.selected_row
        if row is not None:
            self.post_message(MarkAsked(row.seq, marked=row.seq not in self.view.marks))

    def action_unmark_all(self) -> None:
        """Take every mark away."""
        for seq in self.view.marks:
            self.post_message(MarkAsked(seq, marked=False))

    def action_comment(self) -> None:
        """Write something about the call under the cursor."""
        call = self.selected_call
        if call is None:
            self.notify("A note is of a call. Choose one.", timeout=3)
            return
        from rpc_inspector.tui.screens.comment import CommentScreen  # noqa: PLC0415 - only when asked for

        def take(text: str | None) -> None:
            if text is not None:
                self.post_message(CommentAsked(call.seq, text))

        self.app.push_screen(CommentScreen(call), take)

    def action_error(self, step: int) -> None:
        """To the next or previous failed call."""
        index = self.cursor_index
        found = None if index is None else self.view.lines.failed_from(index, step)
        if found is None:
            self.notify(f"No {'later' if step > 0 else 'earlier'} error in the trace.", timeout=2)
            return
        # A folded group may have been unfolded for it.
        self._moved(self._top_line())
        self._put_cursor(found)

    def action_open(self) -> None:
        """Open the row under the cursor; on a heading, show or hide its calls."""
        line = self.cursor_line
        if isinstance(line, Group):
            self._turn(unfolded=not line.unfolded)
        elif line is not None:
            self.post_message(RowOpened(line.seq))
