"""A schema as fields: what a form needs to know of every place."""

import json
import subprocess
import sys

import pytest
from msgspec import UNSET

from rpc_inspector.core import schema
from rpc_inspector.core.schema import reading


def fields(value):
    return schema.read(json.dumps(value)).fields()


def children(value):
    return {child.path[-1]: child for child in fields(value).children}


def test_an_object_has_its_members_in_the_schemas_order():
    found = children(
        {
            "title": "Forecast",
            "properties": {
                "city": {"type": "string", "title": "City", "description": "Where"},
                "days": {"type": "integer", "minimum": 1, "exclusiveMaximum": 15, "default": 5},
            },
            "required": ["days", "zone"],
        }
    )
    assert list(found) == ["city", "days", "zone"]
    city, days, zone = found.values()
    assert (city.title, city.kind, city.description, city.required) == ("City", "string", "Where", False)
    assert (days.title, days.minimum, days.above, days.maximum, days.below) == ("days", 1, False, 15, True)
    assert (days.default, city.default, days.required) == (5, UNSET, True)
    assert (zone.kind, zone.required) == ("any", True)


def test_the_whole_is_a_field_too():
    whole = fields({"title": "Forecast", "type": "object"})
    assert (whole.path, whole.title, whole.kind, whole.required, whole.children) == ((), "Forecast", "object", True, ())


@pytest.mark.parametrize(
    ("value", "kind", "nullable"),
    [
        ({"type": ["string", "null"]}, "string", True),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", True),
        ({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"type": "boolean"}}}, "boolean", True),
        ({"enum": ["a", None]}, "string", True),
        ({"type": ["string", "null"], "enum": ["a"]}, "string", False),
        ({"type": ["integer", "number"]}, "number", False),
        ({"type": ["integer", "string"]}, "any", False),
        ({"type": "null"}, "null", False),
        ({"const": 3}, "integer", False),
        ({"items": {}}, "array", False),
        ({"minLength": 1}, "string", False),
        ({"minLength": 1, "minimum": 1}, "any", False),
        ({"type": "nonsense"}, "any", False),
        ({"type": 7}, "any", True),
        (True, "any", False),
    ],
)
def test_kinds(value, kind, nullable):
    field = fields(value)
    assert (field.kind, field.nullable) == (kind, nullable)


def test_a_field_is_called_by_its_own_title_or_key_not_by_its_type():
    found = children(
        {
            "properties": {"a": {"$ref": "#/$defs/Place"}, "b": {"$ref": "#/$defs/Place", "title": "Where"}},
            "$defs": {"Place": {"title": "Place"}},
        }
    )
    assert [field.title for field in found.values()] == ["a", "Where"]
    assert fields({"$ref": "#/$defs/Place", "$defs": {"Place": {"title": "Place"}}}).title == "Place"


def test_titled_constants_are_an_enum_with_labels():
    field = fields({"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}, {"type": "null"}]})
    assert (field.enum, field.labels, field.nullable, field.variants) == ((1, 2), ("One", "Two"), True, ())


def test_all_of_is_merged_to_what_is_strictest():
    field = fields(
        {
            "allOf": [
                {"$ref": "#/$defs/base"},
                {"properties": {"n": {"maximum": 9}, "b": {"type": "string"}}, "required": ["b"]},
            ],
            "properties": {"n": {"title": "N"}},
            "$defs": {
                "base": {
                    "type": "object",
                    "properties": {"n": {"type": "integer", "maximum": 20, "minimum": 2}},
                    "required": ["n"],
                }
            },
        }
    )
    n, b = field.children
    assert (field.kind, n.kind, n.title, n.minimum, n.maximum, n.required) == ("object", "integer", "N", 2, 9, True)
    assert (b.kind, b.required) == ("string", True)
    both = fields({"allOf": [{"enum": [1, 2, 3]}, {"enum": [2, 3, 4]}, {"type": ["integer", "string"]}]})
    assert both.enum == (2, 3)


SHAPES = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "oneOf": [
        {"properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}, "required": ["kind", "r"]},
        {"properties": {"kind": {"const": "box"}, "a": {"type": "number"}}, "required": ["kind", "a"]},
        {"title": "Nothing", "maxProperties": 1},
    ],
}


def test_variants_are_whole_shapes_with_names():
    field = fields(SHAPES)
    assert [variant.title for variant in field.variants] == ["kind: circle", "kind: box", "Nothing"]
    assert sorted(child.path[-1] for child in field.variants[1].children) == ["a", "kind", "name"]
    assert [child.required for child in field.variants[1].children] == [True, True, True]
    assert [variant.variants for variant in field.variants] == [(), (), ()]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ({"name": "x", "kind": "box", "a": 1}, 1),
        ({"kind": "box"}, 1),
        ({"kind": "circle", "a": 1}, 0),
        ({"name": "x"}, 2),
        ("no object", 0),
    ],
)
def test_the_variant_that_a_payload_is_nearest_to(value, number):
    assert fields(SHAPES).variant_for(value) == number


def test_arrays_know_the_fields_of_their_elements():
    field = fields({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}, "maxItems": 4})
    assert [field.child(position).kind for position in range(3)] == ["string", "integer", "integer"]
    assert (field.max_length, field.child(2).path) == (4, (2,))
    closed = fields({"items": [{"type": "string"}], "additionalItems": False})
    assert (closed.child(0).kind, closed.child(1)) == ("string", None)


def test_members_that_are_not_named_have_fields_if_they_are_allowed():
    field = fields({"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}})
    assert (field.child("x-a").kind, field.child("other").kind, field.open) == ("integer", "boolean", True)
    closed = fields({"properties": {"a": {}}, "additionalProperties": False})
    assert (closed.child("b"), closed.open) == (None, False)


def test_a_recursive_schema_is_expanded_only_as_far_as_looked():
    node = {"properties": {"next": {"$ref": "#"}, "value": {"type": "integer"}}}
    here, depth = fields(node), 0
    assert not here.recursive
    while depth < 50:
        here, depth = here.children[0], depth + 1
        assert here.recursive
    assert here.path == ("next",) * 50


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ("https://example.com/schema.json", "is elsewhere and is not fetched"),
        ("file:///etc/passwd", "is elsewhere and is not fetched"),
        ("#/$defs/nowhere", "leads nowhere"),
        ("#nowhere", "leads nowhere"),
    ],
)
def test_references_that_lead_elsewhere_are_told(reference, note):
    (field,) = fields({"properties": {"a": {"$ref": reference}}}).children
    assert field.kind == "any"
    assert note in field.notes[0]


@pytest.mark.parametrize("reference", ["#/$defs/a~1b%25", "#name", "urn:here#/$defs/a~1b%25", "urn:part"])
def test_references_within_the_document(reference):
    whole = {
        "$id": "urn:here",
        "properties": {"a": {"$ref": reference}},
        "$defs": {"a/b%": {"$id": "urn:part", "$anchor": "name", "type": "boolean"}},
    }
    assert children(whole)["a"].kind == "boolean"


def test_a_pattern_that_cannot_be_checked_is_told():
    assert "pattern" in fields({"type": "string", "pattern": "(?=x)y"}).notes[0]
    assert fields({"type": "string", "pattern": "(x+x+)+y"}).notes == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "is no JSON"),
        ("[1]", "no JSON object"),
        ('{"minimum": NaN}', "NaN"),
        ("[" * 200 + "]" * 200, "deep"),
        ("[" * 100_000 + "]" * 100_000, "deep"),
        ('{"a":' + "1" * 5000 + "}", "digits"),
        ('"' + "x" * reading.LONGEST + '"', "characters"),
        ("[" + "1," * 60_000 + "1]", "values"),
        ("", "is no JSON"),
    ],
)
def test_what_is_no_schema_is_said(text, what):
    with pytest.raises(schema.SchemaUnusable) as caught:
        schema.read(text)
    assert what in caught.value.what


def test_keywords_of_the_wrong_shape_mean_nothing():
    field = fields(
        {"type": "object", "properties": [1], "required": "a", "oneOf": {}, "enum": 3, "minLength": "x", "allOf": 7}
    )
    assert (field.kind, field.children, field.enum, field.variants, field.min_length) == ("object", (), (), (), None)
    assert fields({"properties": {"a": 7, "b": None}}).children[0].kind == "any"


def test_a_doubling_bomb_of_all_of_is_merged_once_each():
    levels = {f"l{n}": {"allOf": [{"$ref": f"#/$defs/l{n + 1}"}, {"$ref": f"#/$defs/l{n + 1}"}]} for n in range(60)}
    field = fields({"$ref": "#/$defs/l0", "$defs": levels | {"l60": {"type": "string"}}})
    assert field.kind == "string"


def test_a_doubling_bomb_of_choices_is_bounded():
    levels = {f"l{n}": {"anyOf": [{"$ref": f"#/$defs/l{n + 1}"}, {"$ref": f"#/$defs/l{n + 1}"}]} for n in range(100)}
    field = fields({"$ref": "#/$defs/l0", "$defs": levels | {"l100": {"type": "string"}}})
    assert len(field.variants) == 2
    assert field.variant_for({"a": 1}) == 0


CONDITIONAL = {
    "properties": {"by": {"enum": ["card", "bank"]}},
    "if": {"properties": {"by": {"const": "card"}}, "required": ["by"]},
    "then": {"properties": {"number": {"type": "string"}}, "required": ["number"]},
    "else": {"properties": {"iban": {"type": "string"}}},
}


@pytest.mark.parametrize(
    ("value", "names"), [({"by": "card"}, ["by", "number"]), ({"by": "bank"}, ["by", "iban"]), ({}, ["by", "iban"])]
)
def test_conditions_are_settled_by_a_value(value, names):
    field = fields(CONDITIONAL)
    assert [child.path[-1] for child in field.children] == ["by"]
    assert [child.path[-1] for child in field.settled(value).children] == names
    plain = fields({"type": "object"})
    assert plain.settled({}) is plain


def test_reading_loads_none_of_the_validators():
    heavy = ("jsonschema", "genson", "rstr", "re2")
    code = (
        "import sys; from rpc_inspector.core import schema\n"
        'schema.read(\'{"properties": {"a": {}}}\').fields().children\n'
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own text
    assert done.stdout.strip() == "[]"
