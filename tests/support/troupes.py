"""A process with several participants, started and spoken to."""

import asyncio
import itertools
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.peers import START_S, PeerProcess
from tests.support.rooms import token

TROUPE = Path(__file__).with_name("troupe.py")


class TroupeProcess(PeerProcess):
    """The troupe as its test sees it."""

    def __init__(self, process):
        super().__init__("troupe", process)
        self._numbers = itertools.count()

    async def ask(self, identity, do, **more):
        """Asks a member to do something and waits until it has."""
        number = next(self._numbers)
        self._process.stdin.write(json.dumps([number, {"do": do, "as": identity, **more}]).encode() + b"\n")
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: self._ends_of(number))
        end = self._ends_of(number)[0]
        assert end["event"] == "acted", f"{identity} {do}: {end['why']}"

    def _ends_of(self, number):
        return [said for said in self.said if said["event"] in ("acted", "failed") and said["number"] == number]

    async def join(self, url, identity, methods=None, key=None, **grants):
        """A member joins; `grants` are the arguments of `token`."""
        made = token(identity, **grants)
        await self.ask(identity, "join", url=url, token=made, methods=methods or {}, key=key)


@asynccontextmanager
async def troupe():
    """A troupe without members yet."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(TROUPE), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, limit=1 << 24,
    )  # fmt: skip
    started = TroupeProcess(process)
    try:
        await started.told("ready", within_s=START_S)
        yield started
    finally:
        await started.close()
