"""The waterfall: a call as a bar on a time axis, which fits the visible rows until it is zoomed.

A thin line runs from the request to the ack, a thick one from the ack to the answer: the shapes tell them apart, not
only the colours. Where the ack was not seen the line is dashed: nothing is drawn as seen that was not. Each stage has
a cell at least, and what runs off the axis ends in an arrow, so that a few long calls do not shrink the rest to dots.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
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
#: Zooming goes in steps of 2, from 1/64 of what fits to so many times as much.
FARTHEST, NEAREST = -6, 20


class Axis(NamedTuple):
    """The time that the bars' width stands for: seconds of CLOCK_MONOTONIC, ``wall`` = that of ``start``."""

    start: float
    span: float
    wall: float


@dataclass(frozen=True, slots=True)
class Zoom:
    """How much of the time that fits is shown: ``2 ** level`` times as large, from ``offset`` of it on."""

    level: int = 0
    offset: float = 0.0

    def of(self, fit: Axis) -> Axis:
        """The axis to draw with."""
        if not self.level and not self.offset:
            return fit
        moved = self.offset * fit.span
        return Axis(fit.start + moved, fit.span / 2.0**self.level, fit.wall + moved)

    def nearer(self, step: int, at: float) -> "Zoom":
        """A level more (``step`` 1) or less (-1); ``at``: the share of what fits that keeps its place."""
        level = min(max(self.level + step, FARTHEST), NEAREST)
        share = (at - self.offset) * 2.0**self.level
        return Zoom(level, max(at - share / 2.0**level, 0.0))

    def moved(self, share: float) -> "Zoom":
        """Moved by a share of what is shown; not before the first call."""
        return Zoom(self.level, max(self.offset + share / 2.0**self.level, 0.0))

    def __str__(self) -> str:
        """``x4``, ``x1/2``; empty where everything fits."""
        if not self.level:
            return ""
        return f"x{2**self.level}" if self.level > 0 else f"x1/{2**-self.level}"


def axis_of(calls: Iterable[Call], now: float) -> Axis | None:
    """The axis that shows the beginning of all of these calls and the end of most of them.

    It is rounded outwards so that it does not move with each new row.
    """
    ordered = sorted(calls, key=lambda call: call.started)
    if not ordered:
        return None
    first = ordered[0]
    ends = sorted(end_of(call, now) for call in ordered)
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


def end_of(call: Call, now: float) -> float:
    """When a call ended, as far as known; ``now`` if it is running (seconds of CLOCK_MONOTONIC)."""
    if call.is_open:
        return max(now, call.started)
    if call.duration is not None:
        return call.started + call.duration.ms / 1000
    return max([call.started, *(stage.time for view in call.views for stage in view.stages)])


def bar(call: Call, axis: Axis, width: int, now: float) -> list[Piece]:
    """The bar of a call, in exactly ``width`` cells, as ``(text, style)`` pieces."""
    if width <= 0:
        return []
    scale = width / axis.span

    def cell(time: float) -> int:
        return min(max(round((time - axis.start) * scale), 0), width)

    ack = call.ack
    ended = end_of(call, now)
    mark = mark_of(call).style
    style = f"bar-{mark}" if mark in ("error", "warning") else "bar-unseen" if ack is None else "bar-answer"
    slack = axis.span / width
    if ended < axis.start - slack:
        return [(G.back, style), (" " * (width - 1), style)]
    if call.started > axis.start + axis.span + slack:
        return [(" " * (width - 1), style), (G.to, style)]
    stages = 1 if ack is None else 2
    begin = max(min(cell(call.started), width - stages), 0)
    end = min(max(cell(ended), begin + stages), width)
    split = begin if ack is None else min(max(cell(call.started + ack.ms / 1000), begin + 1), end - 1)
    first, rest = TO_ACK * (split - begin), (UNSEEN if ack is None else TO_ANSWER) * (end - split)
    if call.started < axis.start - slack:
        first, rest = (G.back + first[1:], rest) if first else (first, G.back + rest[1:])
    if ended > axis.start + axis.span + slack:
        rest = rest[:-1] + G.to
    return [(" " * begin, style), (first, "bar-ack"), (rest, style), (" " * (width - end), style)]


def axis_label(axis: Axis | None, width: int, zoom: Zoom | None = None) -> str:
    """The axis for the header, in exactly ``width`` cells: its start, how long it is, how far it is zoomed."""
    if axis is None:
        return " " * width
    length = f"+{_long(axis.span)}" + (f" {zoom}" if zoom and zoom.level else "")
    start = clock(axis.wall)
    for begin in (start if axis.span < 1 else start[:8], start[:8], ""):
        blanks = width - cell_len(begin) - cell_len(length)
        if blanks >= 1:
            return begin + " " * blanks + length
    return length[:width].rjust(width)


def _long(span: float) -> str:
    """Seconds in words: ``250 ms``, ``1.5 s``, ``4 min``."""
    if span < 1:
        return f"{span * 1000:,.3g} ms"
    return f"{span:,.4g} s" if span < 600 else f"{span / 60:,.4g} min"
