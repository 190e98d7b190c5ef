"""A JSON payload as a tree that is folded and unfolded, read only as far as it is looked at. No widget in it."""

from bisect import bisect_right

from rpc_inspector.core.payload.contents import find_base64
from rpc_inspector.core.payload.json_tree import JsonText, Node
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.trace.line_list import Piece

#: Trees of at most so many characters begin unfolded, as far as they have at most so many lines.
_SMALL = 16_000
_FIRST_LINES = 200
#: Of a value so many characters are shown.
_SHOWN = 400
#: How far a search goes into a container that was not read to its end, in pages.
_PAGES = 200
_STYLES = {"string": "string", "number": "number", "literal": "literal", "broken": "error"}


class Row:
    """A line of the tree: a node, or what stands for the children that follow ``node`` and were not read yet."""

    __slots__ = ("node", "open", "rest")

    def __init__(self, node: Node, *, rest: bool = False) -> None:
        self.node, self.rest = node, rest
        self.open = False


class TreeRows:
    """The lines of the tree, in order."""

    def __init__(self, text: str) -> None:
        self.json = JsonText(text)
        root = Row(self.json.root())
        self.rows = [root]
        self._base64: dict[int, str] = {}
        if root.node.is_container:
            self.unfold(0)
        if len(text) <= _SMALL:
            self._unfold_small()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.rows)

    def _unfold_small(self) -> None:
        at = 0
        while at < len(self.rows) < _FIRST_LINES:
            if self.rows[at].node.is_container and not self.rows[at].open:
                self.unfold(at)
            at += 1

    def unfold(self, index: int) -> None:
        """Show a container's children; of a line that stands for more, those."""
        row = self.rows[index]
        if row.rest:
            parent = row.node.parent
            if parent is not None:
                self.rows[index : index + 1] = self._page(parent, row.node)
        elif row.node.is_container and not row.open:
            row.open = True
            self.rows[index + 1 : index + 1] = self._page(row.node, None)

    def _page(self, parent: Node, after: Node | None) -> list[Row]:
        page = self.json.children(parent, after)
        rows = [Row(node) for node in page.nodes]
        return [*rows, Row(page.nodes[-1], rest=True)] if page.more else rows

    def fold(self, index: int) -> int:
        """Hide a container's children; from another line go to the container that it is in. The line to be on then."""
        row = self.rows[index]
        if row.open:
            row.open = False
            below = self._below(index)
            del self.rows[below.start : below.stop]
            return index
        depth = row.node.depth
        while index > 0 and (self.rows[index].rest or self.rows[index].node.depth >= depth):
            index -= 1
        return index

    def row_at(self, offset: int) -> int:
        """The line of the innermost value in which that character of the text stands; unfolds what is around it."""
        index = 0
        while True:
            row = self.rows[index]
            if not row.node.is_container or not row.node.start < offset < row.node.end - 1:
                return index
            self.unfold(index)
            found = self._child_at(index, offset)
            if found is None:
                return index
            index = found

    def _child_at(self, index: int, offset: int) -> int | None:
        depth = self.rows[index].node.depth + 1
        for _ in range(_PAGES):
            children = [at for at in self._below(index) if self.rows[at].node.depth == depth]
            starts = [self.rows[at].node.spelled for at in children if not self.rows[at].rest]
            place = bisect_right(starts, offset) - 1
            if place >= 0 and offset < self.rows[children[place]].node.end:
                return children[place]
            if not children or not self.rows[children[-1]].rest:
                return children[place] if place >= 0 else None
            self.unfold(children[-1])
        return None

    def _below(self, index: int) -> range:
        depth, end = self.rows[index].node.depth, index + 1
        while end < len(self.rows) and self.rows[end].node.depth > depth:
            end += 1
        return range(index + 1, end)

    def pieces(self, index: int) -> list[Piece]:
        """What stands in a line."""
        row = self.rows[index]
        node, indent = row.node, "  " * min(row.node.depth, 24)
        if row.rest:
            return [(f"{indent}  more, from character {row.node.end:,} on: enter reads on", "muted")]
        sign = (f"{G.unfolded if row.open else G.folded} ") if node.is_container else "  "
        pieces: list[Piece] = [(indent + sign, "muted")]
        if node.parent is not None and node.kind != "broken":
            key = sanitise(str(node.key), limit=_SHOWN)
            pieces += [(key, "muted" if isinstance(node.key, int) else "key"), (": ", "muted")]
        return pieces + self._value(row)

    def _value(self, row: Row) -> list[Piece]:
        node = row.node
        if node.kind == "string":
            # A text may be 50 MiB: of a long one only what is shown is taken out and read.
            long = node.end - node.start > 8 * _SHOWN
            text = self.json.text[node.start + 1 : node.start + _SHOWN] if long else self.json.string(node)
            pieces = [(f'"{sanitise(text, limit=_SHOWN)}"', "string")]
            if note := self._note(node):
                pieces.insert(0, (f"{note}  ", "warning"))
            return pieces
        shown = sanitise(self.json.text[node.start : min(node.end, node.start + _SHOWN)])
        if node.kind == "broken":
            return [("no JSON from here: ", "error"), (shown, "name")]
        if node.is_container:
            bracket = "{ }" if node.kind == "object" else "[ ]"
            return [(bracket, "muted")] if row.open else [(" ".join(shown.split()), "muted")]
        return [(shown, _STYLES[node.kind])]

    def _note(self, node: Node) -> str:
        """That a text is base64, looked up once a node."""
        note = self._base64.get(node.start)
        if note is None:
            found = find_base64(self.json.string(node)) if 18 <= node.end - node.start <= 1_000_000 else None
            note = self._base64[node.start] = found.spelling if found else ""
        return note
