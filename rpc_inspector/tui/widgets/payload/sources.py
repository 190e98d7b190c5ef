"""What lines a payload view shows: wrapped text and hex, of any length. No widget in it.

Only the lines that are looked at are made. Text is wrapped by counting characters where each has one cell, and by
measuring where some have two; of a long text only every 64th line's place is kept.
"""

import re
import time
from array import array
from bisect import bisect_right
from itertools import islice
from typing import Protocol

from rich.cells import chop_cells

from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.widgets.trace.line_list import Piece

#: Larger texts are prepared in a thread, in characters; the loop has its turn between their pieces.
LARGE = 250_000
_PIECE = 1 << 16
_EVERY = 64
_GIVE_WAY_EVERY = 1024
_WIDE = re.compile(
    "[\u1100-\u115f\u231a-\u2bff\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
    "\uffe0-\uffe6\U00016fe0-\U00018cff\U0001b000-\U0001b2ff\U0001f000-\U0001faff\U00020000-\U0003fffd]"
)
_TOKEN = re.compile(r'(?P<key>"(?:\\.|[^"\\])*"(?=\s*:))|(?P<string>"(?:\\.|[^"\\])*"?)|(?P<number>-?\d[\d.eE+-]*)'
                    r"|(?P<literal>true|false|null)")  # fmt: skip
_REST_OF_STRING = re.compile(r'(?:\\.|[^"\\])*"?')


class Source(Protocol):
    """Lines to be shown and searched."""

    @property
    def count(self) -> int:
        """How many lines there are."""
        ...

    def pieces(self, index: int) -> list[Piece]:
        """What stands in a line, safe to show."""
        ...


def safe_text(text: str) -> str:
    """``text`` safe to show, in pieces that leave other threads their turn; tabs are four blanks."""
    safe, changed = [], False
    for at in range(0, len(text), _PIECE):
        piece = text[at : at + _PIECE]
        safe.append(sanitise(piece, multiline=True).replace("\t", "    "))
        changed |= safe[-1] != piece
        give_way()
    # Most text is safe: not putting it together anew spares a large one's time and memory.
    return "".join(safe) if changed else text


def give_way() -> None:
    """Let the loop paint: a thread that never waits would give it half of the time at most."""
    time.sleep(0)


class WrappedText:
    """Text in lines of at most ``width`` cells.

    Args:
        text: safe already, see :func:`safe_text`.
        json: it is indented JSON, to be coloured as such.
    """

    def __init__(self, text: str, width: int, *, json: bool = False) -> None:
        self.text = text
        self._json = json
        width = max(width, 8)
        wide = not text.isascii() and any(_WIDE.search(text, at, at + _PIECE) for at in range(0, len(text), _PIECE))
        self._starts = array("Q")
        self._step = 1 if wide and len(text) <= LARGE else _EVERY
        # Where lines are too many to be measured, each character is taken for a wide one.
        self._row = re.compile(rf"[^\n]{{1,{width // 2 if wide else width}}}\n?|\n")
        self.count = self._measured(width) if self._step == 1 else self._counted()

    def _measured(self, width: int) -> int:
        at = 0
        for line in self.text.split("\n"):
            for piece in chop_cells(line, width) or [""]:
                self._starts.append(at)
                at += len(piece)
            at += 1
        return len(self._starts)

    def _counted(self) -> int:
        number = -1
        for number, match in enumerate(self._row.finditer(self.text)):
            if not number % _EVERY:
                self._starts.append(match.start())
                if not number % _GIVE_WAY_EVERY:
                    give_way()
        return number + 1

    def span(self, index: int) -> tuple[int, int]:
        """Where the line stands in the text, with its line feed."""
        if self._step == 1:
            end = self._starts[index + 1] if index + 1 < self.count else len(self.text)
            return self._starts[index], end
        first = self._starts[index // _EVERY]
        match = next(islice(self._row.finditer(self.text, first), index % _EVERY, None))
        return match.span()

    def row_at(self, offset: int) -> int:
        """The line in which that character of the text stands."""
        place = max(bisect_right(self._starts, offset) - 1, 0)
        if self._step == 1 or not self.count:
            return place
        first = place * _EVERY
        rows = islice(self._row.finditer(self.text, self._starts[place]), _EVERY)
        return first + next((number for number, row in enumerate(rows) if offset < row.end()), 0)

    def pieces(self, index: int) -> list[Piece]:
        """What stands in a line."""
        start, end = self.span(index)
        line = self.text[start:end].rstrip("\n")
        if not self._json:
            return [(line, "name")]
        # Indented JSON has a line feed after every value, so what is wrapped was a text that is too long.
        return list(json_pieces(line, inside=start > 0 and self.text[start - 1] != "\n"))


def json_pieces(line: str, *, inside: bool = False) -> list[Piece]:
    """A line of indented JSON in its colours; ``inside``: it begins within a text."""
    pieces: list[Piece] = []
    at = 0
    if inside and (rest := _REST_OF_STRING.match(line)):
        pieces.append((rest.group(), "string"))
        at = rest.end()
    while match := _TOKEN.search(line, at):
        if match.start() > at:
            pieces.append((line[at : match.start()], "name"))
        pieces.append((match.group(), match.lastgroup or "name"))
        at = match.end()
    pieces.append((line[at:], "name"))
    return pieces


class HexDump:
    """Bytes in lines of sixteen, or eight where it is narrow: offset, hex, ASCII."""

    def __init__(self, data: bytes, width: int) -> None:
        self.data = data
        self._digits = max(len(f"{max(len(data) - 1, 0):x}"), 4)
        self._columns = 16 if width >= self._digits + 2 + 16 * 3 + 2 + 16 else 8

    @property
    def count(self) -> int:
        """How many lines there are."""
        return -(-len(self.data) // self._columns)

    def row_at(self, offset: int) -> int:
        """The line in which that byte stands."""
        return offset // self._columns

    def pieces(self, index: int) -> list[Piece]:
        """What stands in a line."""
        start = index * self._columns
        chunk = self.data[start : start + self._columns]
        half = self._columns // 2
        digits = "  ".join(part.hex(" ") for part in (chunk[:half], chunk[half:]) if part)
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in chunk)
        return [
            (f"{start:0{self._digits}x}  ", "muted"),
            (digits.ljust(self._columns * 3), "name"),
            (f"  {letters}", "string"),
        ]
