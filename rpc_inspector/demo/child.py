"""The life of the demo's child: the server first, then the line that says where, then the participants."""

import asyncio
import importlib
import json
import logging
import secrets
import sys
from collections.abc import Callable

from rpc_inspector.core.session import SessionError
from rpc_inspector.demo.stage import Stage
from rpc_inspector.server import RoomServer, RoomServerError

ROOM = "demo"
#: Who is announced as speaking version 1 of RPC, as LiveKit's SIP service does.
V1 = ("phone",)
#: How long the participants may take to leave in good order, in seconds.
LEAVE_LIMIT_S = 0.4


def run(on_end: Callable[[Callable[[], object]], None], phase: Callable[[str], None]) -> None:
    """Serve until told to end.

    Args:
        on_end: takes what is to be called, from any thread, when it is time to end.
        phase: takes the name of each step that is done.

    Raises:
        SessionError: the server cannot work on this machine.
    """
    asyncio.run(_serve(on_end, phase))


async def _serve(on_end: Callable[[Callable[[], object]], None], phase: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    on_end(lambda: loop.call_soon_threadsafe(ended.set))
    key, secret = "demo", secrets.token_urlsafe(32)
    server = RoomServer(key, secret, rooms=(ROOM,), v1=V1)
    try:
        await server.start()
    except RoomServerError as error:
        raise SessionError(str(error)) from error
    stage = Stage(server.url, ROOM, key, secret)
    _say_where(stage)
    phase("server accepts clients")
    show = asyncio.create_task(_perform(stage, phase))
    show.add_done_callback(lambda _: ended.set())
    try:
        await ended.wait()
    finally:
        show.cancel()
        await asyncio.wait((show,), timeout=LEAVE_LIMIT_S)
        await server.stop()
    if show.done() and not show.cancelled():
        show.result()  # a room without its participants is no demo: fail aloud


def _say_where(stage: Stage) -> None:
    where = {
        "url": stage.url,
        "api_key": stage.api_key,
        "api_secret": stage.api_secret,
        "room": stage.room,
        "token": stage.token("guest"),
    }
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()


async def _perform(stage: Stage, phase: Callable[[str], None]) -> None:
    # In a thread: whoever read our line can connect while livekit.rtc is being loaded.
    cast = await asyncio.to_thread(importlib.import_module, "rpc_inspector.demo.cast")
    # Its warnings are of connections that end when the server does; errors of handlers still come through.
    logging.getLogger("livekit").setLevel(logging.ERROR)
    phase("participants imported")
    await cast.perform(stage, phase)
