"""JSON Schema (2020-12 and draft 7) for people who fill in payloads: fields, skeletons, completion, problems."""

from rpc_inspector.core.schema.checking import Problem, problems
from rpc_inspector.core.schema.completing import Suggestion
from rpc_inspector.core.schema.editing import NoSuchPlace, get, insert, remove, rename, set_in
from rpc_inspector.core.schema.fields import Field
from rpc_inspector.core.schema.inferring import infer
from rpc_inspector.core.schema.reading import Schema, SchemaUnusable, read
from rpc_inspector.core.schema.syntax import NotJson
from rpc_inspector.core.schema.values import Kind

__all__ = [
    "Field",
    "Kind",
    "NoSuchPlace",
    "NotJson",
    "Problem",
    "Schema",
    "SchemaUnusable",
    "Suggestion",
    "get",
    "infer",
    "insert",
    "problems",
    "read",
    "remove",
    "rename",
    "set_in",
]
