"""A callee that knows when it sent each ack: its own SDK's capture. As a module it is the child process."""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.rooms import token


class StampingPeer:
    """The callee as the parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def stamps(self) -> dict[str, float]:
        """When it sent each ack, by the request's id; seconds of CLOCK_MONOTONIC. Ends it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        return dict(json.loads(await self._process.stdout.readline()))


@asynccontextmanager
async def stamping_peer(url: str, identity: str) -> AsyncIterator[StampingPeer]:
    """A callee with a method `plain`, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.stamping", url, token(identity),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    try:
        assert process.stdout
        await process.stdout.readline()
        yield StampingPeer(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _child(url: str, jwt: str) -> None:
    os.environ["LIVEKIT_RTC_DEBUG"] = "1"
    from livekit import rtc  # noqa: PLC0415 - only in the child

    from rpc_inspector.wire.capture import SdkDecoder  # noqa: PLC0415 - only in the child

    sent: dict[str, float] = {}

    class Sent(logging.Handler):
        """Notes the stamp of each ack that leaves."""

        decoder = SdkDecoder("app")

        def emit(self, record: logging.LogRecord) -> None:
            for event in self.decoder.feed(record.getMessage(), time.monotonic()):
                if getattr(event, "stage", "") == "ack" and event.dir == "sent":
                    sent[event.id] = event.time  # type: ignore[union-attr] - an event with a stage has an id

    logger = logging.getLogger("livekit")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(Sent())
    room = rtc.Room()
    await room.connect(url, jwt, rtc.RoomOptions(auto_subscribe=False))

    async def plain(data: rtc.RpcInvocationData) -> str:
        return data.payload

    room.local_participant.register_rpc_method("plain", plain)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(sent), flush=True)


if __name__ == "__main__":
    asyncio.run(_child(*sys.argv[1:3]))
    sys.stdout.flush()
    os._exit(0)  # the native library sometimes aborts at exit
