"""The waterfall: a call as a bar on the time axis of the rows that are visible.

A thin line runs from the request to the ack, a thick one from the ack to the answer: the shapes tell them apart, not
only the colours. Where the ack was not seen the line is dashed: nothing is drawn as seen that was not.
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


class Axis(NamedTuple):
    """The time that the bars' width stands for: seconds of CLOCK_MONOTONIC, ``wall`` = that of ``start``."""

    start: float
    span: float
    wall: float


def axis_of(calls: Iterable[Call], now: float) -> Axis | None:
    """The axis that shows all of these calls, rounded outwards so that it does not move with each new row."""
    first: Call | None = None
    end = -math.inf
    for call in calls:
        if first is None or call.started < first.started:
            first = call
        end = max(end, _end(call, now))
    if first is None:
        return None
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

    begin = min(cell(call.started), width - 1)
    end = max(cell(_end(call, now)), begin + 1)
    mark = mark_of(call).style
    failed = f"bar-{mark}" if mark in ("error", "warning") else ""
    if call.ack is None:
        style = failed or "bar-unseen"
        pieces = [(UNSEEN * (end - begin), style)]
    else:
        # At least one cell each, so that no stage is swallowed by rounding; a single cell is the longer stage's.
        split = min(max(cell(call.started + call.ack.ms / 1000), begin + 1), end)
        if end - begin == 1 and call.ack.ms < (_end(call, now) - call.started) * 500:
            split = begin
        pieces = [
            (TO_ACK * (split - begin), "bar-ack"),
            (TO_ANSWER * (end - split), failed or "bar-answer"),
        ]
        if failed and split == end:
            pieces = [(TO_ANSWER * (end - begin), failed)]
    return [(" " * begin, "bar-answer"), *pieces, (" " * (width - end), "bar-answer")]


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
