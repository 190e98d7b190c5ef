"""The form's pure parts: rows, what is typed, changes to the raw text; and that form and text stay in step."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from rpc_inspector.core.schema import get, problems, read
from rpc_inspector.core.schema.syntax import parsed
from rpc_inspector.core.templates import Sources, resolve
from rpc_inspector.tui.widgets.form import changes
from rpc_inspector.tui.widgets.form.body import difference
from rpc_inspector.tui.widgets.form.literally import taken_literally
from rpc_inspector.tui.widgets.form.rows import MOST_ELEMENTS, MOST_ROWS, TYPED, Rows
from rpc_inspector.tui.widgets.form.values import NotTaken, typed, value_of
from rpc_inspector.tui.widgets.form.words import about, hint, value_text
from tests.support.schemas import BOOKING, wide

PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
BOOKINGS = st.fixed_dictionaries(
    {"guest": PLAIN, "nights": st.integers(), "version": st.just(2)},
    optional={
        "rate": st.floats(allow_nan=False, allow_infinity=False), "breakfast": st.booleans(), "note": PLAIN | st.none(),
        "room": st.sampled_from(["single", "suite", "cellar"]), "address": st.fixed_dictionaries({"street": PLAIN}),
        "companions": st.lists(st.fixed_dictionaries({"name": PLAIN}, optional={"age": st.integers()}), max_size=3),
        "labels": st.dictionaries(PLAIN, PLAIN, max_size=2), "extra": st.recursive(PLAIN | st.none(), st.lists),
        "payment": st.sampled_from([{"number": "1"}, {"iban": "x"}, {}]), "other": st.integers(),
    },
)  # fmt: skip
INDENTS = st.sampled_from([None, 0, 2, 4])


def rows_of(schema, value=UNSET, folds=None):
    schema = schema if isinstance(schema, str) else json.dumps(schema)
    return Rows(read(schema).fields(), value, folds or {}, {}).all()


def row_of(way, schema, value=UNSET):
    return next(row for row in rows_of(schema, value) if row.way == way)


@given(payload=BOOKINGS, indent=INDENTS, text=PLAIN, data=st.data())
def test_typing_into_any_field_changes_that_value_alone(payload, indent, text, data):
    raw = json.dumps(payload, indent=indent)
    row = data.draw(st.sampled_from([row for row in rows_of(BOOKING, payload) if row.control in TYPED - {"key"}]))
    try:
        value = value_of(row, text)
    except NotTaken:
        return
    changed = changes.put(raw, row.way, value)
    expected = json.loads(json.dumps(payload))
    holder = expected
    for step in row.way[:-1]:
        holder = (
            holder.setdefault(step, {}) if isinstance(holder, dict) and value is not UNSET else get(holder, (step,))
        )
    if value is not UNSET:
        holder[row.way[-1]] = value
    elif isinstance(holder, dict):
        holder.pop(row.way[-1], None)
    assert parsed(changed) == expected
    again = next((one for one in rows_of(BOOKING, parsed(changed)) if one.way == row.way), None)
    assert (again.value if again else UNSET) == value


@given(payload=BOOKINGS)
def test_what_a_field_shows_for_editing_is_taken_for_the_same_value(payload):
    for row in rows_of(BOOKING, payload):
        if row.control in TYPED - {"key"} and row.value is not UNSET and row.value is not None and row.value != "":
            assert value_of(row, typed(row)) == row.value


@given(old=PLAIN, new=PLAIN)
def test_the_difference_of_two_texts_makes_one_of_the_other(old, new):
    start, end, insert = difference(old, new)
    assert old[:start] + insert + old[end:] == new
    assert old == new or (insert or end > start)


def test_the_difference_is_the_least():
    assert difference('{"a": 1, "b": 2}', '{"a": 17, "b": 2}') == (7, 7, "7")
    assert difference("aa", "aaa") == (2, 2, "a")
    assert difference("same", "same") == (4, 4, "")


def test_rows_are_keys_of_the_payload_in_the_order_of_the_schema():
    assert [row.label for row in rows_of(BOOKING)] == list(BOOKING["properties"])
    rows = rows_of(BOOKING, {"companions": [{"name": "Eve"}], "other": 1})
    assert [row.label for row in rows if row.depth] == ["[0]", "name", "age", "add"]
    assert rows[-1].way == ("other",)


def test_the_form_is_bounded():
    assert len(rows_of(wide(200))) == 200
    many = {"type": "array", "items": {"type": "integer"}}
    assert "more elements" in rows_of(many, list(range(MOST_ELEMENTS + 5)))[-1].text
    assert len(rows_of({"type": "object"}, {f"k{n}": n for n in range(MOST_ROWS + 100)})) <= MOST_ROWS + 1


def test_what_leads_back_to_itself_is_opened_only_as_far_as_somebody_looks():
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}, "name": {"type": "string"}}, "required": ["left"]}
    assert len(rows_of(tree)) < 10
    assert len(rows_of(tree, UNSET, {("left",): False, ("left", "left"): False})) < 20


@pytest.mark.parametrize(
    ("way", "text", "value"),
    [
        (("nights",), "3", 3),
        (("rate",), "1.5e2", 150.0),
        (("guest",), "", ""),
        (("note",), "", UNSET),
        (("extra",), '{"a": [1]}', {"a": [1]}),
        (("extra",), "plain words", "plain words"),
        (("extra",), "true", True),
    ],
)
def test_what_is_typed_becomes_what_is_meant(way, text, value):
    assert value_of(row_of(way, BOOKING), text) == value


@pytest.mark.parametrize(
    ("way", "text"), [(("nights",), "three"), (("nights",), ""), (("rate",), "1e999"), (("extra",), '{"a"')]
)
def test_what_is_no_value_is_refused_with_a_reason(way, text):
    with pytest.raises(NotTaken, match=r"\w+ \w+"):
        value_of(row_of(way, BOOKING), text)


def test_hints_say_what_is_taken_or_what_belongs_there():
    assert hint(row_of(("nights",), BOOKING), UNSET) == "2 by default"
    assert hint(row_of(("guest",), BOOKING), "Ada") == "e.g. Ada"
    assert hint(row_of(("room",), BOOKING), UNSET) == "one of 3"
    assert hint(row_of(("version",), BOOKING), UNSET) == "always 2"
    assert about(row_of(("nights",), BOOKING)) == "How long · whole number, 1 to 14"


def test_what_a_terminal_would_obey_is_shown_as_escapes():
    evil = {"type": "object", "properties": {"a\x1b[2J": {"description": "\x1b]52;c;x\x07", "enum": ["\u202ex"]}}}
    row = rows_of(evil, {"a\x1b[2J": "\u202ex"})[0]
    assert not {"\x1b", "\x07", "\u202e"} & set(about(row) + value_text(row) + hint(row, "\x1b"))
    text = row_of(("guest",), BOOKING, {"guest": "a\x1b\u202e"})
    assert "\x1b" not in typed(text)
    assert value_of(text, typed(text)) == "a\x1b\u202e"


def test_a_schema_cannot_ask_for_secrets():
    ask, escaped = "${secret:KEY}", "$${secret:KEY}"
    inner = {"enum": [ask], "examples": [ask]}
    schema = {"type": "object", "properties": {"a": {"default": ask}, ask: inner}, "required": ["a", ask]}
    for text in (json.dumps(schema), json.dumps(schema).replace("$", "\\u0024").replace("${", "$\\u007b")):
        taken = taken_literally(read(text))
        assert changes.made(taken.fields()) == {"a": escaped, escaped: escaped}
        assert resolve(taken.skeleton(), Sources(secrets={"KEY": "4711"})).text == json.dumps(
            {"a": ask, ask: ask}, indent=2
        )
        offered = [one.insert for one in taken.complete("{", 1)]
        assert f'"{escaped}": ' in offered
        assert [one.insert for one in taken.complete(f'{{"{escaped}": ', len(escaped) + 5)] == [f'"{escaped}"']
        assert not problems(taken.text, taken.skeleton())
    harmless = read('{"title": "costs $5"}')
    assert taken_literally(harmless) is harmless


def test_another_shape_keeps_what_both_have():
    shapes = {"oneOf": [
        {"type": "object", "properties": {"id": {"type": "integer"}, "a": {"type": "string"}}, "required": ["id", "a"]},
        {"type": "object", "properties": {"id": {"type": "integer"}, "b": {"type": "number"}}, "required": ["id", "b"]},
    ]}  # fmt: skip
    field = read(json.dumps(shapes)).fields()
    assert json.loads(changes.reshape('{"id": 7, "a": "x"}', (), field.variants[1])) == {"id": 7, "b": 0}


def test_what_is_no_container_gives_way_to_one():
    assert json.loads(changes.put('{"at": null}', ("at", "lat"), 1)) == {"at": {"lat": 1}}
    assert changes.drop('{"a": 1}', ("b",)) == '{"a": 1}'


KEYWORDS = st.sampled_from([
    "type", "properties", "required", "items", "prefixItems", "enum", "const", "oneOf", "anyOf", "allOf", "not", "if",
    "then", "$ref", "$defs", "default", "examples", "minimum", "exclusiveMaximum", "maxItems", "minLength", "pattern",
    "additionalProperties", "patternProperties", "title", "description", "format", "readOnly", "a", "b",
])  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["object", "array", "string", "integer", "null", "#", "#/$defs/a", "#/properties/a", "(a+)+$", "\x1b[2J", "a"]
    )
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYWORDS, inner, max_size=5))


@given(schema=st.dictionaries(KEYWORDS, JSON, max_size=6), value=JSON)
def test_no_schema_and_no_payload_breaks_the_form(schema, value):
    for payload in (UNSET, value):
        for row in rows_of(schema, payload):
            shown = about(row) + value_text(row) + hint(row, UNSET) + (typed(row) if row.control in TYPED else "")
            assert "\x1b" not in shown
            if row.control in ("add", "list"):
                changed = changes.add("" if payload is UNSET else json.dumps(payload), row.way, row.field)
                assert isinstance(get(parsed(changed), row.way), list)
            elif row.control == "shape":
                changes.reshape("" if payload is UNSET else json.dumps(payload), row.way, row.field.variants[0])
