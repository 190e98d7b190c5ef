"""The waterfall: a call as a bar on the time axis of the rows that are visible.

A thin line runs from the request to the ack, a thick one from the ack to the answer: the shapes tell them apart, not
only the colours. Where the ack was not seen the line is dashed: nothing is drawn as seen that was not. Each stage has
a cell at least, and a few calls that end long after the others run off the axis with an arrow, so that they do not
shrink the rest to dots.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len

from rpc_inspector.core.model import Call
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock
from rpc_inspector.tui.widgets.outcomes import mark_of

TO_ACK, TO_ANSWER, UNSEEN = ("─", G.bar, G.rest) if G.bar == "━" else ("-", G.bar, ".")
Piece = tuple[str, str]
#: Share of the calls whose end the axis reaches.
_SHOWN_TO_THE_END = 0.8


class Axis(NamedTuple):
    """The time that the bars' width stands for: seconds of CLOCK_MONOTONIC, ``wall`` = that of ``start``."""

    start: float
    span: float
    wall: float


def axis_of(calls: Iterable[Call], now: float) -> Axis | None:
    """The axis that shows the beginning of all of these calls and the end of most of them.

    It is rounded outwards so that it does not move with each new row.
    """
    ordered = sorted(calls, key=lambda call: call.started)
    if not ordered:
        return None
    first = ordered[0]
    ends = sorted(_end(call, now) for call in ordered)
    end = max(ordered[-1].started, ends[round(_SHOWN_TO_THE_END * (len(ends) - 1))])
    span = max(end - first.started, 0.001)
    step = _nice(span / 20)
    start = math.floor(first.wall / step) * step
    offset = first.wall - start
    return Axis(first.started - offset, math.ceil((span + offset) / step) * step, start)


def _nice(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _end(call: Call, now: float) -> float:
    if call.is_open:
        return max(now, call.started)
    if call.duration is not None:
        return call.started + call.duration.ms / 1000
    return max([call.started, *(stage.time for view in call.views for stage in view.stages)])


def bar(call: Call, axis: Axis, width: int, now: float) -> list[Piece]:
    """The bar of a call, in exactly ``width`` cells, as ``(text, style)`` pieces."""
    scale = width / axis.span

    def cell(time: float) -> int:
        return min(max(round((time - axis.start) * scale), 0), width)

    stages = 1 if call.ack is None else 2
    begin = min(cell(call.started), width - stages)
    end = max(cell(_end(call, now)), begin + stages)
    mark = mark_of(call).style
    style = f"bar-{mark}" if mark in ("error", "warning") else "bar-unseen" if call.ack is None else "bar-answer"
    split = begin if call.ack is None else min(max(cell(call.started + call.ack.ms / 1000), begin + 1), end - 1)
    rest = (UNSEEN if call.ack is None else TO_ANSWER) * (end - split)
    if _end(call, now) > axis.start + axis.span * (1 + 1 / width):
        rest = rest[:-1] + G.to
    return [(" " * begin, style), (TO_ACK * (split - begin), "bar-ack"), (rest, style), (" " * (width - end), style)]


def axis_label(axis: Axis | None, width: int) -> str:
    """The axis for the header, in exactly ``width`` cells: its start on the left, how long it is on the right."""
    if axis is None:
        return " " * width
    length = f"+{axis.span * 1000:,.0f} ms" if axis.span < 1 else f"+{axis.span:,.4g} s"
    start = clock(axis.wall)
    for begin in (start if axis.span < 1 else start[:8], start[:8], ""):
        blanks = width - cell_len(begin) - cell_len(length)
        if blanks >= 1:
            return begin + " " * blanks + length
    return length[:width].rjust(width)
