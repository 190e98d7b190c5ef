"""The ladder's cursor and what can be done with it: moving, picking, marking, opening, copying."""

from typing import ClassVar, Protocol, cast

from textual.binding import Binding, BindingType
from textual.events import Click

from rpc_inspector.core.ladder.arrows import Step
from rpc_inspector.core.model import Call
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.widgets.ladder.canvas import LadderCanvas
from rpc_inspector.tui.widgets.ladder.words import NEXT_TIME
from rpc_inspector.tui.widgets.trace.messages import MarkAsked, PauseAsked, RowOpened, RowSelected

#: So many lines at most are copied: a clipboard is no file.
MOST_COPIED = 20_000


class _Copies(Protocol):
    """The app, as far as it copies."""

    def copy(self, what: str, text: str) -> None:
        """Put text on the clipboard."""


class LadderLines(LadderCanvas, can_focus=True):
    """The ladder's lines, to be moved through."""

    HELP = "Packets as arrows between participants, strictly by time. What nobody saw is dotted or not drawn."
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("ladder"),
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end", "last", "last", show=False),
    ]

    def select(self, seq: int) -> bool:
        """Put the cursor on a row's first arrow; False if it is not here. The newest row is being followed already."""
        line = self.ladder.line_of(seq)
        if line is None:
            return False
        rows = self.view.rows
        if self.following and len(rows) and rows[len(rows) - 1].seq == seq:
            return True
        self.put_cursor(line, told=False)
        return True

    def put_cursor(self, index: int, *, told: bool = True) -> None:
        """Put the cursor on a line, or on the step after a silence."""
        self.settle()
        last = len(self.ladder) - 1
        if last < 0:
            return
        index = min(max(index, 0), last)
        self._cursor = self.ladder.key_at(index)
        index = self.cursor_index or 0
        if self.following and index < last:
            self.following = False
        self._scroll_into_view(index)
        if (step := self.selected) is not None:
            self._offset = self.layout_now.offset_for((step.sender, step.receiver), self._offset)
        self.refresh()
        self.post_message(self.Changed())
        if told:
            self.post_message(RowSelected(self._cursor[1]))

    def _scroll_into_view(self, index: int) -> None:
        first, end = self.visible_lines
        self._placing = True
        if index < first:
            # With the silence before it, if there is one.
            above = self.ladder.place_of(self.ladder.key_at(index)) - 1
            top = index - 1 if above >= 0 and self.ladder.key_at(above) == self.ladder.key_at(index) else index
            self.scroll_to(y=top, animate=False, force=True)
        elif index >= end:
            self.scroll_to(y=min(index - self._page + 1, self.max_scroll_y), animate=False, force=True)
        self._placing = False

    def on_click(self, event: Click) -> None:
        """Select the line that was clicked; open its call on a double click."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        index = self._first_line + offset.y - 1
        if index < len(self.ladder):
            self.put_cursor(index)
            if event.chain == 2:
                self.action_open()

    @property
    def selected_call(self) -> Call | None:
        """The call under the cursor; ``None`` on a room event."""
        step = self.selected
        return step.call if step else None

    # Moving

    def action_move(self, step: int) -> None:
        """Move by lines; silences are stepped over."""
        at = self.cursor_index
        if at is None:
            return
        to = min(max(at + step, 0), len(self.ladder) - 1)
        if step < 0 and to and not isinstance(self.ladder[to], Step):
            to -= 1
        self.put_cursor(to)

    def action_page(self, step: int) -> None:
        """Move by pages."""
        self.action_move(step * max(self._page - 1, 1))

    def action_first(self) -> None:
        """To the first line."""
        self.put_cursor(0)

    def action_last(self) -> None:
        """To the last line, and follow what comes."""
        self.put_cursor(len(self.ladder) - 1)
        self.following = True

    def action_follow(self) -> None:
        """Follow the newest, or stop doing so."""
        if self.following:
            self.following = False
            self.post_message(self.Changed())
        else:
            self.action_last()

    def action_sideways(self, step: int) -> None:
        """Scroll by lifelines, where they do not all fit."""
        lay = self.layout_now
        if not lay.scrolls:
            self.notify("All lifelines are in view.", timeout=2)
            return
        self._offset = max(min(self._offset + step * lay.pitch, lay.width - lay.view), 0)
        self.refresh()
        self.post_message(self.Changed())

    def action_error(self, step: int) -> None:
        """To the next or previous error."""
        at = self.cursor_index
        found = None if at is None else self.ladder.neighbour_error(at, step)
        if found is None:
            self.notify(f"No {'later' if step > 0 else 'earlier'} error on the ladder.", timeout=2)
        else:
            self.put_cursor(found)

    # Choosing what is shown

    def action_only(self) -> None:
        """The picked calls alone, or the one under the cursor; or all of them again."""
        step = self.selected
        if not self.choice.toggle(step.call if step is not None else None):
            self.notify("Choose an arrow of the call to be shown alone.", timeout=2)
            return
        following, self.following = self.following, False
        self.show_anew()
        self.following = following and self.choice.only is None
        if step is not None:
            self.select(step.row.seq)

    def action_pick(self) -> None:
        """Pick the call under the cursor, or drop it."""
        call = self.selected_call
        if call is None:
            self.notify("Only calls can be picked.", timeout=2)
            return
        self.choice.picked.symmetric_difference_update((call.seq,))
        self.repaint()
        self.post_message(self.Changed())

    def action_time_mode(self) -> None:
        """Times since the stage before, clock times, times since the mark or the first row."""
        self._chosen_time = NEXT_TIME[self.time_mode]
        self.refresh()
        self.post_message(self.Changed())

    def action_pause(self) -> None:
        """Freeze all views of the trace, or let in what came meanwhile."""
        self.post_message(PauseAsked())

    def action_mark(self) -> None:
        """Mark or unmark what is under the cursor; the last mark is time zero."""
        step = self.selected
        if step is not None:
            self.post_message(MarkAsked(step.row.seq, marked=step.row.seq not in self.view.marks))

    def action_open(self) -> None:
        """Open the call."""
        call = self.selected_call
        if call is not None:
            self.post_message(RowOpened(call.seq))

    def action_copy_text(self, whole: bool = False) -> None:
        """Copy the ladder as text: what is in view, or all of it."""
        first, end = (max(len(self.ladder) - MOST_COPIED, 0), len(self.ladder)) if whole else self.visible_lines
        cast("_Copies", self.app).copy("the ladder", self.as_text(first, end))
