"""Schemas of all shapes for the property tests: such that some value fits each."""

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["city", "days", "unit", "a b", "", "näme", "$ref", "type", "0", "ключ"])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-50, 50), st.text(max_size=5), st.floats(-9, 9, width=16))


def _annotated(schemas: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Titles, and defaults and examples that may be lies."""
    extras = st.fixed_dictionaries(
        {},
        optional={
            "title": st.text(max_size=8),
            "description": st.text(max_size=8),
            "default": _SCALARS,
            "examples": st.lists(_SCALARS, max_size=2),
        },
    )
    return st.builds(lambda schema, extra: extra | schema, schemas, extras)


@st.composite
def _number(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["integer", "number"]))}
    low = draw(st.integers(-40, 40))
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + draw(st.integers(14, 50))
    if draw(st.booleans()):
        schema["multipleOf"] = draw(st.sampled_from([1, 2, 3, 5, 7, 0.5, 2.5]))
    return schema


@st.composite
def _text(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    shape = draw(st.sampled_from(["plain", "format", "pattern"]))
    if shape == "format":
        schema["format"] = draw(
            st.sampled_from(["date", "date-time", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname", "odd"])
        )
    elif shape == "pattern":
        schema["pattern"] = draw(
            st.sampled_from(
                ["^[A-Z]{3}-\\d+$", "a|b", "^(x|yz)+$", "[^a-z]", "^\\w+@\\w+\\.org$", "\\u0041$", "^$|^-$"]
            )
        )
    else:
        schema["minLength"] = draw(st.integers(0, 9))
        if draw(st.booleans()):
            schema["maxLength"] = schema["minLength"] + draw(st.integers(0, 9))
    return schema


_LEAVES = st.one_of(
    _number(),
    _text(),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.just({"type": ["string", "null"]}),
    st.builds(lambda values: {"enum": values}, st.lists(_SCALARS, min_size=1, max_size=4)),
    st.builds(lambda value: {"const": value}, _SCALARS),
    st.just({}),
)


@st.composite
def _object(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, inner, max_size=4))
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    names = sorted(properties)
    if names and draw(st.booleans()):
        schema["required"] = draw(st.lists(st.sampled_from(names), unique=True))
    if draw(st.booleans()):
        schema["additionalProperties"] = draw(st.one_of(st.booleans(), inner))
    if schema.get("additionalProperties") is not False and draw(st.booleans()):
        schema["minProperties"] = draw(st.integers(0, 6))
    return schema


@st.composite
def _array(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array"}
    if draw(st.booleans()):
        schema["items"] = draw(inner)
    if draw(st.booleans()):
        schema["prefixItems"] = draw(st.lists(inner, min_size=1, max_size=3))
    if draw(st.booleans()):
        schema["minItems"] = draw(st.integers(0, 4))
    if draw(st.booleans()):
        schema["maxItems"] = schema.get("minItems", 0) + draw(st.integers(0, 3))
    return schema


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda options: {"anyOf": options}, several),
        st.builds(lambda option: {"anyOf": [option, {"type": "null"}]}, inner),
        st.builds(lambda one: {"allOf": [one, {"title": "T"}]}, inner),
        st.builds(lambda one: {"$ref": "#/$defs/there", "$defs": {"there": one}}, inner),
    )


def _rooted(schema: dict[str, Any]) -> dict[str, Any]:
    """References lead into ``$defs`` of the whole, whatever was built around them."""
    definitions: dict[str, Any] = {}

    def hoisted(value: Any) -> Any:
        if isinstance(value, list):
            return [hoisted(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.get("$ref") == "#/$defs/there" and isinstance(value.get("$defs"), dict):
            name = f"d{len(definitions)}"
            definitions[name] = None  # keeps the number
            definitions[name] = hoisted(value["$defs"]["there"])
            return {"$ref": f"#/$defs/{name}"}
        return {key: hoisted(inner) for key, inner in value.items()}

    made = hoisted(schema)
    return {**made, "$defs": definitions} if definitions else made


SCHEMAS = st.recursive(
    _annotated(_LEAVES),
    lambda inner: _annotated(st.one_of(_object(inner), _array(inner), _composed(inner))),
    max_leaves=8,
).map(_rooted)
