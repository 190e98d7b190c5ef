"""What kinds of values a schema allows."""

from rpc_inspector.core.schema.values import Kind, kind_of
from rpc_inspector.core.schema.views import View

_KINDS: tuple[Kind, ...] = ("object", "array", "string", "integer", "number", "boolean", "null")
#: Keywords that only mean something for values of a kind, for schemas that name no type.
_TELLING: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("object", ("properties", "required", "additionalProperties", "patternProperties", "minProperties")),
    ("array", ("items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems")),
    ("string", ("pattern", "format", "minLength", "maxLength")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


def kinds_of(view: View) -> tuple[Kind, ...]:
    """The kinds that a schema allows but ``null``, unless that is all; empty if that is not said."""
    keywords = view.keywords
    if "type" in keywords:
        named = keywords["type"]
        return tuple(kind for kind in _KINDS if kind in named and not (kind == "integer" and "number" in named))
    if "enum" in keywords:
        found = [kind_of(value) for value in keywords["enum"]]
        rest = tuple(kind for kind in _KINDS if kind in found and kind != "null") or ("null",)
        return ("number",) if set(rest) == {"integer", "number"} else rest
    if view.choice:
        return ()
    told = tuple(kind for kind, telling in _TELLING if any(one in keywords for one in telling))
    return told if len(told) == 1 else ()
