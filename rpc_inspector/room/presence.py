"""Whether somebody is in the room: our SDK's list, and RoomService's, which knows up to 3 s earlier."""

import asyncio
from collections.abc import Callable

from rpc_inspector.core.model import Participant
from rpc_inspector.core.session import SessionError, Target
from rpc_inspector.room.broadcast import Broadcast
from rpc_inspector.room.people import People
from rpc_inspector.room.polling import ServicePolling
from rpc_inspector.room.service import RoomService
from rpc_inspector.room.tasks import Tasks


class Presence:
    """Asks RoomService for the list of participants while anybody wants it, where we may.

    Args:
        people: gets each list. broadcast: tells when anything changed, and whether anybody looks.
        notice: gets a sentence when the list cannot be had.
    """

    def __init__(self, people: People, broadcast: Broadcast, notice: Callable[[str], None]) -> None:
        self._people = people
        self._broadcast = broadcast
        self._notice = notice
        self._polling: ServicePolling | None = None
        self._waiting = 0

    def entered(self, target: Target, room: str, owner: Tasks) -> None:
        """We are in ``room``; ``owner`` ends what this starts."""
        if not RoomService.usable(target, room):
            return
        self._polling = ServicePolling(
            RoomService(target),
            room,
            wanted=lambda: self._broadcast.has_listeners or self._waiting > 0,
            take=self._people.take_service,
            notice=self._notice,
        )
        owner.start(self._polling.run(), "participants of RoomService")

    def left(self) -> None:
        """We are in no room."""
        self._polling = None

    async def present(self, identity: str) -> bool:
        """Whether somebody of that identity is there, asking the server unless we know it."""
        if self._people.get(identity) is None and self._polling:
            try:
                await self._polling.refresh()
            except SessionError:
                return False
        return self._people.get(identity) is not None

    async def wait_for(self, identity: str, seconds: float) -> Participant | None:
        """Wait until ``identity`` is active, at most so long; ``None`` if it is not by then."""
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                while True:
                    someone = self._people.get(identity)
                    if someone and someone.state == "active":
                        return someone
                    await self._broadcast.next_change()
        except TimeoutError:
            return None
        finally:
            self._waiting -= 1
