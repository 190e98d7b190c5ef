"""Which columns of the trace are shown at a width, in which order, and how wide each is."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from rpc_inspector.tui.glyphs import G


class Column(NamedTuple):
    """A column: its ``heading``, its ``width`` in cells (0: by its content or by what is left), what it ``tells``."""

    heading: str
    width: int
    tells: str


#: Every column there is, in the order in which they are offered.
COLUMNS: Mapping[str, Column] = {
    "time": Column("time", 12, "when it began"),
    "caller": Column("caller", 0, "who calls"),
    "callee": Column("callee", 0, "who is called"),
    "method": Column("method", 0, "the method"),
    "size": Column("bytes", 9, "bytes of request / response"),
    "request": Column("asked", 7, "bytes of the request"),
    "response": Column("answer", 7, "bytes of the response"),
    "ack": Column("ack ms", 7, "time to the ack"),
    "handler": Column("handler", 9, "ms at the callee, where that was seen"),
    "total": Column("total ms", 8, "time to the answer"),
    "outcome": Column("outcome", 8, "how it ended"),
    "version": Column("v", 2, "protocol version"),
    "id": Column("id", 12, "the request's id"),
    "direction": Column("dir", 3, "out: ours, in: to us, obs: between others"),
    "room": Column("room", 12, "the room"),
    "comment": Column("comment", 24, "what was noted of it"),
    "bar": Column("bar", 0, "the waterfall"),
}
RIGHT = {"size", "request", "response", "ack", "handler", "total"}
#: A name column is never narrower than this.
LEAST: Mapping[str, int] = {"caller": 6, "callee": 8, "method": 8}
MOST = 40
#: With its name, e.g. RESPONSE_PAYLOAD_TOO_LARGE.
NAMED_OUTCOME = 35
#: Two cells on the left: the mark, and the sign of a comment.
GUTTER = 2
ARROW = f" {G.to} "
_LEAST_BAR = 12

USUAL = ("time", "caller", "callee", "method", "size", "ack", "total", "outcome", "bar")
#: The columns to choose from, richest first: each with what the names get of what they want before a column of less
#: worth is shown, and the least width of the waterfall.
_LEVELS: tuple[tuple[tuple[str, ...], tuple[int, int, int], int], ...] = (
    (USUAL, (13, 13, 14), 14),
    (tuple(column for column in USUAL if column != "size"), (13, 13, 14), 12),
    (tuple(column for column in USUAL if column != "bar"), (10, 11, 12), 0),
    (tuple(column for column in USUAL if column not in ("size", "bar")), (10, 10, 12), 0),
    (tuple(column for column in USUAL if column not in ("size", "bar", "ack")), (0, 0, 0), 0),
)
#: What goes first where the chosen columns do not fit.
_LEAST_WORTH = ("bar", "room", "id", "comment", "version", "direction", "handler", "response", "request", "size",
                "ack", "time", "total", "caller", "callee", "outcome")  # fmt: skip


class Layout(NamedTuple):
    """The columns shown, in order, with their widths in cells; ``gap`` blanks between them.

    ``hidden``: those that were chosen and do not fit.
    """

    widths: Mapping[str, int]
    gap: int
    width: int
    hidden: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Whether the column is shown."""
        return column in self.widths

    @property
    def arrowed(self) -> bool:
        """The callee follows the caller, with an arrow between them."""
        return ("caller", "callee") in pairwise(self.widths)

    def column_at(self, x: int) -> str | None:
        """The column at a cell of the line, the gutter's cells among them; ``None`` between columns."""
        begin = GUTTER
        for column, width in self.widths.items():
            begin += len(self.space_before(column))
            if begin <= x < begin + width:
                return column
            begin += width
        return None

    def space_before(self, column: str) -> str:
        """What stands before a column: nothing, the arrow between the names, or blanks."""
        if column == next(iter(self.widths), ""):
            return ""
        return ARROW if column == "callee" and self.arrowed else " " * self.gap


def plan(width: int, widest: Mapping[str, int], chosen: Sequence[str] | None = None) -> Layout:
    """Lay the columns out.

    Args:
        width: cells there are, the gutter among them.
        widest: cells of the widest name of ``caller``, ``callee``, ``method``.
        chosen: the columns that the user wants, in order; ``None`` chooses by the width.
    """
    gap = 2 if width >= 100 else 1
    wanted = {role: min(max(widest[role], least), MOST) for role, least in LEAST.items()}
    if chosen is None:
        columns, bar = _by_width(width, gap, wanted)
    else:
        columns = _fitting(chosen, width, gap)
        bar = _LEAST_BAR if "bar" in columns else 0
    room = width - _fixed(columns, gap) - bar
    names = _share({role: want for role, want in wanted.items() if role in columns}, room)
    rest = room - sum(names.values())
    widths = {column: names.get(column, COLUMNS[column].width or bar) for column in columns}
    rest -= _widen_outcome(widths, rest)
    widest_of_rest = next((column for column in ("bar", "comment") if column in widths), None)
    if widest_of_rest:
        widths[widest_of_rest] += max(rest, 0)
    return Layout(widths, gap, width, tuple(column for column in chosen or () if column not in widths))


def _widen_outcome(widths: dict[str, int], rest: int) -> int:
    """Give the outcome room for the error's name where there is plenty; how many cells that took."""
    extra = NAMED_OUTCOME - COLUMNS["outcome"].width
    if "outcome" not in widths or rest < extra + (24 if "bar" in widths else 0):
        return 0
    widths["outcome"] += extra
    return extra


def _by_width(width: int, gap: int, wanted: Mapping[str, int]) -> tuple[tuple[str, ...], int]:
    for columns, comfort, bar in _LEVELS:
        names_need = sum(min(want, enough) for want, enough in zip(wanted.values(), comfort, strict=True))
        if _fixed(columns, gap) + bar + names_need <= width:
            return columns, bar
    return _LEVELS[-1][0], _LEVELS[-1][2]


def _fitting(chosen: Sequence[str], width: int, gap: int) -> tuple[str, ...]:
    """As many of the chosen columns as fit, those of most worth."""
    columns = tuple(chosen)
    for least in _LEAST_WORTH:
        names = sum(LEAST.get(column, 0) for column in columns)
        if _fixed(columns, gap) + names + (_LEAST_BAR if "bar" in columns else 0) <= width:
            break
        columns = tuple(column for column in columns if column != least)
    return columns


def _fixed(columns: tuple[str, ...], gap: int) -> int:
    arrow = len(ARROW) - gap if ("caller", "callee") in pairwise(columns) else 0
    return GUTTER + gap * max(len(columns) - 1, 0) + arrow + sum(COLUMNS[column].width for column in columns)


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
