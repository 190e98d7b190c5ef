"""What ``benchmarks.load`` runs in a terminal: the interface, or a DataTable, fed with events at their rate."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

from textual.app import App
from textual.widgets import DataTable

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Session, Target
from rpc_inspector.core.store.trace import TraceStore
from rpc_inspector.room import open_session
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from rpc_inspector.tui.widgets.cells import clock, milliseconds
from tests.support.rooms import KEY, ROOM, SECRET

EVENTS_A_SECOND = 1_000
#: Not counted: imports, joining, first layout.
WARM_S = 3
TURN_S = 0.02
LATENESS_S = 0.005
COLUMNS = ("time", "caller", "callee", "method", "bytes", "ack ms", "total ms", "outcome")


def call_events(number: int, time_s: float) -> list[RpcEvent]:
    """The three stages of a call between two others as the server forwards them, payloads of 200 bytes."""
    payload = json.dumps({"number": number, "text": "x" * 170})
    ends: dict[str, Any] = {"source": "server", "dir": "forwarded", "precision": 0.01, "id": f"call-{number}"}
    caller, callee = f"web-{number % 7}", f"agent-{number % 5}"
    answers = ends | {"sender": callee, "destination": caller}
    return [
        RpcEvent(**ends, stage="request", time=time_s, sender=caller, destination=callee, transport="v2", bytes=283,
                 method=f"method_{number % 23}", told_ms=8000, payload=payload),
        RpcEvent(**answers, stage="ack", time=time_s + 0.002, bytes=61),
        RpcEvent(**answers, stage="response", time=time_s + 0.01, transport="v2", bytes=260, payload=payload),
    ]  # fmt: skip


class Meter:
    """Feeds events at their rate and measures what that costs this process."""

    def __init__(self, observe: Callable[[RpcEvent], None], seconds: float) -> None:
        self._observe = observe
        self._seconds = seconds
        self._late: list[float] = []
        self.fed = 0

    async def run(self) -> dict[str, float]:
        """Seconds of processor time per second, and how late the loop was, once it is warm."""
        feeding = asyncio.create_task(self._feed())
        await asyncio.sleep(WARM_S)
        watching = asyncio.create_task(self._watch())
        busy, began = time.process_time(), time.monotonic()
        await feeding
        core = (time.process_time() - busy) / (time.monotonic() - began)
        watching.cancel()
        return {"core": core, "lag_ms_p99": quantiles(self._late, n=100)[98] * 1000, "events": self.fed}

    async def _feed(self) -> None:
        began = time.monotonic()
        number = 0
        stages: list[RpcEvent] = []
        while stages or (time.monotonic() - began) < self._seconds:
            while stages or self.fed < (time.monotonic() - began) * EVENTS_A_SECOND:
                if not stages:
                    stages = call_events(number, time.monotonic())
                    number += 1
                self._observe(stages.pop(0))
                self.fed += 1
            await asyncio.sleep(TURN_S)

    async def _watch(self) -> None:
        while True:
            due = time.monotonic() + LATENESS_S
            await asyncio.sleep(LATENESS_S)
            self._late.append(time.monotonic() - due)


class Ours:
    """The whole interface, in a room, fed beside what it sees there."""

    def __init__(self, url: str, seconds: float) -> None:
        self._target = Target(url=url, api_key=KEY, api_secret=SECRET, room=ROOM, describe=False)
        self._seconds = seconds
        self._joined = asyncio.Event()
        self.app = InspectorApp(Start(make_session=self._make_session, find_target=self._find_target))
        self.figures: dict[str, float] = {}

    async def _make_session(self) -> Session:
        session = open_session()
        self.app.run_worker(self._measure(session))
        session.subscribe(lambda update: update.state and update.state.status == "connected" and self._joined.set())
        return session

    async def _find_target(self) -> Target:
        return self._target

    async def _measure(self, session: Any) -> None:
        await self._joined.wait()
        self.app.main.action_focus_pane("trace")
        self.figures = await Meter(session._intake.observe, self._seconds).run()  # noqa: SLF001 - where packets come in
        await asyncio.sleep(0.5)  # the last batch is shown
        calls = [row for row in session.rows() if isinstance(row, Call)]
        shown = [row for row in self.app.main.trace.view.rows.between(0, sys.maxsize) if isinstance(row, Call)]
        self.figures |= {
            "stages_kept": sum(len(view.stages) for call in calls for view in call.views),
            "calls": len(calls),
            "shown": len(shown),
        }
        self.app.exit()


class Table(App[None]):
    """DataTable with the same columns: a row added per call, its cells updated per stage, in the same batches."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._store = TraceStore(time.time() - time.monotonic())
        self.figures: dict[str, float] = {}

    def compose(self) -> Any:
        """The table alone."""
        yield DataTable()

    def on_mount(self) -> None:
        """Begin."""
        table = self.query_one(DataTable)
        for column in COLUMNS:
            table.add_column(column, key=column)
        self.set_interval(1 / 30, self._batch)
        self.run_worker(self._measure())

    def _batch(self) -> None:
        table = self.query_one(DataTable)
        for row in self._store.drain().rows:
            assert isinstance(row, Call)
            key = str(row.seq)
            asked = str(row.request.bytes) if row.request else ""
            cells = (clock(row.wall), row.caller, row.callee, row.method, asked,
                     milliseconds(row.ack), milliseconds(row.duration), row.outcome)  # fmt: skip
            if key in table.rows:
                for column, cell in zip(COLUMNS[5:], cells[5:], strict=True):
                    table.update_cell(key, column, cell)
            else:
                table.add_row(*cells, key=key)
        table.move_cursor(row=table.row_count)

    async def _measure(self) -> None:
        self.figures = await Meter(lambda event: self._store.observe(event, "room", None), self._seconds).run()
        self.exit()


def main(kind: str, url: str, seconds: float, result: Path) -> None:
    """Run one kind to its end and write its figures."""
    if kind == "ours":
        ours = Ours(url, seconds)
        ours.app.run()
        figures = ours.figures
    else:
        table = Table(seconds)
        table.run()
        figures = table.figures
    result.write_text(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4]))
