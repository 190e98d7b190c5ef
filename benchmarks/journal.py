"""(h) What recording costs: the same 1,000 events a second into the same session, with a journal and without."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.loaded import EVENTS_A_SECOND, TURN_S, call_events
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.secrets.redaction import Payloads, Rules
from rpc_inspector.core.session import SessionState
from rpc_inspector.core.store.trace import TraceStore
from rpc_inspector.room.broadcast import Broadcast
from rpc_inspector.storage.journal.writer import Journal
from rpc_inspector.storage.traces.reading import read_rows

SECONDS = 6
ROUNDS = 3
STATE = SessionState(status="connected", room="busy")


async def _core(payloads: Payloads | None) -> float:
    """Seconds of processor time per second; a journal must have every call in the end."""
    store = TraceStore(time.time() - time.monotonic())
    broadcast = Broadcast(store, lambda: STATE, tuple, lambda _rows: None)
    with tempfile.TemporaryDirectory() as folder:
        paths: list[str] = []
        journal = Journal(Path(folder), Rules(payloads=payloads), began=paths.append) if payloads else None
        if journal:
            broadcast.subscribe(journal.take)
        busy, began = time.process_time(), time.monotonic()
        fed = calls = 0
        stages: list[RpcEvent] = []
        while (passed := time.monotonic() - began) < SECONDS:
            while stages or fed < passed * EVENTS_A_SECOND:
                if not stages:
                    stages, calls = call_events(calls, time.monotonic()), calls + 1
                event = stages.pop(0)
                if journal:
                    journal.event(event)
                store.observe(event, STATE.room, None)
                broadcast.touch()
                fed += 1
            await asyncio.sleep(TURN_S)
        core = (time.process_time() - busy) / (time.monotonic() - began)
        broadcast.close()
        if journal:
            journal.close()
            rows, report = read_rows(paths[0])
            assert (len(rows), report.sentences()) == (calls, [])
    return core


async def measure() -> dict[str, float]:
    """Medians of interleaved rounds, and what recording adds, as parts of a core."""
    kinds: dict[str, Payloads | None] = {"without": None, "keep": "keep", "redact": "redact", "off": "off"}
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, payloads in kinds.items():
            taken[kind].append(await _core(payloads))
    without = median(taken.pop("without"))
    return {"journal_without_core": without} | {
        f"journal_{kind}_core": median(cores) - without for kind, cores in taken.items()
    }
