"""A schema as it stands for templates: what others say in it is taken literally, wherever it ends up."""

import json

from rpc_inspector.core.schema import Schema
from rpc_inspector.core.templates import literal


def taken_literally(schema: Schema) -> Schema:
    """The schema with every ``${`` escaped, in keys and values alike.

    A payload is edited as a template. With this, the keys, choices, defaults and examples of a schema stand in it as
    they are meant, a payload that has them fits, and none of them can ask for a secret of ours.
    """
    if "${" not in schema.text and "\\u00" not in schema.text:
        return schema
    root = _escaped(schema.root)
    return schema if root == schema.root else Schema(json.dumps(root), root)


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    if isinstance(value, dict):
        return {literal(key): _escaped(inner) for key, inner in value.items()}
    return value
