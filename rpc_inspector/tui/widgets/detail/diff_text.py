"""Two calls beside each other, as lines with signs: + only in the second, - only in the first, ~ another value.

No widget in it.
"""

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.model import Call, Measure, Payload
from rpc_inspector.core.payload.diff import Change, Difference, Sign, difference, timings
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import duration, size
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, left, right
from rpc_inspector.tui.widgets.outcomes import mark_of
from rpc_inspector.tui.widgets.trace.line_list import Piece

Lines = list[list[Piece]]
#: Of a value so many characters are shown.
_SHOWN = 2_000
_STYLE: dict[Sign, str] = {"+": "added", "-": "removed", "~": "changed", " ": "muted"}


def payload_diff(first: Payload | None, second: Payload | None, width: int) -> tuple[str, Lines]:
    """What is different between two payloads: in words, and as lines of ``width`` cells."""
    if first is None or second is None or first.text is None or second.text is None:
        return _without_text(first, second), []
    found = difference(first.text, second.text)
    sizes = f"{size(first.bytes)} against {size(second.bytes)}"
    how = found.how if found.equal else f"{_count(found)}, {found.how}"
    return f"{how}   {sizes}", list(_lines(found, width))


def _without_text(first: Payload | None, second: Payload | None) -> str:
    if first is None and second is None:
        return "neither call has one"
    unknown = [name for name, payload in (("first", first), ("second", second)) if payload and payload.text is None]
    missing = [name for name, payload in (("first", first), ("second", second)) if payload is None]
    if missing:
        return f"the {missing[0]} call has none"
    return f"the text of the {' and the '.join(unknown)} is not known"


def _count(found: Difference) -> str:
    if found.changes:
        counts = [(sign, sum(change.sign == sign for change in found.changes)) for sign in "~+-"]
    else:
        counts = [(sign, sum(line.sign == sign for line in found.lines)) for sign in "+-"]
    return "  ".join(f"{sign}{number:,}" for sign, number in counts if number)


def _lines(found: Difference, width: int) -> Iterator[list[Piece]]:
    for change in found.changes:
        yield from _change(change, width)
    for line in found.lines:
        for number, piece in enumerate(chop_cells(sanitise(line.text), max(width - 2, 8)) or [""]):
            yield [(f"{line.sign if not number else ' '} ", _STYLE[line.sign]), (piece, _STYLE[line.sign])]


def _change(change: Change, width: int) -> Iterator[list[Piece]]:
    """On one line if it fits: ``~ $.temp  21 → 22``."""
    style = _STYLE[change.sign]
    path = sanitise(change.path, limit=_SHOWN)
    values: list[tuple[Sign, str]] = []
    if change.before is not None:
        values.append(("-", sanitise(change.before, limit=_SHOWN)))
    if change.after is not None:
        values.append(("+", sanitise(change.after, limit=_SHOWN)))
    arrow = f" {G.to} " if len(values) == 2 else ""
    if cell_len(path) + sum(cell_len(value) for _sign, value in values) + len(arrow) + 4 <= width:
        shown: list[Piece] = [(f"{change.sign} ", style), (path, "key"), ("  ", "name")]
        for number, (sign, value) in enumerate(values):
            shown += [(arrow if number else "", "muted"), (value, _STYLE[sign])]
        yield shown
        return
    for number, piece in enumerate(chop_cells(path, max(width - 2, 8))):
        yield [(f"{change.sign if not number else ' '} ", style), (piece, "key")]
    for sign, value in values:
        for number, piece in enumerate(chop_cells(value, max(width - 6, 8)) or [""]):
            yield [(f"    {sign if not number else ' '} ", _STYLE[sign]), (piece, _STYLE[sign])]


def timing_diff(first: Call, second: Call) -> tuple[list[Piece], Lines]:
    """The two calls' durations beside each other, and what else of them is different: a heading and lines."""
    width = 18
    head = f"{left('', 24)}{right('first', width)}{right('second', width)}{right('longer by', 14)}"
    lines: Lines = []
    for row in timings(first, second):
        delta = row.delta
        style = "name" if delta is None or abs(delta.ms) < delta.precision else "added" if delta.ms < 0 else "removed"
        lines.append(
            [
                (left(row.name, 24), "name"),
                (right(duration(row.first, "-"), width), "name"),
                (right(duration(row.second, "-"), width), "name"),
                (right(_delta(delta), 14), style),
            ]
        )
    lines.append([])
    for name, one, other in _facts(first, second):
        sign, style = (" ", "name") if one == other else ("~", "changed")
        lines.append(
            [
                (f"{sign} {left(name, 22)}", style),
                (right(sanitise(one, limit=60), width), "name"),
                (right(sanitise(other, limit=60), width), style),
            ]
        )
    return [(head, "muted")], lines


def _delta(delta: Measure | None) -> str:
    if delta is None:
        return ""
    if abs(delta.ms) < delta.precision:
        return "the same"
    value = rounded(delta.ms, delta.precision)
    digits = 0 if delta.precision >= 1 else 1
    return f"{value / 1000:+,.2f} s" if abs(value) >= 1000 else f"{value:+,.{digits}f} ms"


def _facts(first: Call, second: Call) -> Iterator[tuple[str, str, str]]:
    for name in ("caller", "callee", "method", "direction", "transport"):
        yield name, str(getattr(first, name) or "?"), str(getattr(second, name) or "?")
    yield "outcome", mark_of(first).short, mark_of(second).short
    for name in ("request", "response"):
        one, other = getattr(first, name), getattr(second, name)
        yield f"{name} bytes", "-" if one is None else f"{one.bytes:,}", "-" if other is None else f"{other.bytes:,}"


def call_line(sign: str, call: Call) -> str:
    """Which call it is: ``- 12:00:01.123  ✓ ok  41.2 ms  us → weather-agent  get_weather``, safe to show."""
    who = f"{sanitise(call.caller or '?', limit=30)} {G.to} {sanitise(call.callee or '?', limit=30)}"
    took = duration(call.duration, "")
    method = sanitise(call.method or "?", limit=40)
    return f"{sign} {clock(call.wall)}  {mark_of(call).short}  {took}  {method}  {who}"
