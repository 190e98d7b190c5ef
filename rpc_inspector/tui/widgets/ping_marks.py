"""Pings drawn in a few cells: the latest round trips as bars, lost ones as crosses."""

from math import ceil

from rich.cells import cell_len
from textual.content import Content

from rpc_inspector.core.ping import Tally
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G

#: Bars in the list of participants.
LISTED = 6
_FEWEST = 2
#: A round trip so many times the shortest fills its bar, unless there are longer ones: even ones stay low.
_STEEP = 4


def bars(tally: Tally, width: int) -> Content:
    """The latest round trips, the newest on the right; their heights compare with the longest that is shown."""
    recent = list(tally.recent)[-width:]
    known = [ms for ms in recent if ms is not None]
    top = max([*known, _STEEP * min(known)]) if known else 1.0
    parts = [(G.failed, "$text-error") if ms is None else (_bar(ms / top if top else 0), "$primary") for ms in recent]
    return Content.assemble(*parts)


def _bar(share: float) -> str:
    return G.levels[min(max(ceil(share * len(G.levels)), 1), len(G.levels)) - 1]


def last_words(tally: Tally) -> tuple[str, str]:
    """The latest round trip and its style; ``lost`` if it was."""
    took = tally.last.round_trip if tally.last else None
    return (duration(took), "") if took else ("lost", "bold $text-error")


def marked(line: Content, tally: Tally | None, width: int, name: int) -> Content:
    """A participant's line with its pings at the right.

    Args:
        line: what else is said of it, the name first.
        tally: its pings; ``None`` leaves the line as it is.
        width: in cells.
        name: characters of the name, which gives way last.
    """
    if tally is None or not tally.sent:
        return line
    words, style = last_words(tally)
    taken = cell_len(line.plain[:name]) + 1 + cell_len(words) + 1
    mark = Content.assemble((words, style), " ", bars(tally, min(max(width - taken, _FEWEST), LISTED)))
    return Content.assemble(_fitted(line, max(width - mark.cell_length - 1, 8), name), " ", mark)


def _fitted(line: Content, room: int, name: int) -> Content:
    if line.cell_length > room:
        line = line[:name]
    if line.cell_length > room:
        return line.truncate(room, ellipsis=True)
    return line + " " * (room - line.cell_length)
