"""A short list over everything else: what to choose from, and what may be typed next."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Region
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

_WIDEST = 60


class Popup(OptionList):
    """A list under a cell of the screen. Posts :class:`Closed` when it is left without a choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back", show=True),
        Binding("space", "select", "choose", show=False),
    ]
    DEFAULT_CSS = """
    Popup {
        overlay: screen;
        constrain: inside inflect;
        display: none;
        height: auto;
        max-height: 8;
        border: none;
        padding: 0;
        background: $panel;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size: 1 1;
        &:focus { border: none; background-tint: $background 0%; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted { background: $primary 35%; color: $foreground; text-style: bold; }
        & > .option-list--option-highlighted:nocolor { text-style: reverse; }
    }
    """

    class Closed(Message):
        """Nothing was chosen."""

    def open(self, at: Region, entries: Sequence[tuple[str, str]], chosen: int = 0) -> None:
        """Show entries, each a text and what it is about, all safe to show, under a region of the screen."""
        named = max(cell_len(name) for name, _about in entries)
        self.set_options(
            Option(Content.assemble(name, " " * (named - cell_len(name) + 2), (about, "$muted")))
            for name, about in entries
        )
        widest = max((named + 2 + cell_len(about) if about else cell_len(name)) for name, about in entries)
        self.styles.width = min(max(widest + 3, at.width), _WIDEST)
        self.absolute_offset = Offset(at.x, at.bottom)
        self.display = True
        self.highlighted = max(chosen, 0)

    def hide(self) -> None:
        """Put it away."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """It is shown."""
        return bool(self.display)

    def action_close(self) -> None:
        """Leave without a choice."""
        self.hide()
        self.post_message(self.Closed())

    def on_blur(self) -> None:
        """What is done elsewhere leaves it."""
        if self.is_open:
            self.action_close()
