"""The lines of a payload in one of its forms: a cursor, found words, a tree's folding."""

import re
from itertools import pairwise
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message

from rpc_inspector.tui.widgets.payload.sources import HexDump, WrappedText
from rpc_inspector.tui.widgets.payload.tree import TreeRows
from rpc_inspector.tui.widgets.trace.line_list import LineList, Piece


class PayloadLines(LineList):
    """Shows a source, whatever it is."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"lines--{name}" for name in ("key", "string", "number", "literal", "found")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "turn", "fold", show=False, tooltip="Fold or unfold."),
        Binding("left", "fold", "fold", show=False, tooltip="Fold, or go to what it is in."),
        Binding("right", "unfold", "unfold", show=False, tooltip="Unfold."),
    ]
    DEFAULT_CSS = """
    PayloadLines {
        height: 1fr;
        & > .lines--key { color: $json-key; }
        & > .lines--string { color: $json-string; }
        & > .lines--number { color: $json-number; }
        & > .lines--literal { color: $json-literal; }
        & > .lines--found { color: $background; background: $text-warning; text-style: bold; }
    }
    """

    class Resized(Message):
        """There is another width to wrap to."""

    class Unfold(Message):
        """A container is to be unfolded. ``index``: its line."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.source: WrappedText | HexDump | TreeRows | None = None
        self.empty = ""
        self._found: re.Pattern[str] | None = None
        self._width = 0

    @property
    def folding(self) -> TreeRows | None:
        """The tree, where it is that which is shown."""
        return self.source if isinstance(self.source, TreeRows) else None

    @property
    def width(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width

    def show(self, source: WrappedText | HexDump | TreeRows | None, *, empty: str = "", keep: bool = False) -> None:
        """Show other lines, from their first on unless ``keep``; ``empty`` says why there are none."""
        self.source, self.empty = source, empty
        self.lines_changed()
        if not keep:
            self.put_cursor(0)

    def mark_found(self, pattern: re.Pattern[str] | None) -> None:
        """Have what the pattern finds stand out."""
        self._found = pattern
        self.refresh()

    def line_count(self) -> int:
        """How many lines there are."""
        return self.source.count if self.source else 0

    def empty_lines(self) -> list[str]:
        """Why there are none."""
        return [self.empty]

    def line(self, index: int, width: int) -> list[Piece]:  # noqa: ARG002 - lines are wrapped already
        """What stands in a line."""
        pieces = self.source.pieces(index) if self.source else []
        return list(_marked(pieces, self._found)) if self._found else pieces

    def enter(self, _index: int) -> None:
        """A double click does what enter does."""
        self.action_turn()

    def on_resize(self, _event: Resize) -> None:
        """Text is wrapped anew by who gave it."""
        if self.width != self._width:
            self._width = self.width
            self.post_message(self.Resized())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a tree folds; elsewhere the keys mean what they mean around it."""
        if action in ("turn", "fold", "unfold"):
            return self.folding is not None
        return super().check_action(action, parameters)

    def action_turn(self) -> None:
        """Fold or unfold."""
        if self.folding and self.line_count():
            if self.folding.rows[self.cursor].open:
                self.action_fold()
            else:
                self.action_unfold()

    def action_fold(self) -> None:
        """Fold, or go to what the line is in."""
        if self.folding and self.line_count():
            index = self.folding.fold(self.cursor)
            self.lines_changed()
            self.put_cursor(index)

    def action_unfold(self) -> None:
        """Unfold: whoever holds the payload reads it, as that may take long."""
        if self.folding and self.line_count():
            self.post_message(self.Unfold(self.cursor))


def _marked(pieces: list[Piece], found: re.Pattern[str]) -> list[Piece]:
    """The pieces with what is found as pieces of their own, also where it spans several."""
    whole = "".join(text for text, _name in pieces)
    spans = [match.span() for match in found.finditer(whole)]
    if not spans:
        return pieces
    cuts = sorted({edge for span in spans for edge in span})
    marked: list[Piece] = []
    at = 0
    for text, name in pieces:
        edges = [at, *(cut for cut in cuts if at < cut < at + len(text)), at + len(text)]
        for start, end in pairwise(edges):
            inside = any(a <= start and end <= b for a, b in spans)
            marked.append((text[start - at : end - at], "found" if inside else name))
        at += len(text)
    return marked
