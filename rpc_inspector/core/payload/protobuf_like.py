"""Bytes read as protobuf without a schema: fields and wire types, if they make sense as that at all.

Any short run of bytes can happen to be valid, so the result is called "looks like protobuf" wherever it is shown.
The format is that of protobuf.dev's encoding guide.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

#: Bounds: deeper messages stay bytes, more fields or bytes are not read.
MOST_BYTES = 1_000_000
MOST_FIELDS = 2_000
DEEPEST = 8
_LARGEST_FIELD = 2**29 - 1
_VARINT_BYTES = 10


class Field(Struct, frozen=True):
    """A field: its number, its wire type in words, and its value.

    ``value`` is an int (varint), a float and int pair's text (fixed), text, bytes, or the fields of a message.
    """

    number: int
    wire: str
    value: "int | str | bytes | tuple[Field, ...]"


class _NotProtobuf(ValueError):  # noqa: N818 - says what it is
    """The bytes are no message."""


def fields_of(data: bytes) -> tuple[Field, ...] | None:
    """The fields of ``data`` read as a protobuf message; ``None`` if it cannot be one, is empty or too large."""
    if not data or len(data) > MOST_BYTES:
        return None
    try:
        return tuple(_fields(data, DEEPEST, [MOST_FIELDS]))
    except _NotProtobuf:
        return None


def lines(fields: tuple[Field, ...], indent: int = 0) -> Iterator[str]:
    """The fields as text, a line each, unsanitised: ``1: 150 (varint)``, messages indented below their number."""
    pad = "  " * indent
    for field in fields:
        if isinstance(field.value, tuple):
            yield f"{pad}{field.number}: message, {len(field.value)} fields"
            yield from lines(field.value, indent + 1)
        elif isinstance(field.value, bytes):
            shown = field.value[:32].hex(" ") + (" …" if len(field.value) > 32 else "")
            yield f"{pad}{field.number}: {shown}  ({len(field.value):,} bytes)"
        elif field.wire == "text":
            yield f"{pad}{field.number}: {field.value!r}"
        else:
            yield f"{pad}{field.number}: {field.value}  ({field.wire})"


def _fields(data: bytes, depth: int, left: list[int]) -> Iterator[Field]:
    at = 0
    while at < len(data):
        left[0] -= 1
        if left[0] < 0:
            raise _NotProtobuf
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if not 1 <= number <= _LARGEST_FIELD:
            raise _NotProtobuf
        if wire == 0:
            value, at = _varint(data, at)
            yield Field(number, "varint", value)
        elif wire == 1:
            chunk, at = _take(data, at, 8)
            yield Field(number, "64 bits", f"{struct.unpack('<Q', chunk)[0]} or {struct.unpack('<d', chunk)[0]:g}")
        elif wire == 5:
            chunk, at = _take(data, at, 4)
            yield Field(number, "32 bits", f"{struct.unpack('<I', chunk)[0]} or {struct.unpack('<f', chunk)[0]:g}")
        elif wire == 2:
            length, at = _varint(data, at)
            chunk, at = _take(data, at, length)
            yield _delimited(number, chunk, depth, left)
        else:  # 3 and 4 are groups, which nobody has written for fifteen years; 6 and 7 do not exist
            raise _NotProtobuf


def _delimited(number: int, chunk: bytes, depth: int, left: list[int]) -> Field:
    """Text if it reads as that, else a message if it can be one, else bytes."""
    try:
        text = chunk.decode()
    except UnicodeDecodeError:
        text = None
    if text is not None and all(sign.isprintable() or sign in "\n\r\t" for sign in text):
        return Field(number, "text", text)
    if depth > 0 and chunk:
        budget = [left[0]]
        try:
            inner = tuple(_fields(chunk, depth - 1, budget))
        except _NotProtobuf:
            pass
        else:
            left[0] = budget[0]
            return Field(number, "message", inner)
    return Field(number, "bytes", chunk)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(_VARINT_BYTES):
        if at + count >= len(data):
            raise _NotProtobuf
        byte = data[at + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, at + count + 1
    raise _NotProtobuf


def _take(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    if at + length > len(data):
        raise _NotProtobuf
    return data[at : at + length], at + length
