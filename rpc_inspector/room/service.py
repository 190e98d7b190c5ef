"""RoomService, the server's own API: its list of rooms and its list of participants, which is always up to date."""

import asyncio
from collections.abc import Sequence

import aiohttp
from livekit import api
from livekit.protocol import models

from rpc_inspector.core.session import ConnectFailed, RoomSummary, SessionError, Target
from rpc_inspector.room.failures import connect_failure, refused, server_place
from rpc_inspector.room.tokens import admin_token

#: Seconds that a request may take.
REQUEST_LIMIT_S = 5.0
#: Seconds that a join waits to learn whether its identity is taken.
GLANCE_S = 1.0


class RoomService:
    """A client of one server's RoomService; close it after use.

    Args:
        target: the server, with a key or a token that administers its room.
    """

    def __init__(self, target: Target) -> None:
        self._url = target.url
        self._timeout = aiohttp.ClientTimeout(total=REQUEST_LIMIT_S)
        # With a key each request gets a fresh token; failing over between regions would exceed the time that we have.
        if target.has_key:
            self._api = api.LiveKitAPI(
                target.url, target.api_key, target.api_secret, timeout=self._timeout, failover=False
            )
        else:
            self._api = api.LiveKitAPI.with_token(target.token, target.url, timeout=self._timeout, failover=False)

    @staticmethod
    def usable(target: Target, room: str) -> bool:
        """Whether ``target`` has what RoomService asks for to list ``room``."""
        return admin_token(target, room) is not None

    async def rooms(self) -> Sequence[RoomSummary]:
        """The server's rooms.

        Raises:
            ConnectFailed, NotAuthorised: as they say.
        """
        try:
            answer = await self._api.room.list_rooms(api.ListRoomsRequest())
        except (api.TwirpError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._failure(error) from error
        return tuple(
            RoomSummary(
                name=room.name, participants=room.num_participants, created_at=float(room.creation_time) or None
            )
            for room in answer.rooms
        )

    async def participants(self, room: str) -> Sequence[models.ParticipantInfo]:
        """Everybody in ``room``, hidden ones too; nobody if there is no such room.

        Raises:
            ConnectFailed, NotAuthorised: as they say.
        """
        try:
            answer = await self._api.room.list_participants(api.ListParticipantsRequest(room=room))
        except (api.TwirpError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._failure(error) from error
        return tuple(answer.participants)

    async def has(self, room: str, identity: str) -> bool:
        """Whether somebody of that identity is in ``room`` now; no, where that cannot be told within a second."""
        try:
            async with asyncio.timeout(GLANCE_S):
                everybody = await self.participants(room)
        except (SessionError, TimeoutError):
            return False
        gone = models.ParticipantInfo.DISCONNECTED
        return any(someone.identity == identity and someone.state != gone for someone in everybody)

    async def close(self) -> None:
        """Close its connections."""
        await self._api.aclose()
        await asyncio.sleep(0)  # aiohttp closes its transports in the next turn of the loop

    def _failure(self, error: Exception) -> SessionError:
        if isinstance(error, api.TwirpError):
            return refused(server_place(self._url), error.status, error.message)
        if isinstance(error, TimeoutError):
            return ConnectFailed(
                f"{server_place(self._url)} did not answer within {REQUEST_LIMIT_S:g} s.", "Check the URL."
            )
        return connect_failure(self._url, _words(error))


def _words(error: Exception) -> str:
    """What failed, in words that :func:`connect_failure` knows: aiohttp's text says ``ssl`` whatever it was."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "certificate"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "failed to lookup"
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        return "connection refused" if refused else str(error.os_error)
    return str(error) or type(error).__name__


async def is_taken(target: Target, room: str, identity: str) -> bool:
    """Whether somebody has that identity in ``room``, who would be sent away if we joined as such.

    No, where we may not ask or get no answer within a second.
    """
    if not RoomService.usable(target, room):
        return False
    service = RoomService(target)
    try:
        return await service.has(room, identity)
    finally:
        await service.close()


async def list_rooms(target: Target) -> Sequence[RoomSummary]:
    """The server's rooms; needs an API key.

    Raises:
        ConnectFailed, NotAuthorised: as they say.
    """
    if not target.has_key:
        raise ConnectFailed("Listing rooms needs an API key.", "Give a key and its secret, or name the room.")
    service = RoomService(target)
    try:
        return await service.rooms()
    finally:
        await service.close()
