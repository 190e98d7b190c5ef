"""One row of the trace as segments: what stands in each column, in which style."""

from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from rpc_inspector.core.model import Call, RoomEvent, RoomEventKind, TraceRow
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, count, cut, left, milliseconds, right
from rpc_inspector.tui.widgets.columns import ARROW, GUTTER, Layout
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.outcomes import mark_of
from rpc_inspector.tui.widgets.waterfall import Axis, Piece, axis_label, bar

#: Texts of room events are short phrases; a hostile one stays short.
LONGEST_EVENT = 300
MARKED = G.on

_HEADINGS = {
    "caller": "caller",
    "callee": "callee",
    "method": "method",
    "size": "bytes",
    "ack": "ack ms",
    "total": "total ms",
    "outcome": "outcome",
}
_RIGHT = {"caller", "size", "ack", "total"}
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


class Paint(NamedTuple):
    """What rows are painted with: the columns, the names, the axis, and the clock (CLOCK_MONOTONIC, seconds)."""

    layout: Layout
    names: Names
    axis: Axis | None
    now: float


def header(layout: Layout, axis: Axis | None, time_heading: str) -> str:
    """The headings above the columns, as one text of the layout's width."""
    parts = [" " * GUTTER]
    for column, width in layout.widths.items():
        if column == "callee":
            parts.append(" " * len(ARROW))
        parts.append(layout.space_before(column))
        if column == "bar":
            parts.append(axis_label(axis, width))
        elif column == "time":
            parts.append(left(time_heading, width))
        else:
            parts.append((right if column in _RIGHT else left)(_HEADINGS[column], width))
    return left("".join(parts), layout.width)


def clock_or(delta: float | None, row: TraceRow) -> str:
    """The time column: local clock, or seconds since another row, to the ms that stamps are good for."""
    return clock(row.wall) if delta is None else f"{delta:+,.3f}"


def event_pieces(event: RoomEvent, time: str, *, marked: bool, width: int) -> list[Piece]:
    """A room event: a dim row between the calls."""
    gutter = (MARKED if marked else " ", "mark")
    text = f"{right(time, 12)}  {_EVENT_SIGNS.get(event.kind, G.dot)} {event_words(event)}"
    return [gutter, (set_cell_size(cut(text, width - GUTTER), width - GUTTER), "event")]


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


def call_pieces(call: Call, time: str, paint: Paint, *, marked: bool) -> list[Piece]:
    """All columns of a call but its bar."""
    layout = paint.layout
    pieces: list[Piece] = [(MARKED if marked else " ", "mark")]
    for column, width in layout.widths.items():
        if column == "bar":
            break
        pieces.append((layout.space_before(column), "muted"))
        pieces.extend(_column(column, width, call, time, paint))
    return pieces


def _column(column: str, width: int, call: Call, time: str, paint: Paint) -> list[Piece]:
    fit = paint.names.fit
    if column == "caller":
        return [(right(fit(call.caller, width), width), _who(call.caller, paint)), (ARROW, "muted")]
    if column == "callee":
        return [(left(fit(call.callee, width), width), _who(call.callee, paint))]
    if column == "method":
        return [(left(fit(call.method, width), width), "strong")]
    if column == "outcome":
        return _outcome(call, width)
    text, known = {
        "time": (time, False),
        "size": (_sizes(call), False),
        "ack": (milliseconds(call.ack), call.ack is not None),
        "total": (_total(call, paint.now), call.duration is not None and not call.is_open),
    }[column]
    return [(right(text, width), "number" if known else "muted")]


def _who(identity: str | None, paint: Paint) -> str:
    return "muted" if identity is None else "us" if paint.names.is_us(identity) else "name"


def _sizes(call: Call) -> str:
    request, response = ("-" if payload is None else count(payload.bytes) for payload in (call.request, call.response))
    return f"{request}/{response}"


def _total(call: Call, now: float) -> str:
    """What it took; of a running call the time so far, in steps of 100 ms."""
    if not call.is_open:
        return milliseconds(call.duration)
    return f"{int(max(now - call.started, 0) * 10) * 100:,} …"


def _outcome(call: Call, width: int) -> list[Piece]:
    mark = mark_of(call)
    rest = left(f" {mark.word}", width - cell_len(mark.symbol))
    word = "strong" if mark.style in ("error", "warning") else "word"
    if not mark.name or width < cell_len(mark.full):
        return [(mark.symbol, mark.style), (rest, word)]
    name = left(f" {mark.name}", width - cell_len(mark.short))
    return [(mark.symbol, mark.style), (f" {mark.word}", word), (name, "muted")]


def bar_pieces(call: Call, paint: Paint) -> list[Piece]:
    """The waterfall column with what stands before it; nothing where it is not shown."""
    width = paint.layout.widths.get("bar", 0)
    if not width or paint.axis is None:
        return []
    return [(paint.layout.space_before("bar"), "muted"), *bar(call, paint.axis, width, paint.now)]
