"""One line of the trace as pieces: what stands in each column, in which style."""

from typing import Literal, NamedTuple
from zlib import crc32

from rich.cells import cell_len, set_cell_size

from rpc_inspector.core.model import Call, Payload, RoomEvent, RoomEventKind, TraceRow
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, count, cut, elide, left, milliseconds, right
from rpc_inspector.tui.widgets.names import UNKNOWN, Names
from rpc_inspector.tui.widgets.outcomes import mark_of
from rpc_inspector.tui.widgets.trace.columns import COLUMNS, GUTTER, RIGHT, Layout
from rpc_inspector.tui.widgets.trace.lines import Group
from rpc_inspector.tui.widgets.trace.waterfall import Axis, Piece, Zoom, axis_label, bar

#: Texts of room events are short phrases; a hostile one stays short.
LONGEST_EVENT = 300
LONGEST_COMMENT = 200
#: Hues of the colour modes other than by outcome.
HUES = 6
ColourMode = Literal["outcome", "method", "peer", "call"]
NEXT_COLOURS: dict[ColourMode, ColourMode] = {
    "outcome": "method", "method": "peer", "peer": "call", "call": "outcome",
}  # fmt: skip

_EVENT_SIGNS: dict[RoomEventKind, str] = {
    "joined": G.on, "active": G.on, "connected": G.on, "reconnected": G.on,
    "left": G.off, "disconnected": G.off, "connecting": G.waiting, "reconnecting": G.waiting,
}  # fmt: skip
#: Their text says it all.
_TEXT_ALONE = ("notice", "capture")
_CHANGES: dict[RoomEventKind, str] = {
    "active": "is active", "attributes": "changed its attributes", "metadata": "changed its metadata",
    "name": "changed its name", "permissions": "has other permissions", "methods": "has other methods",
}  # fmt: skip
_RIGHT_CELLS = {*RIGHT, "caller", "time"}
_DIRECTIONS = {"outgoing": "out", "incoming": "in", "observed": "obs"}


class Paint(NamedTuple):
    """What lines are painted with: columns, names, axis, the clock (CLOCK_MONOTONIC, seconds), what colours mean."""

    layout: Layout
    names: Names
    axis: Axis | None
    now: float
    colours: ColourMode = "outcome"


def header(layout: Layout, axis: Axis | None, time_heading: str, sort: str = "", zoom: Zoom | None = None) -> str:
    """The headings above the columns, as one text of the layout's width; ``sort``: ``total▲`` marks that column."""
    parts = [" " * GUTTER]
    for column, width in layout.widths.items():
        before = layout.space_before(column)
        parts.append(" " * len(before))
        if column == "bar":
            parts.append(axis_label(axis, width, zoom))
            continue
        heading = time_heading if column == "time" else COLUMNS[column].heading
        if sort[:-1] == column:
            heading = f"{heading.split()[0]}{sort[-1]}"
        parts.append((right if column in RIGHT or column == "caller" else left)(heading, width))
    return left("".join(parts), layout.width)


def clock_or(delta: float | None, row: TraceRow) -> str:
    """The time column: local clock, or seconds since another row, to the ms that stamps are good for."""
    return clock(row.wall) if delta is None else f"{delta:+,.3f}"


def _gutter(*, marked: bool, comment: str | None) -> list[Piece]:
    return [(G.on if marked else " ", "mark"), (G.note if comment else " ", "mark")]


def event_pieces(event: RoomEvent, time: str, *, width: int) -> list[Piece]:
    """A room event: a dim row between the calls."""
    text = f"{right(time, 12)}  {_EVENT_SIGNS.get(event.kind, G.dot)} {event_words(event)}"
    room = max(width - GUTTER, 0)
    return [*_gutter(marked=event.marked, comment=None), (set_cell_size(cut(text, room), room), "event")]


def event_words(event: RoomEvent) -> str:
    """A room event in words, safe to show: ``web-1 joined``."""
    text = sanitise(event.text, limit=LONGEST_EVENT)
    if text and event.kind in _TEXT_ALONE:
        return text
    who = sanitise(event.identity, limit=80) if event.identity is not None else ""
    what = " ".join(part for part in (who, _CHANGES.get(event.kind, event.kind) if who else event.kind) if part)
    if not text or text == what:
        return what
    if who and event.kind == "methods":
        return f"{who} {text}"
    return text if who and text.startswith(who) else f"{what} {G.dot} {text}"


def group_pieces(group: Group, names: Names, *, width: int) -> list[Piece]:
    """The heading of a group: its name and the figures of its calls."""
    sign = G.unfolded if group.unfolded else G.folded
    stats = group.stats
    if group.events:
        figures = [f"{len(group.rows):,}"]
    else:
        figures = [f"{stats.calls:,} {'call' if stats.calls == 1 else 'calls'}"]
    errors = f"{stats.errors:,} {'error' if stats.errors == 1 else 'errors'}" if stats.errors else ""
    took = [f"p50 {duration(stats.percentile(0.5))}", f"p95 {duration(stats.percentile(0.95))}"]
    cells = [
        right(figures[0], 14),
        right(errors, 12),
        *(right(words if stats.total.count else "", 15) for words in took),
    ]
    styles = ["number", "error", "number", "number"]
    room = width - GUTTER - 2
    wide = min(40, max(room - sum(map(cell_len, cells)), 12))
    name = "room events" if group.events else names.fit(group.name, wide)
    pieces: list[Piece] = [(" " * GUTTER, "muted"), (f"{sign} ", "muted"), (left(name, wide), "strong")]
    left_over = room - wide
    for cell, style in zip(cells, styles, strict=True):
        if cell_len(cell) <= left_over:
            pieces.append((cell, style))
            left_over -= cell_len(cell)
    return [*pieces, (" " * max(left_over, 0), "muted")]


def call_pieces(call: Call, time: str, paint: Paint) -> tuple[list[Piece], list[Piece]]:
    """The columns of a call before and after its bar, which moves with the axis."""
    layout = paint.layout
    before = pieces = _gutter(marked=call.marked, comment=call.comment)
    after: list[Piece] = []
    for column, width in layout.widths.items():
        pieces.append((layout.space_before(column), "muted"))
        if column == "bar":
            pieces = after
        elif column == "outcome":
            pieces += _outcome(call, width, beside=not layout.has("comment"))
        else:
            text, style = _cell(column, width, call, time, paint)
            pieces.append(((right if column in _RIGHT_CELLS else left)(text, width), style))
    return before, after


def bar_pieces(call: Call, paint: Paint) -> list[Piece]:
    """The waterfall column; nothing where it is not shown."""
    width = paint.layout.widths.get("bar", 0)
    return bar(call, paint.axis, width, paint.now) if paint.axis else [(" " * width, "muted")]


def _cell(column: str, width: int, call: Call, time: str, paint: Paint) -> tuple[str, str]:  # noqa: PLR0911 - one for each kind of column
    """What stands in a column, and its style."""
    match column:
        case "caller" | "callee":
            name = call.caller if column == "caller" else call.callee
            return paint.names.fit(name, width), _who(name, paint)
        case "method":
            return paint.names.fit(call.method, width), _hue("method", call.method, "strong", paint)
        case "time":
            return time, _hue("call", call.id, "muted", paint)
        case "id":
            return elide(sanitise_name(call.id), width) if call.id else UNKNOWN, _hue("call", call.id, "muted", paint)
        case "size":
            return f"{_size(call.request)}/{_size(call.response)}", "muted"
        case "request" | "response":
            return _size(call.request if column == "request" else call.response), "muted"
        case "total":
            return _total(call, paint.now), "number" if call.duration is not None and not call.is_open else "muted"
        case "ack" | "handler":
            measure = call.ack if column == "ack" else call.handler
            return milliseconds(measure), "muted" if measure is None else "number"
        case _:
            return _words(column, call, width), "muted"


def _words(column: str, call: Call, width: int) -> str:
    text = {
        "version": call.transport or UNKNOWN,
        "direction": _DIRECTIONS[call.direction],
        "room": sanitise_name(call.room),
        "comment": sanitise(call.comment or "", limit=LONGEST_COMMENT),
    }[column]
    return cut(text, width) if column == "comment" else text


def _who(identity: str | None, paint: Paint) -> str:
    plain = "muted" if identity is None else "us" if paint.names.is_us(identity) else "name"
    return _hue("peer", identity, plain, paint)


def _hue(mode: ColourMode, text: str | None, plain: str, paint: Paint) -> str:
    """The style of what the colours stand for: the same text has the same hue in every run."""
    if paint.colours != mode or text is None:
        return plain
    return f"hue-{crc32(text.encode('utf-8', 'surrogatepass')) % HUES}"


def _size(payload: Payload | None) -> str:
    return "-" if payload is None else count(payload.bytes)


def _total(call: Call, now: float) -> str:
    """What it took; of a running call the time so far, in steps of 100 ms."""
    if not call.is_open:
        return milliseconds(call.duration)
    return f"{int(max(now - call.started, 0) * 10) * 100:,} …"


def _outcome(call: Call, width: int, *, beside: bool) -> list[Piece]:
    """The mark; where there is room the error's name, or what was noted (``beside``: it has no column of its own)."""
    mark = mark_of(call)
    rest = left(f" {mark.word}", width - cell_len(mark.symbol))
    word = "strong" if mark.style in ("error", "warning") else "word"
    noted = sanitise(call.comment, limit=LONGEST_COMMENT) if beside and call.comment else ""
    more = f"{mark.name} {G.note} {noted}" if noted and mark.name else f"{G.note} {noted}" if noted else mark.name
    if not more or width < max(cell_len(mark.full), 2 * COLUMNS["outcome"].width):
        return [(mark.symbol, mark.style), (rest, word)]
    tail = width - cell_len(mark.short)
    return [(mark.symbol, mark.style), (f" {mark.word}", word), (set_cell_size(cut(f" {more}", tail), tail), "muted")]
