"""1,000 trace events a second into the running interface for a minute, against Textual's DataTable doing the same.

An event is one decoded stage put into the store, three of them a call. Each kind runs in a process of its own on a
pseudo-terminal: ours is the whole program in a real room of the embedded server; the other an app that holds one
DataTable, fed from the same store by the same batches. Both measure themselves: processor time, lateness of the loop.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.terminal import Terminal
from tests.support.rooms import embedded_server

OURS_S, TABLE_S = 60, 20


def _in_terminal(kind: str, seconds: float, url: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "figures.json"
        terminal = Terminal([sys.executable, "-m", "benchmarks.loaded", kind, url, str(seconds), str(result)])
        try:
            deadline = time.monotonic() + seconds * 4 + 60
            while terminal.process.poll() is None and time.monotonic() < deadline:
                terminal.drain(0.5)
            assert result.exists(), f"{kind} did not come to its end"
            return dict(json.loads(result.read_text()))
        finally:
            terminal.close()


async def measure() -> dict[str, float]:
    """Shares of a core, and lateness in ms; ``load_events_lost`` are those that did not end up in a call's view."""
    async with embedded_server() as server:
        ours = await asyncio.to_thread(_in_terminal, "ours", OURS_S, server.url)
    table = await asyncio.to_thread(_in_terminal, "table", TABLE_S, "-")
    return {
        "load_core": ours["core"],
        "load_lag_ms_p99": ours["lag_ms_p99"],
        "load_events_lost": ours["events"] - ours["stages_kept"],
        "load_calls_not_shown": ours["calls"] - ours["shown"],
        "load_table_core": table["core"],
        "load_table_lag_ms_p99": table["lag_ms_p99"],
        "load_table_events_a_second": table["events"] / TABLE_S,
        "load_against_table_ratio": (ours["core"] / (ours["events"] / OURS_S))
        / (table["core"] / (table["events"] / TABLE_S)),
    }
