"""Participants in processes of their own: started, spoken to, ended with the test."""

import asyncio
import json
import shutil
import signal
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.rooms import token

PEER = Path(__file__).with_name("peer.py")
#: The last SDK that speaks only version 1 of the protocol and can be had as a wheel.
V1_SDK = "livekit==1.1.2"
START_S = 60


class PeerProcess:
    """A peer as its test sees it; `said` are the events that it told, oldest first."""

    def __init__(self, identity, process):
        self.identity = identity
        self.said = []
        self._process = process
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self):
        while line := await self._process.stdout.readline():
            async with self._news:
                self.said.append(json.loads(line))
                self._news.notify_all()

    async def told(self, event, *, within_s=15, **fields):
        """Waits until the peer tells an event with these fields; returns it."""

        def found():
            return next((e for e in self.said if e["event"] == event and fields.items() <= e.items()), None)

        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(found)
            return found()

    async def do(self, what, **more):
        """Asks the peer to do something and waits until it has."""
        before = sum(1 for e in self.said if e["event"] == "done")
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: sum(1 for e in self.said if e["event"] == "done") > before)

    def handled(self, method):
        """What the handlers of a method were given."""
        return [e for e in self.said if e["event"] == "handling" and e["method"] == method]

    def freeze(self):
        """Stops the process as a debugger would: it is there and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """Has it go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self):
        """Ends the process as a crash would: it says goodbye to nobody."""
        self._process.kill()

    async def close(self):
        """End of its input: it leaves the room and ends."""
        with suppress(ConnectionError, BrokenPipeError):
            self._process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading


@asynccontextmanager
async def peer(url, identity, *, sdk=None, **grants):
    """A peer in the room; `sdk` runs it on another version (e.g. V1_SDK), `grants` are the arguments of `token`."""
    run = [sys.executable]
    if sdk:
        run = [shutil.which("uv") or "uv", "run", "--no-project", "--quiet", "--python", sys.executable, "--with", sdk]
        run += ["python"]
    process = await asyncio.create_subprocess_exec(
        *run, str(PEER), url, token(identity, **grants),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=1 << 24,
    )  # fmt: skip
    started = PeerProcess(identity, process)
    try:
        await started.told("ready", within_s=START_S)
        yield started
    finally:
        await started.close()
