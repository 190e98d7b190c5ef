"""(f) What the trace costs: time an event, memory a call, and a turn of the loop when a newcomer is told everything."""

import asyncio
import gc
import random
import time
import tracemalloc
import uuid
from collections.abc import Iterator

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.core.store.trace import TraceStore
from rpc_inspector.room.broadcast import Broadcast

CALLS = 100_000
#: Calls in one timed round, rounds of both ways of taking turns.
ROUND, ROUNDS = 4_000, 5
#: A live trace: events a second, for so many seconds.
RATE, LIVE_S = 1_000, 10
PAYLOAD_BYTES = 200


def _name(*parts: object) -> str:
    """A string of its own, as a decoder makes them: nothing is shared before the store shares it."""
    return "".join(map(str, parts))


def events(number: int) -> Iterator[RpcEvent]:
    """One call between others as the server forwards it: three stages, two payloads, 20 callers and 50 methods."""
    call_id = str(uuid.UUID(int=random.getrandbits(128)))
    caller, callee = _name("web-", number % 20), _name("agent-", number % 7)
    common = {"source": "server", "dir": "forwarded", "precision": 0.01}
    sizes = {"payload_bytes": PAYLOAD_BYTES, "transport": "v2", "bytes": 283 + number % 50}
    begun = number * 0.001
    yield RpcEvent(
        **common, **sizes, stage="request", time=begun, id=_name(call_id), sender=_name(caller),
        destination=_name(callee), method=_name("method_", number % 50), told_ms=8000, version=2,
        payload=f"{number:0{PAYLOAD_BYTES}}",
    )  # fmt: skip
    yield RpcEvent(
        **common, stage="ack", time=begun + 0.004, id=_name(call_id), sender=_name(callee), destination=_name(caller),
        bytes=120,
    )  # fmt: skip
    yield RpcEvent(
        **common, **sizes, stage="response", time=begun + 0.02, id=_name(call_id), sender=callee, destination=caller,
        payload=f"{number:1>{PAYLOAD_BYTES}}",
    )  # fmt: skip


def _fold(traffic: list[RpcEvent]) -> None:
    store = TraceStore(0.0)
    for event in traffic:
        store.observe(event, "demo", "me")


def _bare(traffic: list[RpcEvent]) -> None:
    """The least that grouping events by call takes: a dictionary of lists, from which nothing can be told."""
    calls: dict[tuple[str, str | None, str], list[RpcEvent]] = {}
    for event in traffic:
        calls.setdefault(("demo", event.caller, event.id), []).append(event)


def _seconds(way: object, traffic: list[RpcEvent]) -> float:
    began = time.process_time()
    way(traffic)  # type: ignore[operator] - one of the two above
    return time.process_time() - began


def _time() -> dict[str, float]:
    folded, bare = [], []
    for turn in range(ROUNDS):
        traffic = [event for number in range(turn * ROUND, (turn + 1) * ROUND) for event in events(number)]
        folded.append(_seconds(_fold, traffic))
        bare.append(_seconds(_bare, traffic))
    best = min(folded)
    return {"store_events_per_s": 3 * ROUND / best, "store_bare_ratio": best / min(bare)}


def _memory() -> tuple[TraceStore, dict[str, float]]:
    gc.collect()
    tracemalloc.start()
    store = TraceStore(0.0, limit=CALLS)
    for number in range(CALLS):
        for event in events(number):
            store.observe(event, "demo", "me")
        if number % 100 == 0:
            store.drain()
    store.drain()
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    figures = {
        "store_100k_mib": taken / (1 << 20),
        "store_call_bytes": taken / CALLS,
        "store_estimate_ratio": store.bytes / taken,
    }
    return store, figures


async def _newcomer(store: TraceStore) -> dict[str, float]:
    """The longest turn of the loop while a listener that comes late is told of 100,000 rows."""
    got = asyncio.get_running_loop().create_future()

    def listen(update: Update) -> None:
        if not got.done():
            got.set_result(len(update.rows))

    broadcast = Broadcast(store, SessionState, tuple, lambda _rows: None)
    worst = 0.0
    broadcast.subscribe(listen)
    while not got.done():
        began = time.perf_counter()
        await asyncio.sleep(0)
        worst = max(worst, time.perf_counter() - began)
    broadcast.close()
    assert got.result() == CALLS
    return {"store_newcomer_ms": worst * 1000}


async def _live() -> dict[str, float]:
    """Percent of a core for a trace that gets 1,000 events a second in 30 batches, and tells one listener."""
    traffic = [event for number in range(RATE * LIVE_S // 3) for event in events(number)]

    async def run(*, feeding: bool) -> float:
        store = TraceStore(0.0)
        rows = 0

        def count(update: Update) -> None:
            nonlocal rows
            rows += len(update.rows)

        broadcast = Broadcast(store, SessionState, tuple, lambda _rows: None)
        broadcast.subscribe(count)
        began, cpu, done = time.monotonic(), time.process_time(), 0
        while done < len(traffic):
            await asyncio.sleep(0.02)
            due = min(len(traffic), int((time.monotonic() - began) * RATE))
            if feeding:
                for event in traffic[done:due]:
                    store.observe(event, "demo", "me")
                broadcast.touch()
            done = due
        spent = time.process_time() - cpu
        broadcast.close()
        assert not feeding or rows >= len(traffic) // 3
        return 100 * spent / (time.monotonic() - began)

    idle = await run(feeding=False)
    return {"store_live_percent": await run(feeding=True) - idle}


async def measure() -> dict[str, float]:
    """Events a second against a bare dictionary, bytes a call, a newcomer's wait, and the share of a core when live."""
    figures = _time()
    store, memory = await asyncio.to_thread(_memory)
    return figures | memory | await _newcomer(store) | await _live()
