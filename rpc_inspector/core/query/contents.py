"""Looking into payloads: their texts, and JSON values by path.

Decoding costs most, so a payload is only decoded when its text has the names of the path in it, and, where text is
asked for with ``=``, that text too.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from rpc_inspector.core.model import Call
from rpc_inspector.core.query import syntax
from rpc_inspector.core.query.paths import Path, agrees
from rpc_inspector.core.query.patterns import SEARCHED, Test, any_of, search

Texts = Callable[[Call], Iterable[str]]

_NO_JSON = object()
_decode_fast = msgspec.json.Decoder().decode
#: What JSON text holds as it is, unless it is written as \\u escapes.
_AS_IT_IS = re.compile(r'[^"\\/\x00-\x1f]+')


def payload_texts(name: str) -> Texts:
    """The texts of ``request``, ``response`` or, as ``payload``, of both, as far as they are searched."""

    def texts(call: Call) -> list[str]:
        sides = (call.request, call.response) if name == "payload" else (getattr(call, name),)
        return [side.text[:SEARCHED] for side in sides if side is not None and side.text is not None]

    return texts


def value_test(path: Path, term: syntax.Exists | syntax.Text | syntax.Search | syntax.Value) -> Test:
    """Whether a text is JSON in which ``path`` leads to a value as ``term`` wants it."""
    wanted = _wanted(term)
    needles = [key for key in path.keys if _AS_IT_IS.fullmatch(key)]
    if isinstance(term, syntax.Value) and term.sign == "=" and isinstance(term.value, str):
        needles += [term.value] if _AS_IT_IS.fullmatch(term.value) else []
    # The longest is in the fewest payloads.
    needles.sort(key=len, reverse=True)
    find = path.find

    def test(text: str) -> bool:
        for needle in needles:
            if needle not in text and "\\u" not in text:
                return False
        value = _decode(text)
        if value is _NO_JSON:
            return False
        for found in find(value):  # noqa: SIM110 - a generator costs twice as much
            if wanted(found):
                return True
        return False

    return test


def _decode(text: str) -> object:
    if len(text) > SEARCHED:
        return _NO_JSON
    try:
        return _decode_fast(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    if text.lstrip()[:1] not in ("{", "["):
        return _NO_JSON
    try:  # what msgspec is too strict for: NaN, lone surrogates, numbers beyond all bounds
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NO_JSON


def _wanted(term: Any) -> Callable[[object], bool]:
    match term:
        case syntax.Exists():
            return lambda _found: True
        case syntax.Value(sign=sign, value=value):
            if sign == "=" and isinstance(value, str):
                return lambda found: found == value
            return lambda found: agrees(found, sign, value)
        case syntax.Text(patterns=patterns):
            return _of_text(any_of(patterns))
        case syntax.Search(regex=regex):
            return _of_text(search(regex))
    raise TypeError(term)


def _of_text(test: Test) -> Callable[[object], bool]:
    """Text as it is, other scalars as JSON writes them; objects and arrays have no text."""

    def of(found: object) -> bool:
        if isinstance(found, str):
            return test(found)
        return not isinstance(found, (dict, list)) and test(json.dumps(found))

    return of
