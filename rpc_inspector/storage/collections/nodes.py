"""YAML as a tree of values with their places: the plain part of YAML 1.2 that JSON can say.

Tags, anchors and aliases are refused, so that no file can make objects or grow when it is read, and so are duplicate
keys. ``no`` and ``2026-11-20`` are text, as they are in JSON.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.storage.collections.model import CollectionUnusable, Problem
from rpc_inspector.storage.reading import FileUnusable, read_text

#: Bytes of a file; larger payloads stand in files of their own (``@FILE``).
LARGEST = 256 * 1024
_DEEPEST = 40

#: What plain scalars are no text: those of JSON, and nothing else.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HINTS = (
    (re.compile(r"\$\{"), "In [...] and {...} a placeholder stands in quotes."),
    (re.compile(r":\s+[>|%@`&*!]"), "A value that begins with a sign stands in quotes."),
)


class Node(Struct, frozen=True):
    """A value and where it begins, line and column from 1.

    ``value`` is a text, a number, a boolean, ``None``, a list of nodes or a dict of nodes. ``plain``: written without
    quotes. ``keys``: where a mapping's keys stand.
    """

    value: Any
    line: int
    column: int
    plain: bool = False
    keys: dict[str, tuple[int, int]] = {}

    @property
    def place(self) -> tuple[int, int]:
        """Line and column."""
        return self.line, self.column


def is_plain_text(text: str) -> bool:
    """Whether a scalar without quotes is a text, as far as its type goes."""
    return text not in _WORDS and not _NUMBER.fullmatch(text)


def read_nodes(path: Path) -> Node:
    """The file's value; ``None`` in it for an empty file.

    Raises:
        CollectionUnusable: unreadable, too large, or no such YAML.
    """
    try:
        text = read_text(path, LARGEST)
    except FileUnusable as error:
        advice = "Put a large payload into a file of its own, and write @FILE." if "larger" in error.what else ""
        what = f"The file is larger than {size(LARGEST)}." if advice else error.what
        raise CollectionUnusable((Problem(path, 1, 1, what, advice or error.advice),)) from None
    return parse(path, text)


def parse(path: Path, text: str) -> Node:
    """The value of a file's text.

    Raises:
        CollectionUnusable: it is no such YAML.
    """
    import yaml  # noqa: PLC0415 - as heavy as click; only where there is a collection

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Building(path, yaml.parse(text, Loader=loader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = text.splitlines()
        wrong = lines[line - 1] if line <= len(lines) else ""
        advice = next((hint for pattern, hint in _HINTS if pattern.search(wrong)), "")
        raise CollectionUnusable((Problem(path, line, column, f"This is no YAML: {error.problem}.", advice),)) from None
    except yaml.YAMLError:
        found = _NOT_ALLOWED.search(text)
        before = text[: found.start() if found else 0]
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = f"YAML does not allow the character {sanitise(found.group())}." if found else "This is no YAML."
        raise CollectionUnusable((Problem(path, *place, what, "Remove it."),)) from None


class _Building:
    """Nodes from PyYAML's events: no object is made, and depth is known before anything recurses."""

    def __init__(self, path: Path, events: Iterator[Any]) -> None:
        self._path, self._events = path, events

    def _refuse(self, event: Any, what: str, advice: str = "") -> CollectionUnusable:
        mark = event.start_mark
        return CollectionUnusable((Problem(self._path, mark.line + 1, mark.column + 1, what, advice),))

    def document(self) -> Node:
        """The only document's value."""
        found: Node | None = None
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent" and found is not None:
                raise self._refuse(event, "There is a second document.", "Write one request a file.")
            if kind in ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"):
                continue
            found = self._node(event, 0)
        return found or Node(None, 1, 1)

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event).__name__
        self._check(event, kind, depth)
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if kind == "ScalarEvent":
            if event.style == ">" and not event.value.strip():
                # What was meant is a comparison: YAML takes the sign and a digit for the head of a block.
                raise self._refuse(event, "There is no text below this >.", "In quotes it is a sign: '>3'.")
            plain = event.style is None or event.style == ""
            return Node(_scalar(event.value) if plain else event.value, line, column, plain)
        if kind == "SequenceStartEvent":
            return Node([self._node(each, depth + 1) for each in self._until("SequenceEndEvent")], line, column)
        values: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        for each in self._until("MappingEndEvent"):
            key = self._key(each, values)
            keys[key] = (each.start_mark.line + 1, each.start_mark.column + 1)
            values[key] = self._node(next(self._events), depth + 1)
        return Node(values, line, column, keys=keys)

    def _until(self, end: str) -> Iterator[Any]:
        for event in self._events:
            if type(event).__name__ == end:
                return
            yield event

    def _key(self, event: Any, before: dict[str, Node]) -> str:
        self._check(event, type(event).__name__, 0)
        if type(event).__name__ != "ScalarEvent":
            raise self._refuse(event, "A key should be a text.")
        if event.value in before:
            raise self._refuse(event, f"The key {event.value} is there twice.", "Remove one of them.")
        return str(event.value)

    def _check(self, event: Any, kind: str, depth: int) -> None:
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise self._refuse(
                event, "Anchors (&) and aliases (*) are not used here.", "Write the value out, or quote it."
            )
        if getattr(event, "tag", None):
            raise self._refuse(event, "Tags (!) are not used here.", "Write the value without, or quote it.")
        if depth > _DEEPEST:
            raise self._refuse(
                event, f"This is nested more than {_DEEPEST} deep.", "Put the payload into a file: @FILE."
            )


def _scalar(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return text
    try:
        number = json.loads(text)
    except ValueError:  # more digits than Python converts
        return text
    return number if math.isfinite(number) else text
