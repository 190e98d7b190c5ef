"""Payloads: is it JSON, how does it read, how large is it."""

import json

import msgspec

#: Above this many characters a payload is not pretty-printed without being asked to.
PRETTY_LIMIT = 1_000_000


def json_problem(text: str) -> str | None:
    """Why ``text`` is no JSON, with line and column; ``None`` if it is. Empty text is no JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "nested too deeply"
    except ValueError as error:  # an integer of more digits than Python converts
        return str(error)
    return None


def pretty(text: str, *, indent: int = 2) -> str | None:
    """``text`` with its JSON indented, numbers and key order as they were; ``None`` if it is no JSON."""
    return _formatted(text, indent)


def minified(text: str) -> str | None:
    """``text`` with its JSON on one line without blanks; ``None`` if it is no JSON."""
    return _formatted(text, -1)


def _formatted(text: str, indent: int) -> str | None:
    if len(text) > PRETTY_LIMIT:
        return None
    try:
        # msgspec reformats without decoding: 1.0 stays 1.0 and a 30-digit number keeps its digits. It does not check
        # what it copies, so the text must be known to be JSON.
        if json_problem(text) is not None:
            return None
        return msgspec.json.format(text.encode(), indent=indent).decode()
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def unsendable(text: str) -> str | None:
    """Why ``text`` cannot be sent (a lone surrogate), with its place; ``None`` if it can."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"it has a lone surrogate (U+{ord(text[error.start]):04X}) at character {error.start + 1}"
    return None
