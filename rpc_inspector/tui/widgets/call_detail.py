"""The detail of one call: outcome and why, stages, limits, payloads, ids."""

from typing import ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from rpc_inspector.core.diagnosis import Diagnosis
from rpc_inspector.core.model import Call
from rpc_inspector.tui.widgets.call_text import call_text, title_of

_KEYS = (
    ("next", "right_square_bracket", "step(1)", "next", "The next call in the trace.", True),
    ("previous", "left_square_bracket", "step(-1)", "previous", "The previous call in the trace.", True),
    ("raw", "w", "toggle_raw", "raw/pretty", "Payloads as they came, or indented.", True),
    ("copy", "y", "copy", "copy", "Copy the response, or the error.", True),
    ("down", "j", "scroll_down", "down", "Down.", False),
    ("up", "k", "scroll_up", "up", "Up.", False),
    ("first", "g", "scroll_home", "top", "To the top.", False),
    ("last", "G", "scroll_end", "bottom", "To the bottom.", False),
)

DETAIL_BINDINGS: list[Binding] = [
    Binding(keys, action, label, show=footer, id=f"detail.{name}", tooltip=tooltip)
    for name, keys, action, label, tooltip, footer in _KEYS
]


@runtime_checkable
class Copies(Protocol):
    """An app that copies by more ways than OSC 52 and tells which."""

    def copy(self, what: str, text: str) -> None:
        """Copy ``text``; ``what`` it is, for the notice."""
        ...


class CallDetail(VerticalScroll):
    """Shows one call. ``show`` gives it another, or the same as it is now."""

    HELP = "One call: its stages with their times and sources, its limits, payloads, and why it failed."
    BINDINGS: ClassVar[list[BindingType]] = [*DETAIL_BINDINGS]
    DEFAULT_CSS = """
    CallDetail {
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        padding: 0 1;
        scrollbar-size: 1 1;
        &:focus { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        & > Static { height: auto; }
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
        self._diagnosis: Diagnosis | None = None
        self._raw = False

    def compose(self) -> ComposeResult:
        """One text, scrolled."""
        yield Static()

    def on_mount(self) -> None:
        """Show the call that was given before there was a place for it."""
        self._redraw()

    def show(self, call: Call | None, diagnosis: Diagnosis | None = None) -> None:
        """Show a call.

        Args:
            call: as it is now; ``None`` shows none.
            diagnosis: why it failed, as :func:`rpc_inspector.core.diagnosis.diagnose` says.
        """
        same = call is not None and self.call is not None and call.seq == self.call.seq
        if same and call == self.call and diagnosis == self._diagnosis:
            return
        self.call, self._diagnosis = call, diagnosis
        self._redraw()
        if not same and self.is_attached:
            self.scroll_home(animate=False)

    def _redraw(self) -> None:
        text = next(iter(self.query(Static)), None)
        if text is None:  # not composed yet: on_mount does it
            return
        if self.call is None:
            self.border_title, self.border_subtitle = "Call", None
            text.update("No call selected. Enter on a row of the trace opens it.")
            return
        # Content, as a string would be read as markup and methods are named by others.
        self.border_title = Content(title_of(self.call))
        self.border_subtitle = f"w {'pretty' if self._raw else 'raw'}   ] next   \\[ previous   y copy"
        text.update(call_text(self.call, self._diagnosis, raw=self._raw))

    def action_toggle_raw(self) -> None:
        """Payloads as they came, or indented."""
        self._raw = not self._raw
        self._redraw()

    def action_step(self, step: int) -> None:
        """Ask for the next or previous call."""
        self.post_message(self.Step(step))

    def action_copy(self) -> None:
        """Copy the response, or the error."""
        what, text = self.copyable()
        if not text:
            self.notify("There is no response to copy.", timeout=2)
        elif isinstance(self.app, Copies):
            self.app.copy(what, text)
        else:
            self.app.copy_to_clipboard(text)

    def copyable(self) -> tuple[str, str]:
        """What ``y`` copies: its name and its text, as it came."""
        call = self.call
        if call is not None and call.error is not None:
            head = " ".join(part for part in (str(call.error.code), call.error.name) if part)
            parts = [f"{head}: {call.error.message}" if call.error.message else head, call.error.data]
            return "the error", "\n".join(part for part in parts if part)
        if call is not None and call.response is not None and call.response.text is not None:
            return "the response", call.response.text
        return "the response", ""
