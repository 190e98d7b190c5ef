"""JSON Schema (2020-12 and draft 7) for people who fill in payloads: fields, skeletons, completion, problems."""

from rpc_inspector.core.schema.checking import Problem, problems
from rpc_inspector.core.schema.fields import Field
from rpc_inspector.core.schema.reading import Schema, SchemaUnusable, read
from rpc_inspector.core.schema.values import Kind

__all__ = ["Field", "Kind", "Problem", "Schema", "SchemaUnusable", "problems", "read"]
