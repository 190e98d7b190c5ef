"""RoomService's list of participants, read each second: a real server announces silent ones up to 3 s late."""

import asyncio
from collections.abc import Callable, Sequence

from livekit.protocol import models

from rpc_inspector.core.session import ConnectFailed, NotAuthorised
from rpc_inspector.room.service import RoomService

INTERVAL_S = 1.0
#: After so many failures in a row it is said once, and asked less often.
FAILURES = 3
SLOW_INTERVAL_S = 10.0


class ServicePolling:
    """Polls for one room. Owns ``service``.

    Args:
        service: to ask. room: its name.
        wanted: whether anybody looks at the list now.
        take: gets each list. notice: gets a sentence when the list cannot be had, once.
    """

    def __init__(
        self,
        service: RoomService,
        room: str,
        *,
        wanted: Callable[[], bool],
        take: Callable[[Sequence[models.ParticipantInfo]], None],
        notice: Callable[[str], None],
    ) -> None:
        self._service = service
        self._room = room
        self._wanted = wanted
        self._take = take
        self._notice = notice
        self._failures = 0

    async def run(self) -> None:
        """Poll until cancelled, or until the server says that we may not."""
        try:
            while True:
                if self._wanted():
                    try:
                        await self.refresh()
                    except NotAuthorised as refusal:
                        self._notice(f"the server's list of participants cannot be read: {refusal.what}")
                        return
                    except ConnectFailed as failure:
                        self._failed(failure)
                await asyncio.sleep(INTERVAL_S if self._failures < FAILURES else SLOW_INTERVAL_S)
        finally:
            await self._service.close()

    async def refresh(self) -> None:
        """Ask now.

        Raises:
            ConnectFailed, NotAuthorised: as they say.
        """
        self._take(await self._service.participants(self._room))
        self._failures = 0

    def _failed(self, failure: ConnectFailed) -> None:
        self._failures += 1
        if self._failures == FAILURES:
            self._notice(f"the server's list of participants cannot be read: {failure.what}")
