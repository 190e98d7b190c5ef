"""Which columns of the trace are shown at a width, and how wide each is."""

from collections.abc import Mapping
from typing import NamedTuple

from rpc_inspector.tui.glyphs import G

#: Cells of the columns whose content has a bounded width.
FIXED: Mapping[str, int] = {"time": 12, "size": 9, "ack": 7, "total": 8, "outcome": 8}
#: A name column is never narrower than this.
LEAST: Mapping[str, int] = {"caller": 6, "callee": 8, "method": 8}
MOST = 40
#: With its name, e.g. RESPONSE_PAYLOAD_TOO_LARGE.
NAMED_OUTCOME = 35
#: One cell on the left for marks.
GUTTER = 1
ARROW = f" {G.to} "

_ALL = ("time", "caller", "callee", "method", "size", "ack", "total", "outcome", "bar")
#: The columns to choose from, richest first: each with what the names get of what they want before a column of less
#: worth is shown, and the least width of the waterfall.
_LEVELS: tuple[tuple[tuple[str, ...], tuple[int, int, int], int], ...] = (
    (_ALL, (13, 13, 14), 14),
    (tuple(column for column in _ALL if column != "size"), (13, 13, 14), 12),
    (tuple(column for column in _ALL if column != "bar"), (10, 11, 12), 0),
    (tuple(column for column in _ALL if column not in ("size", "bar")), (10, 11, 12), 0),
    (tuple(column for column in _ALL if column not in ("size", "bar", "ack")), (0, 0, 0), 0),
)


class Layout(NamedTuple):
    """The columns shown, in order, with their widths in cells; ``gap`` blanks between them."""

    widths: Mapping[str, int]
    gap: int
    width: int

    def has(self, column: str) -> bool:
        """Whether the column is shown."""
        return column in self.widths

    def space_before(self, column: str) -> str:
        """What stands before a column: nothing, the arrow between the names (drawn by the row), or blanks."""
        return "" if column in ("time", "callee") else " " * self.gap


def plan(width: int, widest: Mapping[str, int]) -> Layout:
    """Lay the columns out.

    Args:
        width: cells there are, the gutter among them.
        widest: cells of the widest name of ``caller``, ``callee``, ``method``.
    """
    gap = 2 if width >= 100 else 1
    wanted = {role: min(max(widest[role], least), MOST) for role, least in LEAST.items()}
    columns, bar = _LEVELS[-1][0], _LEVELS[-1][2]
    for columns, comfort, bar in _LEVELS:
        names_need = sum(min(want, enough) for want, enough in zip(wanted.values(), comfort, strict=True))
        if _fixed(columns, gap) + bar + names_need <= width:
            break
    room = width - _fixed(columns, gap) - bar
    names = _share(wanted, room)
    rest = room - sum(names.values())
    widths = {column: names.get(column, FIXED.get(column, bar)) for column in columns}
    if "bar" in widths:
        extra = NAMED_OUTCOME - FIXED["outcome"]
        if rest >= extra + 24:
            widths["outcome"] += extra
            rest -= extra
        widths["bar"] += max(rest, 0)
    return Layout(widths, gap, width)


def _fixed(columns: tuple[str, ...], gap: int) -> int:
    gaps = gap * (len(columns) - 2) + len(ARROW)
    return GUTTER + gaps + sum(FIXED.get(column, 0) for column in columns)


def _share(wanted: Mapping[str, int], room: int) -> dict[str, int]:
    """Widths of the name columns that fit into ``room``: the widest gives first, down to its least.

    Methods give last: among the names of one service they differ in their middle as often as at their ends.
    """
    widths = dict(wanted)
    while sum(widths.values()) > room:
        able = [role for role in widths if widths[role] > LEAST[role]]
        if not able:
            break
        widths[max(able, key=lambda role: widths[role] - 3 * (role == "method"))] -= 1
    return widths
