"""Editors for payloads: highlighted while that is affordable, plain when it is not, and safe for the terminal."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.widgets import TextArea

from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.bodies import too_large_to_highlight
from rpc_inspector.tui.theming import json_theme


class PayloadArea(TextArea):
    """A TextArea that shows JSON in the app's colours."""

    def __init__(self, text: str = "", *, read_only: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(
            text,
            id=id,
            read_only=read_only,
            tab_behavior="focus",
            highlight_cursor_line=False,
            show_cursor=not read_only,
            show_line_numbers=False,
            compact=True,
        )

    def on_mount(self) -> None:
        """Follow the app's theme."""
        self.match_cursor_bracket = False
        self._apply_theme()
        self.watch(self.app, "theme", self._apply_theme, init=False)

    def _apply_theme(self) -> None:
        self.register_theme(json_theme(self.app.theme_variables))
        self.theme = "inspector"
        self._set_theme("inspector")

    def show_text(self, text: str, *, highlight: bool = True) -> None:
        """Replace the text; nothing large is ever highlighted or wrapped."""
        self._fit(text, highlight=highlight)
        self.load_text(text)

    def _fit(self, text: str, *, highlight: bool = True) -> None:
        large = too_large_to_highlight(text)
        language = None if large or not highlight else "json"
        if self.language != language:
            # A document that is about to be replaced need not be parsed again.
            self.language = language
        self.soft_wrap = not large

    def get_line(self, line_index: int) -> Text:
        """The line with what a terminal would obey replaced, one sign for one character."""
        line = super().get_line(line_index)
        if sanitise(line.plain, multiline=True) == line.plain:
            return line
        return Text("".join(sign if _harmless(sign) else "\N{REPLACEMENT CHARACTER}" for sign in line.plain), end="")


class RequestArea(PayloadArea):
    """Where a request is written."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("request")]

    async def _on_paste(self, event: events.Paste) -> None:
        """Give up highlighting before something large arrives, and keep what no encoding can carry as its escape."""
        if unsendable(event.text):
            event.text = "".join(sign if _encodes(sign) else f"\\u{ord(sign):04x}" for sign in event.text)
            self.notify("It held lone surrogates, which cannot be sent. They stand as \\u escapes now.", markup=False)
        self._fit(self.text + event.text)

    def refit(self) -> None:
        """Adjust to what was typed."""
        self._fit(self.text)


def _harmless(sign: str) -> bool:
    return sanitise(sign, multiline=True) == sign


def _encodes(sign: str) -> bool:
    return not "\ud800" <= sign <= "\udfff"
