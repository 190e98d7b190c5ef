"""One call in full, over the main screen."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rpc_inspector.core.explain import Explanation
from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Update
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.detail.pane import CallDetail


class CallScreen(Dialog[int]):
    """Shows a call as it is now; the next and the previous are asked for from whoever opened it.

    Gives the number of the call that is to be explained, or ``None``.

    Args:
        seq: the row's number.
        look: gives a call and its explanation by number, ``None`` if it is no longer kept.
        neighbour: the number of the call ``step`` further in the trace, or ``None``.
        pin: keeps a row in the trace while it is shown, or no longer.
    """

    HELP_PLACE: ClassVar[str] = "call"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "explain", "explain", show=False, tooltip="What can be done about a failed call."),
    ]

    def __init__(
        self,
        seq: int,
        look: Callable[[int], tuple[Call, Explanation | None] | None],
        neighbour: Callable[[int, int], int | None],
        pin: Callable[[int, bool], None],
    ) -> None:
        super().__init__()
        self._seq, self._look, self._neighbour, self._pin = seq, look, neighbour, pin

    def compose(self) -> ComposeResult:
        """The detail is the box."""
        yield CallDetail(classes="dialog", id="detail")

    def on_mount(self) -> None:
        """Show it."""
        self._pin(self._seq, True)
        self._show()
        self.query_one(CallDetail).focus_target.focus()

    def on_unmount(self) -> None:
        """It need not be kept any longer."""
        self._pin(self._seq, False)

    def action_explain(self) -> None:
        """Close, for the call to be explained."""
        self.dismiss(self._seq)

    def take(self, update: Update) -> None:
        """Something changed in the trace."""
        if any(row.seq == self._seq for row in update.rows):
            self._show()

    def _show(self) -> None:
        found = self._look(self._seq)
        if found is not None:
            self.query_one(CallDetail).show(*found)

    @on(CallDetail.Step)
    def _step(self, event: CallDetail.Step) -> None:
        seq = self._neighbour(self._seq, event.step)
        if seq is None:
            self.notify("There is no further call in the trace.", timeout=2, markup=False)
        else:
            self._pin(seq, True)
            self._pin(self._seq, False)
            self._seq = seq
            self._show()
