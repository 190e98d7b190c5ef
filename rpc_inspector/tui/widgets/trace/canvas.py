"""The painted part of the trace: lines in place, only the visible ones rendered.

A line-API widget: what was rendered of a row is kept until the row changes.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.events import Resize
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from rpc_inspector.core.model import Call, RoomEvent, TraceRow
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.trace import row_painter
from rpc_inspector.tui.widgets.trace.columns import Layout, plan
from rpc_inspector.tui.widgets.trace.emptiness import empty_lines
from rpc_inspector.tui.widgets.trace.lines import Group
from rpc_inspector.tui.widgets.trace.row_painter import ColourMode, Paint
from rpc_inspector.tui.widgets.trace.styles import COMPONENTS, CSS
from rpc_inspector.tui.widgets.trace.title import subtitle, title
from rpc_inspector.tui.widgets.trace.view import TraceView
from rpc_inspector.tui.widgets.trace.waterfall import Axis, Piece, Zoom, axis_of

#: Seconds between two paints of a running call's time, and between two of the title's counts.
TICK = 0.1
TITLE_EVERY = 0.25
#: In a stream that goes on, of batches closer together than `STREAM_GAP`, the newest rows are painted so often.
STREAM_PAINT_EVERY, STREAM_GAP, STREAM_FROM = 1 / 15, 0.1, 6
TIME_HEADINGS = {"clock": "time", "previous": "+s previous"}
Line = TraceRow | Group


class TraceCanvas(ScrollView, inherit_bindings=False):
    """Paints the lines and keeps them in place while they come and go; what people do with them is the pane's.

    Args:
        now: CLOCK_MONOTONIC in seconds; tests give their own.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    DEFAULT_CSS = CSS

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.view = TraceView()
        self.following = True
        self.time_mode = "clock"
        self.colours: ColourMode = "outcome"
        self.zoom = Zoom()
        self.columns: tuple[str, ...] | None = None
        self._now = now
        self._state = SessionState()
        self._cursor: Line | None = None
        self._layout_plan: Layout = plan(0, self.view.names.widest)
        self._axis: Axis | None = None
        self._styles: dict[tuple[str, str], Style] = {}
        self._cells: LRUCache[tuple[int, str, str], tuple[TraceRow, list[Segment], list[Segment]]] = LRUCache(512)
        self._placing = False
        self._ticker: Timer | None = None
        self._title_timer: Timer | None = None
        self._stream_timer: Timer | None = None
        self._stream_top: Line | None = None
        self._streak = 0
        self._last_batch = 0.0

    # What comes in

    def apply(self, update: Update) -> None:
        """Show what changed: rows new, changed and dropped, the roster's names, the session's state."""
        anew = self._note_names(update)
        top, before, zero = self._top_line(), self._visible_lines(), self.view.zero
        change, wider = self.view.put(update.rows)
        moved = self.view.drop(update.dropped) if update.dropped else False
        if anew or wider:
            self._lay_out()
        if change.moved or moved:
            self._moved_by_batch(top, before)
        else:
            self._repaint_rows(change.changed)
        if (update.state is not None and not len(self.view.lines)) or self._counts_otherwise(zero):
            self.refresh()
        self._sync_ticker()
        if update.rows or update.dropped or update.state is not None:
            self._retitle_soon()

    def _counts_otherwise(self, before: TraceRow | None) -> bool:
        """Whether times count from another row than before."""
        zero = self.view.zero if self.time_mode == "zero" else None
        return zero is not None and (before is None or before.seq != zero.seq)

    def _note_names(self, update: Update) -> bool:
        anew = False
        if update.state is not None:
            self._state = update.state
            anew = bool(update.state.identity) and self.view.names.set_us(update.state.identity)
        for participant in update.roster or ():
            anew |= not participant.is_self and self.view.names.meet(participant.identity)
        return anew

    @property
    def is_following(self) -> bool:
        """The newest row is kept in sight: only in the order of time, whose end is where rows come."""
        return self.following and self.view.how.is_by_time

    def _moved(self, top: Line | None, offset: int = 0, before: list[tuple[int, Line]] | None = None) -> None:
        """Positions changed: keep what was looked at ``offset`` lines below the top, or follow the newest.

        ``before``: what was visible, to paint nothing where nothing of it changed.
        """
        lines = self.view.lines
        self._placing = True
        self.virtual_size = Size(self.scrollable_content_region.width, len(lines) + 1)
        if self.is_following:
            if len(lines):
                self._cursor = self.view.line(len(lines) - 1)
            # Forced: whether there is a scrollbar is decided only at the next layout.
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        elif top is not None:
            y = min(max(self._place_of(top) - offset, 0), self.max_scroll_y)
            self.scroll_to(y=y, animate=False, force=True)
        self._placing = False
        after = self._visible_lines()
        headings = any(isinstance(line, Group) for _, line in after)
        if self._update_axis() or headings or before != after:
            self.refresh()

    def _moved_by_batch(self, top: Line | None, before: list[tuple[int, Line]]) -> None:
        """Nobody reads every frame of a stream: it is painted less often than it comes. Keys are answered at once."""
        now = time.monotonic()
        self._streak = self._streak + 1 if now - self._last_batch < STREAM_GAP else 0
        self._last_batch = now
        if self._streak < STREAM_FROM:
            self._moved(top, before=before)
        elif self._stream_timer is None:
            self._stream_top = top
            self._stream_timer = self.set_timer(STREAM_PAINT_EVERY, self._settle)

    def _settle(self) -> None:
        """Put everything in its place that came since the last paint."""
        if self._stream_timer is not None:
            self._stream_timer.stop()
            self._stream_timer = None
            self._moved(self._stream_top)

    def _place_of(self, line: Line) -> int:
        """Where a line is now; its row may have changed since."""
        now = line if isinstance(line, Group) else self.view.rows.get(line.seq) or line
        return self.view.lines.place_of(now)

    def _top_line(self) -> Line | None:
        top = self.scroll_offset.y
        return self.view.line(top) if top < len(self.view.lines) else None

    def _repaint_rows(self, seqs: Iterable[int]) -> None:
        changed = set(seqs)
        if not changed:
            return
        if self._update_axis():
            self.refresh()
            return
        for index, line in self._visible_lines():
            if not isinstance(line, Group) and line.seq in changed:
                self._refresh_line(index)

    def _refresh_line(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y + 1, self.size.width, 1))

    @property
    def _visible(self) -> tuple[int, int]:
        """The first line that is visible, and the one after the last."""
        first = self.scroll_offset.y
        return first, min(first + max(self.scrollable_content_region.height - 1, 0), len(self.view.lines))

    def _visible_lines(self) -> list[tuple[int, Line]]:
        return [(index, self.view.line(index)) for index in range(*self._visible)]

    def _visible_calls(self) -> list[Call]:
        return [line for _, line in self._visible_lines() if isinstance(line, Call)]

    def _update_axis(self) -> bool:
        """Fit the waterfall's axis to the visible rows; True if it changed."""
        fit = axis_of(self._visible_calls(), self._now()) if self._layout_plan.has("bar") else None
        axis = None if fit is None else self.zoom.of(fit)
        changed = axis != self._axis
        self._axis = axis
        return changed

    # Time that passes

    def on_mount(self) -> None:
        """Make the timer of running calls, at rest until one is visible."""
        self._ticker = self.set_interval(TICK, self._tick, pause=True)
        self._retitle()

    def _sync_ticker(self) -> None:
        if self._ticker is None:
            return
        if any(call.is_open for call in self._visible_calls()):
            self._ticker.resume()
        else:
            self._ticker.pause()

    def _tick(self) -> None:
        if self._stream_timer is None:
            self._repaint_rows(call.seq for call in self._visible_calls() if call.is_open)

    def _retitle_soon(self) -> None:
        """A title paints its whole pane, so it changes a few times a second at most."""
        if self._title_timer is None and self.is_attached:
            self._title_timer = self.set_timer(TITLE_EVERY, self._retitle)

    def _retitle(self) -> None:
        self._title_timer = None
        self.border_title = title(self.view, dropped=self._state.dropped_calls, colours=self.colours)
        self.border_subtitle = subtitle(self.view, now=self._now(), following=self.is_following)
        if self.view.stats.recent.rate(self._now()):
            self._retitle_soon()

    def _set_following(self, *, following: bool) -> None:
        if following != self.following:
            self.following = following
            self._retitle()

    # Painting

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._layout_plan = plan(width, self.view.names.widest, self.columns)
        self._cells.clear()
        self._update_axis()
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Choose columns for the new width and stay with the newest rows if following."""
        self._lay_out()
        self._moved(self._top_line())
        self._sync_ticker()

    def notify_style_update(self) -> None:
        """The theme or the focus changed: what was rendered has other colours now."""
        super().notify_style_update()
        self._styles.clear()
        self._cells.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows came into view; scrolling up by hand ends following, and not a layout that moves the end itself up."""
        super().watch_scroll_y(old_value, new_value)
        if not self._placing:
            self._stream_top = self._top_line()
            if new_value < min(old_value, self.max_scroll_y) and self.is_following:
                self._set_following(following=False)
        if self._update_axis():
            self.refresh()
        self._sync_ticker()

    def render_line(self, y: int) -> Strip:
        """One line of the pane: the headings, then rows."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._header(width)
        index = self.scroll_offset.y + y - 1
        if index >= len(self.view.lines):
            return self._below(index - len(self.view.lines), width)
        return self._line_strip(index, width)

    def _below(self, number: int, width: int) -> Strip:
        """Below the rows: nothing, or as long as there is none what can be seen and what to do."""
        lines: list[str] = []
        if self.view.how.has_filter and not len(self.view.lines):
            advice = "M shows all" if self.view.how.only_marked else "esc clears the filter"
            lines = ["", f"No call matches; {advice}."]
        elif not self.view.stats.calls:
            lines = ["", *empty_lines(self._state)]
        text = f" {lines[number]}" if number < len(lines) else ""
        return Strip([Segment(text, self._style("event", ""))]).adjust_cell_length(width, self.rich_style)

    def _header(self, width: int) -> Strip:
        heading = TIME_HEADINGS.get(self.time_mode) or ("+s mark" if self.view.marks else "+s first")
        how = self.view.how
        sort = "" if how.is_by_time or how.group else f"{how.sort}{G.unfolded if how.descending else G.rising}"
        text = row_painter.header(self._layout_plan, self._axis, heading, sort, self.zoom)
        return Strip([Segment(text, self._style("header", ""))]).adjust_cell_length(width, self.rich_style)

    def _line_strip(self, index: int, width: int) -> Strip:
        line = self.view.line(index)
        cursor = "" if not self._is_at_cursor(line) else "cursor" if self.has_focus else "cursor-blurred"
        if isinstance(line, Group):
            segments = self._segments(row_painter.group_pieces(line, self.view.names, width=width), cursor)
        else:
            segments = self._row_segments(line, cursor)
        return Strip(segments).adjust_cell_length(width, self._style("name", cursor))

    def _is_at_cursor(self, line: Line) -> bool:
        cursor = self._cursor
        if isinstance(cursor, Group):
            return isinstance(line, Group) and line.key == cursor.key
        if cursor is None:
            return False
        if isinstance(line, Group):
            return not line.unfolded and self.view.is_under(cursor, line)
        return line.seq == cursor.seq

    def _row_segments(self, row: TraceRow, cursor: str) -> list[Segment]:
        delta = None if self.time_mode == "clock" else self.view.since(row, self.time_mode)
        at = row_painter.clock_or(delta, row)
        if isinstance(row, RoomEvent):
            return self._segments(row_painter.event_pieces(row, at, width=self._layout_plan.width), cursor)
        paint = Paint(self._layout_plan, self.view.names, self._axis, self._now(), self.colours)
        known = None if row.is_open else self._cells.get((row.seq, at, cursor))
        if known is not None and known[0] is row:
            _, before, after = known
        else:
            pieces, rest = row_painter.call_pieces(row, at, paint)
            before, after = self._segments(pieces, cursor), self._segments(rest, cursor)
            if not row.is_open:
                self._cells[row.seq, at, cursor] = (row, before, after)
        return before + self._segments(row_painter.bar_pieces(row, paint), cursor) + after

    def _segments(self, pieces: list[Piece], cursor: str) -> list[Segment]:
        """Pieces with their styles. Blanks go with what stands before them: fewer segments are painted faster."""
        made: list[Segment] = []
        text, style = "", None
        for more, name in pieces:
            if not text:
                text, style = more, self._style(name, cursor)
            elif more.isspace() or not more:
                text += more
            else:
                now = self._style(name, cursor)
                if now is not style:
                    made.append(Segment(text, style))
                    text, style = more, now
                else:
                    text += more
        if text:
            made.append(Segment(text, style))
        return made

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Not the one that turns ANSI colours into others: our styles have none, and it looks at every segment."""
        return [kept for kept in super().get_line_filters() if not isinstance(kept, ANSIToTruecolor)]

    def _style(self, name: str, cursor: str) -> Style:
        style = self._styles.get((name, cursor))
        if style is None:
            components = [f"trace--{part}" for part in (cursor, name) if part]
            style = self.get_visual_style(*components).rich_style
            if cursor and (self.app.no_color or self.app.native_ansi_color):
                # Backgrounds say nothing there, so the cursor must not hang on one; one colour, or it is patchy.
                style = self.get_visual_style("trace--name").rich_style + Style(bold=style.bold)
                style += Style(reverse=True) if cursor == "cursor" else Style(underline=True)
            self._styles[name, cursor] = style
        return style
