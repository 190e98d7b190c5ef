"""The painted part of the ladder: names that stay, lines that scroll, only the visible ones made.

What it shows is kept in step with the ``TraceView``; the cursor and what can be done with it are the lines'.
"""

import asyncio
import time
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from rpc_inspector.core.ladder.arrows import Step
from rpc_inspector.core.ladder.model import Key, Ladder
from rpc_inspector.core.model import TraceRow
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.ladder.choice import LadderChoice
from rpc_inspector.tui.widgets.ladder.layout import Layout, plan
from rpc_inspector.tui.widgets.ladder.painter import Paint, gap_pieces, header_pieces, step_pieces
from rpc_inspector.tui.widgets.ladder.signs import SIGNS
from rpc_inspector.tui.widgets.ladder.words import LadderTime, time_text
from rpc_inspector.tui.widgets.trace.canvas import STREAM_FROM, STREAM_GAP, STREAM_PAINT_EVERY
from rpc_inspector.tui.widgets.trace.emptiness import empty_lines
from rpc_inspector.tui.widgets.trace.view import TraceView
from rpc_inspector.tui.widgets.trace.waterfall import Piece

#: Rows put on the ladder at once when it is made, the newest first; the older follow in slices, between which
#: keys and packets are attended to.
SLICE = 400
OLDER_SLICE, REST_S = 150, 0.001
#: How often the scrollbar shows how far that is, in seconds.
READ_SHOWN_EVERY_S = 0.3
#: Painted lines that are kept: those in view and some around them.
KEPT_LINES = 500
_STYLES = (
    "request", "request-text", "ack", "ack-text", "answer", "answer-text", "error", "error-text", "warning",
    "warning-text", "lost", "lost-text", "event", "event-text", "life", "held", "time", "delta", "same", "gap", "mark",
    "header", "us", "gone", "edge",
)  # fmt: skip


class LadderCanvas(ScrollView, inherit_bindings=False):
    """Paints the lines of a ladder.

    Args:
        view: the trace's rows, which all views share.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ladder--{name}" for name in (*_STYLES, "cursor", "cursor-blurred")}
    DEFAULT_CSS = """
    LadderCanvas {
        background: $background;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .ladder--request { color: $text-primary; }
        & > .ladder--request-text, & > .ladder--us { color: $text-primary; text-style: bold; }
        & > .ladder--ack, & > .ladder--ack-text { color: $stage-ack; }
        & > .ladder--answer { color: $text-success; }
        & > .ladder--answer-text { color: $text-success; text-style: bold; }
        & > .ladder--error { color: $text-error; }
        & > .ladder--error-text { color: $text-error; text-style: bold; }
        & > .ladder--warning { color: $text-warning; }
        & > .ladder--warning-text { color: $text-warning; text-style: bold; }
        & > .ladder--lost, & > .ladder--lost-text, & > .ladder--event, & > .ladder--time { color: $muted; }
        & > .ladder--gap, & > .ladder--gone, & > .ladder--edge { color: $muted; }
        & > .ladder--event-text, & > .ladder--delta { color: $foreground; }
        & > .ladder--header, & > .ladder--same { color: $foreground; text-style: bold; }
        & > .ladder--life { color: $faint; }
        & > .ladder--held { color: $stage-answer; }
        & > .ladder--mark { color: $text-primary; text-style: bold; }
        &:nocolor > .ladder--error, &:nocolor > .ladder--error-text { color: $foreground; text-style: bold; }
        &:nocolor > .ladder--held { color: $foreground; text-style: bold; }
        & > .ladder--cursor { background: $primary 22%; }
        & > .ladder--cursor-blurred { background: $foreground 9%; }
    }
    """

    class Changed(Message):
        """The lines, the cursor, or what the title says of them changed."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of a burst matters."""
            return isinstance(message, LadderCanvas.Changed)

    def __init__(self, view: TraceView, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.view = view
        self.state = SessionState()
        self.ladder = Ladder()
        self.following = True
        self.choice = LadderChoice(view)
        self.reading = False
        self._chosen_time: LadderTime | None = None
        self._cursor: Key | None = None
        self._lay: Layout = plan(0, self.ladder.lifelines, view.names, "")
        self._offset = self._shift = 0
        self._placing = False
        self._styles: dict[tuple[str, str], Style] = {}
        self._strips: dict[tuple[Key, bool], Strip] = {}
        self._painted_with: object = None
        self._streak, self._last_batch = 0, 0.0
        self._stream_timer: Timer | None = None

    # What it shows

    def take(self, update: Update) -> None:
        """Show what changed in the view."""
        if update.state is not None:
            was, self.state = self.state, update.state
            if was.identity != update.state.identity:
                self.show_anew()
                return
            if was.vantage != update.state.vantage:
                self.post_message(self.Changed())
        if self.view.paused or not (update.rows or update.dropped):
            return
        top, before = self._top_key(), self._visible_keys()
        shown = [row for row in update.rows if self.choice.has(row)]
        others = {row.seq for row in update.rows if row.seq in self.ladder}.difference(row.seq for row in shown)
        # A dropped row may be kept by the view, because it is marked.
        gone = [seq for seq in update.dropped if seq in self.ladder and self.view.rows.index_of(seq) is None]
        moved, other_people = self.ladder.put(shown)
        self._forget_touched()
        dropped, fewer_people = self.ladder.drop([*others, *gone])
        self._forget_touched()
        if other_people or fewer_people:
            self._lay_out()
        if moved or dropped:
            self._moved_by_batch(top, before)
        elif shown:
            self._refresh_if_others(before)
            self.post_message(self.Changed())

    def _moved_by_batch(self, top: Key | None, before: tuple[Key, ...]) -> None:
        """Nobody reads every frame of a stream: it is painted less often than it comes. Keys are answered at once."""
        now = time.monotonic()
        self._streak = self._streak + 1 if now - self._last_batch < STREAM_GAP else 0
        self._last_batch = now
        if not self.following or self._streak < STREAM_FROM:
            self._moved(top, before)
        elif self._stream_timer is None:
            self._stream_timer = self.set_timer(STREAM_PAINT_EVERY, self.settle)

    def settle(self) -> None:
        """Put everything in its place that came since the last paint."""
        if self._stream_timer is not None:
            self._stream_timer.stop()
        if self._stream_timer is not None or self._shift:
            self._stream_timer = None
            self._moved(self._top_key())

    def _visible_keys(self) -> tuple[Key, ...]:
        """What is in view and painted."""
        first, end = self.visible_lines
        keys = (self.ladder.key_at(index) for index in range(first, end))
        return tuple(key for key in keys if (key, False) in self._strips)

    def _refresh_if_others(self, before: tuple[Key, ...] | None) -> None:
        """Paint, unless all lines in view were painted and still are right."""
        first, end = self.visible_lines
        gaps = sum(self.ladder.is_gap(index) for index in range(first, end))
        after = self._visible_keys()
        if before is None or after != before or len(after) < end - first - gaps:
            self.refresh()

    def show_anew(self) -> None:
        """Read the view's rows from scratch, the newest at once, the others bit by bit."""
        self.workers.cancel_group(self, "reading")
        top, end = self._top_key(), len(self.view.rows)
        self.ladder = Ladder(self.state.identity)
        self._strips.clear()
        rows = list(self.view.rows.between(end - SLICE, end)) if self.choice.only is None else self.choice.alone()
        self.ladder.put(rows)
        self.reading = self.choice.only is None and len(self.view.rows) > SLICE
        self._lay_out()
        self._moved(top)
        if self.reading:
            self.run_worker(self._read_older(rows[0]), group="reading", exclusive=True)

    def release(self) -> None:
        """Hold no row while another view is shown: they come and go without us, until :meth:`show_anew`."""
        self.workers.cancel_group(self, "reading")
        self.reading = False
        self.ladder = Ladder(self.state.identity)
        self._strips.clear()

    async def _read_older(self, oldest: TraceRow) -> None:
        shown = time.monotonic()
        while rows := self._before(oldest):
            top, was = self._top_key(), self._first_line
            _, other_people = self.ladder.put(rows)
            self._forget_touched()
            oldest = rows[0]
            if top is not None:
                self._shift += self.ladder.place_of(top) - was
            if other_people:
                self._lay_out()
            if time.monotonic() - shown >= READ_SHOWN_EVERY_S:
                self._moved(self._top_key())
                shown = time.monotonic()
            await asyncio.sleep(REST_S)
        self.reading = False
        self._moved(self._top_key())

    def _before(self, row: TraceRow) -> list[TraceRow]:
        end = self.view.rows.place_of(row)
        return list(self.view.rows.between(end - OLDER_SLICE, end))

    # Where things are

    @property
    def time_mode(self) -> LadderTime:
        """What times count from: what was chosen; by default the mark where there is one."""
        return self._chosen_time or ("zero" if self.view.marks else "stage")

    @property
    def cursor_index(self) -> int | None:
        """The line of the cursor; ``None`` without lines. If its step is gone, the one that took its place."""
        if not len(self.ladder):
            return None
        at = len(self.ladder) - 1 if self._cursor is None else self.ladder.place_of(self._cursor)
        at = min(at, len(self.ladder) - 1)
        return at + 1 if self.ladder.is_gap(at) else at

    @property
    def selected(self) -> Step | None:
        """The step under the cursor."""
        index = self.cursor_index
        line = None if index is None else self.ladder[index]
        return line if isinstance(line, Step) else None

    @property
    def layout_now(self) -> Layout:
        """Where the lifelines stand."""
        return self._lay

    @property
    def _page(self) -> int:
        return max(self.scrollable_content_region.height - 1, 1)

    def _top_key(self) -> Key | None:
        top = self._first_line
        return self.ladder.key_at(top) if top < len(self.ladder) else None

    @property
    def _first_line(self) -> int:
        """The first line in view; what was put before it since the scrollbar was last told is counted in."""
        return self.scroll_offset.y + self._shift

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._lay = plan(width, self.ladder.lifelines, self.view.names, self.state.identity)
        self._offset = max(min(self._offset, self._lay.width - self._lay.view), 0)
        self.refresh()

    def _moved(self, top: Key | None, before: tuple[Key, ...] | None = None) -> None:
        """Lines are others than before: keep what was looked at where it is, or follow the newest.

        ``before``: what was in view, to paint nothing where nothing of it changed.
        """
        self._placing = True
        self._shift = 0
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.ladder) + 1)
        if self.following:
            self._cursor = self.ladder.key_at(len(self.ladder) - 1) if len(self.ladder) else None
            # Forced: whether there is a scrollbar is decided only at the next layout.
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        elif top is not None:
            self.scroll_to(y=min(self.ladder.place_of(top), self.max_scroll_y), animate=False, force=True)
        self._placing = False
        self._refresh_if_others(before)
        self.post_message(self.Changed())

    def on_resize(self, _event: Resize) -> None:
        """Squeeze the lifelines anew and stay with the newest if following."""
        self._lay_out()
        self._moved(self._top_key())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up by hand ends following; a layout with more room moves the end itself up."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < min(old_value, self.max_scroll_y) and not self._placing and self.following:
            self.following = False
            self.post_message(self.Changed())

    # Painting

    def notify_style_update(self) -> None:
        """The theme or the focus changed."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """One line: the names, then the ladder's."""
        width = self.scrollable_content_region.width
        index = self._first_line + y - 1
        if y and index >= len(self.ladder):
            return self._below(index - len(self.ladder), width)
        if not y:
            return self._strip(None, "", width)
        key = self.ladder.key_at(index)
        if self._cursor is not None and key[1] == self._cursor[1]:
            # The cursor's own call looks different from the others, and changes with the cursor.
            at_cursor = index == self.cursor_index
            return self._strip(index, "" if not at_cursor else "cursor" if self.has_focus else "cursor-blurred", width)
        self._forget_if_others(width)
        place = key, self.ladder.is_gap(index)
        strip = self._strips.get(place)
        if strip is None:
            if len(self._strips) >= KEPT_LINES:
                self._strips.clear()
            strip = self._strips[place] = self._strip(index, "", width)
        return strip

    def _strip(self, index: int | None, cursor: str, width: int) -> Strip:
        segments = [Segment(text, self._style(name, cursor)) for text, name in self.pieces(index)]
        return Strip(segments).adjust_cell_length(width, self._style("life", cursor))

    def _forget_if_others(self, width: int) -> None:
        """Lines that were painted are no longer right when what all of them are painted with is another."""
        zero = self.view.zero if self.time_mode == "zero" else None
        painted_with = width, self._offset, self._lay, self.time_mode, zero and zero.seq, self.view.names.ours_shown
        if painted_with != self._painted_with:
            self._painted_with = painted_with
            self._strips.clear()

    def _forget_touched(self) -> None:
        """Lines that the ladder's last change concerns are painted anew."""
        first, last = self.ladder.touched
        if first > last:
            return
        for place in self._strips.copy():
            (at, _, _), is_gap = place
            if is_gap or first <= at <= last:
                del self._strips[place]

    def repaint(self) -> None:
        """Paint every line anew."""
        self._strips.clear()
        self.refresh()

    def pieces(self, index: int | None) -> list[Piece]:
        """A line in pieces of text with their styles; ``None`` is that of the names."""
        at = self._cursor[1] if self._cursor else None
        paint = Paint(self._lay, self.ladder.lifelines, self.view.names, self._offset, at)
        if index is None:
            return header_pieces(paint, "")
        _, seq, n = self.ladder.key_at(index)
        if self.ladder.is_gap(index):
            return gap_pieces(self.ladder.gap_at(index), paint)
        steps = self.ladder.steps_of(seq)
        before = steps[n - 1] if n else None
        picked = seq in self.choice.picked
        gutter = f"{G.on if seq in self.view.marks else ' '}{SIGNS.pick if picked else ' '}"
        return step_pieces(steps[n], time_text(steps[n], before, self.time_mode, self.view.zero), gutter, paint)

    def _below(self, line: int, width: int) -> Strip:
        """Below the lines: nothing, or without any what there is to do."""
        said: list[str] = []
        if not len(self.ladder):
            said = ["", *(empty_lines(self.state) if not self.view.rows.all() else ["No call matches the filter."])]
        text = f"  {said[line]}" if line < len(said) else ""
        if text or not self._lay.people:
            return Strip([Segment(text, self._style("event", ""))]).adjust_cell_length(width, self.rich_style)
        return Strip.blank(width, self.rich_style)

    def _style(self, name: str, cursor: str) -> Style:
        style = self._styles.get((name, cursor))
        if style is None:
            components = [f"ladder--{part}" for part in (cursor, name) if part]
            style = self.get_visual_style(*components).rich_style
            if cursor and (self.app.no_color or self.app.native_ansi_color):
                # Backgrounds say nothing there, so the cursor must not hang on one; one colour, or it is patchy.
                style = self.get_visual_style("ladder--delta").rich_style + Style(bold=style.bold)
                style += Style(reverse=True) if cursor == "cursor" else Style(underline=True)
            self._styles[name, cursor] = style
        return style

    def as_text(self, first: int, end: int) -> str:
        """Lines ``first`` up to before ``end`` under the names, as plain text."""
        lines = ["".join(text for text, _ in self.pieces(index)) for index in (None, *range(first, end))]
        return "\n".join(line.rstrip() for line in lines)

    @property
    def visible_lines(self) -> tuple[int, int]:
        """The first line in view, and the one after the last."""
        first = self._first_line
        return first, min(first + self._page, len(self.ladder))
