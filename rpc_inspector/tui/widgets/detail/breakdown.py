"""Where the time of a call went, as a bar with numbers and what is not known beside it. Text and style, no widget."""

from textual.content import Content

from rpc_inspector.core.breakdown import Breakdown, Leg, breakdown
from rpc_inspector.core.model import Call, Measure
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import cut, left, right

_NAME = 22
_MOST_CELLS = 100


def breakdown_lines(call: Call, width: int) -> Content:
    """The breakdown of a call in ``width`` cells; empty where nothing is known of its time."""
    found = breakdown(call)
    lines = [Content.styled("Where the time went", "bold")]
    if found.legs:
        lines[0] = Content.assemble(lines[0], (f"   {_ms(found.total, found.precision)}", "bold"))
        lines += [_bar(call, found, min(width, _MOST_CELLS)), *_legend(call, found, width)]
    for ack in found.acks:
        lines.append(_row(" ", ack, "", width, "$stage-ack"))
    for each in found.unseen:
        head = Content.styled(f"{G.off} {left(each.stage, _NAME)}", "$muted")
        lines.append(Content.assemble(head, (cut(each.why, max(width - _NAME - 2, 10)), "$text-warning")))
    if found.doubt:
        lines.append(Content.styled(f"{found.doubt[:1].upper()}{found.doubt[1:]}.", "$text-warning"))
    return Content("\n").join(lines)


def _bar(call: Call, found: Breakdown, width: int) -> Content:
    """The legs to scale, each beginning with its number, so that they are told apart without colour."""
    room = width - len(found.legs)
    whole = sum(max(leg.ms, 0.0) for leg in found.legs) or 1.0
    parts, taken, passed = [], 0, 0.0
    for number, leg in enumerate(found.legs, 1):
        passed += max(leg.ms, 0.0)
        cells = round(room * passed / whole) - taken
        taken += cells
        parts.append((f"{number}{G.bar * max(cells, 0)}", _style(call, leg)))
    return Content.assemble(*parts)


def _legend(call: Call, found: Breakdown, width: int) -> list[Content]:
    whole = found.total or 1.0
    return [
        _row(str(number), leg, f"{max(leg.ms, 0) / whole:.0%}", width, _style(call, leg))
        for number, leg in enumerate(found.legs, 1)
    ]


def _row(number: str, leg: Leg, share: str, width: int, style: str) -> Content:
    source = f"   to {leg.precision:g} ms {G.dot} {leg.source}"
    numbers = f"{right(_ms(leg.ms, leg.precision), 10)}{right(share, 6)}"
    return Content.assemble(
        (f"{number} ", f"bold {style}"),
        left(leg.name, _NAME),
        (numbers, "bold"),
        (cut(source, max(width - _NAME - 18, 8)), "$muted"),
    )


def _style(call: Call, leg: Leg) -> str:
    if call.error is not None and leg.name in ("after the ack", "no answer was seen"):
        return "$text-error"
    if leg.name in ("handler", "after the ack"):
        return "$stage-answer"
    if leg.name == "until the ack":
        return "$stage-ack"
    return "$muted" if leg.parts in (("queue",), ("return",)) else "$text-primary"


def _ms(ms: float, precision: float) -> str:
    """A duration; one that its source cannot tell from nothing as that."""
    return f"< {precision:g} ms" if abs(ms) < precision or ms < 0 else duration(Measure(ms, precision, "capture"))
