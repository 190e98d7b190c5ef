"""The terms of a filter, built from what the grammar found, and checked: fields, values, units, paths, expressions."""

import re
from collections.abc import Iterable
from typing import Any

from rpc_inspector.core.names import closest
from rpc_inspector.core.query import syntax
from rpc_inspector.core.query.errors import QueryError
from rpc_inspector.core.query.fields import CODE_NAMES, COMPARISONS, FIELDS, Field
from rpc_inspector.core.query.paths import Path, PathError, Sign
from rpc_inspector.core.query.patterns import RegexError, check_regex
from rpc_inspector.core.query.syntax import Pattern

_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([^\d\s.]\S*)?")
_INTEGER = re.compile(r"[-+]?\d+")
_OPERATOR = re.compile(r"\s*(:|~|!=|<=|>=|=|<|>)$")

#: Largest number that is compared: beyond it there are no durations, sizes or codes.
_LARGEST = 1e15


class Builder:
    """One method for each rule of the grammar; gets what the rule matched, which begins with its token."""

    def any(self, parts: list[syntax.Node]) -> syntax.Node:
        """Any of them."""
        return syntax.either(parts)

    def all(self, parts: list[syntax.Node]) -> syntax.Node:
        """All of them."""
        return syntax.both(parts)

    def negation(self, parts: list[syntax.Node]) -> syntax.Node:
        """What does not match."""
        return syntax.negated(parts[0])

    def word(self, parts: list[Any]) -> syntax.Node:
        """A bare word, a flag, or a quoted text."""
        token = parts[0]
        field = FIELDS.get(token.lower())
        if token.type == "WORD" and field is not None and field.kind == "flag":
            return syntax.Flag(field.name)
        return syntax.Word(_pattern(token))

    def text(self, parts: list[Any]) -> syntax.Node:
        """``method:get*|set*``."""
        head, *values = parts
        subject, _ = _head(head)
        patterns = tuple(_pattern(value.children[0]) for value in values)
        if isinstance(subject, Path):
            return syntax.Text(subject, patterns)
        field = _takes(subject, ":", head)
        for pattern, value in zip(patterns, values, strict=True):
            _check_value(field, pattern, value.children[0].start_pos)
        return syntax.Text(field.name, patterns)

    def search(self, parts: list[Any]) -> syntax.Node:
        """``payload~"regex"``."""
        head, value = parts[0], parts[1].children[0]
        subject, _ = _head(head)
        regex = syntax.unquoted_regex(value) if value.type == "STRING" else str(value)
        if isinstance(subject, str):
            subject = _takes(subject, "~", head).name
        try:
            check_regex(regex)
        except RegexError as error:
            raise QueryError(error.what, error.advice, value.start_pos) from None
        return syntax.Search(subject, regex)

    def compare(self, parts: list[Any]) -> syntax.Node:
        """``total>50ms``, ``$.city="Paris"``."""
        head, value = parts[0], parts[1].children[0]
        subject, sign = _head(head)
        if isinstance(subject, Path):
            return syntax.Value(subject, sign, _literal(value))  # type: ignore[arg-type] # a comparison has such a sign
        if sign == "=" and _is_text(subject):
            pattern = _pattern(value)
            _check_value(FIELDS[subject], pattern, value.start_pos)
            return syntax.Text(subject, (pattern,))
        field = _takes(subject, sign, head)
        return _number(field, sign, value)  # type: ignore[arg-type] # likewise

    def exists(self, parts: list[Any]) -> syntax.Node:
        """``$.city``."""
        return syntax.Exists(_path(parts[0], parts[0].start_pos))

    def without_value(self, parts: list[Any]) -> syntax.Node:
        """``method:`` and nothing after it."""
        head = parts[0]
        subject, _ = _head(head)
        if isinstance(subject, str):
            _takes(subject, ":", head)
        raise QueryError(
            f"{head} has no value yet.",
            "Type one directly after the colon; * matches anything.",
            head.start_pos + len(head),
            unfinished=True,
        )


def _head(token: Any) -> tuple[syntax.Subject, str]:
    operator = _OPERATOR.search(token)
    name = token[: operator.start()] if operator else str(token)
    sign = operator[1] if operator else ""
    return (_path(name, token.start_pos, followed=True) if name.startswith("$") else name.lower()), sign


def _path(text: str, start: int, *, followed: bool = False) -> Path:
    try:
        return Path.parse(text)
    except PathError as error:
        raise QueryError(
            error.what, error.advice, start + error.column, unfinished=error.unfinished and not followed
        ) from None


def _is_text(name: str) -> bool:
    return name in FIELDS and FIELDS[name].kind in ("name", "text") and "=" not in FIELDS[name].operators


def _takes(name: str, operator: str, head: Any) -> Field:
    """The field of that name, which takes that operator."""
    field = FIELDS.get(name)
    if field is None:
        near = closest(name, FIELDS)
        hint = f"Did you mean {near[0]}?" if near else f"Fields are {', '.join(FIELDS)}."
        raise QueryError(
            f"There is no field {name[:40]!r}.",
            f"To search for the text, quote it. {hint}" if not near else f"{hint} To search for the text, quote it.",
            head.start_pos,
        )
    if operator in field.operators:
        return field
    if field.kind == "flag":
        raise QueryError(f"{name} takes no value.", f"Write {name} alone.", head.start_pos + len(name))
    column = head.start_pos + len(head) - len(operator)
    if operator == "!=":
        raise QueryError(f"{name} is not compared with !=.", f"Write not {name}:value.", column)
    raise QueryError(f"{name} does not go with {operator}.", f"Write it like {_like(field, operator)}.", column)


def _like(field: Field, operator: str) -> str:
    example = field.examples[0][0]
    # Who compares a payload most likely wants to know how long it took.
    return (
        f"{example}, or answer>50ms for its time" if field.name == "response" and operator in COMPARISONS else example
    )


def _pattern(token: Any) -> Pattern:
    if token.type == "STRING":
        return Pattern(syntax.unquoted(token))
    return Pattern(str(token), glob="*" in token)


def _check_value(field: Field, pattern: Pattern, column: int) -> None:
    """See that a value without ``*`` is one that the field can have."""
    if pattern.glob:
        return
    if field.values and pattern.text.lower() not in field.values:
        near = closest(pattern.text, field.values)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(field.values)}."
        begun = _begins(pattern.text, field.values)
        raise QueryError(f"{field.name} is never {pattern.text[:40]!r}.", hint, column, unfinished=begun)
    if field.name == "code" and not _INTEGER.fullmatch(pattern.text) and pattern.text.upper() not in CODE_NAMES:
        near = closest(pattern.text, CODE_NAMES)
        hint = f"Did you mean {near[0]}?" if near else "Write a number like 1501 or a name like RESPONSE_TIMEOUT."
        begun = _begins(pattern.text, CODE_NAMES)
        raise QueryError(f"There is no code {pattern.text[:40]!r}.", hint, column, unfinished=begun)


def _begins(typed: str, values: Iterable[str]) -> bool:
    """Whether one of the values goes on from what was typed."""
    return any(value.lower().startswith(typed.lower()) for value in values)


def _number(field: Field, sign: Sign, value: Any) -> syntax.Number:
    found = _NUMBER.fullmatch(value) if value.type != "STRING" else None
    if found is None:
        begun = re.fullmatch(r"[-+]|[-+]?\d+\.", value) is not None
        raise QueryError(f"{field.name} is compared with a number.", f"Write it like {_number_example(field)}.",
                         value.start_pos, unfinished=begun)  # fmt: skip
    number = float(found[1])
    if not abs(number) <= _LARGEST:
        raise QueryError("The number is too large.", f"Write it like {_number_example(field)}.", value.start_pos)
    return syntax.Number(field.name, sign, number, _unit(field, found, value.start_pos))


def _unit(field: Field, found: re.Match[str], start: int) -> str:
    units = field.units
    if found[2] is None:
        return next(iter(units), "")
    known = {unit.lower(): unit for unit in units}
    if found[2] in units:
        return found[2]
    if found[2].lower() in known:
        return known[found[2].lower()]
    hint = (
        f"It takes {', '.join(units)}."
        if units
        else f'It takes a bare number; quote "{found[2][:40]}" to search for it.'
    )
    begun = _begins(found[2], units)
    raise QueryError(f"{field.name} has no unit {found[2][:40]!r}.", hint, start + found.start(2), unfinished=begun)


def _number_example(field: Field) -> str:
    return next(text for text, _ in reversed(field.examples) if not text.startswith(f"{field.name}:"))


_WORDS = {"true": True, "false": False, "null": None}


def _literal(token: Any) -> syntax.Literal:
    """A JSON value: quotes make text of anything."""
    if token.type == "STRING":
        return syntax.unquoted(token)
    if token in _WORDS:
        return _WORDS[token]
    if _INTEGER.fullmatch(token):
        return int(token)
    found = _NUMBER.fullmatch(token)
    if found and found[2] and not token.endswith(found[1] + found[2]):
        hint = f'Quote "{token}", or "{found[2]}" if it is another word to search for.'
        raise QueryError(f"Numbers in payloads have no units, like {found[2]}.", hint, token.start_pos + found.start(2))
    if found is None or found[2]:
        return str(token)
    number = float(found[1])
    if abs(number) == float("inf"):
        raise QueryError("The number is too large.", "Quote it to compare with text.", token.start_pos)
    return number
