"""Histogram and timeline in characters: heights say it, so they are read without colour."""

from collections.abc import Callable, Sequence
from math import ceil

from rich.cells import set_cell_size

from rpc_inspector.core.model import Measure
from rpc_inspector.core.statistics.sketch import Durations
from rpc_inspector.core.statistics.timeline import Timeline
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G

#: Lines beside the bars: what is shown, and the axis.
FRAME = 2


def bars(counts: Sequence[int], height: int) -> list[str]:
    """Counts as columns of one cell, ``height`` lines from the top; the least count above 0 is seen too."""
    steps = len(G.levels)
    most = max(counts, default=0) or 1
    heights = [ceil(count / most * height * steps) for count in counts]
    return ["".join(_part(tall - below * steps, steps) for tall in heights) for below in reversed(range(height))]


def _part(tall: int, steps: int) -> str:
    return " " if tall <= 0 else G.levels[min(tall, steps) - 1]


def between(left: str, right: str, width: int) -> str:
    """Two texts at the ends of a line."""
    return set_cell_size(left + right.rjust(max(width - len(left), len(right) + 1)), width)


def in_words(seconds: float) -> str:
    """A span of time: ``0.125 s``, ``3 min``, ``1.5 h``, ``12 days``."""
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.3g} {unit}"
    return f"{seconds:.3g} s"


def _edge(durations: Durations, ms: float) -> str:
    ends = durations.measure(0)
    precision = max(ends.precision if ends else 1, ms / 100)
    return duration(Measure(ms, precision, "capture"))


def histogram_lines(durations: Durations, title: str, width: int, height: int) -> list[str]:
    """How many took how long, on a logarithmic axis, in ``height`` lines of bars and two around them."""
    histogram = durations.histogram(width)
    if histogram is None:
        return [set_cell_size(title, width), *["".ljust(width)] * (height + 1)]
    most = f"most {max(histogram.counts):,}"
    axis = between(_edge(durations, histogram.low), _edge(durations, histogram.high), width)
    return [between(title, most, width), *bars(histogram.counts, height), axis]


def timeline_lines(timeline: Timeline, clock: Callable[[float], str], width: int, height: int) -> list[str]:
    """Calls over time; where calls failed a sign stands in the line below the bars, which is one of ``height``.

    Args:
        timeline: of the calls.
        clock: a time of day for seconds of CLOCK_MONOTONIC.
        width: in cells.
        height: lines of bars; two more are around them.
    """
    spans = timeline.spans(width)
    if not spans:
        return [set_cell_size("calls over time", width), *["".ljust(width)] * (height + 1)]
    each = spans[1].start - spans[0].start if len(spans) > 1 else timeline.width
    wide = width // len(spans)
    calls = [span.calls for span in spans for _ in range(wide)]
    signs = "".join((G.failed if span.errors else " ") * wide for span in spans)
    drawn = len(signs)
    axis = between(clock(spans[0].start), clock(spans[-1].start + each), max(drawn, 20))
    title = between("calls over time", f"most {max(calls):,} in {in_words(each)}", width)
    lines = [title, *bars(calls, height - 1), signs, axis]
    return [set_cell_size(line, width) for line in lines]
