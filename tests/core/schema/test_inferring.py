"""A schema of what was seen."""

import json

import pytest

from rpc_inspector.core import schema


def inferred(*payloads):
    return json.loads(
        schema.infer(payload if isinstance(payload, str) else json.dumps(payload) for payload in payloads)
    )


def test_what_every_payload_has_is_required_and_the_rest_is_optional():
    found = inferred({"city": "Paris", "days": 3}, {"city": "Oslo", "days": 2.5, "deep": {"x": [1]}})
    assert found["required"] == ["city", "days"]
    assert found["properties"]["city"] == {"type": "string"}
    assert found["properties"]["days"] == {"type": "number"}
    assert found["properties"]["deep"]["properties"]["x"]["items"] == {"type": "integer"}


def test_it_is_marked():
    assert inferred({"a": 1})["$comment"] == "inferred from 1 payload"
    assert inferred({"a": 1}, {"a": 2})["$comment"] == "inferred from 2 payloads"


def test_an_enum_is_guessed_with_enough_evidence_only():
    def unit(*values):
        return inferred(*({"unit": value} for value in values))["properties"]["unit"]

    assert unit(*["metric", "imperial"] * 4)["enum"] == ["imperial", "metric"]
    assert "enum" not in unit(*["metric", "imperial"] * 3)
    assert "enum" not in unit(*["metric"] * 8, "imperial")
    assert "enum" not in unit(*"abcdefghij" * 3)
    assert "enum" not in unit(*["x" * 100] * 20)


def test_what_is_no_json_is_passed_over():
    assert inferred("", "nope", "{", {"a": 1})["$comment"] == "inferred from 1 payload"
    with pytest.raises(schema.SchemaUnusable, match="No payload"):
        schema.infer(["", "hello"])


def test_what_was_seen_is_right_by_its_schema():
    payloads = [
        json.dumps({"id": number, "unit": "ab"[number % 2], "opt": None if number % 3 else [1, "x", {}]})
        for number in range(20)
    ]
    found = schema.infer(payloads)
    assert [schema.problems(found, payload) for payload in payloads] == [()] * 20
    assert schema.read(found).fields().children[0].kind == "integer"


def test_it_is_bounded():
    wide = inferred({f"key{number}": number for number in range(2000)})
    assert "properties" not in wide
    assert "properties" not in inferred(*({f"id-{number}": 1} for number in range(150)))
    deep = "[" * 300 + "]" * 300
    assert len(schema.infer([deep])) < 10_000
    assert inferred(*[{"a": 1}] * 1000)["$comment"] == "inferred from 200 payloads"
    with pytest.raises(schema.SchemaUnusable):
        schema.infer(['"' + "x" * 10_000_000 + '"'])
