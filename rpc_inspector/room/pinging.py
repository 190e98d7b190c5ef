"""Pinging participants: one, all, and all again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rpc_inspector.core.budgets import DEFAULT_ACK_MS
from rpc_inspector.core.model import Call, Participant
from rpc_inspector.core.ping import Pinged, ping_of, pinged
from rpc_inspector.core.session import Invocation, NotConnected, SessionError

#: So many pings are under way at once, whoever asks for them together.
MOST_AT_ONCE = 8
#: Seconds between two looks at who is there: a room's joins come in bursts.
LOOK_S = 0.2
#: The monitor waits no longer than its interval for an ack, and no shorter than this (ms).
_SHORTEST_ACK_MS = 1_000


@dataclass(frozen=True, slots=True)
class Caller:
    """What pinging needs of the session: to make a call, to wait for it, to stop waiting; and who is there."""

    start: Callable[[Invocation], int]
    finished: Callable[[int], Awaitable[Call]]
    cancel: Callable[[int], bool]
    roster: Callable[[], tuple[Participant, ...]]
    next_change: Callable[[], Awaitable[None]]


class Pinger:
    """Makes pings, and where it is asked to goes on making them.

    Args:
        caller: the session's part.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def ping(self, identity: str, ack_ms: int = DEFAULT_ACK_MS, *, anyway: bool = False) -> Pinged:
        """Ping one participant; giving up waiting cancels the call.

        Raises:
            NotConnected, NotAuthorised, CannotSend: nothing was sent.
        """
        seq = self._caller.start(ping_of(identity, ack_ms=ack_ms, anyway=anyway))
        try:
            call = await self._caller.finished(seq)
        except asyncio.CancelledError:
            self._caller.cancel(seq)
            raise
        someone = next((one for one in self._caller.roster() if one.identity == identity), None)
        return pinged(call, someone.client_protocol if someone else None)

    async def ping_all(
        self, ack_ms: int = DEFAULT_ACK_MS, told: Callable[[Pinged], None] | None = None
    ) -> Sequence[Pinged]:
        """Ping everybody who is there now but ourselves, a few at a time; in the order of the roster.

        Args:
            ack_ms: how long each waits for its ack.
            told: gets each result as it comes.

        Raises:
            NotConnected, NotAuthorised: nothing was sent.
        """
        gate = asyncio.Semaphore(MOST_AT_ONCE)

        async def one(identity: str) -> Pinged | None:
            async with gate:
                try:
                    result = await self.ping(identity, ack_ms)
                except NotConnected:
                    return None  # the connection ended while others were being pinged
            if told:
                told(result)
            return result

        others = [someone.identity for someone in self._caller.roster() if not someone.is_self]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(identity), name=f"ping {identity!r}") for identity in others]
        except ExceptionGroup as failed:
            # The first says it for all: our token may not send.
            raise next(error for error in failed.exceptions if isinstance(error, SessionError)) from None
        return [result for task in tasks if (result := task.result()) is not None]

    async def watch(self, interval_s: float) -> None:
        """Ping everybody who can be called, each ``interval_s`` after its last ping ended, until cancelled.

        Who leaves is not waited for any longer; who comes is pinged as soon as it is active. What comes of the pings is
        in the trace.
        """
        gate = asyncio.Semaphore(MOST_AT_ONCE)
        watched: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                there = {someone.sid: someone for someone in self._caller.roster() if someone.can_receive_calls}
                for sid in watched.keys() - there.keys():
                    watched.pop(sid).cancel()
                for sid in there.keys() - watched.keys():
                    work = self._again_and_again(there[sid], interval_s, gate)
                    watched[sid] = group.create_task(work, name=f"pings of {there[sid].identity!r}")
                await self._caller.next_change()
                await asyncio.sleep(LOOK_S)

    async def _again_and_again(self, someone: Participant, interval_s: float, gate: asyncio.Semaphore) -> None:
        ack_ms = min(max(round(interval_s * 1000), _SHORTEST_ACK_MS), DEFAULT_ACK_MS)
        while True:
            async with gate:
                # It may have left since the last look at who is there.
                if any(one.sid == someone.sid for one in self._caller.roster()):
                    # Where no call can leave now (our token may not send) it is tried again: permissions change.
                    with suppress(SessionError):
                        await self.ping(someone.identity, ack_ms)
            await asyncio.sleep(interval_s)
