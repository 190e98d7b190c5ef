"""One of a few, on one line: ``● masked   ○ left out``."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

from rpc_inspector.tui.glyphs import G

_GAP = "   "


class Choice(Widget, can_focus=True):
    """The arrows move, a click chooses.

    Args:
        labels: at least one, our own words.

    Attributes:
        index: of the one that is chosen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "previous", show=False),
        Binding("right,space", "move(1)", "next", show=False),
    ]
    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    """
    index = reactive(0)

    def __init__(self, labels: Sequence[str], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._labels = list(labels)

    def _texts(self) -> list[str]:
        return [f"{G.on if at == self.index else G.off} {label}" for at, label in enumerate(self._labels)]

    def render(self) -> Content:
        """All of them, the chosen one marked by its sign and bold."""
        styles = ["bold $text-primary" if self.has_focus else "bold", "$muted"]
        parts = [(text, styles[at != self.index]) for at, text in enumerate(self._texts())]
        return Content.assemble(*[piece for part in parts for piece in (part, _GAP)][:-1])

    def on_focus(self) -> None:
        """Show it."""
        self.refresh()

    def on_blur(self) -> None:
        """Likewise."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Choose what was clicked."""
        end = 0
        for at, text in enumerate(self._texts()):
            end += len(text) + len(_GAP)
            if event.x < end:
                self.index = at
                return

    def action_move(self, step: int) -> None:
        """Choose a neighbour, going round."""
        self.index = (self.index + step) % len(self._labels)
