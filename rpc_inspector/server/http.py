"""The server's routes: who may connect to what, and each refusal as a readable body."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from livekit.protocol import models, rtc

from rpc_inspector.server import events, roomservice
from rpc_inspector.server.errors import RefusedError
from rpc_inspector.server.joining import describe, read_join_request
from rpc_inspector.server.registry import Registry
from rpc_inspector.server.signalling import SERVER_VERSION, Session, leave
from rpc_inspector.server.tokens import TokenGate, require_admin, require_join
from rpc_inspector.wire.relay import Hello

MAX_MESSAGE_BYTES = 512 * 1024
CLOSE_TIMEOUT_S = 0.5

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, *",
    "Access-Control-Max-Age": "86400",
}


class Routes:
    """The HTTP side of one server.

    Args:
        registry: its rooms.
        gate: verifies its tokens.
        v1: identities that are announced as speaking only version 1 of RPC.
    """

    def __init__(self, registry: Registry, gate: TokenGate, v1: frozenset[str] = frozenset()) -> None:
        self._registry = registry
        self._gate = gate
        self._v1 = v1
        self._serving: dict[asyncio.Task[None], web.WebSocketResponse] = {}

    def application(self) -> web.Application:
        """Returns the aiohttp application."""
        app = web.Application(middlewares=[_finish_response], client_max_size=MAX_MESSAGE_BYTES)
        service = roomservice.RoomService(self._registry, self._gate)
        app.add_routes(
            [
                web.get("/rtc", self._join),
                web.get("/rtc/v1", self._join),
                web.get("/rtc/validate", self._validate),
                web.get("/rtc/v1/validate", self._validate),
                web.get("/inspector/events", self._watch),
                web.post(roomservice.PREFIX + "{method}", service.handle),
                web.get("/", _alive),
                web.options("/{path:.*}", _preflight),
            ]
        )
        return app

    async def _validate(self, request: web.Request) -> web.Response:
        require_join(self._gate.claims(request), request.query.get("room", ""))
        return web.Response(text="success")

    async def _join(self, request: web.Request) -> web.StreamResponse:
        claims = self._gate.claims(request)
        name = require_join(claims, request.query.get("room", ""))
        join = read_join_request(request.query)
        info = describe(claims, join)
        if info.identity in self._v1:
            info.client_protocol = 0
        ws = await _open_websocket(request)
        if join.reconnect:
            # Resuming would need the old peer connection; the client reconnects from scratch in 0.4 s instead.
            refusal = leave(models.STATE_MISMATCH, rtc.LeaveRequest.RECONNECT)
            await ws.send_bytes(refusal.SerializeToString())
            await ws.close()
            return ws
        session = Session(ws, request.transport, self._registry.open(name), info)
        offer = join.publisher_offer if join.HasField("publisher_offer") else None
        await self._serve(ws, session.serve(offer, subscriber=request.path == "/rtc"))
        return ws

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        room = require_admin(self._gate.claims(request), request.query.get("room", ""))
        ws = await _open_websocket(request)
        await self._serve(ws, events.stream(ws, self._registry.feed(room), Hello(room, server_version=SERVER_VERSION)))
        return ws

    async def _serve(self, ws: web.WebSocketResponse, work: Awaitable[None]) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a request is always handled in a task
        self._serving[task] = ws
        try:
            await work
        finally:
            del self._serving[task]

    async def drain(self, timeout_s: float) -> None:
        """Closes the WebSockets that are still served; returns when none is left, which takes at most `timeout_s`."""
        if not self._serving:
            return
        tasks = set(self._serving)
        closing = asyncio.gather(*(ws.close() for ws in self._serving.values()), return_exceptions=True)
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(closing, *late, return_exceptions=True)


async def _open_websocket(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(timeout=CLOSE_TIMEOUT_S, max_msg_size=MAX_MESSAGE_BYTES, compress=False)
    if not ws.can_prepare(request).ok:
        raise RefusedError("This address is for WebSocket connections.", status=400)
    await ws.prepare(request)
    return ws


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="OK")


async def _preflight(_request: web.Request) -> web.Response:
    return web.Response(status=204)


@web.middleware
async def _finish_response(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turns refusals into readable bodies, and lets pages of any origin read them."""
    try:
        response = await handler(request)
    except RefusedError as refused:
        response = web.Response(text=refused.message, status=refused.status)
    except web.HTTPException as refused:
        refused.headers.update(_CORS)
        raise
    if not response.prepared:
        response.headers.update(_CORS)
    return response
