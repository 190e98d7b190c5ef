"""What a text holds beside its letters: base64 in three spellings, and what the bytes inside are.

LiveKit's documentation recommends base64 for binary payloads, so a payload, or a text inside a JSON payload, often is
one. Nothing is decoded without being asked for; what is asked for is bounded.
"""

import base64
import io
import math
import re
import struct
import zlib
from collections import Counter
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.payload.protobuf_like import Field, fields_of
from rpc_inspector.core.payload.text import json_problem

#: Shorter texts are words: ``test`` is base64 of three bytes too.
SHORTEST = 16
#: From so many letters on, bytes of no known kind are believed as well, if the letters are mixed enough.
SHORTEST_OPAQUE = 40
LEAST_ENTROPY = 4.0
#: What a text is judged by: so many letters of its beginning, a multiple of four.
_SAMPLE = 4_096
#: Letters decoded at once, a multiple of four.
_PIECE = 1 << 20
#: What is inflated of a compressed text at most, in bytes.
MOST_INFLATED = 16_000_000
#: Larger bytes are not looked at for JSON.
_MOST_JSON = 1_000_000

Spelling = Literal["base64", "base64url", "data URL"]
Kind = Literal["JSON", "text", "image", "compressed", "file", "protobuf", "bytes"]

_DATA_URL = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[^;,]{0,200})*;base64,", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z0-9+/_-]+", re.ASCII)
_BEGINNING = re.compile(r"data:|[A-Za-z0-9+/_-]{15}[A-Za-z0-9+/_\r\n=-]", re.ASCII)
_HEX = re.compile(r"[0-9a-f-]+|[0-9A-F-]+", re.ASCII)


class Base64(Struct, frozen=True):
    """Text that is base64: how it is spelled, its letters, and the type that a data URL claims."""

    spelling: Spelling
    letters: str
    claimed: str = ""

    def decode(self) -> bytes:
        """The bytes.

        Raises:
            ValueError: it is none after all.
        """
        letters = _joined(self.letters).replace("-", "+").replace("_", "/")
        letters += "=" * (-len(letters) % 4)
        # In pieces: each holds up every other thread of the process while it is decoded.
        pieces = (letters[at : at + _PIECE] for at in range(0, len(letters), _PIECE))
        return b"".join(base64.b64decode(piece, validate=True) for piece in pieces)


def _joined(letters: str) -> str:
    """Without the line ends that mail puts between lines."""
    return letters.replace("\r", "").replace("\n", "") if "\n" in letters else letters


class Contents(Struct, frozen=True, kw_only=True):
    """What some bytes are.

    Attributes:
        kind: what to show them as. label: the same in words, e.g. ``image/png, 32 x 16 px``.
        text: of ``JSON`` and ``text``.
        width, height: of an image in px, where its header tells.
        fields: of ``protobuf``.
        inner: of ``compressed``, the bytes inside, at most MOST_INFLATED.
        extension: to save them under, with its dot.
    """

    kind: Kind
    label: str
    text: str | None = None
    width: int | None = None
    height: int | None = None
    fields: tuple[Field, ...] = ()
    inner: bytes | None = None
    extension: str = ".bin"


def find_base64(text: str) -> Base64 | None:
    """``text`` as base64 if it is in all likelihood meant as such; ``None`` for words, ids, digests in hex."""
    head = text[:_SAMPLE].lstrip()
    if not _BEGINNING.match(head):  # before anything is done that takes time with a large text
        return None
    text = text.strip()
    if data_url := _DATA_URL.match(text):
        letters = text[data_url.end() :]
        return Base64("data URL", letters, data_url["type"] or "") if _is_spelled(letters) else None
    if len(text) < SHORTEST or not _is_spelled(text) or _HEX.fullmatch(text[:_SAMPLE]):
        return None
    spelling: Spelling = "base64url" if "-" in text[:_SAMPLE] or "_" in text[:_SAMPLE] else "base64"
    found = Base64(spelling, text)
    return found if _is_meant(found) else None


def _is_spelled(letters: str) -> bool:
    """Only letters of one alphabet, of a length that base64 can have; of a long text the beginning is read."""
    joined = _joined(letters)
    bare = len(joined) - (joined[-2:] == "==") - (joined[-1:] == "=")
    head = joined[: min(_SAMPLE, bare)]
    if not _LETTERS.fullmatch(head):
        return False
    mixed = ("+" in head or "/" in head) and ("-" in head or "_" in head)
    padded = bare < len(joined)
    return not mixed and bare % 4 != 1 and (not padded or len(joined) % 4 == 0)


def _is_meant(found: Base64) -> bool:
    """Its bytes are of a kind that is known, or its letters are as mixed as those of bytes are."""
    joined = _joined(found.letters)
    head = Base64(found.spelling, joined[:_SAMPLE])
    try:
        data = head.decode()
    except ValueError:
        return False
    if _readable(data, whole=len(joined) <= _SAMPLE) or _magic(data) or _compression(data):
        return True
    if len(joined) < SHORTEST_OPAQUE:
        return len(joined) >= SHORTEST + 8 and fields_of(data) is not None
    classes = (str.isupper, str.islower, str.isdigit)
    mixed = all(any(is_of(sign) for sign in joined[:_SAMPLE]) for is_of in classes)
    return mixed and _entropy(joined[:_SAMPLE]) >= LEAST_ENTROPY


def _entropy(text: str) -> float:
    """Bits a letter."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values())


def _readable(data: bytes, *, whole: bool) -> str | None:
    """The bytes as text that a person could have written; ``None`` otherwise."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if whole or error.start < len(data) - 3:
            return None
        text = data[: error.start].decode()
    controls = sum(sign < " " and sign not in "\n\r\t" for sign in text[:_SAMPLE])
    return None if controls or "\0" in text or "\x7f" in text[:_SAMPLE] else text


def contents_of(data: bytes) -> Contents:
    """What ``data`` is, the surest first: a known file, compressed, JSON, text, what looks like protobuf, bytes."""
    if found := _magic(data):
        return _file(data, *found)
    if how := _compression(data):
        return _compressed(data, how)
    text = _readable(data, whole=True)
    if text is not None and data:
        if len(text) <= _MOST_JSON and text[:1] in '{["' and json_problem(text) is None:
            return Contents(kind="JSON", label="JSON", text=text, extension=".json")
        return Contents(kind="text", label="text", text=text, extension=".txt")
    if fields := fields_of(data):
        return Contents(kind="protobuf", label=f"looks like protobuf, {len(fields)} fields", fields=fields)
    return Contents(kind="bytes", label="bytes of no known kind" if data else "no bytes")


def _magic(data: bytes) -> tuple[str, str] | None:
    """The MIME type (or name) and the extension of a known file; ``None`` where fewer than three bytes tell."""
    import puremagic  # noqa: PLC0415 - its table of signatures is read when imported; most payloads hold none

    try:
        matches = puremagic.magic_string(data)
    except (puremagic.PureError, ValueError, IndexError):  # it raises for what it does not know, and for short input
        return None
    best = next((match for match in matches if len(match.byte_match) >= 3), None)
    if best is None or best.extension in (".json", ".txt", ".gz", ".xml", ".html"):
        return None  # text is told by itself, gzip likewise
    if data.startswith(b"PK\x03\x04"):
        return "application/zip", ".zip"  # which of the many kinds its first bytes do not tell
    return best.mime_type or best.name, best.extension or ".bin"


def _file(data: bytes, mime: str, extension: str) -> Contents:
    if not mime.startswith("image/"):
        return Contents(kind="file", label=mime, extension=extension)
    import imagesize  # noqa: PLC0415 - it brings urllib and XML, and is needed for images alone

    try:
        width, height = imagesize.get(io.BytesIO(data))
    except (ValueError, IndexError, OverflowError, TypeError, OSError, ArithmeticError, struct.error):
        width = height = -1  # a header that lies, as a hostile one may in any way
    if width <= 0 or height <= 0:
        return Contents(kind="image", label=f"{mime}, its size is not told", extension=extension)
    label = f"{mime}, {width} x {height} px"
    return Contents(kind="image", label=label, width=int(width), height=int(height), extension=extension)


def _compression(data: bytes) -> Literal["gzip", "zlib"] | None:
    if data.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    # Deflate with a window of at most 32 KiB, whose two first bytes divide by 31 (RFC 1950), and that inflates.
    if len(data) > 8 and data[0] & 0x8F == 0x08 and int.from_bytes(data[:2], "big") % 31 == 0:
        try:
            zlib.decompressobj().decompress(data[:_SAMPLE], 64)
        except zlib.error:
            return None
        return "zlib"
    return None


def _compressed(data: bytes, how: Literal["gzip", "zlib"]) -> Contents:
    extension = ".gz" if how == "gzip" else ".zz"
    inflater = zlib.decompressobj(31 if how == "gzip" else 15)
    try:
        inner = inflater.decompress(data, MOST_INFLATED)
    except zlib.error:
        return Contents(kind="compressed", label=f"{how}, broken", extension=extension)
    more = "more than " if inflater.unconsumed_tail else ""
    label = f"{how}, {more}{len(inner):,} bytes inside"
    return Contents(kind="compressed", label=label, inner=inner, extension=extension)
