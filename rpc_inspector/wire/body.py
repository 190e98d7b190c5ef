"""The payload of a message: bytes in order, perhaps deflated, to text. Never more than a bound, whatever comes."""

import zlib

#: Payloads beyond this are reported without their text. 1 MiB is the largest that was measured to work.
MAX_PAYLOAD = 16 << 20
_TOO_LARGE = f"larger than {MAX_PAYLOAD >> 20} MiB"
#: What a chunk that waits for its turn costs beside its content.
_OVERHEAD = 128


class Body:
    """Takes the contents of a stream's chunks in any order and makes the payload of them.

    Work and memory stay linear in what is fed: each content is inflated once, when its turn comes.

    Attributes:
        held: bytes held.
        broken: why there will be no payload, in a few words.
    """

    __slots__ = ("_inflate", "_next", "_parts", "_size", "_waiting", "broken", "held")

    def __init__(self, *, deflated: bool) -> None:
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if deflated else None
        self._parts: list[bytes] = []
        self._waiting: dict[int, bytes] = {}
        self._next = 0
        self._size = 0
        self.held = 0
        self.broken: str | None = None

    def add(self, index: int, content: bytes) -> None:
        """Take the content of chunk ``index``; a repeated one changes nothing."""
        if self.broken is not None or index < self._next or index in self._waiting:
            return
        self._waiting[index] = content
        self.held += len(content) + _OVERHEAD
        while self._next in self._waiting:
            content = self._waiting.pop(self._next)
            self.held -= len(content) + _OVERHEAD
            self._next += 1
            self._take(content)
        if self.held > MAX_PAYLOAD:
            self._fail(_TOO_LARGE)

    def _take(self, content: bytes) -> None:
        if self._inflate is not None:
            if self._inflate.eof:
                return  # zlib would hoard it as unused data
            try:
                content = self._inflate.decompress(content, MAX_PAYLOAD - self._size + 1)
            except zlib.error:
                self._fail("cannot be inflated")
                return
        self._size += len(content)
        if self._size > MAX_PAYLOAD:
            self._fail(_TOO_LARGE)
        elif content:
            self.held += len(content)
            self._parts.append(content)

    def _fail(self, why: str) -> None:
        self.broken = why
        self._parts.clear()
        self._waiting.clear()
        self.held = 0

    def complete(self, total: int | None) -> bool:
        """Whether all of ``total`` bytes are here (``None``: not told, so whatever came counts if it has no gap)."""
        if self.broken is not None:
            return True
        if self._waiting:
            return False
        if self._inflate is not None:
            return self._inflate.eof
        return total is None or self._size >= total

    def text(self, total: int | None) -> tuple[str | None, str | None]:
        """The payload and ``None``, or ``None`` and why there is none."""
        if self.broken is not None:
            return None, self.broken
        if self._inflate is not None and not self._inflate.eof:
            return None, "cannot be inflated"
        if total is not None and self._size != total:
            return None, f"has {self._size} bytes, announced were {total}"
        return decode(b"".join(self._parts))


def decode(content: bytes) -> tuple[str | None, str | None]:
    """UTF-8 to text: the text and ``None``, or ``None`` and why not."""
    try:
        return content.decode(), None
    except UnicodeDecodeError:
        return None, "not UTF-8"


def inflate(content: bytes, total: int | None = None) -> tuple[str | None, str | None]:
    """A whole raw-deflated payload of ``total`` bytes to text: the text and ``None``, or ``None`` and why not."""
    body = Body(deflated=True)
    body.add(0, content)
    return body.text(total)


def utf8_size(text: str) -> int:
    """Bytes of ``text`` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())
