"""Putting masks where secrets stand, so that JSON stays JSON."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rpc_inspector.core.payload.text import json_problem
from rpc_inspector.core.secrets.masking import MASK

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s"{}\[\],:]+', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_MASK = MASK.encode()


class _Patch(NamedTuple):
    start: int
    end: int
    text: bytes = _MASK


def masked(data: bytes, spans: Sequence[tuple[int, int]]) -> str:
    """The text ``data`` with a mask at each of the ``spans``, which are in order and apart."""
    plain = _spliced(data, [_Patch(*span) for span in spans])
    if json_problem(plain) is None or json_problem(_text(data)) is not None:
        return plain
    fitting = _spliced(data, _fitted(data, spans))
    return fitting if json_problem(fitting) is None else plain


def _fitted(data: bytes, spans: Sequence[tuple[int, int]]) -> list[_Patch]:
    """A mask in a string stays one; one in a number, or over several values, becomes a string that takes its place."""
    tokens = list(_TOKEN.finditer(data))
    made: list[_Patch] = []
    at = 0
    for start, end in spans:
        while at < len(tokens) and tokens[at].end() <= start:
            at += 1
        token = tokens[at] if at < len(tokens) else None
        if token is not None and token.start() <= start and end <= token.end():
            quoted = token[0].startswith(b'"')
            inside = quoted and token.start() < start and end < token.end()
            patch = _Patch(*_widened(token, start, end)) if inside else _Patch(*token.span(), b'"' + _MASK + b'"')
        else:
            patch = _Patch(start, end, b'"' + _MASK + b'"')
        if not made or patch.start >= made[-1].end:
            made.append(patch)
    return made


def _widened(string: re.Match[bytes], start: int, end: int) -> tuple[int, int]:
    """The span with the escapes that it would cut in two: their digits may look like a secret by chance."""
    for escape in _ESCAPE.finditer(string[0]):
        first, last = string.start() + escape.start(), string.start() + escape.end()
        if first < end and start < last:
            start, end = min(start, first), max(end, last)
    return start, end


def _spliced(data: bytes, patches: Iterable[_Patch]) -> str:
    parts, at = [], 0
    for patch in patches:
        parts += [data[at : patch.start], patch.text]
        at = patch.end
    return _text(b"".join([*parts, data[at:]]))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
