"""jsonschema's errors as sentences with paths: the shape that was meant is found, and its errors told."""

from collections.abc import Iterator
from typing import Any

from rpc_inspector.core.query.paths import Way
from rpc_inspector.core.schema.wording import MOST_CHOICES, kinds, one_of, said, shown

Told = tuple[Way, str]
_TELLING = ("const", "enum", "type")


def told(error: Any, worded: frozenset[str], depth: int = 0) -> Iterator[Told]:
    """What an error says: the path in the payload and what is wrong there, without its subject.

    Args:
        error: a ``jsonschema.ValidationError``.
        worded: the keywords whose messages are for people already.
        depth: of choices within choices.
    """
    path: Way = tuple(error.absolute_path)
    keyword = error.validator
    if keyword is None:
        yield path, "is not allowed here"
    elif keyword in ("anyOf", "oneOf"):
        yield from _none_or_several(error, path, worded, depth)
    elif keyword in worded:
        yield path, error.message
    else:
        yield path, said(keyword, error.validator_value, error.instance) or str(error.message)[:200]


def _none_or_several(error: Any, path: Way, worded: frozenset[str], depth: int) -> Iterator[Told]:
    shapes: dict[object, list[Any]] = {}
    for inner in error.context or ():
        shapes.setdefault(inner.schema_path[0] if inner.schema_path else None, []).append(inner)
    if not shapes:
        yield path, "fits more than one of the shapes of which it must be exactly one"
        return
    meant = _meant(list(shapes.values()))
    if meant is not None and depth < 10:
        for inner in meant:
            yield from told(inner, worded, depth + 1)
        return
    at_once = [inner for errors in shapes.values() for inner in errors if _rejects_whole(inner)]
    if len(at_once) == len(shapes):
        yield path, f"must be {_any_of(at_once)}, is {shown(error.instance)}"
    else:
        yield path, f"fits none of the {len(shapes)} shapes that it may have"


def _any_of(errors: list[Any]) -> str:
    """The values and the types that would be right."""
    values = [inner.validator_value for inner in errors if inner.validator == "const"]
    values += [one for inner in errors if inner.validator == "enum" for one in inner.validator_value]
    types = [one for inner in errors if inner.validator == "type" for one in _listed(inner.validator_value)]
    words = dict.fromkeys([*map(shown, values), *(kinds([one]) for one in types)])
    return one_of(list(words)[:MOST_CHOICES])


def _listed(types: object) -> list[str]:
    return [types] if isinstance(types, str) else [str(one) for one in types] if isinstance(types, list) else []


def _rejects_whole(error: Any) -> bool:
    return not error.relative_path and error.validator in _TELLING


def _meant(shapes: list[list[Any]]) -> list[Any] | None:
    """The errors of the one shape that the value was meant to have; ``None`` if that cannot be told.

    It is of the right kind, and its constants are right where others' are not.
    """
    able = [errors for errors in shapes if not any(_rejects_whole(error) for error in errors)]
    if len(able) > 1:
        able = [errors for errors in able if not any(_wrong_constant(error) for error in errors)] or able
    return able[0] if len(able) == 1 else None


def _wrong_constant(error: Any) -> bool:
    return len(error.relative_path) == 1 and error.validator in ("const", "enum")
