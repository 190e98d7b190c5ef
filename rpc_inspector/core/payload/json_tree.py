"""JSON read piece by piece, as much as is looked at: the tree of a payload of any size.

A node is a stretch of the text, so its source is what was sent, to the letter: numbers keep their digits, keys their
order, and a key that stands twice stands twice. Nothing is parsed before it is asked for, and only scalars ever are.
"""

import json
import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.query.paths import Index, Key

Kind = Literal["object", "array", "string", "number", "literal", "broken"]

#: Children read at once; a larger container is read on when its end is reached.
PAGE = 500
_BLANK = re.compile(r"[ \t\r\n]*")
_BRACKET = re.compile(r'["\[\]{}]')
_SCALAR = re.compile(r'[^\s,:\[\]{}"]+')
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
#: Longer keys and numbers are no keys and numbers that people look at.
_LONGEST_SCALAR = 100_000


class Node(Struct, frozen=True, eq=False, kw_only=True):
    """A value in the text.

    Attributes:
        kind: ``broken`` where the text is no JSON; the rest of its container is not read then.
        start, end: the value's stretch of the text.
        key: of a member of an object, decoded; the position of an element of an array; ``None`` of the whole.
        parent: ``None`` of the whole.
        spelled: where the member's key begins, or its value where it has none.
        depth: how many containers it is in.
    """

    kind: Kind
    start: int
    end: int
    key: str | int | None = None
    parent: "Node | None" = None
    spelled: int = 0
    depth: int = 0

    @property
    def is_container(self) -> bool:
        """It has children, or could."""
        return self.kind in ("object", "array")

    @property
    def path(self) -> str:
        """Its JSON path: ``$.a[0]["odd key"]``."""
        steps: list[str] = []
        node = self
        while node.parent is not None:  # not by recursion: hostile text is nested deeper than that goes
            steps.append(path_step(node.key))
            node = node.parent
        return "".join(["$", *reversed(steps)])


def path_step(key: str | int | None) -> str:
    """A step of a JSON path, spelled as the filter language reads it: ``.name``, ``[0]``, ``["odd key"]``."""
    return str(Index(key)) if isinstance(key, int) else str(Key(key or ""))


class Page(Struct, frozen=True):
    """Children in order, and whether the container goes on after them."""

    nodes: tuple[Node, ...]
    more: bool


class _Broken(ValueError):  # noqa: N818 - says what happened
    """The text is no JSON from here on."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class JsonText:
    """A text that is JSON, or seems to be."""

    def __init__(self, text: str) -> None:
        self.text = text

    def root(self) -> Node:
        """The whole; what is in it is not looked at yet."""
        start, end = self._blank(0), len(self.text)
        while end > start and self.text[end - 1] in " \t\r\n":
            end -= 1
        closing = {"{": "}", "[": "]"}.get(self.text[start : start + 1])
        try:
            whole = end > start + 1 and self.text[end - 1] == closing if closing else self._skip(start) == end
        except _Broken:
            whole = False
        if not whole:
            return Node(kind="broken", start=start, end=end, spelled=start)
        return Node(kind=self._kind(start, end), start=start, end=end, spelled=start)

    def children(self, node: Node, after: Node | None = None) -> Page:
        """A page of a container's children, from its first or from the one after ``after``."""
        nodes: list[Node] = []
        for child in self._children(node, after):
            if len(nodes) == PAGE:
                return Page(tuple(nodes), more=True)
            nodes.append(child)
        return Page(tuple(nodes), more=False)

    def source(self, node: Node) -> str:
        """The value as it stands in the text."""
        return self.text[node.start : node.end]

    def string(self, node: Node) -> str:
        """The value of a string node; its source where that is no string."""
        source = self.source(node)
        if node.kind == "string" and "\\" not in source:
            return source[1:-1]  # as most are; a long one is not read letter by letter
        try:
            value = json.loads(source)
        except ValueError:
            value = None
        return value if isinstance(value, str) else source

    def _children(self, node: Node, after: Node | None) -> Iterator[Node]:
        at = node.start + 1 if after is None else after.end
        number = 0 if after is None or not isinstance(after.key, int) else after.key + 1
        first = after is None
        close = "}" if node.kind == "object" else "]"
        while True:
            at = self._blank(at)
            closes = self.text[at : at + 1] == close
            if closes and at == node.end - 1:
                return
            try:
                if closes or at >= node.end - 1:
                    raise _Broken(at)  # noqa: TRY301 - one place says what becomes of it
                if not first:
                    at = self._blank(self._expect(at, ","))
                child = self._member(node, at) if node.kind == "object" else self._element(node, at, number)
            except _Broken as error:
                yield Node(
                    kind="broken",
                    start=error.at,
                    end=node.end,
                    parent=node,
                    key=number,
                    spelled=error.at,
                    depth=node.depth + 1,
                )
                return
            yield child
            at, number, first = child.end, number + 1, False

    def _member(self, node: Node, at: int) -> Node:
        if self.text[at : at + 1] != '"':
            raise _Broken(at)
        end = self._skip_string(at)
        start = self._blank(self._expect(self._blank(end), ":"))
        stop = self._skip(start)
        try:
            key = json.loads(self.text[at:end])
        except ValueError:
            raise _Broken(at) from None
        return Node(
            kind=self._kind(start, stop), start=start, end=stop, key=key, parent=node, spelled=at, depth=node.depth + 1
        )

    def _element(self, node: Node, at: int, number: int) -> Node:
        stop = self._skip(at)
        return Node(
            kind=self._kind(at, stop), start=at, end=stop, key=number, parent=node, spelled=at, depth=node.depth + 1
        )

    def _blank(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def _expect(self, at: int, sign: str) -> int:
        if self.text[at : at + 1] != sign:
            raise _Broken(at)
        return at + 1

    def _kind(self, start: int, end: int) -> Kind:
        first = self.text[start]
        if first in '{["':
            kinds: dict[str, Kind] = {"{": "object", "[": "array", '"': "string"}
            return kinds[first]
        source = self.text[start:end] if end - start <= _LONGEST_SCALAR else ""
        if source in ("true", "false", "null"):
            return "literal"
        return "number" if _NUMBER.fullmatch(source) else "broken"

    def _skip(self, at: int) -> int:
        """Where the value that begins at ``at`` ends."""
        first = self.text[at : at + 1]
        if first == '"':
            return self._skip_string(at)
        if first in ("{", "["):
            return self._skip_container(at)
        match = _SCALAR.match(self.text, at)
        if match is None:
            raise _Broken(at)
        return match.end()

    def _skip_string(self, at: int) -> int:
        text, start = self.text, at + 1
        # find() is many times faster over long strings than a pattern, and does not hold up other threads for long.
        while (quote := text.find('"', start)) >= 0:
            before = quote - 1
            while text[before] == "\\":
                before -= 1
            if (quote - before) % 2:
                return quote + 1
            start = quote + 1
        raise _Broken(at)

    def _skip_container(self, at: int) -> int:
        depth, here = 0, at
        while match := _BRACKET.search(self.text, here):
            sign = match.group()
            if sign == '"':
                here = self._skip_string(match.start())
                continue
            here = match.end()
            depth += 1 if sign in "{[" else -1
            if not depth:
                return here
        raise _Broken(at)
