"""The difference of two calls in tabs: request, response, timing."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.widgets import Static

from rpc_inspector.core.budgets import utf8_size
from rpc_inspector.core.model import Call, Payload
from rpc_inspector.tui.widgets.cells import cut
from rpc_inspector.tui.widgets.detail.diff_text import Lines, call_line, payload_diff, timing_diff
from rpc_inspector.tui.widgets.detail.tabs_title import TabsTitle
from rpc_inspector.tui.widgets.trace.line_list import LineList, Piece

TABS = ("request", "response", "timing")
_KEYS = (
    *((name, str(number), f"tab({number - 1})", name, f"Compare the {name}.") for number, name in enumerate(TABS, 1)),
    ("tab_next", "right,tab", "next_tab(1)", "next tab", "The next tab."),
    ("tab_previous", "left,shift+tab", "next_tab(-1)", "previous tab", "The previous tab."),
)
DIFF_BINDINGS: list[Binding] = [
    Binding(keys, action, label, show=False, id=f"diff.{name}", tooltip=tooltip)
    for name, keys, action, label, tooltip in _KEYS
]
#: Payloads of more characters are compared in a thread.
_LARGE = 5_000


class DiffLines(LineList):
    """The lines of a comparison."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in ("added", "removed", "changed", "key")}
    DEFAULT_CSS = """
    DiffLines {
        height: 1fr;
        & > .lines--added { color: $text-success; }
        & > .lines--removed { color: $text-error; }
        & > .lines--changed { color: $text-warning; }
        & > .lines--key { color: $json-key; }
    }
    """

    class Resized(Message):
        """There is another width to wrap to."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Lines = []
        self._heading: list[Piece] = []
        self._width = 0

    @property
    def width(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width

    def show(self, lines: Lines, heading: list[Piece] | None = None) -> None:
        """Show other lines, from their first on, below a heading where there is one."""
        self._lines, self._heading, self.heading = lines, heading or [], heading is not None
        self.lines_changed()
        self.put_cursor(0)

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def heading_line(self, _width: int) -> list[Piece]:
        """What the columns are."""
        return self._heading

    def line(self, index: int, width: int) -> list[Piece]:  # noqa: ARG002 - lines are wrapped already
        """What stands in a line."""
        return self._lines[index]

    def on_resize(self, _event: Resize) -> None:
        """What is wrapped is wrapped anew."""
        if self.width != self._width:
            self._width = self.width
            self.post_message(self.Resized())


class DiffView(Vertical):
    """Compares two calls.

    Args:
        first, second: the calls; what is only in the second is ``+``.
    """

    HELP = "Two calls beside each other: + only in the second, - only in the first, ~ another value."
    BINDINGS: ClassVar[list[BindingType]] = [*DIFF_BINDINGS]
    DEFAULT_CSS = """
    DiffView {
        border: round $primary;
        border-title-color: $text-primary;
        border-subtitle-color: $muted;
        background: $background;
        padding: 0 1;
        & > Static { height: auto; }
        & > #diff-how { margin: 1 0; color: $muted; }
    }
    """

    def __init__(self, first: Call, second: Call, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._first, self._second = first, second
        self._tabs = TabsTitle([name.capitalize() for name in TABS])
        self._here = self._most_telling()

    def _most_telling(self) -> int:
        """Begin where the two differ, if that can be told at once."""
        requests = self._first.request, self._second.request
        return 0 if requests[0] != requests[1] else 1 if _answer(self._first) != _answer(self._second) else 2

    def compose(self) -> ComposeResult:
        """Which calls, how they were compared, the lines."""
        yield Static(id="diff-calls")
        yield Static(id="diff-how")
        yield DiffLines()

    @property
    def tab(self) -> str:
        """The name of the tab that is shown."""
        return TABS[self._here]

    def on_diff_lines_resized(self) -> None:
        """The width is known, or another."""
        self._show()

    def _show(self) -> None:
        self.border_title = self._tabs.render("Compare", self._here, self.size.width - 4)
        self.border_subtitle = "← → tabs   - first   + second   ~ changed   esc close"
        lines = self.query_one(DiffLines)
        calls = [cut(call_line(sign, call), lines.width) for sign, call in (("-", self._first), ("+", self._second))]
        styles = ("$text-error", "$text-success")
        shown = [Content.styled(call, style) for call, style in zip(calls, styles, strict=True)]
        self.query_one("#diff-calls", Static).update(Content("\n").join(shown))
        if self.tab == "timing":
            heading, rows = timing_diff(self._first, self._second)
            self._say("durations, no finer than their sources are")
            lines.show(rows, heading)
            return
        first, second = self._pair()
        if max(len((each and each.text) or "") for each in (first, second)) <= _LARGE:
            self._put(payload_diff(first, second, lines.width))
            return
        self._say("comparing…")
        lines.show([])
        self.run_worker(self._compare(first, second, lines.width), exclusive=True, exit_on_error=False)

    def _pair(self) -> tuple[Payload | None, Payload | None]:
        if self.tab == "request":
            return self._first.request, self._second.request
        return _answer(self._first), _answer(self._second)

    async def _compare(self, first: Payload | None, second: Payload | None, width: int) -> None:
        self._put(await asyncio.to_thread(payload_diff, first, second, width))

    def _put(self, result: tuple[str, Lines]) -> None:
        how, lines = result
        self._say(how)
        self.query_one(DiffLines).show(lines)

    def _say(self, how: str) -> None:
        self.query_one("#diff-how", Static).update(Content(how))

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        self._here = number
        self.workers.cancel_node(self)
        self._show()

    def action_next_tab(self, step: int) -> None:
        """Show the next or previous tab."""
        self.action_tab((self._here + step) % len(TABS))

    def on_click(self, event: Click) -> None:
        """A click on a tab in the border shows it."""
        if event.widget is self and event.y == 0 and (number := self._tabs.tab_at(event.x)) is not None:
            self.action_tab(number)


def _answer(call: Call) -> Payload | None:
    """The response; of a call that failed its error as a text."""
    if call.error is None:
        return call.response
    head = f"{call.error.code} {call.error.name or ''} {call.error.message}".strip()
    text = f"{head}\n{call.error.data}" if call.error.data else head
    return Payload(utf8_size(text), text)
