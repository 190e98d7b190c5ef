"""The embedded room server as one object: start it, use its URL, stop it."""

import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiohttp import web

from rpc_inspector.server.errors import AddressUnavailableError
from rpc_inspector.server.http import Routes
from rpc_inspector.server.peer import require_network
from rpc_inspector.server.registry import Registry
from rpc_inspector.server.rooms import Room
from rpc_inspector.server.tokens import TokenGate

log = logging.getLogger("rpc_inspector.server")

MAX_REQUEST_LINE_BYTES = 512 * 1024
"""The join request stands in the URL with its offer, and a browser's token with its attributes beside it."""
STOP_TIMEOUT_S = 0.8


class RoomServer:
    """A LiveKit room server for data only, in this process and event loop.

    Python and browser SDKs join it by `/rtc/v1` and exchange data packets, so RPC too; it carries no media.

    Args:
        api_key: name of the one API key.
        api_secret: its secret.
        bind: address to listen on for signalling; WebRTC uses the addresses of all interfaces but the loopback.
        port: port to listen on, 0 for a free one.
        rooms: names of rooms that exist from the start and stay when empty; others are made on join.
        v1: identities that are announced as speaking only version 1 of RPC, whatever their SDK says: others then use
            that version with them.
    """

    def __init__(
        self,
        api_key: str,
        api_secret: str,
        *,
        bind: str = "127.0.0.1",
        port: int = 0,
        rooms: Iterable[str] = (),
        v1: Iterable[str] = (),
    ) -> None:
        self._bind = bind
        self._port = port
        self._kept = tuple(rooms)
        self._gate = TokenGate(api_key, api_secret)
        self._registry = Registry()
        self._routes = Routes(self._registry, self._gate, frozenset(v1))
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port that it listens on, once started."""
        return self._port

    @property
    def url(self) -> str:
        """The address that clients connect to, once started."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._bind, self._bind)  # noqa: S104 - compared, not bound
        return f"ws://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self._port}"

    def room(self, name: str) -> Room:
        """Returns a room.

        Raises:
            KeyError: there is no room of that name.
        """
        room = self._registry.find(name)
        if room is None:
            raise KeyError(name)
        return room

    async def start(self) -> None:
        """Listens; returns once clients are accepted.

        Raises:
            NoNetworkInterfaceError: WebRTC cannot work on this machine.
            AddressUnavailableError: the address or port is in use, or not this machine's.
        """
        require_network()
        for name in self._kept:
            self._registry.keep(name)
        runner = web.AppRunner(
            self._routes.application(),
            access_log=None,  # it would log the tokens in the URLs
            logger=log,
            shutdown_timeout=STOP_TIMEOUT_S,
            max_line_size=MAX_REQUEST_LINE_BYTES,
            max_field_size=MAX_REQUEST_LINE_BYTES,
        )
        await runner.setup()
        site = web.TCPSite(runner, self._bind, self._port)
        try:
            await site.start()
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            raise AddressUnavailableError(
                f"Cannot listen on {self._bind}:{self._port} ({error}). Choose another port or address."
            ) from error
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Sends everybody away, closes every connection and stops listening, within about a second.

        Harmless when it is not running.
        """
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for site in list(runner.sites):
            await site.stop()
        self._registry.close()
        await self._routes.drain(STOP_TIMEOUT_S)
        await runner.cleanup()
