"""Where the values of a payload stand in its text."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

from rpc_inspector.core.payload.json_tree import JsonText, Node

_LINE_END = re.compile(r"\n")


class Place(Struct, frozen=True):
    """A stretch of a text on one line: line and column count from 1, in characters."""

    line: int
    column: int
    length: int


class Places:
    """The places of one JSON text; containers are looked through as far as somebody asks, and once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._json = JsonText(text)
        self._lines: list[int] | None = None
        self._members: dict[int, dict[str | int, Node]] = {}

    def node(self, path: Sequence[str | int]) -> Node | None:
        """The value at a path; of a key that stands twice the last, as parsers have it; ``None`` if there is none."""
        node = self._json.root()
        for step in path:
            found = self.members(node).get(step) if node.is_container else None
            if found is None or found.kind == "broken":
                return None
            node = found
        return node

    def members(self, node: Node) -> dict[str | int, Node]:
        """What is in a container, by key or position."""
        have = self._members.get(node.start)
        if have is None:
            have = self._members[node.start] = {_step(child): child for child in self.children(node)}
        return have

    def children(self, node: Node) -> list[Node]:
        """What is in a container, in the order of the text; a key that stands twice is there twice."""
        page = self._json.children(node)
        found = list(page.nodes)
        while page.more:
            page = self._json.children(node, page.nodes[-1])
            found += page.nodes
        return found

    def of(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value at a path stands, or its key; the nearest thing around it that is there."""
        missing = False
        while (node := self.node(path)) is None:
            path, missing = path[:-1], True
            if not path:
                node = self._json.root()
                break
        if missing and isinstance(node.key, str):
            return self.stretch(node.spelled, node.start)  # the key of the object that misses something
        if missing:
            return self.stretch(node.start, node.start + 1)
        if key and isinstance(node.key, str):
            return self.stretch(node.spelled, node.start)
        return self.stretch(node.start, node.end)

    def stretch(self, start: int, end: int) -> Place:
        """A stretch of the text, as far as its first line goes."""
        text = self.text
        if self._lines is None:
            self._lines = [0, *(found.end() for found in _LINE_END.finditer(text))]
        line = bisect_right(self._lines, start) - 1
        stop = self._lines[line + 1] - 1 if line + 1 < len(self._lines) else len(text)
        stretch = text[start : min(end, stop)].rstrip().rstrip(":").rstrip()
        return Place(line + 1, start - self._lines[line] + 1, max(1, len(stretch)))


def _step(node: Node) -> str | int:
    return "" if node.key is None else node.key
