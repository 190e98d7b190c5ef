"""What the border of the list says: counts and state above, figures and order below."""

from textual.content import Content

from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.trace.columns import COLUMNS
from rpc_inspector.tui.widgets.trace.order import Arrangement
from rpc_inspector.tui.widgets.trace.row_painter import ColourMode
from rpc_inspector.tui.widgets.trace.view import TraceView

#: Characters shown of the filter.
LONGEST_FILTER = 100
_COLOURED = {"method": "by method", "peer": "by participant", "call": "by call id"}


def counted(number: int, noun: str) -> str:
    """``1 call``, ``1,204 calls``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def title(view: TraceView, *, dropped: int, colours: ColourMode) -> Content:
    """``Trace  1,204 of 5,000 calls · 3 errors · 512 dropped · paused · 12 new · method:get*``."""
    calls = counted(view.stats.calls, "call")
    if view.how.has_filter:
        calls = f"{view.stats.calls:,} of {counted(view.calls, 'call')}"
    parts = [
        calls,
        counted(view.stats.errors, "error") if view.stats.errors else "",
        f"{dropped:,} dropped" if dropped else "",
        "only marked" if view.how.only_marked else "",
        "paused" if view.paused else "",
        f"{view.new:,} new" if view.paused and view.new else "",
        f"coloured {_COLOURED[colours]}" if colours in _COLOURED else "",
        sanitise(view.how.words, limit=LONGEST_FILTER),
    ]
    # No markup: the filter's text is its user's.
    return Content(f"Trace  {f' {G.dot} '.join(part for part in parts if part)}")


def subtitle(view: TraceView, *, now: float, following: bool) -> str:
    """``33.3/s · p50 38 ms · p95 120 ms · following``; ``now`` in seconds of CLOCK_MONOTONIC."""
    order = order_in_words(view.how)
    state = order or ("following" if following and not view.paused else "")
    return f" {G.dot} ".join(part for part in (view.stats.in_words(now), state) if part)


def order_in_words(how: Arrangement) -> str:
    """``by method``, ``sorted by total ms, largest first``; empty for the order of time."""
    if how.group:
        return f"grouped by {'participant' if how.group == 'peer' else how.group}"
    if how.is_by_time:
        return ""
    if how.sort == "time":
        return "newest first"
    return f"sorted by {COLUMNS[how.sort].heading}, {'largest' if how.descending else 'smallest'} first"
