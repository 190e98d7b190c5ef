"""A text in bytes, and what its escapes stand for: JSON's backslashes and URLs' percent signs, nested a few times.

Something that is looked for in a payload may stand there as it is, or escaped, or escaped within what is escaped. Each
way to read the text is a layer that knows where in the text its bytes come from.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

#: So often what was escaped is escaped again: a JSON text in a JSON string in a URL.
DEEPEST = 3

_JSON = re.compile(
    rb"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|u(?P<unit>[0-9a-fA-F]{4})|(?P<sign>[\"\\/bfnrt]))"
)
_URL = re.compile(rb"%([0-9a-fA-F]{2})")
_SIGNS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Layer:
    """One way to read a text.

    Args:
        data: the bytes that it is read as.
        parent: the layer that this one was made of; ``None`` for the text itself.
        at: offsets in ``data`` where its distance to the parent changes. back: the parent's offsets there.
    """

    __slots__ = ("_at", "_back", "_parent", "data")

    def __init__(
        self,
        data: bytes,
        parent: "Layer | None" = None,
        at: list[int] | None = None,
        back: list[int] | None = None,
    ) -> None:
        self.data = data
        self._parent = parent
        self._at, self._back = at or [0], back or [0]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where that stands in the text itself, in bytes."""
        layer: Layer = self
        while layer._parent is not None:
            start, end = layer._origin(start), layer._origin(end)
            layer = layer._parent
        return start, end

    def _origin(self, offset: int) -> int:
        index = bisect_right(self._at, offset) - 1
        return self._back[index] + offset - self._at[index]


class _Escape(NamedTuple):
    """A kind of escape: the byte without which there is none, what one looks like, and what it stands for."""

    sign: bytes
    pattern: re.Pattern[bytes]
    plain: Callable[[re.Match[bytes]], bytes]


def _of_json(found: re.Match[bytes]) -> bytes:
    if sign := found["sign"]:
        return _SIGNS.get(sign, sign)
    if unit := found["unit"]:
        return chr(int(unit, 16)).encode("utf-8", "surrogatepass")
    high, low = int(found["high"], 16), int(found["low"], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00).encode()


def _of_url(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


_ESCAPES = (_Escape(b"\\", _JSON, _of_json), _Escape(b"%", _URL, _of_url))


def layers(data: bytes) -> Iterator[Layer]:
    """The text as it is, then everything that it can be read as, at most :data:`DEEPEST` escapes deep."""
    now = [Layer(data)]
    yield now[0]
    for _ in range(DEEPEST):
        now = [made for layer in now for escape in _ESCAPES if (made := _read(layer, escape)) is not None]
        yield from now


def _read(layer: Layer, escape: _Escape) -> Layer | None:
    """The layer below; ``None`` where nothing is escaped so."""
    if escape.sign not in layer.data:
        return None
    parts: list[bytes] = []
    at, back = [0], [0]
    length = end = 0
    for found in escape.pattern.finditer(layer.data):
        before, plain = layer.data[end : found.start()], escape.plain(found)
        end = found.end()
        parts += (before, plain)
        at += (length + len(before), length + len(before) + len(plain))
        back += (found.start(), end)
        length = at[-1]
    if not parts:
        return None
    parts.append(layer.data[end:])
    return Layer(b"".join(parts), layer, at, back)
