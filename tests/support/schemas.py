"""Schemas and methods for forms: one of everything, and hostile ones."""

import json

from rpc_inspector.core.model import Method

#: One of every kind of field.
BOOKING = {
    "type": "object",
    "properties": {
        "guest": {"type": "string", "description": "Who comes, as it stands in the passport", "minLength": 2},
        "nights": {"type": "integer", "description": "How long", "minimum": 1, "maximum": 14, "default": 2},
        "rate": {"type": "number", "description": "Euro a night"},
        "breakfast": {"type": "boolean", "description": "Served from six to ten"},
        "room": {"enum": ["single", "double", "suite"], "description": "Which room"},
        "version": {"const": 2},
        "note": {"type": ["string", "null"], "description": "Anything else", "examples": ["late arrival"]},
        "address": {
            "type": "object",
            "description": "Where the invoice goes",
            "properties": {"street": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
            "required": ["street"],
        },
        "companions": {
            "type": "array",
            "description": "Who else comes",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
                "required": ["name"],
            },
            "maxItems": 4,
        },
        "payment": {
            "description": "How it is paid",
            "oneOf": [
                {"title": "card", "properties": {"number": {"type": "string"}}, "required": ["number"]},
                {"title": "transfer", "properties": {"iban": {"type": "string"}}, "required": ["iban"]},
            ],
        },
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Free labels"},
        "extra": {"description": "Any JSON"},
    },
    "required": ["guest", "nights", "version"],
}  # fmt: skip


def wide(count: int) -> dict[str, object]:
    """An object of so many fields, of every simple kind."""
    kinds = [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"enum": ["one", "two"]}, {"type": "number"}]
    fields = {f"field_{n:03}": {**kinds[n % 5], "description": f"What number {n} is for"} for n in range(count)}
    return {"type": "object", "properties": fields, "required": list(fields)[:5]}


def method(name, schema, *requests, **more):
    """A described method; `requests` are its examples'."""
    examples = tuple(json.dumps({"request": request}) for request in requests)
    schema = schema if isinstance(schema, str) else json.dumps(schema)
    return Method(name=name, provenance="described", request_schema=schema, examples=examples, **more)


def description(**methods):
    """What a participant answers to rpc.describe; of each method its schema and the requests of its examples."""
    told = {
        name: {"description": f"It does {name}", "request": schema, "examples": [{"request": one} for one in requests]}
        for name, (schema, *requests) in methods.items()
    }
    return json.dumps({"v": 1, "methods": told})
