"""A list of painted lines with a cursor: only the visible ones are made, however many there are."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

#: A piece of a line: its text, safe to show, and the name of its style.
Piece = tuple[str, str]
_STYLES = ("name", "strong", "muted", "header", "us", "ok", "warning", "error")


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """The base of lists whose lines are painted; it says how many lines there are and what stands in each.

    Attributes:
        cursor: the line it is on.
        heading: a first line stays in view above the others.
    """

    heading = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in (*_STYLES, "cursor", "cursor-blurred")}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end", "last", "last", show=False),
    ]
    DEFAULT_CSS = """
    LineList {
        background: $background;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .lines--name { color: $foreground; }
        & > .lines--strong { color: $foreground; text-style: bold; }
        & > .lines--muted, & > .lines--header { color: $muted; }
        & > .lines--us { color: $text-primary; text-style: bold; }
        & > .lines--ok { color: $text-success; }
        &:nocolor > .lines--error, &:nocolor > .lines--warning { color: $foreground; }
        & > .lines--warning { color: $text-warning; text-style: bold; }
        & > .lines--error { color: $text-error; text-style: bold; }
        & > .lines--cursor { background: $primary 22%; }
        & > .lines--cursor-blurred { background: $foreground 9%; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.cursor = 0
        self._styles: dict[tuple[str, str], Style] = {}

    # What a list says of itself

    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> list[Piece]:
        """What stands in a line of ``width`` cells."""
        raise NotImplementedError

    def heading_line(self, _width: int) -> list[Piece]:
        """The first line, where there is a :attr:`heading`."""
        return []

    def empty_lines(self) -> list[str]:
        """What stands there as long as there is no line."""
        return []

    def enter(self, index: int) -> None:
        """A line was entered or double-clicked."""

    def moved(self) -> None:
        """The cursor was moved by its user."""

    # Lines come and go

    def lines_changed(self) -> None:
        """There are other lines now; the cursor stays where there is one."""
        count = self.line_count()
        self.cursor = min(self.cursor, max(count - 1, 0))
        self.virtual_size = Size(self.scrollable_content_region.width, count + self.heading)
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Lines are as wide as the list."""
        self.lines_changed()

    def notify_style_update(self) -> None:
        """The theme or the focus changed."""
        super().notify_style_update()
        self._styles.clear()

    # The cursor

    def put_cursor(self, index: int) -> None:
        """Move the cursor, and the view with it."""
        self.cursor = min(max(index, 0), max(self.line_count() - 1, 0))
        page = max(self.scrollable_content_region.height - self.heading, 1)
        top = self.scroll_offset.y
        top = min(max(top, self.cursor - page + 1), self.cursor)
        # Forced: whether there is a scrollbar is decided only at the next layout.
        self.scroll_to(y=top, animate=False, force=True)
        self.refresh()

    def action_move(self, step: int) -> None:
        """Move the cursor by lines."""
        self.put_cursor(self.cursor + step)
        self.moved()

    def action_page(self, step: int) -> None:
        """Move the cursor by pages."""
        self.action_move(step * max(self.scrollable_content_region.height - self.heading - 1, 1))

    def action_first(self) -> None:
        """To the first line."""
        self.action_move(-self.cursor)

    def action_last(self) -> None:
        """To the last line."""
        self.action_move(self.line_count())

    def action_enter(self) -> None:
        """Enter the line under the cursor."""
        if self.line_count():
            self.enter(self.cursor)

    def on_click(self, event: Click) -> None:
        """Select the line that was clicked; enter it on a double click."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < self.heading:
            self.heading_clicked(offset.x)
            return
        index = self.scroll_offset.y + offset.y - self.heading
        if index < self.line_count():
            self.put_cursor(index)
            self.moved()
            if event.chain == 2:
                self.enter(index)

    def heading_clicked(self, x: int) -> None:
        """The heading was clicked, in this cell."""

    # Painting

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        width = self.scrollable_content_region.width
        if self.heading and y == 0:
            return self._strip(self.heading_line(width), width, "")
        index = self.scroll_offset.y + y - self.heading
        count = self.line_count()
        if index < count:
            at_cursor = "" if index != self.cursor else "cursor" if self.has_focus else "cursor-blurred"
            return self._strip(self.line(index, width), width, at_cursor)
        lines = self.empty_lines() if not count else []
        below = index - count
        return self._strip([(lines[below], "muted")] if below < len(lines) else [], width, "")

    def _strip(self, pieces: list[Piece], width: int, cursor: str) -> Strip:
        segments = [Segment(text, self._style(name, cursor)) for text, name in pieces if text]
        return Strip(segments).adjust_cell_length(width, self._style("name", cursor))

    def _style(self, name: str, cursor: str) -> Style:
        style = self._styles.get((name, cursor))
        if style is None:
            components = [f"lines--{part}" for part in (cursor, name) if part]
            style = self.get_visual_style(*components).rich_style
            if cursor and (self.app.no_color or self.app.native_ansi_color):
                # Backgrounds say nothing there, so the cursor must not hang on one.
                style = self.get_visual_style("lines--name").rich_style + Style(bold=style.bold)
                style += Style(reverse=True) if cursor == "cursor" else Style(underline=True)
            self._styles[name, cursor] = style
        return style
