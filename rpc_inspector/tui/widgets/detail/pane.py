"""The detail of one call, in tabs: overview, request, response, headers, timing."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from rpc_inspector.core.budgets import utf8_size
from rpc_inspector.core.explain import Explanation
from rpc_inspector.core.model import Call, Payload
from rpc_inspector.tui.widgets.copying import copy_text
from rpc_inspector.tui.widgets.detail.headers import headers
from rpc_inspector.tui.widgets.detail.overview import overview, timing, title_of
from rpc_inspector.tui.widgets.detail.tabs_title import TabsTitle
from rpc_inspector.tui.widgets.payload.view import PayloadView

TABS = ("overview", "request", "response", "headers", "timing")
_KEYS = (
    *((name, str(number), f"tab({number - 1})", name, f"Show the {name}.") for number, name in enumerate(TABS, 1)),
    ("tab_next", "right,tab", "next_tab(1)", "next tab", "The next tab."),
    ("tab_previous", "left,shift+tab", "next_tab(-1)", "previous tab", "The previous tab."),
    ("next", "right_square_bracket", "step(1)", "next", "The next call in the trace."),
    ("previous", "left_square_bracket", "step(-1)", "previous", "The previous call in the trace."),
    ("copy", "y", "copy", "copy", "Copy the response, or the error."),
    ("down", "j", "scroll_down", "down", "Down."),
    ("up", "k", "scroll_up", "up", "Up."),
    ("first", "g", "scroll_home", "top", "To the top."),
    ("last", "G", "scroll_end", "bottom", "To the bottom."),
)
DETAIL_BINDINGS: list[Binding] = [
    Binding(keys, action, label, show=False, id=f"detail.{name}", tooltip=tooltip)
    for name, keys, action, label, tooltip in _KEYS
]
_TEXT_KEYS = "← → tabs   ] \\[ next, previous call   y copy   esc close"
_PAYLOAD_KEYS = "w form  ^f find  y copy  Y path  d decode  f save  ] \\[ call  esc back"


class CallDetail(Vertical):
    """Shows one call. ``show`` gives it another, or the same as it is now."""

    HELP = "One call: how it ended and why, its payloads, what travelled around them, its stages with their sources."
    BINDINGS: ClassVar[list[BindingType]] = [*DETAIL_BINDINGS]
    DEFAULT_CSS = """
    CallDetail {
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        padding: 0 1;
        &:focus-within { border: round $primary; border-title-color: $text-primary; }
        & > ContentSwitcher { height: 1fr; }
        & VerticalScroll { height: 1fr; scrollbar-size: 1 1; scrollbar-gutter: stable; background: $background; }
        & VerticalScroll > Static { height: auto; }
    }
    """

    class Step(Message):
        """Another call is asked for: ``step`` 1 is the next in the trace, -1 the previous."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.call: Call | None = None
        self._explanation: Explanation | None = None
        self._here = 0
        self._tabs = TabsTitle([name.capitalize() for name in TABS])

    def compose(self) -> ComposeResult:
        """A text or a payload for every tab."""
        with ContentSwitcher(initial=TABS[0]):
            for name in TABS:
                if name in ("request", "response"):
                    yield PayloadView(id=name)
                else:
                    with VerticalScroll(id=name):
                        yield Static()

    def on_mount(self) -> None:
        """Show the call that was given before there was a place for it."""
        self._redraw()

    def on_resize(self) -> None:
        """Bars and the title fit the width."""
        self._redraw()

    def show(self, call: Call | None, explanation: Explanation | None = None) -> None:
        """Show a call.

        Args:
            call: as it is now; ``None`` shows none.
            explanation: why it failed, as :func:`rpc_inspector.core.explain.explain` says.
        """
        same = call is not None and self.call is not None and call.seq == self.call.seq
        if same and call == self.call and explanation == self._explanation:
            return
        self.call, self._explanation = call, explanation
        self._redraw()
        if not same and self.is_mounted:
            for text in self.query(VerticalScroll):
                text.scroll_home(animate=False)

    def _redraw(self) -> None:
        if not self.is_mounted:  # on_mount does it
            return
        self._retitle()
        call = self.call
        if call is None:
            for text in self.query("VerticalScroll > Static").results(Static):
                text.update("No call selected. Enter on a row of the trace opens it.")
            return
        width = self.query_one("#overview").scrollable_content_region.width or 76
        self._text("overview", overview(call, self._explanation, width))
        self._text("headers", headers(call))
        self._text("timing", timing(call))
        self.query_one("#request", PayloadView).show("request", call.request, missing="The request was not seen.")
        self._show_response(call)

    def _text(self, name: str, text: Content) -> None:
        self.query_one(f"#{name} > Static", Static).update(text)

    def _show_response(self, call: Call) -> None:
        view = self.query_one("#response", PayloadView)
        if call.error is not None and call.error.data:
            view.show("error data", Payload(utf8_size(call.error.data), call.error.data))
        elif call.error is not None:
            view.show("response", None, missing=f"It failed with {call.error.code}, and the error carries no data.")
        elif call.is_open:
            view.show("response", call.response, missing="There is no answer yet.")
        else:
            view.show("response", call.response, missing="No answer was seen.")

    def _retitle(self) -> None:
        title = "Call" if self.call is None else title_of(self.call)
        # Content, as a string would be read as markup and methods are named by others.
        self.border_title = self._tabs.render(title, self._here, self.size.width - 4)
        self.border_subtitle = _PAYLOAD_KEYS if self.tab in ("request", "response") else _TEXT_KEYS

    # Tabs

    @property
    def tab(self) -> str:
        """The name of the tab that is shown."""
        return TABS[self._here]

    @property
    def payload(self) -> PayloadView | None:
        """The payload of the tab that is shown; ``None`` where it is a text."""
        return self.query_one(f"#{self.tab}", PayloadView) if self.tab in ("request", "response") else None

    @property
    def focus_target(self) -> Widget:
        """What takes the focus in the tab that is shown."""
        return self.payload.lines if self.payload else self.query_one(f"#{self.tab}")

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        self._here = number
        self.query_one(ContentSwitcher).current = self.tab
        self._retitle()
        self.focus_target.focus()

    def action_next_tab(self, step: int) -> None:
        """Show the next or previous tab."""
        self.action_tab((self._here + step) % len(TABS))

    def on_click(self, event: Click) -> None:
        """A click on a tab in the border shows it."""
        if event.widget is self and event.y == 0 and (number := self._tabs.tab_at(event.x)) is not None:
            self.action_tab(number)

    # Other keys

    def action_step(self, step: int) -> None:
        """Ask for the next or previous call."""
        self.post_message(self.Step(step))

    def action_copy(self) -> None:
        """Copy the response, or the error."""
        what, text = self.copyable()
        if text:
            copy_text(self, what, text)
        else:
            self.notify("There is no response to copy.", timeout=2)

    def copyable(self) -> tuple[str, str]:
        """What ``y`` copies outside the payloads: its name and its text, as it came."""
        call = self.call
        if call is not None and call.error is not None:
            head = " ".join(part for part in (str(call.error.code), call.error.name) if part)
            parts = [f"{head}: {call.error.message}" if call.error.message else head, call.error.data]
            return "the error", "\n".join(part for part in parts if part)
        if call is not None and call.response is not None and call.response.text is not None:
            return "the response", call.response.text
        return "the response", ""

    def action_scroll_down(self) -> None:
        """Down in the text."""
        self.focus_target.scroll_down(animate=False)

    def action_scroll_up(self) -> None:
        """Up in the text."""
        self.focus_target.scroll_up(animate=False)

    def action_scroll_home(self) -> None:
        """To the text's top."""
        self.focus_target.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """To the text's end."""
        self.focus_target.scroll_end(animate=False)
