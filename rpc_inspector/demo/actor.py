"""A demo participant: it joins, registers its methods, tells of them, runs its errands, and comes back if it left."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from typing import ClassVar

from livekit import rtc

from rpc_inspector.demo.errands import run_errands
from rpc_inspector.demo.methods import DemoMethod, table
from rpc_inspector.demo.stage import Stage

log = logging.getLogger("rpc_inspector.demo")

#: How long a participant that left stays away, in seconds.
ABSENCE_S = 3.0
JOIN_LIMIT_S = 15.0


async def work(least_ms: float, most_ms: float) -> None:
    """Be busy for a time, as handlers are that ask a station, a disk or a person."""
    await asyncio.sleep(random.uniform(least_ms, most_ms) / 1000)  # noqa: S311 - a pace, not a secret


class Actor:
    """One participant; the cast are its subclasses.

    A participant sets its attributes only once its handlers are registered, so that whoever sees an attribute may
    call; what ``rpc.methods`` advertises is there.

    Attributes:
        attributes: what it shows of itself, beside its methods; never empty.
        advertises: whether it says its methods' names in the attribute ``rpc.methods``.
        describes: whether it answers ``rpc.describe``.
    """

    identity: ClassVar[str]
    name: ClassVar[str] = ""
    kind: ClassVar[str] = "standard"
    attributes: ClassVar[dict[str, str]]
    advertises: ClassVar[bool] = True
    describes: ClassVar[bool] = True

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._room: rtc.Room | None = None
        self._left: asyncio.Future[int] | None = None

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        raise NotImplementedError

    async def cue(self) -> None:
        """Wait until it is time to join."""

    async def settle(self) -> None:
        """What it does in the room before it registers its methods."""

    def leave(self) -> None:
        """Leave the room soon, with calls in flight; safe to be called by a handler. It comes back."""
        self._leave_because(rtc.DisconnectReason.CLIENT_INITIATED)

    async def show(self, **attributes: str) -> None:
        """Change attributes of its own."""
        if self._room is not None:
            await self._room.local_participant.set_attributes(attributes)

    async def play(self, here: Callable[[], None]) -> None:
        """Be in the room until cancelled. ``here`` is called each time when it is there with its methods."""
        while True:
            await self.cue()
            try:
                reason = await self._appear(here)
            except (rtc.ConnectError, TimeoutError) as error:
                log.warning("%s could not join: %s", self.identity, error or "no answer")
            else:
                if reason == rtc.DisconnectReason.DUPLICATE_IDENTITY:
                    return  # A visitor took the part: leave it to them.
            await asyncio.sleep(ABSENCE_S)

    async def _appear(self, here: Callable[[], None]) -> int:
        self._left = asyncio.get_running_loop().create_future()
        self._room = room = rtc.Room()
        room.on("disconnected", self._leave_because)
        room.on("participant_connected", lambda _: self.stage.notice(room.remote_participants))
        token = self.stage.token(self.identity, name=self.name, kind=self.kind)
        try:
            async with asyncio.timeout(JOIN_LIMIT_S):
                await room.connect(self.stage.url, token, rtc.RoomOptions(auto_subscribe=False))
                self.stage.notice(room.remote_participants)
                await self.settle()
                await self._announce(room.local_participant)
            here()
            errands = asyncio.create_task(run_errands(self.identity, room))
            try:
                return await self._left
            finally:
                errands.cancel()
                await asyncio.gather(errands, return_exceptions=True)
        finally:
            await room.disconnect()

    async def _announce(self, me: rtc.LocalParticipant) -> None:
        # Its own attributes last: whoever sees one may call.
        await table(self.methods()).publish(me, advertise=self.advertises, describe=self.describes)
        await me.set_attributes(self.attributes)

    def _leave_because(self, reason: int) -> None:
        if self._left is not None and not self._left.done():
            self._left.set_result(reason)
