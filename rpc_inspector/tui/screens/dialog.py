"""What dialogs have in common: a dim backdrop, one box, its keys in the box's border, esc closes."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.screen import ModalScreen

from rpc_inspector.tui.actions import all_key_names, bindings

Result = TypeVar("Result")


class Dialog(ModalScreen[Result], Generic[Result]):
    """A dialog. Its box is the widget of class ``dialog``.

    Attributes:
        KEYS: what its widgets do at keys, for the help: names of keys, and a sentence. Bindings of its own are told by
            their tooltips.
        HELP_PLACE: where the help has its keys already; empty where it has not.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")]
    KEYS: ClassVar[Sequence[tuple[str, str]]] = ()
    HELP_PLACE: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual reads it from the class

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def own_keys(self) -> list[tuple[str, str]]:
        """What its keys do, its own bindings' among them."""
        own = [one for one in self.__class__.__dict__.get("BINDINGS", ()) if isinstance(one, Binding) and one.tooltip]
        return [*self.KEYS, *((all_key_names(one.key), one.tooltip) for one in own)]

    def on_click(self, event: Click) -> None:
        """A click beside the box closes it too."""
        if event.widget is self:
            self.action_close()
