"""One call made again and again: so many times or until stopped, at an interval or one after another."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Invocation, Session, SessionError
from rpc_inspector.core.statistics.summary import Group, facts_of


class Plan(Struct, frozen=True, kw_only=True):
    """How often.

    Attributes:
        count: of calls; ``None`` until stopped.
        interval_s: from the begin of one to the begin of the next; 0: as soon as there is room.
        concurrency: so many may run at once; one that would be more waits.
    """

    count: int | None = 1
    interval_s: float = 0.0
    concurrency: int = 1


class Repetition:
    """Makes the calls of a plan and counts what comes of them.

    Args:
        session: joined.
        plan: how often.
        make: gives the next call, its placeholders filled in anew.
        told: called after each change of the attributes.

    Attributes:
        sent: how many were begun. figures: of those that ended. last: the number of the last one begun.
        problem: why no more are begun, where something went wrong.
    """

    def __init__(
        self,
        session: Session,
        plan: Plan,
        make: Callable[[], Invocation],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._session, self._plan, self._make, self._told = session, plan, make, told
        self.sent = 0
        self.figures = Group()
        self.last: int | None = None
        self.problem: SessionError | None = None
        self._running: set[int] = set()

    @property
    def in_flight(self) -> int:
        """How many run now."""
        return len(self._running)

    async def run(self) -> None:
        """Make the calls. Cancelling it stops waiting for those that run; they are counted as cancelled."""
        room = asyncio.Semaphore(self._plan.concurrency)
        try:
            async with asyncio.TaskGroup() as calls:
                await self._begin_all(calls, room)
        finally:
            for seq in tuple(self._running):
                self._session.cancel(seq)
            for seq in tuple(self._running):
                self._count(seq, await self._session.ended(seq))

    async def _begin_all(self, calls: asyncio.TaskGroup, room: asyncio.Semaphore) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._plan.count is None or self.sent < self._plan.count:
            await asyncio.sleep(max(due - loop.time(), 0))
            await room.acquire()
            due = max(due + self._plan.interval_s, loop.time())
            try:
                seq = self._session.start_call(self._make())
            except SessionError as error:
                self.problem = error
                return
            self.sent += 1
            self.last = seq
            self._running.add(seq)
            self._told()
            calls.create_task(self._follow(seq, room))

    async def _follow(self, seq: int, room: asyncio.Semaphore) -> None:
        await self._session.ended(seq)
        room.release()
        # Its packets follow; they are not waited for before the next one begins.
        self._count(seq, await self._session.finished(seq))

    def _count(self, seq: int, call: Call) -> None:
        if seq in self._running:
            self._running.discard(seq)
            self.figures.put(facts_of(call), 1)
            self._told()
