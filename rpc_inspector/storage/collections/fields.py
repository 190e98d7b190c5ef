"""Taking the fields of a YAML file one by one, and collecting everything that is wrong with them."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from rpc_inspector.core.names import closest
from rpc_inspector.core.templates import placeholders
from rpc_inspector.storage.collections.model import Problem
from rpc_inspector.storage.collections.nodes import Node

_LONGEST_S = 3600.0


class Fields:
    """What a file holds, checked. A field that is wrong is told in ``problems`` and counts as not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def wrong(self, place: tuple[int, int], what: str, advice: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(self.path, *place, what, advice))

    def mapping(self, node: Node, known: Collection[str], what: str) -> dict[str, Node]:
        """The fields of a mapping; those that are not ``known`` are told with the closest that are."""
        if not isinstance(node.value, dict):
            self.wrong(node.place, f"{what} should be a mapping (name: value).")
            return {}
        for key in node.value:
            if key not in known:
                near = closest(key, known)
                hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
                self.wrong(node.keys[key], f"{what} has no field {key}.", hint)
        return {key: value for key, value in node.value.items() if key in known}

    def pairs(self, node: Node, what: str) -> Iterator[tuple[str, Node]]:
        """The fields of a mapping of any names."""
        if isinstance(node.value, dict):
            yield from node.value.items()
        else:
            self.wrong(node.place, f"{what} should be a mapping (name: value).")

    def text(self, node: Node | None, what: str, *, empty: bool = True) -> str:
        """A text; numbers that were written without quotes are refused, because ``010`` and ``1e3`` would surprise."""
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.wrong(node.place, f"{what} should be a text.", "Write it in quotes.")
            return ""
        if not empty and not node.value.strip():
            self.wrong(node.place, f"{what} is empty.")
        return node.value

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """A list of texts, or one."""
        if node is None:
            return ()
        entries = node.value if isinstance(node.value, list) else [node]
        return tuple(self.text(entry, f"Each of {what}") for entry in entries)

    def number(self, node: Node | None, what: str, *, most: float) -> float | None:
        """A number above 0."""
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            self.wrong(node.place, f"{what} should be a number above 0, at most {most:g}.")
            return None
        return value

    def milliseconds(self, node: Node | None, what: str) -> int | None:
        """Seconds, as milliseconds."""
        value = self.number(node, f"{what}, in seconds,", most=_LONGEST_S)
        return None if value is None else max(round(value * 1000), 1)


def json_of(node: Node) -> str:
    """A node as JSON with placeholders: one that stands alone, without quotes, is a value of any type."""
    value = node.value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {json_of(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_of, value)) + "]"
    if isinstance(value, str):
        return value if node.plain and _is_placeholder(value) else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_placeholder(text: str) -> bool:
    found = placeholders(text, plain=True)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(text))


def decoded(node: Node) -> object:
    """A node's value without the places."""
    if isinstance(node.value, dict):
        return {key: decoded(each) for key, each in node.value.items()}
    if isinstance(node.value, list):
        return [decoded(each) for each in node.value]
    return node.value
