"""Finding text in what a payload view shows, of any length, without holding up the loop."""

import json
import re
from array import array
from collections.abc import Sequence

from rpc_inspector.tui.widgets.payload.sources import HexDump, WrappedText
from rpc_inspector.tui.widgets.payload.tree import TreeRows

#: More places are not kept; the count says so.
MOST = 100_000
_PIECE = 1 << 17
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ ]?)+")


def pattern_for(needle: str) -> re.Pattern[str]:
    """Finds the text, in whatever case, as it is or as JSON spells it (an umlaut as its escape)."""
    spelled = json.dumps(needle)[1:-1]
    forms = dict.fromkeys([needle, spelled, json.dumps(needle, ensure_ascii=False)[1:-1]])
    return re.compile("|".join(re.escape(form) for form in forms), re.IGNORECASE)


def places(text: str, needle: str) -> "array[int]":
    """Where the text is found, at most MOST places."""
    pattern, found = pattern_for(needle), array("Q")
    overlap = 6 * len(needle)
    at = 0
    # In pieces: a pattern holds up every other thread while it runs over a text.
    for start in range(0, len(text), _PIECE):
        for match in pattern.finditer(text, max(at, start), start + _PIECE + overlap):
            if match.start() >= start + _PIECE or len(found) == MOST:
                break
            found.append(match.start())
            at = match.end()
        if len(found) == MOST:
            break
    return found


def byte_places(data: bytes, needle: str) -> "array[int]":
    """Where the bytes are found: those of the text as UTF-8, or written as hex, e.g. ``89 50 4e``."""
    wanted = [needle.encode("utf-8", "surrogatepass")]
    if _HEX.fullmatch(needle):
        wanted.append(bytes.fromhex(needle))
    found: set[int] = set()
    for form in wanted:
        at = data.find(form)
        while at >= 0 and len(found) < MOST:
            found.add(at)
            at = data.find(form, at + len(form))
    return array("Q", sorted(found))


def places_in(source: WrappedText | HexDump | TreeRows, needle: str) -> "array[int]":
    """Where the text is found in what a view shows: characters of the text, in hex bytes."""
    if isinstance(source, HexDump):
        return byte_places(source.data, needle)
    return places(source.json.text if isinstance(source, TreeRows) else source.text, needle)


class Search:
    """What is searched for, where it was found, and at which of these places one is."""

    def __init__(self, needle: str = "", places: Sequence[int] = ()) -> None:
        self.needle, self.places = needle, places
        self.place = -1

    @property
    def is_cut(self) -> bool:
        """There are more places."""
        return len(self.places) >= MOST

    def go(self, step: int) -> int | None:
        """The next (``step`` 1) or previous place, round and round; ``None`` without any."""
        if not self.places:
            return None
        self.place = (self.place + step) % len(self.places)
        return self.places[self.place]
