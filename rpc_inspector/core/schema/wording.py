"""What is wrong with a value, for people: ``days must be at most 14, is 20``."""

import json
from collections.abc import Callable, Sequence

_SHOWN = 40
_KINDS = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
#: Choices that are named; more are counted.
MOST_CHOICES = 8


def shown(value: object) -> str:
    """A value in a sentence: its JSON, or what it is if that is long."""
    if isinstance(value, dict):
        return "an object" if value else "{}"
    if isinstance(value, list):
        return "an array" if value else "[]"
    if isinstance(value, str):
        value = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) > 10**_SHOWN:
        return "a number of very many digits"
    return json.dumps(value)


def subject(path: Sequence[str | int]) -> str:
    """What a sentence calls a place: ``city``, ``tags[2]``, ``rows[3].name``, or the payload."""
    text, names = "", 0
    for step in reversed(path):
        text = f".{text}" if text and not text.startswith("[") else text
        if isinstance(step, int):
            text = f"[{step}]{text}"
            continue
        text = (step[:_SHOWN] + "…" if len(step) > _SHOWN else step or '""') + text
        names += 1
        if names == 2:
            return text
    return text if names else f"the payload{text}"


def said(keyword: str, wanted: object, value: object) -> str | None:
    """What a keyword demands of a value that it rejects; ``None`` if there are no words for the keyword."""
    words = _WORDS.get(keyword)
    return words(wanted, value) if words else None


def one_of(words: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def kinds(names: Sequence[str]) -> str:
    """Types as ``type`` names them, in words."""
    return one_of([_KINDS.get(name, name) for name in names]) if names else "nothing"


def _of_type(wanted: object, value: object) -> str:
    named = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
    return f"must be {kinds(named)}, is {shown(value)}"


def _of_enum(wanted: object, value: object) -> str:
    values = wanted if isinstance(wanted, list) else []
    if len(values) > MOST_CHOICES:
        some = ", ".join(shown(one) for one in values[:MOST_CHOICES])
        return f"must be one of {some} and {len(values) - MOST_CHOICES} more, is {shown(value)}"
    return f"must be {one_of([shown(one) for one in values]) if values else 'nothing'}, is {shown(value)}"


def _count(end: str, one: str, many: str) -> Callable[[object, object], str]:
    def words(wanted: object, value: object) -> str:
        has = len(value) if isinstance(value, (str, list, dict)) else 0
        if end == "least" and wanted == 1:
            return "must not be empty"
        return f"must have at {end} {wanted} {one if wanted == 1 else many}, has {has}"

    return words


_WORDS: dict[str, Callable[[object, object], str]] = {
    "type": _of_type,
    "enum": _of_enum,
    "const": lambda wanted, value: f"must be {shown(wanted)}, is {shown(value)}",
    "minimum": lambda wanted, value: f"must be at least {shown(wanted)}, is {shown(value)}",
    "maximum": lambda wanted, value: f"must be at most {shown(wanted)}, is {shown(value)}",
    "exclusiveMinimum": lambda wanted, value: f"must be above {shown(wanted)}, is {shown(value)}",
    "exclusiveMaximum": lambda wanted, value: f"must be below {shown(wanted)}, is {shown(value)}",
    "minLength": _count("least", "character", "characters"),
    "maxLength": _count("most", "character", "characters"),
    "minItems": _count("least", "element", "elements"),
    "maxItems": _count("most", "element", "elements"),
    "minProperties": _count("least", "member", "members"),
    "maxProperties": _count("most", "member", "members"),
    "contains": lambda _wanted, _value: "has too few or too many elements of the kind that it must contain",
    "minContains": lambda wanted, _value: f"has fewer than {shown(wanted)} elements of the kind that it must contain",
    "not": lambda _wanted, value: f"must not be what it is: {shown(value)}",
    "items": lambda _wanted, _value: "has more elements than are allowed",
    "additionalItems": lambda _wanted, _value: "has more elements than are allowed",
    "unevaluatedItems": lambda _wanted, _value: "has elements that the schema does not know",
    "unevaluatedProperties": lambda _wanted, _value: "has members that the schema does not know",
}
