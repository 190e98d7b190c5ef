"""One value of a JSON text changed, and the rest left as it was typed: what keeps a form and the raw text in step.

Numbers keep their digits, keys their order, lines their indentation. What is put in is written as the text around it
is written: on lines of its own where its neighbours have them.
"""

import re
from functools import cached_property

from msgspec import UNSET, Struct, UnsetType

from rpc_inspector.core.payload.json_tree import Node
from rpc_inspector.core.query.paths import Path, Way
from rpc_inspector.core.schema.places import Places
from rpc_inspector.core.schema.syntax import parsed
from rpc_inspector.core.schema.values import written


class NoSuchPlace(LookupError):  # noqa: N818 - says what happened
    """The JSON has nothing at that path, and nothing can be put there."""

    def __init__(self, path: Way) -> None:
        super().__init__(f"The payload has no place {Path.to(path)}.")
        self.path = path


def get(value: object, path: Way) -> object | UnsetType:
    """What is at a path of a decoded JSON value; ``UNSET`` if there is nothing."""
    for step in path:
        in_object = isinstance(value, dict) and isinstance(step, str) and step in value
        in_array = isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)
        if not (in_object or in_array):
            return UNSET
        value = value[step]  # type: ignore[index] # one of the two
    return value


def set_in(text: str, path: Way, value: object) -> str:
    """The text with one value changed or put in; objects and arrays that are missing on the way are made.

    Args:
        text: JSON, or nothing yet.
        path: a key that is not there is added to the end of its object, the position after the last to an array.
        value: decoded JSON.

    Raises:
        NotJson: the text is none.
        NoSuchPlace: the path leads through a value that is no container, or past an array's end.
    """
    style = _Style(text)
    if not text.strip():
        return style.written(_wrapped(path, value), "")
    places = _places(text)
    node = places.node(path)
    if node is not None:
        return text[: node.start] + style.written(value, style.indent_at(node.spelled)) + text[node.end :]
    for depth in range(len(path) - 1, -1, -1):
        holder = places.node(path[:depth])
        if holder is not None:
            return _added(places, holder, path[: depth + 1], _wrapped(path[depth + 1 :], value))
    raise NoSuchPlace(path)


def remove(text: str, path: Way) -> str:
    """The text without a member or an element, and without its comma; of a key that stands twice, without both.

    Raises:
        NotJson: the text is none.
        NoSuchPlace: there is nothing at the path, or it is the whole.
    """
    places = _places(text)
    node = places.node(path)
    if node is None or node.parent is None:
        raise NoSuchPlace(path)
    siblings = places.children(node.parent)
    if all(one.key == node.key for one in siblings):
        return text[: node.parent.start + 1] + text[node.parent.end - 1 :]
    number = next(at for at, one in enumerate(siblings) if one.start == node.start)
    if number + 1 < len(siblings):  # what follows takes its place
        text = text[: node.spelled] + text[siblings[number + 1].spelled :]
    else:
        text = text[: siblings[number - 1].end] + text[node.end :]
    twice = isinstance(node.key, str) and sum(one.key == node.key for one in siblings) > 1
    return remove(text, path) if twice else text


def insert(text: str, path: Way, value: object) -> str:
    """The text with an element put into an array at a position; those from there on move up.

    Raises:
        NotJson: the text is none.
        NoSuchPlace: there is no array, or it is shorter.
    """
    places, style = _places(text), _Style(text)
    holder = places.node(path[:-1])
    if not path or holder is None or holder.kind != "array":
        raise NoSuchPlace(path)
    node = places.members(holder).get(path[-1])
    if node is None:
        return _added(places, holder, path, value)
    written = style.written(value, style.indent_at(node.start))
    return f"{text[: node.start]}{written},{_gap(holder, places.members(holder)[0], style)}{text[node.start :]}"


def rename(text: str, path: Way, name: str) -> str:
    """The text with a member under another key.

    Raises:
        NotJson: the text is none.
        NoSuchPlace: there is no such member, or there is one of that name.
    """
    places = _places(text)
    node = places.node(path)
    if node is None or node.parent is None or not isinstance(node.key, str):
        raise NoSuchPlace(path)
    if name in places.members(node.parent):
        raise NoSuchPlace((*path[:-1], name))
    key = text[node.spelled : node.start].rstrip().removesuffix(":").rstrip()
    return text[: node.spelled] + written(name) + text[node.spelled + len(key) :]


class _Style(Struct, frozen=True, dict=True):
    """How a text is written: on lines or on one, with what indentation, with blanks or without."""

    text: str

    @cached_property
    def lines(self) -> bool:
        """Containers have their members on lines of their own."""
        return "\n" in self.text or self.text.strip() in ("", "{}", "[]")

    @cached_property
    def blank(self) -> str:
        """What stands after a colon, and after a comma within a line."""
        spaced = re.search(r'": |, ', self.text) is not None
        return " " if spaced or not re.search(r'":|,', self.text) else ""

    @cached_property
    def unit(self) -> str:
        """One step of indentation: the first there is."""
        for line in self.text.split("\n", 200)[1:]:
            indent = line[: len(line) - len(line.lstrip(" \t"))]
            if indent and line.strip():
                return indent
        return "  "

    def indent_at(self, at: int) -> str:
        """The indentation of the line that a character is on."""
        line = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def written(self, value: object, indent: str) -> str:
        """A value as this text would have it, on a line with that indentation."""
        if not self.lines or not isinstance(value, (dict, list)):
            return written(value, blank=self.blank)
        text = written(value, indent=self.unit, blank=self.blank)
        return text.replace("\n", "\n" + indent)  # strings have no line breaks of their own in JSON


def _places(text: str) -> Places:
    parsed(text)  # raises NotJson
    return Places(text)


def _wrapped(path: Way, value: object) -> object:
    """The containers that are missing on the way to a value, around it."""
    for step in reversed(path):
        if isinstance(step, str):
            value = {step: value}
        elif step == 0:
            value = [value]
        else:
            raise NoSuchPlace(path)
    return value


def _gap(holder: Node, first: Node, style: _Style) -> str:
    """What stands between a container's members, after the comma."""
    lead = style.text[holder.start + 1 : first.spelled]
    return lead if "\n" in lead else style.blank


def _added(places: Places, holder: Node, path: Way, value: object) -> str:
    """The text with a value at the end of a container."""
    text, step, style = places.text, path[-1], _Style(places.text)
    members = places.children(holder) if holder.is_container else []
    fits = holder.kind == "object" if isinstance(step, str) else holder.kind == "array" and step == len(members)
    if not fits:
        raise NoSuchPlace(path)
    key = f"{written(step)}:{style.blank}" if isinstance(step, str) else ""
    if members:
        end, gap = members[-1].end, _gap(holder, members[0], style)
        indent = gap.rpartition("\n")[2] if "\n" in gap else style.indent_at(end)
        return f"{text[:end]},{gap}{key}{style.written(value, indent)}{text[end:]}"
    before, after = text[: holder.start + 1], text[holder.end - 1 :]
    if not style.lines:
        return f"{before}{key}{style.written(value, '')}{after}"
    outer = style.indent_at(holder.start)
    inner = outer + style.unit
    return f"{before}\n{inner}{key}{style.written(value, inner)}\n{outer}{after}"
