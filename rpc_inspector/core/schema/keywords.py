"""The validators: jsonschema's, with the keywords replaced that could hang, fetch, or not say what is missing.

``pattern`` and its kin are matched by RE2. A reference that leads elsewhere is told, not fetched. Elements that must
differ are compared by their hashes. Everything counts its steps, since a schema of a kilobyte can ask for more work
than there is time.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from rpc_inspector.core.names import closest
from rpc_inspector.core.schema.fitting import is_multiple
from rpc_inspector.core.schema.formats import FORMATS, fits_format
from rpc_inspector.core.schema.regexes import matcher
from rpc_inspector.core.schema.wording import shown

#: Characters of a pattern in a message.
_LONGEST_PATTERN = 120
Errors = Iterator[ValidationError]


class TooMuchWork(Exception):  # noqa: N818 - says what happened
    """The schema asks for more steps than were granted."""


class Watch:
    """Goes along with one validation, in the place that jsonschema has for a format checker.

    Attributes:
        told: what could not be checked, in words.
        has_patterns: the schema has ``patternProperties`` somewhere.
    """

    def __init__(self, steps: int, *, has_patterns: bool = False) -> None:
        self._left = steps
        self.has_patterns = has_patterns
        self.told: dict[str, None] = {}

    def step(self) -> None:
        """One part of the payload meets one part of the schema."""
        self._left -= 1
        if self._left < 0:
            raise TooMuchWork

    def matches(self, pattern: object, text: str) -> bool:
        """Whether a pattern matches; one that cannot be matched in bounded time is told, and matches."""
        test = matcher(pattern) if isinstance(pattern, str) else None
        if test is None:
            self.told[f"the pattern {shown(pattern)} was not checked: it cannot be matched in bounded time"] = None
            return True
        return test(text)


@cache
def validator_class(*, draft7: bool) -> Any:
    """The class of validators of a draft; its instances are made by :func:`validator`."""
    made: Any = extend(Draft7Validator if draft7 else Draft202012Validator, _DRAFT_7 if draft7 else _DRAFT_2020)
    # Every part passes through here: steps are counted, and a $schema inside cannot bring the keywords back that were
    # replaced.
    made.evolve = _evolve
    return made


def validator(schema: Any, watch: Watch, *, draft7: bool) -> Any:
    """A validator whose references lead inside the schema and its draft's meta-schemas only."""
    return validator_class(draft7=draft7)(schema, format_checker=watch, registry=Registry())


def _evolve(self: Any, *, schema: Any, _resolver: Any = None) -> Any:
    self.format_checker.step()
    return type(self)(schema, format_checker=self.format_checker, _resolver=_resolver or self._resolver)


def _reference(check: Any, reference: Any, instance: Any, _schema: Any) -> Errors:
    try:
        errors = check._validate_reference(ref=reference, instance=instance)  # noqa: SLF001 - what jsonschema's own keyword calls; a test sees that it is there
    except Unresolvable:
        check.format_checker.told[f"what {shown(reference)} refers to was not checked: it is not in the schema"] = None
        return
    yield from errors


def _required(_check: Any, names: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        yield from (ValidationError("is missing", path=(name,)) for name in names if name not in instance)


def _dependent_required(_check: Any, needs: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, needed in needs.items():
            if name in instance:
                for other in needed:
                    if other not in instance:
                        yield ValidationError(f"is missing: {name} needs it", path=(other,))


def _dependencies(check: Any, needs: Any, instance: Any, schema: Any) -> Errors:
    names = {name: needed for name, needed in needs.items() if isinstance(needed, list)}
    yield from _dependent_required(check, names, instance, schema)
    if isinstance(instance, dict):
        for name, part in needs.items():
            if name in instance and not isinstance(part, list):
                yield from check.descend(instance, part, schema_path=name)


def _pattern(check: Any, pattern: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str) and not check.format_checker.matches(pattern, instance):
        yield ValidationError(f"must match {str(pattern)[:_LONGEST_PATTERN]}, is {shown(instance)}")


def _properties(check: Any, parts: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, part in parts.items():
            if name not in instance:
                continue
            if part is False:  # for which jsonschema's descend forgets the path
                yield ValidationError("is not allowed here", path=(name,))
            else:
                yield from check.descend(instance[name], part, path=name, schema_path=name)


def _pattern_properties(check: Any, patterns: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        for pattern, part in patterns.items():
            for name, value in instance.items():
                if matcher(pattern) is None:
                    check.format_checker.matches(pattern, name)  # tells that it is not checked
                elif check.format_checker.matches(pattern, name):
                    yield from check.descend(value, part, path=name, schema_path=pattern)


def _additional_properties(check: Any, part: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name in known or any(check.format_checker.matches(pattern, name) for pattern in patterns):
            continue
        if part is False:
            yield ValidationError(f"is not known here{_instead(name, known, instance)}", path=(name,))
        else:
            yield from check.descend(value, part, path=name)


def _instead(name: str, known: Any, instance: Any) -> str:
    meant = closest(name[:100], (other for other in known if other not in instance), most=1) if len(known) < 500 else []
    return f": did you mean {meant[0]}?" if meant else ""


def _property_names(check: Any, part: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in instance:
            for _ in check.descend(name, part):
                yield ValidationError("is not a right key here", path=(name,))
                break


def _unevaluated_properties(check: Any, part: Any, instance: Any, schema: Any) -> Errors:
    # jsonschema looks for what was evaluated by itself, and matches patternProperties by re.
    if check.format_checker.has_patterns:
        check.format_checker.told["unevaluatedProperties was not checked: the schema has patternProperties"] = None
        return
    yield from Draft202012Validator.VALIDATORS["unevaluatedProperties"](check, part, instance, schema) or ()


def _unique_items(_check: Any, unique: Any, instance: Any, _schema: Any) -> Errors:
    if unique is not True or not isinstance(instance, list):
        return
    seen: dict[Any, int] = {}
    for position, value in enumerate(instance):
        first = seen.setdefault(_hashable(value), position)
        if first != position:
            yield ValidationError(f"is the same as element {first}; all must differ", path=(position,))


def _hashable(value: Any) -> Any:
    """The same for values that JSON Schema holds to be the same; the bounds on depth make recursion safe."""
    if isinstance(value, list):
        return tuple(_hashable(one) for one in value)
    if isinstance(value, dict):
        return frozenset((name, _hashable(one)) for name, one in value.items())
    return (value, isinstance(value, bool))


def _format(_check: Any, name: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str) and isinstance(name, str) and not fits_format(instance, name):
        yield ValidationError(f"must be {FORMATS[name].name}, is {shown(instance)}")


def _multiple_of(_check: Any, of: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, (int, float)) and not isinstance(instance, bool) and not is_multiple(instance, of):
        yield ValidationError(f"must be a multiple of {of}, is {shown(instance)}")


_BOTH: dict[str, Callable[..., Errors]] = {
    "$ref": _reference,
    "additionalProperties": _additional_properties,
    "format": _format,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "properties": _properties,
    "propertyNames": _property_names,
    "required": _required,
    "uniqueItems": _unique_items,
}
_DRAFT_7 = _BOTH | {"dependencies": _dependencies}
_DRAFT_2020 = _BOTH | {
    "$dynamicRef": _reference,
    "dependentRequired": _dependent_required,
    "unevaluatedProperties": _unevaluated_properties,
}
#: The keywords whose messages are already for people.
WORDED = frozenset(_DRAFT_7) | frozenset(_DRAFT_2020)
