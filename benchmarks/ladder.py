"""The ladder: scrolling 5,000 arrows, live batches, and what a trace of 100,000 calls costs when it is shown."""

import asyncio
import gc
import time
from collections.abc import Callable
from statistics import median, quantiles

from textual.pilot import Pilot

from benchmarks.listing import Feed, _live, made
from rpc_inspector.core.ladder.model import Ladder
from rpc_inspector.tui.widgets.ladder.canvas import LadderCanvas
from tests.support.ladders import LadderHost

#: Three arrows a call.
CALLS, MANY = 5_000 // 3 + 1, 100_000
FRAMES = 100
BATCHES, LIVE_S = 150, 5


async def _frames(pilot: Pilot[None], move: Callable[[], None]) -> float:
    """Milliseconds of processor time from a move to its paint, the 95th percentile."""
    taken = []
    for _ in range(FRAMES):
        busy = time.process_time()
        move()
        pilot.app.screen._on_timer_update()  # noqa: SLF001 - what Textual's own timer calls to paint
        taken.append((time.process_time() - busy) * 1000)
        await asyncio.sleep(0)
    return quantiles(taken, n=20)[18]


async def _scrolled() -> dict[str, float]:
    app = LadderHost()
    async with app.run_test(size=(120, 36)) as pilot:
        app.view.put([made(number) for number in range(1, CALLS + 1)])
        app.pane.show_anew()
        lines = app.lines
        await _read(lines)
        await pilot.pause()
        # What Python's collector does with all that was set up is not what is measured.
        gc.collect()
        gc.freeze()
        lines.action_first()
        figures = {"ladder_arrows": float(lines.ladder.steps)}
        figures["ladder_scroll_ms_p95"] = await _frames(pilot, lambda: lines.action_page(1))
        ends = iter([lines.action_first, lines.action_last] * FRAMES)
        figures["ladder_jump_ms_p95"] = await _frames(pilot, lambda: next(ends)())  # noqa: PLW0108 - another one each time
        lines.action_first()
        figures["ladder_next_error_ms_p95"] = await _frames(pilot, lambda: lines.action_error(1))
        lines.action_last()
        feed = Feed(CALLS + 1)
        figures["ladder_live_batch_ms_p95"] = await _frames(pilot, lambda: app.apply(*feed.batch()))
        figures["ladder_live_core"] = await _live(LIVE_S, lambda batch: app.apply(*batch), first=2 * CALLS)
        gc.unfreeze()
    return figures


async def _read(lines: LadderCanvas) -> float:
    """The longest time between two turns of the loop, in ms, until all rows are on the ladder."""
    longest = 0.0
    while lines.reading:
        before = time.perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, time.perf_counter() - before)
    return longest * 1000


async def _shown() -> dict[str, float]:
    app = LadderHost()
    async with app.run_test(size=(120, 36)) as pilot:
        app.view.put([made(number) for number in range(1, MANY + 1)])
        gc.collect()
        began = time.perf_counter()
        app.pane.show_anew()
        first = time.perf_counter() - began
        kept = await _read(app.lines)
        whole = time.perf_counter() - began
        await pilot.pause()
        return {
            "ladder_first_lines_ms": first * 1000,
            "ladder_100k_calls_read_ms": whole * 1000,
            "ladder_100k_calls_kept_ms": kept,
        }


def _growth() -> dict[str, float]:
    """A batch put on a long ladder against the same on a short one: nothing is done again for what is there."""
    taken: dict[int, float] = {}
    for count in (CALLS, MANY):
        ladder = Ladder()
        ladder.put([made(number) for number in range(1, count + 1)])
        feed, times = Feed(count + 1), []
        for _ in range(BATCHES):
            batch = feed.batch()
            before = time.process_time()
            ladder.put(batch)
            ladder.drop([batch[0].seq - count])
            times.append(time.process_time() - before)
        taken[count] = median(times)
    return {"ladder_put_ms": taken[CALLS] * 1000, "ladder_put_growth_ratio": taken[MANY] / taken[CALLS]}


async def measure() -> dict[str, float]:
    """Milliseconds; the ratio is of a ladder of 100,000 calls to one of 5,000 arrows."""
    return _growth() | await _scrolled() | await _shown()
