"""What our own SDK logged, beside the calls that its lines name."""

import logging
from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from rpc_inspector.core.model import LogLine
from rpc_inspector.core.session import Update
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, cut, left
from rpc_inspector.tui.widgets.trace.line_list import LineList, Piece
from rpc_inspector.tui.widgets.trace.messages import RowAsked
from rpc_inspector.tui.widgets.trace.title import counted

#: Of a line, so many characters are looked at.
LONGEST = 1000
_LEVEL = 8
_EMPTY = (
    "",
    " Nothing yet. Here stands what our own SDK logs from warnings up: acks and responses that came too late or",
    " twice, handlers that failed, trouble with the connection. Enter on a line that names a call shows the call.",
)


class LogPane(LineList):
    """The lines, the newest last.

    Args:
        lines: of the session so far; the owner adds to it and says so through :meth:`take`.
    """

    HELP = "What our own SDK logged. Lines that name a call lead to it."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("log")]
    DEFAULT_CSS = """
    LogPane {
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        &:focus { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        &:focus:nocolor { border-title-style: bold reverse; }
    }
    """

    def __init__(self, lines: Sequence[LogLine], *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._lines = lines
        self.following = True
        self._number = 0

    def on_mount(self) -> None:
        """Count what is there."""
        self.show_anew()

    def take(self, update: Update) -> None:
        """Lines may have come."""
        if update.logs:
            self.show_anew()

    def show_anew(self) -> None:
        """Show the lines as they are now."""
        # The oldest may have gone: the cursor stays on its line.
        self.cursor = bisect_left(self._lines, self._number, key=lambda line: line.number)
        count = len(self._lines)
        warnings = sum(line.level >= logging.WARNING for line in self._lines)
        parts = [counted(count, "line"), *([counted(warnings, "warning")] if warnings else [])]
        self.border_title = f"SDK log  {f' {G.dot} '.join(parts)}"
        self.lines_changed()
        if self.following:
            self.put_cursor(count - 1)
        self._tell()

    def select(self, seq: int) -> bool:
        """Put the cursor on the last line that names the call; False if none does."""
        for index in reversed(range(len(self._lines))):
            if self._lines[index].call == seq:
                self.following = index == len(self._lines) - 1
                self.put_cursor(index)
                self._tell()
                return True
        return False

    # Lines

    def line_count(self) -> int:
        """One a line."""
        return len(self._lines)

    def line(self, index: int, width: int) -> list[Piece]:
        """Time, level, text; a sign before lines that name a call."""
        line = self._lines[index]
        style = "error" if line.level >= logging.ERROR else "warning" if line.level >= logging.WARNING else "muted"
        level = logging.getLevelName(line.level).lower()
        sign = f"{G.into} " if line.call is not None else "  "
        room = max(width - 16 - _LEVEL - len(sign), 0)
        return [
            (f" {clock(line.wall)}  ", "muted"),
            (f"{left(level, _LEVEL)} ", style),
            (sign, "us"),
            (cut(sanitise(line.text, limit=LONGEST), room), "name"),
        ]

    def empty_lines(self) -> list[str]:
        """What would be here."""
        return list(_EMPTY)

    def enter(self, index: int) -> None:
        """Ask for the call that the line names."""
        call = self._lines[index].call
        if call is None:
            self.notify("This line names no call of the trace.", markup=False)
        else:
            self.post_message(RowAsked(call))

    # Following

    def moved(self) -> None:
        """Following ends when its user goes up, and begins again at the end."""
        self.following = self.cursor == len(self._lines) - 1
        self._tell()

    def action_follow(self) -> None:
        """Follow the newest line, or stop doing so."""
        self.following = not self.following
        if self.following:
            self.put_cursor(len(self._lines) - 1)
        self._tell()

    def _tell(self) -> None:
        self._number = self._lines[self.cursor].number if self._lines else 0
        self.border_subtitle = "following" if self.following and self._lines else ""
