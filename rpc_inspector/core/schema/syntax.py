"""JSON read strictly, with what is wrong said for people and where."""

import json
import re
from typing import NoReturn


class NotJson(ValueError):  # noqa: N818 - says what happened
    """A text that is no JSON: ``what`` is wrong, at character ``at`` (from 0), ``length`` characters long."""

    def __init__(self, what: str, at: int = 0, length: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.length = length


class _Constant(ValueError):  # noqa: N818 - carries a name
    """NaN or Infinity, which Python reads and JSON does not know."""


_CONSTANT = re.compile(r'"(?:\\.|[^"\\])*"|(-?Infinity|NaN)', re.DOTALL)
_WORD = re.compile(r"[\w.+-]+")
_WORDS = {
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing here",
    "Expecting ',' delimiter": "a comma is missing here",
    "Expecting ':' delimiter": "a colon is missing here",
    "Unterminated string starting at": "this string has no closing quote",
    "Extra data": "the JSON has ended before this",
    "Invalid control character at": "a line break or other control character must be escaped in a string",
    "Invalid \\escape": "this is no escape that JSON knows",
    "Invalid \\uXXXX escape": "this is no escape that JSON knows",
}


def parsed(text: str) -> object:
    """The decoded JSON.

    Raises:
        NotJson: it is none.
    """
    if not text.strip():
        raise NotJson("the payload is empty: the schema wants JSON")
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise _said(text, error) from None
    except _Constant as error:
        place = next((found for found in _CONSTANT.finditer(text) if found[1]), None)
        at, length = (place.start(), len(place[0])) if place else (0, 1)
        raise NotJson(f"{error} is no JSON", at, length) from None
    except RecursionError:
        raise NotJson("the payload is nested too deeply to be checked") from None
    except ValueError:  # an integer of more digits than Python converts
        raise NotJson("a number has too many digits to be checked") from None


def _refuse(name: str) -> NoReturn:
    raise _Constant(name)


def _said(text: str, error: json.JSONDecodeError) -> NotJson:
    at = error.pos
    rest = text[at : at + 1]
    if not text[at:].strip():
        end = len(text.rstrip())
        return NotJson("the JSON ends too early", max(0, end - 1))
    before = text[:at].rstrip()
    if rest in "]}" and before.endswith(","):
        return NotJson(f"there is a comma too many before {rest}", len(before) - 1)
    if error.msg.startswith("Illegal trailing comma"):  # Python 3.13 has a message of its own
        return NotJson("there is a comma too many", at)
    if error.msg == "Expecting value":
        word = _WORD.match(text, at)
        found = word[0][:40] if word else rest
        return NotJson(f"a value is missing here: {found} is none", at, len(found))
    word = _WORD.match(text, at)
    what = next((words for message, words in _WORDS.items() if error.msg.startswith(message)), error.msg)
    return NotJson(what, at, len(word[0]) if word else 1)
