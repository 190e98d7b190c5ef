"""Tabs that stand in a box's border: their keys, their names, which one is shown, and where a click meets them."""

from collections.abc import Sequence

from textual.content import Content

from rpc_inspector.tui.widgets.cells import elide

#: Cells of the border before its title: the corner, a line and a blank.
_BEFORE = 3


class TabsTitle:
    """The title of a box with tabs.

    Args:
        names: of the tabs; their keys are 1, 2, 3 …
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._spans: list[tuple[int, int, int]] = []

    def render(self, title: str, here: int, width: int) -> Content:
        """The title and the tabs in ``width`` cells, the one shown underlined. ``title`` is sanitised."""
        tabs = sum(len(name) + 4 for name in self._names)
        shown = elide(title, max(width - tabs - 4, 8))
        parts: list[Content | tuple[str, str]] = [(shown, "bold")]
        at = Content(shown).cell_length
        self._spans = []
        for number, name in enumerate(self._names):
            style = "bold underline $text-primary" if number == here else "$muted not bold"
            label = f"{number + 1} {name}"
            parts += [Content("  "), (label, style)]
            self._spans.append((at + 2, at + 2 + len(label), number))
            at += 2 + len(label)
        return Content.assemble(*parts)

    def tab_at(self, x: int) -> int | None:
        """Which tab stands in that cell of the border."""
        return next((number for start, end, number in self._spans if start <= x - _BEFORE < end), None)
