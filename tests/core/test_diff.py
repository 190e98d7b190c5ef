"""Two payloads and two timings beside each other."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.payload.diff import MOST_CHANGES, MOST_JSON, MOST_LINES, difference, timings
from tests.core.test_json_tree import JSON
from tests.support.calls import call, view


def told(first, second):
    found = difference(json.dumps(first), json.dumps(second))
    return [(c.sign, c.path, c.before, c.after) for c in found.changes]


def test_structure_is_compared_and_the_order_of_keys_is_not():
    first = {"city": "Paris", "days": 3, "unit": "C", "at": {"lat": 1, "lon": 2}}
    second = {"at": {"lon": 2, "lat": 1.5}, "days": 3, "city": "Paris", "odd key": [1]}
    assert told(first, second) == [
        ("-", "$.unit", '"C"', None), ("~", "$.at.lat", "1", "1.5"), ("+", '$["odd key"]', None, "[1]"),
    ]  # fmt: skip


def test_the_same_json_in_another_spelling_is_equal():
    found = difference('{"a":1,"b":2}', '{ "b": 2, "a": 1.0 }')
    assert found.equal
    assert found.how == "the same JSON, written in another way"
    assert difference("x", "x").how == "the same, letter by letter"


@pytest.mark.parametrize(("first", "second"), [(True, 1), (False, 0), (None, False), ("1", 1), ([], {}), ("", None)])
def test_values_of_other_types_are_not_equal(first, second):
    assert told({"a": first}, {"a": second}) == [("~", "$.a", json.dumps(first), json.dumps(second))]


def test_an_element_put_in_front_is_one_change():
    assert told([1, 2, 3], [0, 1, 2, 3]) == [("+", "$[0]", None, "0")]
    assert told([{"id": 1}, {"id": 2}], [{"id": 2}]) == [("-", "$[0]", '{"id": 1}', None)]
    both = [{"id": 0, "n": 0}, {"id": 1, "n": 2}]
    assert told([{"id": 1, "n": 1}], both) == [("+", "$[0]", None, '{"id": 0, "n": 0}'), ("~", "$[0].n", "1", "2")]
    assert told([{"id": 1, "n": 1}], [{"id": 1, "n": 2}]) == [("~", "$[0].n", "1", "2")]


@given(JSON, JSON)
def test_equal_json_and_only_that_has_no_changes(first, second):
    assert difference(json.dumps(first), json.dumps(first, indent=1)).equal
    found = difference(json.dumps(first), json.dumps(second))
    same = json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert found.equal or not same
    assert found.equal == (not found.changes)
    swapped = difference(json.dumps(second), json.dumps(first))
    assert swapped.equal == found.equal


def test_plain_text_is_compared_by_lines():
    found = difference("one\ntwo\nthree", "one\n2\nthree\nfour")
    assert [(line.sign, line.text) for line in found.lines] == [
        (" ", "one"), ("-", "two"), ("+", "2"), (" ", "three"), ("+", "four"),
    ]  # fmt: skip
    assert found.how == "line by line"


def test_long_equal_stretches_are_counted():
    middle = [f"line {n}" for n in range(100)]
    found = difference("\n".join(["a", *middle, "b"]), "\n".join(["c", *middle, "d"]))
    assert any("equal lines" in line.text for line in found.lines)
    assert len(found.lines) < 20


def test_what_is_large_is_bounded_and_says_so():
    big = difference("x" * (MOST_JSON + 1), "y" * 10)
    assert "too large to compare as JSON" in big.how
    many = difference("\n".join(f"a{n}" for n in range(MOST_LINES * 2)), "\n".join(f"b{n}" for n in range(MOST_LINES)))
    assert f"the first {MOST_LINES:,} lines" in many.how
    assert len(many.lines) <= 2 * MOST_LINES
    wide = difference(json.dumps(list(range(10_000))), json.dumps(list(range(1, 10_001))))
    assert len(wide.changes) == MOST_CHANGES
    assert "the first" in wide.how


def test_what_is_nested_too_deeply_is_compared_as_text():
    deep = "[" * 900 + "1" + "]" * 900
    assert not difference(deep, deep.replace("1", "2")).equal
    deeper = "[" * 100_000 + "1" + "]" * 100_000
    assert difference(deeper, deeper.replace("1", "2")).how.startswith("line by line")


def test_timings_have_deltas_no_finer_than_their_sources():
    first = call(1, total=41.2)
    second = call(2, total=60.0, views=(view(1000, 12, 55), view(1000.001, 3, 50, at="callee")))
    rows = {row.name: row for row in timings(first, second)}
    assert rows["total"].delta.ms == pytest.approx(18.8)
    assert rows["total"].delta.precision == 0.1
    assert rows["answer"].delta.precision == 1
    assert (rows["handler"].first, rows["handler"].delta) == (None, None)
    assert rows["handler"].second.ms == pytest.approx(50)
    assert rows["until the ack"].delta.ms == pytest.approx(0)
    assert rows["after the ack"].delta.ms == pytest.approx(13.8)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(first, second):
    found = difference(first, second)
    assert found.equal or found.changes or found.lines
