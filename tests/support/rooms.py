"""Rooms for tests: an embedded server, participants of the real SDK in it, and a watcher of what it forwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from livekit import api, rtc

from rpc_inspector.server import RoomServer
from rpc_inspector.wire.relay import Hello, RelayedPacket, decode_frame

KEY = "test-key"
SECRET = "a-secret-of-a-room-that-lives-for-one-test"
ROOM = "test-room"


@asynccontextmanager
async def embedded_server(**options: Any) -> AsyncIterator[RoomServer]:
    """A started RoomServer on a free port with KEY and SECRET."""
    async with RoomServer(KEY, SECRET, **options) as server:
        yield server


def token(
    identity: str,
    *,
    room: str = ROOM,
    name: str = "",
    kind: Any = None,
    metadata: str = "",
    attributes: dict[str, str] | None = None,
    key: str = KEY,
    secret: str = SECRET,
    **grants: Any,
) -> str:
    """A token to join `room`; may update its own metadata unless `grants` say otherwise."""
    allowed = {"room_join": True, "room": room, "can_update_own_metadata": True} | grants
    made = api.AccessToken(key, secret).with_identity(identity).with_grants(api.VideoGrants(**allowed))
    made = made.with_name(name).with_metadata(metadata).with_attributes(attributes or {})
    return (made.with_kind(kind) if kind else made).to_jwt()


def admin_token(room: str = ROOM, *, key: str = KEY, secret: str = SECRET) -> str:
    """A token that administers `room` but does not join it."""
    grants = api.VideoGrants(room_admin=True, room=room)
    return api.AccessToken(key, secret).with_grants(grants).to_jwt()


@asynccontextmanager
async def join(url: str, identity: str, **how: Any) -> AsyncIterator[rtc.Room]:
    """A participant of the Python SDK, connected; `how` are the arguments of `token`."""
    room = rtc.Room()
    await room.connect(url, token(identity, **how), rtc.RoomOptions(auto_subscribe=False))
    try:
        yield room
    finally:
        await room.disconnect()


def echo(room: rtc.Room, method: str = "echo") -> None:
    """Lets a participant answer `method` with the payload that it got."""

    async def handler(data: rtc.RpcInvocationData) -> str:
        return data.payload

    room.local_participant.register_rpc_method(method, handler)


async def call(room: rtc.Room, destination: str, method: str = "echo", payload: str = "{}", **options: Any) -> str:
    """Calls a method as a participant."""
    return await room.local_participant.perform_rpc(
        destination_identity=destination, method=method, payload=payload, **options
    )


async def until(condition: Callable[[], Any], *, within_s: float = 8.0, what: str = "") -> Any:
    """Waits for a condition of state that another task changes; returns its value.

    Raises:
        AssertionError: it did not come true in time.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not (value := condition()):
        if loop.time() > deadline:
            raise AssertionError(f"not within {within_s} s: {what or condition}")
        await asyncio.sleep(0.005)
    return value


@dataclass
class Watch:
    """What an event stream has told so far."""

    hello: Hello | None = None
    packets: list[RelayedPacket] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    lost: int = 0


@asynccontextmanager
async def watch(url: str, room: str = ROOM) -> AsyncIterator[Watch]:
    """A watcher of the packets that the embedded server forwards in `room`, attached."""
    seen = Watch()
    headers = {"Authorization": f"Bearer {admin_token(room)}"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/inspector/events", headers=headers, max_msg_size=0) as ws,
    ):
        seen.hello = decode_frame(await ws.receive_bytes()).hello

        async def collect() -> None:
            async for message in ws:
                frame = decode_frame(message.data)
                seen.packets += frame.packets
                seen.lost += frame.lost
                seen.frames.append(len(frame.packets))

        collecting = asyncio.create_task(collect())
        try:
            yield seen
        finally:
            collecting.cancel()
            with suppress(asyncio.CancelledError):
                await collecting
