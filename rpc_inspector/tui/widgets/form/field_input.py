"""What is typed into, over the field of a form that is being filled in."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from rpc_inspector.tui.actions import bindings


class FieldInput(Input):
    """The live editor. Posts :class:`Left` when its user is done."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("field")]
    DEFAULT_CSS = """
    FieldInput {
        height: 1; border: none; padding: 0; background: $panel;
        &:focus { border: none; background: $panel; background-tint: $background 0%; }
    }
    """

    class Left(Message):
        """It is left: ``step`` fields further, or where it was."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def take_key(self, what: str, text: str) -> None:
        """A key that came to the list before this had the focus: ``clear``, or a text."""
        if what == "clear":
            self.action_delete_left()
        else:
            self.insert_text_at_cursor(text)

    def action_leave(self, step: int) -> None:
        """Done."""
        self.post_message(self.Left(step))
