"""The trace: calls and room events as they come, one row each, with their waterfall.

A line-API list: only visible rows are rendered, and what was rendered is kept until it changes.
"""

import time
from collections.abc import Callable
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.events import Blur, Click, Focus, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets import row_painter
from rpc_inspector.tui.widgets.columns import Layout, plan
from rpc_inspector.tui.widgets.row_painter import Paint
from rpc_inspector.tui.widgets.trace_bindings import TRACE_BINDINGS
from rpc_inspector.tui.widgets.trace_view import TraceView
from rpc_inspector.tui.widgets.vantage import empty_lines
from rpc_inspector.tui.widgets.waterfall import Axis, Piece, axis_of

#: Seconds between two paints of a running call's time, and between two of the title's counts.
TICK = 0.1
TITLE_EVERY = 0.25
TimeMode = Literal["clock", "previous", "zero"]
_NEXT_MODE: dict[TimeMode, TimeMode] = {"clock": "previous", "previous": "zero", "zero": "clock"}
_STYLES = (
    "muted", "name", "us", "method", "number", "word", "event", "mark", "ok", "warning", "error", "open", "lost",
    "bar-ack", "bar-answer", "bar-error", "bar-warning", "bar-unseen", "header",
)  # fmt: skip


class TracePane(ScrollView, can_focus=True, inherit_bindings=False):
    """The list of calls and room events.

    Args:
        now: CLOCK_MONOTONIC in seconds; tests give their own.
    """

    HELP = "Calls and room events as they pass our vantage points. The title counts, the subtitle tells how fast."
    BINDINGS: ClassVar[list[BindingType]] = [*TRACE_BINDINGS]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"trace--{name}" for name in _STYLES} | {
        "trace--cursor", "trace--cursor-blurred",
    }  # fmt: skip
    DEFAULT_CSS = """
    TracePane {
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        &:focus { border: round $primary; border-title-color: $primary; border-title-style: bold; }
        & > .trace--muted, & > .trace--event, & > .trace--header, & > .trace--lost { color: $muted; }
        & > .trace--name, & > .trace--number, & > .trace--word { color: $foreground; }
        & > .trace--us, & > .trace--open { color: $text-primary; }
        & > .trace--method { color: $foreground; text-style: bold; }
        & > .trace--mark { color: $text-primary; text-style: bold; }
        & > .trace--ok { color: $text-success; }
        & > .trace--warning { color: $text-warning; text-style: bold; }
        & > .trace--error { color: $text-error; text-style: bold; }
        & > .trace--bar-ack { color: $stage-ack; }
        & > .trace--bar-answer { color: $stage-answer; }
        & > .trace--bar-error { color: $text-error; }
        & > .trace--bar-warning { color: $text-warning; }
        & > .trace--bar-unseen { color: $muted; }
        & > .trace--cursor { background: $primary 22%; }
        & > .trace--cursor-blurred { background: $foreground 9%; }
    }
    """

    class Selected(Message):
        """The cursor was moved to a row by its user. ``seq``: the row's number."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

        def can_replace(self, message: Message) -> bool:
            """Only the last of a burst matters."""
            return isinstance(message, TracePane.Selected)

    class Opened(Message):
        """A row is to be opened. ``seq``: its number."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.view = TraceView()
        self.following = True
        self.time_mode: TimeMode = "clock"
        self._now = now
        self._state = SessionState()
        self._cursor: TraceRow | None = None
        self._layout_plan: Layout = plan(0, self.view.names.widest)
        self._axis: Axis | None = None
        self._styles: dict[tuple[str, str], Style] = {}
        self._cells: LRUCache[tuple[int, str, str, bool], tuple[TraceRow, list[Segment]]] = LRUCache(512)
        self._placing = False
        self._ticker: Timer | None = None
        self._title_timer: Timer | None = None

    # What comes in

    def apply(self, update: Update) -> None:
        """Show what changed: rows new, changed and dropped, the roster's names, the session's state."""
        anew = self._note_names(update)
        top = self._top_row()
        change, wider = self.view.put(update.rows)
        moved = self.view.drop(update.dropped) if update.dropped else False
        if anew or wider:
            self._lay_out()
        if change.moved or moved:
            self._moved(top)
        else:
            self._repaint_rows(change.changed)
        if update.state is not None and not len(self.view.rows):
            self.refresh()
        self._sync_ticker()
        if update.rows or update.dropped:
            self._retitle_soon()

    def _note_names(self, update: Update) -> bool:
        anew = False
        if update.state is not None:
            self._state = update.state
            anew = bool(update.state.identity) and self.view.names.set_us(update.state.identity)
        for participant in update.roster or ():
            anew |= not participant.is_self and self.view.names.meet(participant.identity)
        return anew

    def _moved(self, top: TraceRow | None) -> None:
        """Positions changed: keep the rows that were looked at where they are, or follow the newest."""
        self._placing = True
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.view.rows) + 1)
        if self.following:
            if len(self.view.rows):
                self._cursor = self.view.rows[len(self.view.rows) - 1]
            self.scroll_to(y=self.max_scroll_y, animate=False)
        elif top is not None:
            self.scroll_to(y=min(self.view.rows.place_of(top), self.max_scroll_y), animate=False)
        self._placing = False
        self._update_axis()
        self.refresh()

    def _top_row(self) -> TraceRow | None:
        return next(self.view.rows.between(self.scroll_offset.y, self.scroll_offset.y + 1), None)

    def _repaint_rows(self, seqs: tuple[int, ...]) -> None:
        if not seqs:
            return
        if self._update_axis():
            self.refresh()
            return
        first, end = self._visible
        for seq in seqs:
            index = self.view.rows.index_of(seq)
            if index is not None and first <= index < end:
                self._refresh_row(index)

    def _refresh_row(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y + 1, self.size.width, 1))

    @property
    def _visible(self) -> tuple[int, int]:
        """The first row that is visible, and the one after the last."""
        first = self.scroll_offset.y
        return first, min(first + max(self.scrollable_content_region.height - 1, 0), len(self.view.rows))

    def _visible_calls(self) -> list[Call]:
        return [row for row in self.view.rows.between(*self._visible) if isinstance(row, Call)]

    def _update_axis(self) -> bool:
        """Fit the waterfall's axis to the visible rows; True if it changed."""
        axis = axis_of(self._visible_calls(), self._now()) if self._layout_plan.has("bar") else None
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
        self._repaint_rows(tuple(call.seq for call in self._visible_calls() if call.is_open))

    def _retitle_soon(self) -> None:
        """A title paints its whole pane, so it changes a few times a second at most."""
        if self._title_timer is None and self.is_attached:
            self._title_timer = self.set_timer(TITLE_EVERY, self._retitle)

    def _retitle(self) -> None:
        self._title_timer = None
        self.border_title = self._title()
        self.border_subtitle = self._subtitle()

    def _title(self) -> str:
        stats, view = self.view.stats, self.view
        parts = [f"{stats.calls:,} {'call' if stats.calls == 1 else 'calls'}"]
        if stats.errors:
            parts.append(f"{stats.errors:,} {'error' if stats.errors == 1 else 'errors'}")
        if view.dropped:
            parts.append(f"{view.dropped:,} dropped")
        if view.paused:
            parts.append("paused")
            new = view.new_while_paused
            parts += [f"{new:,} new"] if new else []
        return f"Trace  {f' {G.dot} '.join(parts)}"

    def _subtitle(self) -> str:
        parts = [self.view.stats.in_words(), "following" if self.following and not self.view.paused else ""]
        return f" {G.dot} ".join(part for part in parts if part)

    # Painting

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._layout_plan = plan(width, self.view.names.widest)
        self._cells.clear()
        self._update_axis()
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Choose columns for the new width and stay with the newest rows if following."""
        self._lay_out()
        self._moved(self._top_row())
        self._sync_ticker()

    def notify_style_update(self) -> None:
        """The theme or the focus changed: what was rendered has other colours now."""
        super().notify_style_update()
        self._styles.clear()
        self._cells.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows came into view; scrolling up by hand ends following."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and not self._placing and self.following:
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
        if not len(self.view.rows):
            lines = ["", *empty_lines(self._state)]
            text = f" {lines[y - 1]}" if y <= len(lines) else ""
            return Strip([Segment(text, self._style("event", ""))]).adjust_cell_length(width, self.rich_style)
        if index >= len(self.view.rows):
            return Strip.blank(width, self.rich_style)
        return self._row_strip(index, width)

    def _header(self, width: int) -> Strip:
        heading = {"clock": "time", "previous": "+s previous", "zero": "+s mark" if self.view.marks else "+s first"}
        text = row_painter.header(self._layout_plan, self._axis, heading[self.time_mode])
        return Strip([Segment(text, self._style("header", ""))]).adjust_cell_length(width, self.rich_style)

    def _row_strip(self, index: int, width: int) -> Strip:
        row = self.view.rows[index]
        delta = None if self.time_mode == "clock" else self.view.since(index, self.time_mode)
        at_cursor = self._cursor is not None and row.seq == self._cursor.seq
        cursor = "" if not at_cursor else "cursor" if self.has_focus else "cursor-blurred"
        marked = row.seq in self.view.marks
        key = (row.seq, row_painter.clock_or(delta, row), cursor, marked)
        paint = Paint(self._layout_plan, self.view.names, self._axis, self._now())
        running = isinstance(row, Call) and row.is_open
        known = None if running else self._cells.get(key)
        if known is not None and known[0] is row:
            segments = known[1]
        else:
            segments = self._segments(self._pieces(row, key[1], paint, marked=marked), cursor)
            if not running:
                self._cells[key] = (row, segments)
        if isinstance(row, Call):
            segments = segments + self._segments(row_painter.bar_pieces(row, paint), cursor)
        return Strip(segments).adjust_cell_length(width, self._style("name", cursor))

    def _pieces(self, row: TraceRow, at: str, paint: Paint, *, marked: bool) -> list[Piece]:
        if isinstance(row, Call):
            return row_painter.call_pieces(row, at, paint, marked=marked)
        return row_painter.event_pieces(row, at, marked=marked, width=paint.layout.width)

    def _segments(self, pieces: list[Piece], cursor: str) -> list[Segment]:
        return [Segment(text, self._style(name, cursor)) for text, name in pieces if text]

    def _style(self, name: str, cursor: str) -> Style:
        style = self._styles.get((name, cursor))
        if style is None:
            components = [f"trace--{part}" for part in (cursor, name) if part]
            style = self.get_visual_style(*components).rich_style
            if cursor and (self.app.no_color or self.app.native_ansi_color):
                # Backgrounds say nothing there; the cursor must not hang on one.
                style += Style(reverse=True) if cursor == "cursor" else Style(underline=True)
            self._styles[name, cursor] = style
        return style

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
            self.post_message(self.Selected(self._cursor.seq))

    def _scroll_into_view(self, index: int) -> None:
        first, end = self._visible
        page = max(end - first, 1)
        self._placing = True
        if index < first:
            self.scroll_to(y=index, animate=False)
        elif index >= end:
            self.scroll_to(y=min(index - page + 1, self.max_scroll_y), animate=False)
        self._placing = False

    def _set_following(self, *, following: bool) -> None:
        if following != self.following:
            self.following = following
            self._retitle()

    def on_focus(self, _event: Focus) -> None:
        """The cursor is brighter now."""
        self._cells.clear()
        self.refresh()

    def on_blur(self, _event: Blur) -> None:
        """The cursor is quieter now."""
        self.refresh()

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
        self.time_mode = _NEXT_MODE[self.time_mode]
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
            self.post_message(self.Opened(row.seq))
