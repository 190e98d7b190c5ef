"""A demo participant in a room: it comes back when it was sent away, and gives way to a visitor who takes its part."""

import asyncio
from contextlib import asynccontextmanager, suppress

from livekit import api

from rpc_inspector.core.methods import ADVERTISED_ATTRIBUTE, DESCRIBE_METHOD, parse_described
from rpc_inspector.demo.actor import Actor
from rpc_inspector.demo.cast.flaky import Flaky
from rpc_inspector.demo.cast.phone import Phone
from rpc_inspector.demo.cast.web import Browser
from rpc_inspector.demo.stage import Stage
from tests.support.rooms import KEY, ROOM, SECRET, call, embedded_server, join, until


@asynccontextmanager
async def playing(part: type[Actor], url: str):
    """An actor at work in ROOM: what it plays, and the queue that gets an entry each time it is there."""
    entrances: asyncio.Queue[None] = asyncio.Queue()
    play = asyncio.create_task(part(Stage(url, ROOM, KEY, SECRET)).play(lambda: entrances.put_nowait(None)))
    try:
        async with asyncio.timeout(20):
            await entrances.get()
        yield play, entrances
    finally:
        play.cancel()
        with suppress(asyncio.CancelledError):
            await play


async def test_it_comes_back_when_it_was_removed():
    async with embedded_server() as server, playing(Browser, server.url) as (_, entrances):
        async with api.LiveKitAPI(server.url, KEY, SECRET) as service:
            await service.room.remove_participant(api.RoomParticipantIdentity(room=ROOM, identity="web-1"))
        async with asyncio.timeout(20):
            await entrances.get()
        async with join(server.url, "visitor") as room:
            assert ADVERTISED_ATTRIBUTE in room.remote_participants["web-1"].attributes
            described = parse_described(await call(room, "web-1", DESCRIBE_METHOD, '{"v":1}')).methods
            assert {method.name for method in described} == {"get_location", "show_card", "confirm"}


async def test_it_gives_way_to_a_visitor_of_its_name():
    async with embedded_server() as server, playing(Flaky, server.url) as (play, _), join(server.url, "flaky") as room:
        async with asyncio.timeout(10):
            await play
        assert room.isconnected()


async def test_hanging_up_answers_first_and_the_phone_calls_again():
    async with (
        embedded_server() as server,
        playing(Phone, server.url) as (_, entrances),
        join(server.url, "visitor") as room,
    ):
        first = room.remote_participants["phone"].sid
        assert ADVERTISED_ATTRIBUTE not in room.remote_participants["phone"].attributes
        assert await call(room, "phone", "lk.sip.EndCall") == "{}"
        await until(lambda: "phone" not in room.remote_participants)
        async with asyncio.timeout(20):
            await entrances.get()
        await until(lambda: "phone" in room.remote_participants)
        assert room.remote_participants["phone"].sid != first


async def test_what_it_shows_changes_with_what_it_is_asked():
    async with embedded_server() as server, playing(Browser, server.url), join(server.url, "visitor") as room:
        await call(room, "web-1", "show_card", '{"title":"Bon voyage"}')
        await until(lambda: room.remote_participants["web-1"].attributes.get("card") == "Bon voyage")
        assert ADVERTISED_ATTRIBUTE in room.remote_participants["web-1"].attributes
