"""JSON values: what they are and whether they are the same, as JSON Schema has it."""

import json
from typing import Literal

from rpc_inspector.core.text import sanitise

Kind = Literal["object", "array", "string", "integer", "number", "boolean", "null", "any"]


def kind_of(value: object) -> Kind:
    """What a decoded JSON value is; 1.0 is an integer."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if isinstance(value, int) or value.is_integer() else "number"
    if isinstance(value, str):
        return "string"
    if value is None:
        return "null"
    return "array" if isinstance(value, list) else "object"


def equal(one: object, other: object) -> bool:
    """Whether two decoded JSON values are the same: 1 is 1.0, but ``true`` is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    return one == other


def is_a(value: object, wanted: str) -> bool:
    """Whether a decoded JSON value is of a type as ``type`` names it."""
    kind = kind_of(value)
    return kind == wanted or (kind == "integer" and wanted == "number")


def written(value: object, *, indent: str | None = None, blank: str = " ") -> str:
    """A value as JSON text that can be shown and sent: readable, but invisible and lone characters are escaped.

    Args:
        value: decoded JSON.
        indent: one step of indentation; ``None``: on one line.
        blank: what stands after a colon, and on one line after a comma.
    """
    separators = ("," if indent is not None else "," + blank, ":" + blank)
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    if sanitise(text, multiline=True) == text:
        return text
    return json.dumps(value, indent=indent, separators=separators)
