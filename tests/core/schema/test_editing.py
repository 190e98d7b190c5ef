"""One value changed, the rest as it was typed."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from rpc_inspector.core import schema

TYPED = """{
    "city": "Paris",   "n": 1.00,
    "tags": ["a", "b"],
    "where": {
        "lat": 12345678901234567890.0
    },
    "none": {}
}"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("city",), "Oslo", '"Paris"', '"Oslo"'),
        (("tags", 1), None, '"b"', "null"),
        (("tags", 2), "c", '"b"]', '"b", "c"]'),
        (("where", "lon"), 5, "890.0\n", '890.0,\n        "lon": 5\n'),
        (("none", "x", "y"), 1, "{}", '{\n        "x": {\n            "y": 1\n        }\n    }'),
        (("new",), [1], "{}\n", '{},\n    "new": [\n        1\n    ]\n'),
        (("where",), {}, '{\n        "lat": 12345678901234567890.0\n    }', "{}"),
    ],
)
def test_only_the_value_changes(path, value, before, after):
    assert TYPED.count(before) == 1
    assert schema.set_in(TYPED, path, value) == TYPED.replace(before, after)


@pytest.mark.parametrize(
    ("text", "path", "value", "becomes"),
    [
        ("", ("a", 0), 1, '{\n  "a": [\n    1\n  ]\n}'),
        ("  ", (), "x", '"x"'),
        ("{}", ("a",), 1, '{\n  "a": 1\n}'),
        ('{"a":1}', ("b", "c"), [2, 3], '{"a":1,"b":{"c":[2,3]}}'),
        ('{"a": 1}', ("b",), [2, 3], '{"a": 1, "b": [2, 3]}'),
        ("[1,2]", (2,), 3, "[1,2,3]"),
        ('{"a": 1, "a": 2}', ("a",), 3, '{"a": 1, "a": 3}'),
        (' {"a": 1} \n', (), 2, " 2 \n"),
        ('{"a": "é😀"}', ("b",), "ü", '{"a": "é😀", "b": "ü"}'),
    ],
)
def test_what_is_put_in_is_written_as_its_neighbours(text, path, value, becomes):
    assert schema.set_in(text, path, value) == becomes


@pytest.mark.parametrize(
    ("text", "path", "becomes"),
    [
        (TYPED, ("city",), TYPED.replace('"city": "Paris",   ', "")),
        (TYPED, ("none",), TYPED.replace(',\n    "none": {}', "")),
        (TYPED, ("where", "lat"), TYPED.replace('{\n        "lat": 12345678901234567890.0\n    }', "{}")),
        ("[1, 2, 3]", (1,), "[1, 3]"),
        ('{"a": 1, "b": 2, "a": 3}', ("a",), '{"b": 2}'),
    ],
)
def test_what_is_removed_takes_its_comma_along(text, path, becomes):
    assert schema.remove(text, path) == becomes


@pytest.mark.parametrize(
    ("text", "path", "becomes"),
    [
        ("[1, 2]", (0,), '["x", 1, 2]'),
        ("[1, 2]", (2,), '[1, 2, "x"]'),
        ("[]", (0,), '[\n  "x"\n]'),
        ('{"a": [\n  1\n]}', ("a", 0), '{"a": [\n  "x",\n  1\n]}'),
    ],
)
def test_an_element_is_put_between_others(text, path, becomes):
    assert schema.insert(text, path, "x") == becomes


def test_a_member_is_renamed():
    assert schema.rename('{"a" : 1, "c": 2}', ("a",), 'b"') == '{"b\\"" : 1, "c": 2}'
    with pytest.raises(schema.NoSuchPlace):
        schema.rename('{"a": 1, "c": 2}', ("a",), "c")


def test_get():
    value = {"a": [{"b": None}]}
    assert schema.get(value, ()) == value
    assert schema.get(value, ("a", 0, "b")) is None
    assert schema.get(value, ("a", 1)) is UNSET
    assert schema.get(value, ("a", -1)) is UNSET
    assert schema.get(value, ("a", "b")) is UNSET


@pytest.mark.parametrize("path", [("a", "b"), ("b", 1), ("l", 3), ("l", "x"), ("a", 0)])
def test_what_is_no_place_is_said(path):
    with pytest.raises(schema.NoSuchPlace, match="The payload has no place"):
        schema.set_in('{"a": 1, "l": [1, 2]}', path, 0)


def test_what_is_no_json_is_not_edited():
    for change in (
        lambda: schema.set_in('{"a": 1', ("a",), 2),
        lambda: schema.remove('{"a": 1', ("a",)),
        lambda: schema.insert("[1", (0,), 2),
    ):
        with pytest.raises(schema.NotJson):
            change()


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def ways(value, way=()):
    yield way
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in members:
        yield from ways(inner, (*way, step))


@settings(max_examples=300, deadline=None)
@given(st.data(), _VALUES, _VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_edits_do_to_the_text_what_they_do_to_the_value(data, value, other, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    way = data.draw(st.sampled_from(list(ways(value))))
    holder = {"root": copy.deepcopy(value)}
    inside, steps = holder, ("root", *way)
    for step in steps[:-1]:
        inside = inside[step]
    inside[steps[-1]] = other
    assert json.loads(schema.set_in(text, way, other)) == holder["root"]
    if way:
        del inside[steps[-1]]
        assert json.loads(schema.remove(text, way)) == holder["root"]
        if isinstance(way[-1], int):
            inside.insert(way[-1], other)
            inside.insert(way[-1] + 1, schema.get(value, way))
            assert json.loads(schema.insert(text, way, other)) == holder["root"]
