"""One call over the whole screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from rpc_inspector.core.diagnosis import Diagnosis
from rpc_inspector.core.model import Call
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.call_detail import CallDetail


class CallScreen(Dialog[None]):
    """Shows a call's detail; ``]`` and ``[`` post :class:`CallDetail.Step`, which bubbles to the app."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    CallScreen > CallDetail.dialog { width: 70%; max-width: 110; height: 90%; }
    CallScreen.-narrow > CallDetail.dialog { width: 100%; height: 100%; }
    """

    def __init__(self, call: Call, diagnosis: Diagnosis | None = None) -> None:
        super().__init__()
        self._first = (call, diagnosis)

    def compose(self) -> ComposeResult:
        """The detail is the dialog's box."""
        yield CallDetail(classes="dialog")

    def on_mount(self) -> None:
        """Show the call it was opened with."""
        self.show(*self._first)
        self.query_one(CallDetail).focus()

    def show(self, call: Call, diagnosis: Diagnosis | None = None) -> None:
        """Show another call, or the same as it is now."""
        self.query_one(CallDetail).show(call, diagnosis)
