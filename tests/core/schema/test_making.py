"""Skeletons and examples: the least and the whole, right by the schema itself."""

import json

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from rpc_inspector.core import schema
from tests.core.schema.schemas import SCHEMAS

FORECAST = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "examples": ["Paris", "Oslo"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 14, "default": 5},
        "unit": {"enum": ["metric", "imperial"]},
    },
    "required": ["city", "unit"],
}


def read(value):
    return schema.read(json.dumps(value))


def skeleton(value):
    return json.loads(read(value).skeleton())


def example(value):
    return json.loads(read(value).example())


def test_a_skeleton_has_what_is_required_and_no_more():
    assert skeleton(FORECAST) == {"city": "", "unit": "metric"}


def test_an_example_has_everything_with_the_schemas_own_values_first():
    assert example(FORECAST) == {"city": "Paris", "days": 5, "unit": "metric"}


def test_texts_are_indented_as_people_write_them():
    assert read(FORECAST).skeleton() == '{\n  "city": "",\n  "unit": "metric"\n}'


def test_what_is_invisible_is_escaped_in_what_is_made():
    hidden = {"type": "string", "default": "a\u202eb\ud800ü"}
    assert read(hidden).skeleton() == '"a\\u202eb\\ud800\\u00fc"'
    assert read({"type": "string", "default": "ü😀"}).skeleton() == '"ü😀"'
    assert schema.set_in("{}", ("\x9b",), "x") == '{\n  "\\u009b": "x"\n}'


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS)
def test_what_is_made_is_right_by_the_schema(value):
    made = read(value)
    check = jsonschema.Draft202012Validator(value)
    assert [error.message for error in check.iter_errors(json.loads(made.example()))] == []
    assert [error.message for error in check.iter_errors(json.loads(made.skeleton()))] == []


def test_examples_that_lie_are_not_used():
    assert example({"type": "integer", "examples": ["seven"], "default": 99, "maximum": 14}) == 1


def test_an_example_shows_more_than_an_empty_default():
    tags = {"properties": {"tags": {"type": "array", "items": {"const": "a"}, "default": []}}, "required": ["tags"]}
    assert example(tags) == {"tags": ["a"]}
    assert skeleton(tags) == {"tags": []}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}-\\d+$"}, "AAA-0"),
        ({"type": "string", "format": "date-time"}, "2026-01-31T12:00:00Z"),
        ({"type": "string", "minLength": 6, "maxLength": 6}, "textte"),
        ({"type": "string", "maxLength": 2}, "te"),
    ],
)
def test_texts_keep_pattern_format_and_length(text, right):
    assert example(text) == right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ({"type": "integer", "exclusiveMinimum": 4, "multipleOf": 3}, 6),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, 0.25),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "integer", "multipleOf": 2.5}, 0),
        ({"type": "integer", "multipleOf": 2.5, "minimum": 1}, 5),
    ],
)
def test_numbers_are_the_nearest_within_the_bounds(number, right):
    assert example(number) == right


def test_elements_that_must_differ_do():
    made = example({"type": "array", "uniqueItems": True, "minItems": 3, "items": {"enum": ["a", "b", "c"]}})
    assert sorted(made) == ["a", "b", "c"]
    assert len(set(example({"type": "array", "uniqueItems": True, "minItems": 4, "items": {"type": "string"}}))) == 4


def test_recursion_ends_where_it_may():
    tree = {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "left": {"$ref": "#/$defs/node"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
                "required": ["name", "children"],
            }
        },
    }
    assert skeleton(tree) == {"name": "", "children": []}
    jsonschema.Draft202012Validator(tree).validate(example(tree))
    assert example({"anyOf": [{"$ref": "#"}, {"type": "integer"}]}) == 1


@pytest.mark.parametrize(
    "endless",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"oneOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"oneOf": [{"$ref": "#"}]}}},
        {"type": "object", "properties": {"me": {"$ref": "#"}}, "required": ["me"]},
        {"not": {}, "type": []},
        {"type": "array", "minItems": 10**9, "items": {"type": "array", "minItems": 10**9, "items": {"$ref": "#"}}},
        {"type": "string", "minLength": 10**12},
        {"type": "object", "minProperties": 10**12},
        {"type": "number", "minimum": 1e308, "multipleOf": 1e-308},
        {"type": "string", "pattern": "(a{1000}){1000}"},
    ],
)
def test_schemas_without_an_end_make_something_small(endless):
    made = read(endless)
    assert len(made.example()) < 1_000_000
    assert len(made.skeleton()) < 1_000_000


def test_a_bomb_of_members_is_bounded():
    levels = {
        f"l{number}": {
            "type": "object",
            "properties": {name: {"$ref": f"#/$defs/l{number + 1}"} for name in "abcdefgh"},
            "required": list("abcdefgh"),
        }
        for number in range(20)
    }
    bomb = read({"$defs": levels | {"l20": {"type": "string"}}, "$ref": "#/$defs/l0"})
    assert len(bomb.example()) < 1_000_000
    assert len(bomb.skeleton()) < 1_000_000
