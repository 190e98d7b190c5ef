"""Values of a payload as they are typed into a form, and what is typed as a value."""

import json
import math
import re

from msgspec import UNSET, UnsetType

from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.widgets.form.rows import Row

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
#: Longer values are edited in the raw text: one line is no place for them.
LONGEST = 10_000
_MOST_DIGITS = 300


class NotTaken(ValueError):  # noqa: N818 - says what happened
    """What was typed is no value of the row; the text says why, for people."""


def typed(row: Row) -> str:
    """What stands in the field when it is edited: of a text itself, of others their JSON."""
    value = row.value
    if row.control == "key" or value is UNSET or value is None:
        return ""
    if isinstance(value, str):
        if row.control == "text":
            return json.dumps(value)[1:-1] if is_escaped(row) else value
        return value if _reads_as_text(value) else source(value)
    return source(value)


def source(value: object) -> str:
    """A value as JSON on one line, safe to show."""
    readable = json.dumps(value, ensure_ascii=False)
    return readable if sanitise(readable) == readable else json.dumps(value)


def is_escaped(row: Row) -> bool:
    """Its text has signs that one line cannot show, so that it is edited with JSON's escapes."""
    return isinstance(row.value, str) and sanitise(row.value) != row.value


def value_of(row: Row, text: str) -> object | UnsetType:
    """The value that was typed; ``UNSET`` where nothing was and nothing need be.

    Raises:
        NotTaken: it is none.
    """
    if row.control == "text":
        if not text and not row.field.required and not row.stays:
            return UNSET
        return _read_text(text) if is_escaped(row) else text
    text = text.strip()
    if not text:
        if row.stays or row.field.required:
            raise NotTaken("something is needed here, so the payload keeps what it had")
        return UNSET
    return _number(text) if row.control == "number" else _json(text)


def _number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise NotTaken(f"{sanitise(text, limit=30)} is no number, so the payload keeps what it had")
    return _finite(text)


def _finite(text: str) -> int | float:
    if len(text) > _MOST_DIGITS:
        raise NotTaken("the number has too many digits for the form; type it in the raw text")
    number: int | float = json.loads(text)
    if not math.isfinite(number):
        raise NotTaken("the number is too large for the form; type it in the raw text")
    return number


def _json(text: str) -> object:
    """JSON where it is some, else the text itself: nobody should have to type quotes."""
    if _NUMBER.fullmatch(text):
        return _finite(text)
    if text[0] in '{["' or text in ("true", "false", "null"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise NotTaken("this is no whole JSON yet, so the payload keeps what it had") from None
    return text


def _reads_as_text(value: str) -> bool:
    """A text that would be taken for itself when it is typed without quotes."""
    if not value or value != value.strip() or sanitise(value) != value or value[0] in '{["':
        return False
    return value not in ("true", "false", "null") and not _NUMBER.fullmatch(value)


def _read_text(text: str) -> str:
    try:
        value = json.loads(f'"{text}"')
    except ValueError:
        raise NotTaken("a backslash or a quote is not escaped as JSON has it") from None
    return str(value)
