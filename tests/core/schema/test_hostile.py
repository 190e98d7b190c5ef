"""Schemas as strangers write them: whatever they say, nothing is raised but that they are unusable."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from rpc_inspector.core import schema

_KEYWORDS = st.sampled_from(
    [
        *sorted({*Draft7Validator.VALIDATORS, *Draft202012Validator.VALIDATORS}),
        *("$id", "$schema", "$anchor", "$defs", "definitions", "minContains", "maxContains", "then", "else"),
        *("default", "examples", "title", "description"),
    ]
)
_TEXTS = st.sampled_from(
    ["#", "#/$defs/a", "#/properties/a", "#a", "a", "http://[", "http://x/y", "object", "array", "string", "integer",
     "null", "(", "^a+$", "(?=a)", "\\u12", "date-time", "", "\ud800", "http://json-schema.org/draft-07/schema#"]
)  # fmt: skip
_SCALARS = st.none() | st.booleans() | st.sampled_from([0, 1, -1, 2.5, 10**400, 1e308, 1e-308, 3]) | _TEXTS
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_KEYWORDS, inner, max_size=5)
        | st.dictionaries(st.sampled_from(["a", "b", "$ref"]), inner, max_size=3)
    ),
    max_leaves=25,
)
_SCHEMAS = st.dictionaries(_KEYWORDS, _ANYTHING, max_size=6)


def visited(field, depth=0):
    yield field
    if depth < 3:
        for inner in (*field.children[:3], *field.variants[:3], field.child(0), field.child("x")):
            if inner is not None:
                yield from visited(inner, depth + 1)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(_SCHEMAS)
def test_any_schema_is_read_into_fields(value):
    made = schema.read(json.dumps(value))
    for number, field in enumerate(visited(made.fields())):
        told = (field.kind, field.enum, field.default, field.minimum, field.maximum, field.min_length, field.notes,
                field.title, field.description, field.labels, field.recursive, field.variant_for({"a": 1}))  # fmt: skip
        assert field.kind in ("object", "array", "string", "integer", "number", "boolean", "null", "any")
        assert len(told) == 12
        if number > 100:
            break


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(_SCHEMAS)
def test_any_schema_makes_payloads_and_completes_them(value):
    made = schema.read(json.dumps(value))
    example = made.example()
    json.loads(example)
    assert example.encode().decode() == example, "it can be sent"
    assert len(example) < 2_000_000
    assert len(made.skeleton()) < 2_000_000
    for cursor in range(min(len(example), 20)):
        assert len(made.complete(example, cursor)) <= 30


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(_SCHEMAS, st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner), max_leaves=6))
def test_any_schema_judges_any_payload(value, payload):
    for problem in schema.problems(json.dumps(value), json.dumps(payload)):
        assert problem.message
        assert len(problem.message) < 2500
