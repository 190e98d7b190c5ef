"""Editors for payloads: highlighted while that is affordable, plain when it is not, and safe for the terminal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from rich.style import Style
from rich.text import Text
from textual import events
from textual.color import Color
from textual.widgets import TextArea

from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.bodies import PLAIN_ABOVE, too_large_to_edit, too_large_to_highlight
from rpc_inspector.tui.theming import json_theme

#: Of a text that is too large to be edited so many characters are shown, in lines of at most so many.
_SHOWN_ASIDE = 4_000
_SHOWN_LINE = 400


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
    """Where a request is written. What is too large to be edited is held aside, and its beginning is shown."""

    #: Takes keys before the editor does; says whether it did.
    interceptor: Callable[[str], bool] | None = None
    _aside: str | None = None
    _before = ""
    _marks: Mapping[int, Sequence[tuple[int, int]]] = MappingProxyType({})

    @property
    def payload(self) -> str:
        """All that was written, shown or not."""
        return self.text if self._aside is None else self._aside

    @property
    def is_aside(self) -> bool:
        """Whether only the beginning is shown, and cannot be edited."""
        return self._aside is not None

    def show_text(self, text: str, *, highlight: bool = True) -> None:
        """Replace the text; nothing large is highlighted or wrapped, and nothing huge is shown whole."""
        large = too_large_to_edit(text)
        self._before = self.payload if large and not self.is_aside else self._before
        self._aside = text if large else None
        self.read_only = large
        super().show_text(_beginning(text) if large else text, highlight=highlight)

    def rewrite(self, text: str) -> None:
        """Replace the text as an edit, which undo takes back."""
        if self.is_aside or too_large_to_edit(text):
            self.show_text(text)
        else:
            self._fit(text)
            self.replace(text, (0, 0), self.document.end)
            self.move_cursor((0, 0))

    def put_in(self, text: str) -> None:
        """Put ``text`` in the place of the selection."""
        start, end = sorted(self.selection)
        if too_large_to_edit(self.text + text):
            before, after = self.get_text_range((0, 0), start), self.get_text_range(end, self.document.end)
            self.show_text(before + text + after)
        else:
            self._fit(self.text + text)
            self.replace(text, start, end)

    @property
    def length(self) -> int:
        """Characters that are shown, counted without putting them together."""
        lines = self.document.lines
        return sum(map(len, lines)) + len(lines) - 1

    @property
    def is_large(self) -> bool:
        """Too large for what is done at every key."""
        return self.length > PLAIN_ABOVE

    @property
    def cursor_index(self) -> int:
        """How many characters are before the cursor."""
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    def change(self, start: int, end: int, insert: str, *, keep_cursor: bool = True) -> None:
        """Replace a stretch of the text as an edit, which undo takes back."""
        text = self.text
        places = [(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1) for at in (start, end)]
        self.replace(insert, *places, maintain_selection_offset=keep_cursor)

    def mark(self, places: Iterable[tuple[int, int, int]]) -> None:
        """Underline what is wrong: line and column from 0, and how many characters."""
        marks: dict[int, list[tuple[int, int]]] = {}
        for row, column, length in places:
            marks.setdefault(row, []).append((column, column + length))
        if marks != self._marks:
            self._marks = marks
            self.notify_style_update()  # painted lines are kept
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """The line, what is wrong in it underlined."""
        line = super().get_line(line_index)
        for start, end in self._marks.get(line_index, ()):
            line.stylize(self._wrong, start, end)
        return line

    @property
    def _wrong(self) -> Style:
        return Style(color=Color.parse(self.app.theme_variables["text-error"]).rich_color, underline=True, bold=True)

    async def _on_key(self, event: events.Key) -> None:
        if self.interceptor is not None and self.interceptor(event.key):
            event.stop()
            event.prevent_default()
        else:
            await super()._on_key(event)

    def action_undo(self) -> None:
        """Undo; what is held aside goes, and what was there before it comes back."""
        if self.is_aside:
            self.show_text(self._before)
        else:
            super().action_undo()

    async def _on_paste(self, event: events.Paste) -> None:
        """Give up highlighting before something large arrives, and keep what no encoding can carry as its escape."""
        if unsendable(event.text):
            event.text = "".join(sign if _encodes(sign) else f"\\u{ord(sign):04x}" for sign in event.text)
            self.notify("It held lone surrogates, which cannot be sent. They stand as \\u escapes now.", markup=False)
        if not self.is_aside and too_large_to_edit(self.text + event.text):
            event.prevent_default()
            self.put_in(event.text)
        elif not self.is_aside:
            self._fit(self.text + event.text)

    def refit(self) -> None:
        """Adjust to what was typed."""
        self._fit(self.text)


def _beginning(text: str) -> str:
    lines = text[:_SHOWN_ASIDE].splitlines()
    return "\n".join(line[:_SHOWN_LINE] for line in lines)


def _harmless(sign: str) -> bool:
    return sanitise(sign, multiline=True) == sign


def _encodes(sign: str) -> bool:
    return not "\ud800" <= sign <= "\udfff"
