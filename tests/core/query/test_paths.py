"""Paths into JSON values."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core.query.paths import Path, PathError, agrees

VALUE = {"a": [{"b": 1}, {"b": 2}, {"c": {"b": 3}}], "odd key": [0, [1]], "x]": 5}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [VALUE]),
        ("$.a[0].b", [1]),
        ("$.a[-1].c.b", [3]),
        ("$.a[*].b", [1, 2]),
        ("$..b", [1, 2, 3]),
        ("$.a..b", [1, 2, 3]),
        ("$..a..b", [1, 2, 3]),
        ("$..[0]", [{"b": 1}, 0, 1]),
        ('$["odd key"][1][0]', [1]),
        ('$["x]"]', [5]),
        ("$.*[1]", [{"b": 2}, [1]]),
        ("$.a[9]", []),
        ("$.a.b", []),
        ("$.nothing.at.all", []),
        ("$[0]", []),
    ],
)
def test_a_path_leads_to(path, found):
    assert list(Path.parse(path).find(VALUE)) == found
    assert [value for _, value in Path.parse(path).locate(VALUE)] == found


@pytest.mark.parametrize(
    "text", ["", "a", "$a", "$.", "$..", "$[", "$[x]", "$. a", "$.a b", '$["\\q"]', '$["', "$[1.5]", "$..."]
)
def test_what_is_no_path_says_so_with_its_column(text):
    with pytest.raises(PathError) as caught:
        Path.parse(text)
    assert 0 <= caught.value.column <= len(text)


@settings(deadline=None)
@given(json_values)
def test_the_quick_ways_find_what_the_slow_ones_find(value):
    for text in ("$", "$.a", "$.a.b", "$[0].a", "$..a", "$..b", "$.a..b", "$..*"):
        path = Path.parse(text)
        assert list(path.find(value)) == [found for _, found in path.locate(value)]


@settings(deadline=None)
@given(json_values)
def test_every_place_has_a_path_that_leads_there(value):
    for place, found in Path.parse("$..*").locate(value):
        path = Path.to(place)
        assert Path.parse(str(path)) == path
        assert list(path.find(value)) == [found]


@settings(deadline=None)
@given(json_values)
def test_replacing_changes_what_the_path_leads_to_in_a_copy(value):
    before = copy.deepcopy(value)
    for text in ("$.a", "$..b", "$.a[*]", "$..[0]"):
        path = Path.parse(text)
        changed = path.replace(value, lambda _: "gone")
        assert value == before
        assert all(found == "gone" for found in path.find(changed))
    assert Path.parse("$.zzz").replace(value, lambda _: "gone") == before
    assert Path.parse("$").replace(value, lambda _: "gone") == "gone"


def test_replacing_in_a_long_list_copies_it_once():
    many = {"list": [{"x": number} for number in range(50_000)]}
    changed = Path.parse("$..x").replace(many, lambda number: -number)
    assert changed["list"][49_999] == {"x": -49_999}
    assert many["list"][49_999] == {"x": 49_999}


def test_types_agree_only_with_themselves():
    assert agrees(1, "=", 1.0)
    assert not agrees(True, "=", 1)
    assert agrees(True, "!=", 1)
    assert agrees(None, "=", None)
    assert not agrees([1], "<", [2])
    assert agrees([1], "=", [1])
    assert not agrees("1", "<", 2)
