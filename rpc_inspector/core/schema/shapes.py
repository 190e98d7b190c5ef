"""The keywords of one schema: which of them mean anything, and how two demands become one."""

from collections.abc import Callable, Iterator, Mapping
from math import lcm
from typing import Any

Keywords = Mapping[str, Any]
#: Beyond these, arithmetic of floats ends in errors; json reads 1e999 as infinite.
_LARGEST_NUMBER = 1e100


def own(schema: Keywords) -> Iterator[tuple[str, Any]]:
    """A schema's keywords that have the shape they must have, spelled as views spell them."""
    tuple_form = isinstance(schema.get("items"), list)
    for keyword, value in schema.items():
        if keyword == "const":
            yield "enum", [value]
        elif keyword == "type":
            yield keyword, [value] if isinstance(value, str) else value if _is_texts(value) else list(_TYPES)
        elif keyword == "items" and tuple_form:
            yield "prefixItems", value
        elif keyword == "additionalItems":
            if tuple_form:
                yield "items", value
        elif keyword in _SHAPES:
            if _SHAPES[keyword](value):
                yield keyword, int(value) if _SHAPES[keyword] is _is_count else value  # 2.0 is a count too
        elif keyword not in ("allOf", "$ref", "$defs", "definitions"):
            yield keyword, value


_TYPES = ("object", "array", "string", "number", "boolean", "null")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER


def _is_count(value: object) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)  # type: ignore[operator, call-overload] # a number


def _is_schema(value: object) -> bool:
    return isinstance(value, (dict, bool))


def _is_filled_list(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


#: What a keyword's value must be to mean anything.
_SHAPES: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("properties", "patternProperties"), _is_map),
    **dict.fromkeys(("items", "additionalProperties", "contains", "propertyNames", "not"), _is_schema),
    **dict.fromkeys(("if", "then", "else"), _is_schema),
    **dict.fromkeys(("enum", "oneOf", "anyOf"), _is_filled_list),
    **dict.fromkeys(("prefixItems", "examples"), lambda value: isinstance(value, list)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    "multipleOf": lambda value: _is_number(value) and value > 1 / _LARGEST_NUMBER,  # type: ignore[operator] # a number
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains"), _is_count
    ),
    **dict.fromkeys(("title", "description", "format", "pattern"), _is_text),
    "required": _is_texts,
}


def common_types(have: list[str] | None, value: list[str]) -> list[str]:
    """The types that two demands leave; a whole number is a number."""
    if have is None:
        return list(dict.fromkeys(value))
    common = [one for one in have if one in value or (one == "integer" and "number" in value)]
    return common + [one for one in value if one == "integer" and "number" in have and one not in common]


def _common_multiple(one: float, other: float) -> float:
    return lcm(one, other) if isinstance(one, int) and isinstance(other, int) else max(one, other)


#: What two demands by one keyword come to.
STRICTER: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    "multipleOf": _common_multiple,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "uniqueItems": lambda one, other: one is True or other is True,
}
