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
        TypeError: a type that is none of these, or one that contains itself.
    """
    return _schema(what, ())


def _schema(what: Any, inside: tuple[Any, ...]) -> Schema:
    if isinstance(what, dict):
        return what
    if what in _SIMPLE:
        return dict(_SIMPLE[what])
    if what in inside:
        raise TypeError(f"{_name(what)} contains itself; give its schema as a dict")
    if get_origin(what) is not None:
        return _generic(what, inside)
    if isinstance(what, type):
        return _class(what, (*inside, what))
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _class(what: type, inside: tuple[Any, ...]) -> Schema:
    if hasattr(what, "model_json_schema"):  # pydantic
        return dict(what.model_json_schema())
    if hasattr(what, "__struct_fields__"):  # msgspec, which the app has if it has a Struct
        import msgspec  # noqa: PLC0415 - only where the app itself uses it

        return dict(msgspec.json.schema(what))
    if issubclass(what, Enum):
        return {"enum": [member.value for member in what]}
    if dataclasses.is_dataclass(what):
        required = [field.name for field in dataclasses.fields(what) if _is_required(field)]
        return _object(what, required, inside)
    if typing.is_typeddict(what):
        needed: frozenset[str] = getattr(what, "__required_keys__", frozenset())
        return _object(what, [name for name in get_type_hints(what) if name in needed], inside)
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _object(what: type, required: list[str], inside: tuple[Any, ...]) -> Schema:
    hints = get_type_hints(what, include_extras=True)
    schema: Schema = {"type": "object", "properties": {name: _schema(hint, inside) for name, hint in hints.items()}}
    if dataclasses.is_dataclass(what):
        for field in dataclasses.fields(what):
            if field.default is not dataclasses.MISSING and isinstance(field.default, str | int | float | bool | None):
                schema["properties"][field.name]["default"] = field.default
    return schema | ({"required": required} if required else {})


def _generic(what: Any, inside: tuple[Any, ...]) -> Schema:
    origin, arguments = get_origin(what), get_args(what)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(each, inside) for each in arguments]}
    if origin is typing.Annotated:
        words = [extra for extra in arguments[1:] if isinstance(extra, str)]
        return _schema(arguments[0], inside) | ({"description": words[0]} if words else {})
    if origin in (typing.Required, typing.NotRequired):
        return _schema(arguments[0], inside)
    if isinstance(origin, type):
        return _collection(what, origin, inside)
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _collection(what: Any, origin: type, inside: tuple[Any, ...]) -> Schema:
    arguments = get_args(what)
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], inside)}
    if origin is tuple and arguments[-1:] != (...,):
        items = [_schema(each, inside) for each in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if issubclass(origin, _ARRAYS):
        return {"type": "array", "items": _schema(arguments[0], inside)}
    raise TypeError(f"the schema of {_name(what)} is not known; give it as a dict")


def _name(what: Any) -> str:
    return getattr(what, "__name__", None) or repr(what)
