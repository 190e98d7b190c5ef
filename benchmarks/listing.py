"""The trace's list with 100,000 calls: live batches, filter, scrolling, jumping, memory; DataTable doing the same.

Each is alone in an app without a terminal: the figures are those of the widget and of Textual's painting.
"""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Callable
from statistics import median, quantiles

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

from rpc_inspector.core.model import Call, replace
from rpc_inspector.core.query import parse
from rpc_inspector.core.session import Update
from rpc_inspector.tui.widgets.cells import clock, milliseconds
from rpc_inspector.tui.widgets.trace.pane import TracePane
from rpc_inspector.tui.widgets.trace.view import TraceView
from tests.support.calls import MONOTONIC, call
from tests.support.hosts import Host

ROWS = 100_000
#: Of a table: more would take minutes.
TABLE_ROWS = 10_000
CALLS_A_SECOND, BATCHES_A_SECOND, LIVE_S, TABLE_LIVE_S = 333, 30, 8, 4
FRAMES = 60
COLUMNS = ("time", "caller", "callee", "method", "bytes", "ack ms", "total ms", "outcome")


def made(number: int) -> Call:
    """A call between two others; every 50th failed."""
    return call(
        number,
        number / CALLS_A_SECOND,
        caller=f"web-{number % 7}",
        callee=f"agent-{number % 5}",
        method=f"method_{number % 23}",
        total=10 + number * 7919 % 1000 / 10,
        code=0 if number % 50 else 1500,
    )


class Feed:
    """Batches of calls as they come at their rate, each three times: begun, acknowledged, answered."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._batch = max(CALLS_A_SECOND // BATCHES_A_SECOND, 1)
        self._begun: list[Call] = []
        self._acknowledged: list[Call] = []

    def batch(self) -> tuple[Call, ...]:
        """What changed in a thirtieth of a second."""
        calls = [made(self._next + more) for more in range(self._batch)]
        self._next += self._batch
        begun = [replace(one, outcome="open", response=None, error=None, total=None, views=()) for one in calls]
        acknowledged = [replace(one, outcome="open", response=None, error=None, total=None) for one in self._begun]
        answered, self._acknowledged, self._begun = self._acknowledged, self._begun, calls
        return (*begun, *acknowledged, *answered)


async def _live(seconds: float, apply: Callable[[tuple[Call, ...]], None], first: int = ROWS) -> float:
    """Processor time per second of a stream of calls numbered from ``first``; above 1 it falls behind."""
    feed = Feed(first + 1)
    batches = [feed.batch() for _ in range(int(seconds * BATCHES_A_SECOND))]
    gc.collect()
    began, busy = time.monotonic(), time.process_time()
    for number, batch in enumerate(batches):
        apply(batch)
        await asyncio.sleep(max(began + (number + 1) / BATCHES_A_SECOND - time.monotonic(), 0))
    return (time.process_time() - busy) / seconds


async def _frames(pilot: Pilot[None], move: Callable[[], None]) -> float:
    """Milliseconds of processor time from a move to its paint, the 95th percentile."""
    taken = []
    gc.collect()
    for _ in range(FRAMES):
        busy = time.process_time()
        move()
        pilot.app.screen._on_timer_update()  # noqa: SLF001 - what Textual's own timer calls to paint
        taken.append((time.process_time() - busy) * 1000)
        await asyncio.sleep(0)
    return quantiles(taken, n=20)[18]


def _memory(calls: tuple[Call, ...]) -> float:
    """MiB of the list's own, without the rows, which the store has too."""
    tracemalloc.start()
    view = TraceView()
    for at in range(0, len(calls), 1000):
        view.put(calls[at : at + 1000])
    used = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    return used


async def _arranged(pane: TracePane) -> None:
    while pane.is_arranging:  # noqa: ASYNC110 - the loop's turns are what is measured
        await asyncio.sleep(0)


async def _filter(pane: TracePane, text: str) -> tuple[float, float]:
    """Milliseconds until a filter holds, and the longest that the loop was kept meanwhile."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            late.append(time.perf_counter() - before)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    query = parse(text)
    began = time.perf_counter()
    pane.filter(query)
    kept = time.perf_counter() - began
    await _arranged(pane)
    taken = time.perf_counter() - began
    watching.cancel()
    return taken * 1000, max(kept, *late) * 1000


async def _ours(calls: tuple[Call, ...]) -> dict[str, float]:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.pane
        began = time.perf_counter()
        pane.apply(Update(rows=calls))
        figures = {"list_put_100k_ms": (time.perf_counter() - began) * 1000}
        await pilot.pause()
        await _filter(pane, "method:method_3")  # what is imported for the first filter is not the list's
        for name, text in (("few", "method:method_3"), ("most", "not method:method_3"), ("none", "")):
            taken = [await _filter(pane, text) for _ in range(3)]
            figures[f"list_filter_{name}_ms"] = median(ms for ms, _ in taken)
            figures[f"list_filter_{name}_kept_ms"] = max(kept for _, kept in taken)
        pane.action_first()
        figures["list_scroll_ms_p95"] = await _frames(pilot, lambda: pane.action_page(1))
        figures["list_jump_ms_p95"] = await _frames(
            pilot, lambda: pane.action_last() if pane.cursor_index == 0 else pane.action_first()
        )
        errors = iter([1, 1, -1] * FRAMES)
        pane.action_first()
        figures["list_next_error_ms_p95"] = await _frames(pilot, lambda: pane.action_error(next(errors)))
        pane.action_last()
        app.now = MONOTONIC + ROWS / CALLS_A_SECOND
        figures["list_live_core"] = await _live(LIVE_S, lambda batch: pane.apply(Update(rows=batch)))
        pane.action_first()
        figures["list_live_looking_back_core"] = await _live(
            LIVE_S / 2, lambda batch: pane.apply(Update(rows=batch)), first=2 * ROWS
        )
        pane.action_group()
        await _arranged(pane)
        figures["list_live_grouped_core"] = await _live(
            LIVE_S / 2, lambda batch: pane.apply(Update(rows=batch)), first=3 * ROWS
        )
    return figures


class Table(App[None]):
    """A DataTable alone."""

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable()

    def on_mount(self) -> None:
        """Its columns."""
        for column in COLUMNS:
            self.query_one(DataTable).add_column(column, key=column)

    def take(self, batch: tuple[Call, ...]) -> None:
        """Rows new and changed, and the cursor on the last."""
        table = self.query_one(DataTable)
        for row in batch:
            key = str(row.seq)
            cells = (clock(row.wall), row.caller, row.callee, row.method, str(row.request.bytes if row.request else 0),
                     milliseconds(row.ack), milliseconds(row.duration), row.outcome)  # fmt: skip
            if key in table.rows:
                for column, cell in zip(COLUMNS[5:], cells[5:], strict=True):
                    table.update_cell(key, column, cell)
            else:
                table.add_row(*cells, key=key)
        table.move_cursor(row=table.row_count)


async def _table(calls: tuple[Call, ...]) -> dict[str, float]:
    app = Table()
    async with app.run_test(size=(120, 36)) as pilot:
        app.take(calls[-TABLE_ROWS:])
        await pilot.pause()
        table = app.query_one(DataTable)
        down = iter(range(0, TABLE_ROWS, 34))
        scroll = await _frames(pilot, lambda: table.move_cursor(row=next(down)))
        return {
            "list_table_scroll_ms_p95": scroll,
            "list_table_live_core": await _live(TABLE_LIVE_S, app.take),
        }


async def measure() -> dict[str, float]:
    """Cores, ms of which ``kept`` is the longest that the loop was, MiB; the ratios are of ours to the table's."""
    calls = tuple(made(number) for number in range(1, ROWS + 1))
    gc.collect()
    gc.freeze()
    figures = {"list_memory_mib": _memory(calls)} | await _ours(calls) | await _table(calls)
    figures["list_live_ratio"] = figures["list_live_core"] / figures["list_table_live_core"]
    figures["list_scroll_ratio"] = figures["list_scroll_ms_p95"] / figures["list_table_scroll_ms_p95"]
    return figures
