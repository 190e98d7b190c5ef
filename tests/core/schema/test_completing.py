"""What may be typed next, in JSON that is not finished: ``|`` is the cursor."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core import schema

FORECAST = schema.read(
    json.dumps(
        {
            "type": "object",
            "properties": {
                "unit": {"enum": ["metric", "imperial"]},
                "city": {"type": "string", "examples": ["Paris", "Oslo"], "description": "Where\nexactly"},
                "days": {"type": "integer", "default": 5},
                "on": {"type": ["boolean", "null"]},
                "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
                "where": {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]},
                "size": {"oneOf": [{"const": 1, "title": "Small"}, {"const": 2, "title": "Large"}]},
                "shape": {
                    "oneOf": [
                        {"properties": {"k": {"const": "circle"}, "r": {"type": "number"}}, "required": ["k", "r"]},
                        {"properties": {"k": {"const": "box"}, "a": {"type": "number"}}, "required": ["k", "a"]},
                    ]
                },
            },
            "required": ["city"],
        }
    )
)


def offered(marked):
    text = marked.replace("|", "", 1)
    return text, FORECAST.complete(text, marked.index("|"))


def completed(marked):
    """What the text becomes by the first suggestion."""
    text, suggestions = offered(marked)
    first = suggestions[0]
    return text[: first.start] + first.insert + text[first.end :]


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("{|", '{"city": '),
        ('{"|', '{"city": '),
        ('{"ci|', '{"city": '),
        ("{da|", '{"days": '),
        ('{"ci|": "x"}', '{"city": "x"}'),
        ('{"ci|ty": "x"}', None),
        ('{"da|"\n: 1}', '{"days"\n: 1}'),
        ('{"city": |}', '{"city": "Paris"}'),
        ('{"city": "O|"}', '{"city": "Oslo"}'),
        ('{"unit": im|', '{"unit": "imperial"'),
        ('{"unit": "|metric"}', '{"unit": "imperial"}'),
        ('{"days": |', '{"days": 5'),
        ('{"on": f|', '{"on": false'),
        ('{"on": n|', '{"on": null'),
        ('{"tags": ["a", "b|', None),
        ('{"tags": ["a", |', '{"tags": ["a", "a"'),
        ('{"where": |}', '{"where": {"lat": 0}}'),
        ('{"where": {|}}', '{"where": {"lat": }}'),
        ('{"size": |', '{"size": 1'),
        ('{"shape": {"k": "box", |', '{"shape": {"k": "box", "a": '),
        ('{"city": "x"\n  "un|', '{"city": "x"\n  "unit": '),
        ('{"city: 5,\n "un|', '{"city: 5,\n "unit": '),
        ('{"x": [1, {"y": 2, "city": "Oslo", |', None),
        ('{"where": {"lat": [1, 2}, "un|', '{"where": {"lat": [1, 2}, "unit": '),
        ('{"city": "a \\" b", "un|', '{"city": "a \\" b", "unit": '),
    ],
)
def test_the_first_suggestion(typed, becomes):
    if becomes is None:
        _, suggestions = offered(typed)
        assert all(not one.insert.startswith(typed.split()[-1].strip('|{"')) for one in suggestions) or not suggestions
    else:
        assert completed(typed) == becomes


def test_keys_that_are_there_are_not_offered_wherever_they_stand():
    _, suggestions = offered('{"city": "x", |, "days": {"unit": 1}, "tags": []}')
    assert [one.insert for one in suggestions] == ['"unit": ', '"on": ', '"where": ', '"size": ', '"shape": ']


@pytest.mark.parametrize("typed", ['{"city" |', '{"city": "x" |', '{"city": "x"|}', "{} |", '{"city": "x"} "|'])
def test_nothing_is_offered_where_a_comma_or_a_colon_belongs(typed):
    assert offered(typed)[1] == []


def test_suggestions_say_what_they_are():
    about = {one.insert: one.about for one in offered("{|")[1]}
    assert about['"city": '] == "string, required, Where"
    assert about['"days": '] == "integer"
    assert [(one.insert, one.about) for one in offered('{"size": |')[1]] == [("1", "Small"), ("2", "Large")]
    assert offered('{"days": |')[1][0].about == "default"


def test_a_shape_that_is_still_open_offers_the_keys_of_all():
    assert [one.insert for one in offered('{"shape": {|')[1]] == ['"k": ', '"r": ', '"a": ']


def test_conditions_decide_on_keys():
    made = schema.read(
        json.dumps(
            {
                "properties": {"by": {"enum": ["card", "bank"]}},
                "if": {"properties": {"by": {"const": "card"}}, "required": ["by"]},
                "then": {"properties": {"number": {}}},
                "else": {"properties": {"iban": {}}},
            }
        )
    )
    assert [one.insert for one in made.complete('{"by": "card", ', 15)] == ['"number": ']
    assert [one.insert for one in made.complete('{"by": "bank", ', 15)] == ['"iban": ']


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='{}[]",:\\ \nunitcy1tag', max_size=60), st.integers(0, 60))
def test_any_text_can_be_completed_anywhere(text, cursor):
    cursor = min(cursor, len(text))
    for one in FORECAST.complete(text, cursor):
        assert one.start <= cursor <= one.end <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 200))
def test_what_is_completed_in_a_right_payload_is_still_json(cut):
    text = FORECAST.example()
    cursor = min(cut, len(text))
    for one in FORECAST.complete(text, cursor):
        if text[one.start : one.end].startswith('"'):
            json.loads(text[: one.start] + one.insert + text[one.end :])
