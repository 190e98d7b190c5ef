"""The painted part of the trace: rows as they come, in place, only the visible ones rendered.

A line-API widget: what was rendered of a row is kept until the row changes.
"""

import time
from collections.abc import Callable
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.events import Resize
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets import row_painter
from rpc_inspector.tui.widgets.columns import Layout, plan
from rpc_inspector.tui.widgets.row_painter import Paint
from rpc_inspector.tui.widgets.trace_view import TraceView
from rpc_inspector.tui.widgets.vantage import empty_lines
from rpc_inspector.tui.widgets.waterfall import Axis, Piece, axis_of

#: Seconds between two paints of a running call's time, and between two of the title's counts.
TICK = 0.1
TITLE_EVERY = 0.25
TimeMode = Literal["clock", "previous", "zero"]
NEXT_MODE: dict[TimeMode, TimeMode] = {"clock": "previous", "previous": "zero", "zero": "clock"}
_STYLES = (
    "muted", "name", "us", "strong", "number", "word", "event", "mark", "ok", "warning", "error", "open", "lost",
    "bar-ack", "bar-answer", "bar-error", "bar-warning", "bar-unseen", "header",
)  # fmt: skip


class TraceCanvas(ScrollView, inherit_bindings=False):
    """Paints the rows and keeps them in place while they come and go; what people do with them is the pane's.

    Args:
        now: CLOCK_MONOTONIC in seconds; tests give their own.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"trace--{name}" for name in _STYLES} | {
        "trace--cursor", "trace--cursor-blurred",
    }  # fmt: skip
    DEFAULT_CSS = """
    TraceCanvas {
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        &:focus { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        & > .trace--muted, & > .trace--event, & > .trace--header, & > .trace--lost { color: $muted; }
        & > .trace--name, & > .trace--number, & > .trace--word { color: $foreground; }
        & > .trace--us, & > .trace--open { color: $text-primary; }
        & > .trace--strong { color: $foreground; text-style: bold; }
        & > .trace--mark { color: $text-primary; text-style: bold; }
        & > .trace--ok { color: $text-success; }
        &:nocolor > .trace--error, &:nocolor > .trace--warning { color: $foreground; }
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
        if update.state is not None and not self.view.stats.calls:
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
            # Forced: whether there is a scrollbar is decided only at the next layout.
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        elif top is not None:
            self.scroll_to(y=min(self.view.rows.place_of(top), self.max_scroll_y), animate=False, force=True)
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

    def _set_following(self, *, following: bool) -> None:
        if following != self.following:
            self.following = following
            self._retitle()

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
        if index >= len(self.view.rows):
            return self._below(index - len(self.view.rows), width)
        return self._row_strip(index, width)

    def _below(self, line: int, width: int) -> Strip:
        """Below the rows: nothing, or as long as there is no call what can be seen and what to do."""
        lines = [] if self.view.stats.calls else ["", *empty_lines(self._state)]
        text = f" {lines[line]}" if line < len(lines) else ""
        return Strip([Segment(text, self._style("event", ""))]).adjust_cell_length(width, self.rich_style)

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
                # Backgrounds say nothing there, so the cursor must not hang on one; one colour, or it is patchy.
                style = self.get_visual_style("trace--name").rich_style + Style(bold=style.bold)
                style += Style(reverse=True) if cursor == "cursor" else Style(underline=True)
            self._styles[name, cursor] = style
        return style
