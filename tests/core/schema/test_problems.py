"""What is wrong with a payload: words for people, at their place in the text."""

import json
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rpc_inspector.core import schema
from rpc_inspector.core.schema import checking
from rpc_inspector.core.schema.keywords import Watch, validator
from tests.core.schema.schemas import SCHEMAS

FORECAST = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1},
        "days": {"type": "integer", "minimum": 1, "maximum": 14},
        "unit": {"enum": ["metric", "imperial"]},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 3},
    },
    "required": ["city"],
    "additionalProperties": False,
}


def problems(value, payload):
    return schema.problems(json.dumps(value), payload)


def messages(value, payload):
    return [problem.message for problem in problems(value, json.dumps(payload))]


def marked(payload, problem):
    """What a problem's place covers in the text."""
    line = payload.split("\n")[problem.line - 1]
    return line[problem.column - 1 : problem.column - 1 + problem.length]


def test_a_right_payload_has_no_problems():
    assert problems(FORECAST, '{"city": "Paris", "days": 14.0, "tags": []}') == ()


@pytest.mark.parametrize(
    ("payload", "message", "covered", "path"),
    [
        ('{"days": 3}', "city is missing", "{", ("city",)),
        ('{"city": "Oslo",\n "days": 20}', "days must be at most 14, is 20", "20", ("days",)),
        ('{"city": ""}', "city must not be empty", '""', ("city",)),
        ('{"city": 5}', "city must be a string, is 5", "5", ("city",)),
        ('{"city": "A", "days": "3"}', 'days must be a whole number, is "3"', '"3"', ("days",)),
        (
            '{"city": "A", "unit": "kelvin"}',
            'unit must be "metric" or "imperial", is "kelvin"',
            '"kelvin"',
            ("unit",),
        ),
        ('{"city": "A",\n\n  "dayz" : 3}', "dayz is not known here: did you mean days?", '"dayz"', ("dayz",)),
        ('{"city": "A", "tags": ["é😀", 2]}', "tags[1] must be a string, is 2", "2", ("tags", 1)),
        (
            '{"city": "A", "tags": ["a", "a"]}',
            "tags[1] is the same as element 0; all must differ",
            '"a"',
            ("tags", 1),
        ),
        (
            '{"city": "A", "tags": [\n"a", "b", "c", "d"]}',
            "tags must have at most 3 elements, has 4",
            "[",
            ("tags",),
        ),
        ("[1, 2]", "the payload must be an object, is an array", "[1, 2]", ()),
    ],
)
def test_each_problem_is_said_at_its_place(payload, message, covered, path):
    (problem,) = problems(FORECAST, payload)
    assert (problem.message, marked(payload, problem), problem.path) == (message, covered, path)
    assert problem.about == "payload"


def test_problems_come_in_the_order_of_the_text():
    found = problems(FORECAST, '{"unit": 1,\n "days": 0,\n "city": 2}')
    assert [problem.path for problem in found] == [("unit",), ("days",), ("city",)]
    assert [problem.line for problem in found] == [1, 2, 3]


def test_of_a_key_that_stands_twice_the_last_is_meant():
    payload = '{"city": "A", "days": 3, "days": 99}'
    (problem,) = problems(FORECAST, payload)
    assert problem.column == payload.index("99") + 1


SHAPES = {
    "oneOf": [
        {"properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}, "required": ["kind", "r"]},
        {"properties": {"kind": {"const": "box"}, "a": {"type": "number"}}, "required": ["kind", "a"]},
    ]
}


@pytest.mark.parametrize(
    ("value", "payload", "message"),
    [
        (SHAPES, {"kind": "box"}, "a is missing"),
        (SHAPES, {"kind": "box", "a": "x"}, 'a must be a number, is "x"'),
        (SHAPES, {}, "the payload fits none of the 2 shapes that it may have"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 5, "the payload must be a string or null, is 5"),
        ({"anyOf": [{"type": "array"}, {"const": "all"}]}, "x", 'the payload must be "all" or an array, is "x"'),
        ({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "null"}]}, "ab",
         "the payload must have at most 1 character, has 2"),
        ({"oneOf": [{"minimum": 1}, {"maximum": 5}]}, 3,
         "the payload fits more than one of the shapes of which it must be exactly one"),
        ({"properties": {"rows": {"items": {"required": ["id"]}}}}, {"rows": [{"id": 1}, {}]}, "rows[1].id is missing"),
        ({"format": "date-time"}, "x", 'the payload must be a date and time like 2026-01-31T12:00:00Z, is "x"'),
        ({"multipleOf": 0.1}, 0.25, "the payload must be a multiple of 0.1, is 0.25"),
        ({"multipleOf": 0.01}, 1.13, None),
        ({"exclusiveMinimum": 0}, 0, "the payload must be above 0, is 0"),
        ({"pattern": "^[a-z]+$"}, "A", 'the payload must match ^[a-z]+$, is "A"'),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "ab is not a right key here"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "b is missing: a needs it"),
        ({"properties": {"a": False}}, {"a": 1}, "a is not allowed here"),
        ({"not": {"type": "null"}}, None, "the payload must not be what it is: null"),
        ({"contains": {"const": 1}}, [2],
         "the payload has too few or too many elements of the kind that it must contain"),
        ({"type": "integer"}, True, "the payload must be a whole number, is true"),
        ({"type": "integer"}, 1.0, None),
        ({"enum": [1]}, True, "the payload must be 1, is true"),
        ({"uniqueItems": True}, [1, True, {"a": 1}, {"a": 1.0}],
         "the payload[3] is the same as element 2; all must differ"),
    ],
)  # fmt: skip
def test_words(value, payload, message):
    assert messages(value, payload) == ([message] if message else [])


@pytest.mark.parametrize(
    ("value", "wrong", "right"),
    [
        ({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}, [1], ["a"]),
        ({"items": [{"type": "string"}], "additionalItems": False}, ["a", 1], ["a"]),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"type": "string"}],
          "items": False}, ["a", 1], ["a"]),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": ["b"]}}, {"a": 1}, {"b": 1}),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"n": {"type": "null"}},
          "$ref": "#/definitions/n"}, 1, None),
        ({"$defs": {"n": {"$anchor": "here", "type": "null"}}, "$ref": "#here"}, 1, None),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, {"a": 1, "b": 2}),
        ({"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}}}]}, {"b": 1}, {"a": 1}),
        ({"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False}, {"x-a": ""}, {"x-a": 1}),
        ({"prefixItems": [{}], "items": False}, [1, 2], [1]),
        ({"minContains": 2, "contains": {"type": "integer"}}, [1, ""], [1, 2]),
    ],
)  # fmt: skip
def test_both_drafts(value, wrong, right):
    assert len(messages(value, wrong)) == 1
    assert messages(value, right) == []


@pytest.mark.parametrize(
    ("payload", "message", "covered"),
    [
        ('{"a": 1,}', "there is a comma too many before }", ","),
        ('{"a": 1\n "b": 2}', "a comma is missing here", '"'),
        ('{"a": tru}', "a value is missing here: tru is none", "tru"),
        ("{'a': 1}", "a key in double quotes is missing here", "'"),
        ('{"a" 1}', "a colon is missing here", "1"),
        ('{"a": 1}\n}', "the JSON has ended before this", "}"),
        ('{"a": [1, 2', "the JSON ends too early", "2"),
        ('{"a": "x', "this string has no closing quote", '"'),
        ('{"a": NaN, "b": "NaN"}', "NaN is no JSON", "NaN"),
        ('{"b": "NaN", "a": -Infinity}', "-Infinity is no JSON", "-Infinity"),
        ('"\\q"', "this is no escape that JSON knows", "\\"),
    ],
)
def test_what_is_no_json_is_one_problem_at_its_place(payload, message, covered):
    (problem,) = problems({}, payload)
    assert (problem.message, marked(payload, problem)) == (message, covered)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("[" * 100_000, "deep"),
        ("1" * 5000, "digits"),
    ],
)
def test_what_cannot_be_read_is_said(payload, message):
    (problem,) = problems({}, payload)
    assert message in problem.message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"type": "int"}, "The schema is wrong: $.type must be"),
        ({"properties": {"a": {"minimum": "1"}}}, "The schema is wrong: $.properties.a.minimum must be a number"),
        ({"required": "a"}, "The schema is wrong: $.required must be an array"),
        ({"properties": []}, "The schema is wrong: $.properties must be an object"),
        ([], "The schema is no JSON object."),
    ],
)  # fmt: skip
def test_a_schema_that_is_wrong_is_said_and_checks_nothing(value, message):
    (problem,) = problems(value, "1")
    assert problem.message.startswith(message)
    assert (problem.about, problem.line) == ("schema", 0)


def test_too_large_is_told():
    (payload,) = problems({}, '"' + "x" * checking.LONGEST_PAYLOAD + '"')
    assert (payload.about, "larger than" in payload.message) == ("check", True)
    (large,) = schema.problems(" " * 10_000_000, "{}")
    assert (large.about, large.message) == ("schema", "The schema is too large.")


def test_problems_are_bounded():
    found = problems({"items": {"type": "string"}}, json.dumps(list(range(5000))))
    assert len(found) == checking.MOST_PROBLEMS + 1
    assert (found[-1].about, found[-1].message) == ("check", "only the first 50 problems are told")


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_arguments, **_options):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for reference in ("http://127.0.0.1:9/x.json", "https://example.com/x#/a", "file:///etc/passwd", "other.json"):
        (problem,) = problems({"properties": {"a": {"$ref": reference}}}, '{"a": 1}')
        assert (problem.about, "not in the schema" in problem.message) == ("check", True)
        assert schema.read(json.dumps({"$ref": reference})).fields().notes


@pytest.mark.parametrize(
    "keyword",
    [
        {"pattern": "^(a+)+$"},
        {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": {"type": "string"}},
        {"propertyNames": {"pattern": "^(a|a)*$"}},
        {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"},
        {"allOf": [{"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}]},
        {"unevaluatedProperties": False, "patternProperties": {"^(a+)+$": {}}},
    ],
)
def test_regex_bombs_do_not_go_off(keyword):
    hostile = "a" * 5000 + "!"
    found = problems(keyword, json.dumps(hostile)) + problems(keyword, json.dumps({hostile: 1}))
    assert found
    assert len(found[0].message) < 300


def test_a_pattern_that_is_not_checked_is_told_once():
    found = problems({"items": {"pattern": "(?!x)y"}}, '["a", "b"]')
    assert [problem.message for problem in found] == [
        'the pattern "(?!x)y" was not checked: it cannot be matched in bounded time'
    ]


def test_unicode_escapes_are_ecmascripts():
    assert messages({"pattern": "^\\u00e9\\u{1F600}$"}, "é😀") == []
    assert len(messages({"pattern": "^\\u00e9$"}, "e")) == 1


def doubling(keyword):
    levels = {f"l{n}": {keyword: [{"$ref": f"#/$defs/l{n + 1}"}, {"$ref": f"#/$defs/l{n + 1}"}]} for n in range(40)}
    return {"$ref": "#/$defs/l0", "$defs": levels | {"l40": {"type": "string"}}}


@pytest.mark.parametrize(
    "value",
    [
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"$dynamicRef": "#"},
        doubling("anyOf"),
        doubling("allOf"),
        doubling("oneOf"),
        {"$id": "http://[", "$ref": "x"},
        {"multipleOf": 1e-308},
    ],
)
def test_endless_work_is_stopped(value):
    found = problems(value, "1e308")
    assert all(problem.about in ("check", "payload") for problem in found)
    assert len(found) <= checking.MOST_PROBLEMS + 5


def test_what_was_found_before_the_stop_is_told():
    found = problems({"required": ["a"], "allOf": [doubling("allOf")], "$defs": doubling("allOf")["$defs"]}, "{}")
    assert found[0].message == "a is missing"
    assert found[-1].message == "the check was stopped: the schema asks for too much work"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
))  # fmt: skip
def test_every_problem_has_its_place(value, payload):
    text = json.dumps(payload, indent=1, ensure_ascii=False)
    for problem in problems(value, text):
        if problem.about == "payload":
            assert problem.line >= 1
            assert len(marked(text, problem)) >= 1
        assert problem.message


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet='{}[]",:\\ \ntrue1.eé😀', max_size=40))
def test_any_text_is_judged(text):
    for problem in problems({"type": "object"}, text):
        assert problem.message


def test_the_validator_has_what_it_is_relied_on_for():
    made = validator({"$defs": {"a": {"type": "null"}}, "$ref": "#/$defs/a"}, Watch(100), draft7=False)
    assert callable(made._validate_reference)
    assert not made.is_valid(1)
    assert made.is_valid(None)
