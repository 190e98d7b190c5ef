"""Callers in processes of their own, since the capture reads the log of the process that it runs in.

As a module it is the child: `python -m benchmarks.callers bare|ours URL`; it takes lines `N IN_FLIGHT` and answers each
with one JSON line: {"ms": [...], "seconds": ..., "acks": {id: [our stamp, record's arrival, server's stamp]}}.
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.support.rooms import KEY, ROOM, SECRET, token

CALLEE = "callee"
METHOD = "plain"
PAYLOAD = '{"city": "Paris", "unit": "celsius"}'

Round = dict[str, Any]
OneCall = Callable[[], Awaitable[float]]


class Caller:
    """A caller's process as the parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def round(self, calls: int, in_flight: int = 1) -> Round:
        """Make so many calls, so many at once; latencies in ms."""
        assert self._process.stdin
        self._process.stdin.write(f"{calls} {in_flight}\n".encode())
        return await self._answer()

    async def _answer(self) -> Round:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        assert line, "the caller's process ended"
        return dict(json.loads(line))


@asynccontextmanager
async def caller(kind: str, url: str) -> AsyncIterator[Caller]:
    """A process that calls: `bare` with the SDK alone, `ours` with the session, its capture and its trace."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.callers", kind, url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    started = Caller(process)
    try:
        await started._answer()  # noqa: SLF001 - its first line says that it is there
        yield started
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _bare(url: str) -> tuple[OneCall, Callable[[], dict[str, Any]]]:
    from livekit import rtc  # noqa: PLC0415 - only in the child

    room = rtc.Room()
    await room.connect(url, token("bare"), rtc.RoomOptions(auto_subscribe=False))

    async def one() -> float:
        began = time.monotonic()
        await room.local_participant.perform_rpc(destination_identity=CALLEE, method=METHOD, payload=PAYLOAD)
        return (time.monotonic() - began) * 1000

    return one, dict


async def _ours(url: str) -> tuple[OneCall, Callable[[], dict[str, Any]]]:
    from rpc_inspector.core.model import Call  # noqa: PLC0415 - only in the child
    from rpc_inspector.core.session import Invocation, Target  # noqa: PLC0415 - only in the child
    from rpc_inspector.room import open_session  # noqa: PLC0415 - only in the child
    from rpc_inspector.wire.capture import SdkDecoder  # noqa: PLC0415 - only in the child

    session = open_session()
    await session.join(Target(url=url, room=ROOM, identity="ours", api_key=KEY, api_secret=SECRET, describe=False))
    assert await session.wait_for_participant(CALLEE, 20)
    session.subscribe(lambda _update: None)  # somebody looks, as in use
    arrivals: dict[str, float] = {}

    class Arrivals(logging.Handler):
        """When each ack's record reached Python, by the request's id."""

        decoder = SdkDecoder(own="ours")

        def emit(self, record: logging.LogRecord) -> None:
            now = time.monotonic()
            for event in self.decoder.feed(record.getMessage(), now):
                if getattr(event, "stage", "") == "ack":
                    arrivals[event.id] = now  # type: ignore[union-attr] - an event with a stage has an id

    if os.environ.get("BENCHMARK_ARRIVALS"):
        logging.getLogger("livekit").addHandler(Arrivals())
    made: list[int] = []

    async def one() -> float:
        began = time.monotonic()
        seq = session.start_call(Invocation(destination=CALLEE, method=METHOD, payload=PAYLOAD))
        call = await session.ended(seq)
        made.append(seq)
        assert call.outcome == "ok", call
        assert call.ended is not None
        return (call.ended - began) * 1000

    def acks() -> dict[str, Any]:
        told: dict[str, Any] = {}
        for seq in made:
            call = session.row(seq)
            assert isinstance(call, Call)
            stamps = {view.at: stage.time for view in call.views if (stage := view.stage("ack"))}
            told[call.id or f"?{seq}"] = [stamps.get("caller"), arrivals.get(call.id or ""), stamps.get("server")]
        made.clear()
        return told

    return one, acks


async def _child(kind: str, url: str) -> None:
    one, acks = await (_ours(url) if kind == "ours" else _bare(url))
    print('{"ready": true}', flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        calls, in_flight = map(int, line.split())
        left = iter(range(calls))
        ms: list[float] = []

        async def work(left: Any = left, ms: list[float] = ms) -> None:
            ms.extend([await one() for _ in left])

        began = time.monotonic()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        seconds = time.monotonic() - began
        await asyncio.sleep(0.3)  # the last packets and the last batch of the server's stream is still on its way
        print(json.dumps({"ms": ms, "seconds": seconds, "acks": acks()}), flush=True)


if __name__ == "__main__":
    asyncio.run(_child(*sys.argv[1:3]))
    sys.stdout.flush()
    os._exit(0)  # the native library sometimes aborts at exit
