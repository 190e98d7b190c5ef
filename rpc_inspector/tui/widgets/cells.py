"""Text in terminal cells: cut, padded and formatted so that columns stay columns whatever is in them."""

from datetime import datetime
from functools import lru_cache

from rich.cells import cell_len, set_cell_size, split_graphemes

from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.model import Measure
from rpc_inspector.core.text import ELLIPSIS


@lru_cache(maxsize=4096)
def elide(text: str, width: int, tail: int | None = None) -> str:
    """``text`` in at most ``width`` cells, cut in its middle: names differ at their ends.

    Args:
        text: sanitised already.
        width: in cells; a wide character has two.
        tail: cells kept of the end; by default a bit less than half.
    """
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    tail = (width - 1) // 2 if tail is None else min(tail, width - 1)
    spans, _ = split_graphemes(text)
    start = _prefix(spans, width - 1 - tail)
    end = len(text) - _prefix([(len(text) - b, len(text) - a, cells) for a, b, cells in reversed(spans)], tail)
    return f"{text[:start]}{ELLIPSIS}{text[end:]}"


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, cut at its end: sentences begin with what matters."""
    return elide(text, width, 0)


def _prefix(spans: list[tuple[int, int, int]], width: int) -> int:
    """How many characters of ``(start, end, cells)`` spans fit into ``width`` cells."""
    taken = characters = 0
    for _start, end, cells in spans:
        taken += cells
        if taken > width:
            break
        characters = end
    return characters


def left(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, on the left."""
    return set_cell_size(elide(text, width), width)


def right(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, on the right."""
    short = elide(text, width)
    return " " * (width - cell_len(short)) + short


def milliseconds(measure: Measure | None, unknown: str = "n/a") -> str:
    """A duration for a column of ms with one decimal: ``41.2``, ``12`` and two blanks where 1 ms is all we know.

    The decimal points stand below each other and no digit is shown that the source does not have.
    """
    if measure is None:
        return f"{unknown}  "
    value = rounded(measure.ms, measure.precision)
    return f"{value:,.0f}  " if measure.precision >= 1 else f"{value:,.1f}"


def count(number: int) -> str:
    """Bytes in at most four cells: ``310``, ``9999``, ``15k``, ``1.0M`` (k = 1000)."""
    if number < 10_000:
        return str(number)
    if number < 1_000_000:
        return f"{number // 1000}k"
    return f"{number / 1_000_000:.1f}M" if number < 9_950_000 else f"{number // 1_000_000}M"


def clock(wall: float) -> str:
    """Local time of day, ``HH:MM:SS.mmm``; ``wall`` in seconds since the epoch."""
    moment = datetime.fromtimestamp(wall).astimezone()
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"
