"""How soon methods are on the screen: advertised ones after their participant is in a roster, described ones in time.

Measured from outside: the interface runs on a pseudo-terminal, another participant's SDK tells when it lists somebody,
and what the terminal then shows is read. The described are asked by a session, whose roster then says what came of it.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from statistics import median, quantiles

from livekit import api, rtc

from benchmarks.terminal import DEADLINE_S, OURS, Terminal
from rpc_inspector.core.model import Describing
from rpc_inspector.core.session import Session, Target
from rpc_inspector.describe import Methods
from rpc_inspector.room import open_session
from rpc_inspector.server import RoomServer

ROUNDS = 20
KEY, SECRET, ROOM = "bench", "a-secret-that-lives-for-one-measurement", "bench"


def _token(identity: str, attributes: dict[str, str] | None = None) -> str:
    grants = api.VideoGrants(room_join=True, room=ROOM, can_update_own_metadata=True)
    token = api.AccessToken(KEY, SECRET).with_identity(identity).with_grants(grants)
    return token.with_attributes(attributes or {}).to_jwt()


def _advertised(name: str) -> dict[str, str]:
    return {"rpc.methods": json.dumps({"v": 1, "m": {name: {"d": "Measured"}}})}


@asynccontextmanager
async def _joined(url: str, identity: str, attributes: dict[str, str] | None = None) -> AsyncIterator[rtc.Room]:
    room = rtc.Room()
    await room.connect(url, _token(identity, attributes), rtc.RoomOptions(auto_subscribe=False))
    try:
        yield room
    finally:
        await room.disconnect()


def _holds(text: str, lines: list[str]) -> bool:
    return any(text in line for line in lines)


async def _advertising(url: str) -> dict[str, float]:
    """From the roster, or a change of the attribute there, to the screen, in ms."""
    options = ["--url", url, "--api-key", KEY, "--api-secret", SECRET, "--room", ROOM, "--no-journal"]
    terminal = Terminal([*OURS, *options], watch=True)
    joined, changed = [], []
    try:
        await asyncio.to_thread(terminal.seconds_to_screen, partial(_holds, "connected"))
        async with _joined(url, "observer") as observer:
            listed = _Listed()
            observer.on("participant_connected", lambda someone: listed.note(someone.identity))
            observer.on("participant_attributes_changed", lambda _, someone: listed.note(f"{someone.identity} changed"))
            for number in range(ROUNDS):
                who, first, second = f"peer{number:02}", f"one{number:02}", f"two{number:02}"
                async with _joined(url, who, _advertised(first)) as peer:
                    joined.append(await _shown(terminal, first, listed, who))
                    await peer.local_participant.set_attributes(_advertised(second))
                    changed.append(await _shown(terminal, second, listed, f"{who} changed"))
    finally:
        terminal.close()
    return {
        "advertised_ms_p50": median(joined),
        "advertised_ms_p95": quantiles(joined, n=20)[18],
        "advertised_later_ms_p95": quantiles(changed, n=20)[18],
    }


class _Listed:
    """When another participant's SDK told of something, in seconds of CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        self._told: dict[str, asyncio.Future[float]] = {}

    def note(self, what: str) -> None:
        told = self._future(what)
        if not told.done():
            told.set_result(time.monotonic())

    async def at(self, what: str) -> float:
        async with asyncio.timeout(DEADLINE_S):
            return await self._future(what)

    def _future(self, what: str) -> asyncio.Future[float]:
        return self._told.setdefault(what, asyncio.get_running_loop().create_future())


async def _shown(terminal: Terminal, method: str, listed: _Listed, event: str) -> float:
    """Milliseconds from the event to the method on the screen; 0 if the screen was first."""
    since = time.monotonic()
    shown = since + await asyncio.to_thread(terminal.seconds_to_screen, partial(_holds, method), since)
    return max(0.0, (shown - await listed.at(event)) * 1000)


async def _describing(url: str) -> dict[str, float]:
    """From the question until the methods are in the roster, or the participant is marked as silent, in seconds."""
    session = open_session(capture=False)
    await session.join(Target(url=url, room=ROOM, identity="asker", api_key=KEY, api_secret=SECRET, describe=False))
    methods = Methods()
    methods.add("greet", description="Greets", request=dict)(_never)
    try:
        async with _joined(url, "clear") as clear, _joined(url, "silent") as silent:
            silent.local_participant.register_rpc_method("rpc.describe", _never)
            await methods.publish(clear.local_participant, advertise=False)
            for identity in ("clear", "silent"):
                await session.wait_for_participant(identity, DEADLINE_S)
            answers = [await _asked(session, "clear", "described") for _ in range(ROUNDS)]
            silences = [await _asked(session, "silent", "silent") for _ in range(3)]
    finally:
        await session.close()
    return {"described_s_max": max(answers), "silent_s_max": max(silences)}


async def _never(_: rtc.RpcInvocationData) -> str:
    return str(await asyncio.get_running_loop().create_future())


async def _asked(session: Session, identity: str, state: Describing) -> float:
    """Seconds that a question took; what came of it is in the roster."""
    began = time.monotonic()
    await session.describe(identity)
    someone = next(one for one in session.roster if one.identity == identity)
    assert someone.describing == state, f"{identity} is {someone.describing}"
    return time.monotonic() - began


async def measure() -> dict[str, float]:
    """Advertised and changed in ms, described and silent in seconds; on the embedded server."""
    async with RoomServer(KEY, SECRET, rooms=(ROOM,)) as server:
        figures = await _advertising(server.url) | await _describing(server.url)
    return {f"discovery_{name}": value for name, value in figures.items()}
