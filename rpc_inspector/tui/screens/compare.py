"""Two calls beside each other, over the main screen."""

from typing import ClassVar

from textual.app import ComposeResult

from rpc_inspector.core.model import Call
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.detail.diff_view import DiffLines, DiffView


class CompareScreen(Dialog[None]):
    """Compares two calls as they were when it was opened."""

    HELP_PLACE: ClassVar[str] = "compare"
    # A modal screen hides the app's keys.

    def __init__(self, first: Call, second: Call) -> None:
        super().__init__()
        self._calls = first, second

    def compose(self) -> ComposeResult:
        """The comparison is the box."""
        yield DiffView(*self._calls, classes="dialog")

    def on_mount(self) -> None:
        """Begin in its lines."""
        self.query_one(DiffLines).focus()
