"""What dialogs have in common: a dim backdrop, one box, its keys in the box's border, esc closes."""

from typing import ClassVar, Generic, TypeVar

from textual.binding import BindingType
from textual.events import Click
from textual.screen import ModalScreen

from rpc_inspector.tui.actions import bindings

Result = TypeVar("Result")


class Dialog(ModalScreen[Result], Generic[Result]):
    """A dialog. Its box is the widget of class ``dialog``."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual reads it from the class

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def on_click(self, event: Click) -> None:
        """A click beside the box closes it too."""
        if event.widget is self:
            self.action_close()
