"""JSON Schemas from Python's types, without a dependency: what other libraries' models say of themselves is taken."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

Schema = dict[str, Any]

_SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    type(None): {"type": "null"},
    None: {"type": "null"},
    Any: {},
    object: {},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    UUID: {"type": "string", "format": "uuid"},
    dict: {"type": "object"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    set: {"type": "array", "uniqueItems": True},
}
_ARRAYS = (list, tuple, set, frozenset, Sequence)


def schema_of(what: Any) -> Schema:
    """The JSON Schema (2020-12) of a type.

    Args:
        what: a schema itself (a dict), a pydantic model, a msgspec Struct, a dataclass, a TypedDict, an Enum, or a hint
            of these and of Python's own types: ``str``, ``list[int]``, ``Literal["a", "b"]``, ``int | None``, ...

    Raises:
        TypeError: a type that is none of these, one that contains itself, or two different ones of the same name.
    """
    context = _Context()
    schema = _schema(what, context)
    return schema | ({"$defs": context.definitions} if context.definitions else {})


@dataclasses.dataclass(frozen=True)
class _Context:
    """What a type is being read in: the types around it, and the definitions that models refer to from the root."""

    around: tuple[Any, ...] = ()
    definitions: Schema = dataclasses.field(default_factory=dict)

    def inside(self, what: Any) -> "_Context":
        return _Context((*self.around, what), self.definitions)

    def adopt(self, schema: Schema) -> Schema:
        """A model's own schema; what it defines moves to the root, where its references look for it."""
        for name, definition in schema.pop("$defs", {}).items():
            if self.definitions.setdefault(name, definition) != definition:
                raise TypeError(f"two different types are called {name}; give the schema as a dict")
        return schema


def _schema(what: Any, context: _Context) -> Schema:
    if isinstance(what, dict):
        return what
    if what in _SIMPLE:
        return dict(_SIMPLE[what])
    if what in context.around:
        raise TypeError(f"{_name(what)} contains itself; give its schema as a dict")
    if get_origin(what) is not None:
        return _generic(what, context)
    if isinstance(what, type):
        return _class(what, context.inside(what))
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _class(what: type, context: _Context) -> Schema:
    if hasattr(what, "model_json_schema"):  # pydantic
        return context.adopt(dict(what.model_json_schema()))
    if hasattr(what, "__struct_fields__"):  # msgspec, which the app has if it has a Struct
        import msgspec  # noqa: PLC0415 - only where the app itself uses it

        return context.adopt(dict(msgspec.json.schema(what)))
    if issubclass(what, Enum):
        return {"enum": [member.value for member in what]}
    if dataclasses.is_dataclass(what):
        required = [field.name for field in dataclasses.fields(what) if _is_required(field)]
        return _object(what, required, context)
    if typing.is_typeddict(what):
        needed: frozenset[str] = getattr(what, "__required_keys__", frozenset())
        return _object(what, [name for name in get_type_hints(what) if name in needed], context)
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _object(what: type, required: list[str], context: _Context) -> Schema:
    hints = get_type_hints(what, include_extras=True)
    schema: Schema = {"type": "object", "properties": {name: _schema(hint, context) for name, hint in hints.items()}}
    if dataclasses.is_dataclass(what):
        for field in dataclasses.fields(what):
            if field.default is not dataclasses.MISSING and isinstance(field.default, str | int | float | bool | None):
                schema["properties"][field.name]["default"] = field.default
    return schema | ({"required": required} if required else {})


def _generic(what: Any, context: _Context) -> Schema:
    origin, arguments = get_origin(what), get_args(what)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(each, context) for each in arguments]}
    if origin is typing.Annotated:
        words = [extra for extra in arguments[1:] if isinstance(extra, str)]
        return _schema(arguments[0], context) | ({"description": words[0]} if words else {})
    if origin in (typing.Required, typing.NotRequired):
        return _schema(arguments[0], context)
    if isinstance(origin, type):
        return _collection(what, origin, context)
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _collection(what: Any, origin: type, context: _Context) -> Schema:
    arguments = get_args(what)
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], context)}
    if origin is tuple and arguments[-1:] != (...,):
        items = [_schema(each, context) for each in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if issubclass(origin, _ARRAYS):
        return {"type": "array", "items": _schema(arguments[0], context)}
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _name(what: Any) -> str:
    return getattr(what, "__name__", None) or repr(what)
