"""A full reconnect of ours, on both servers: the SDK drops everybody and lists them anew, and nobody left for that."""

import asyncio

import pytest
from livekit.protocol import models
from livekit.rtc._proto.room_pb2 import SimulateScenarioKind

from rpc_inspector.core.session import Target
from tests.support import livekit_server
from tests.support.livekit_server import RealServer
from tests.support.rooms import KEY, ROOM, SECRET, until
from tests.support.troupes import troupe


def events(session, *kinds):
    return [(row.kind, row.identity, row.text) for row in session.rows() if getattr(row, "kind", None) in kinds]


async def reconnect(session):
    """Only the SDK can break its own connection on demand; what it tells of that comes later."""
    await session._connection.room.simulate_scenario(SimulateScenarioKind.SIMULATE_FULL_RECONNECT)


async def is_back(session, times=1):
    await until(lambda: len(events(session, "reconnected")) == times, within_s=20, what="we are back")


@pytest.fixture
async def members():
    async with troupe() as made:
        yield made


async def join(session, server, members, *, key=True, describe=False):
    for name in ("bob", "carl"):
        await members.join(server.url, name, {"echo": "echo"}, attributes={"a": name})
    target = Target(url=server.url, room=ROOM, api_key=KEY, api_secret=SECRET, describe=describe, identity="me")
    await session.join(target)
    if key:
        # Somebody looks, so RoomService is asked.
        session.subscribe(lambda _update: None)
    for name in ("bob", "carl"):
        assert await session.wait_for_participant(name, 20)


@pytest.mark.parametrize("key", [True, False], ids=["asking RoomService", "by the SDK alone"])
async def test_who_stays_is_not_said_to_have_left(session, room_server, members, key):
    await join(session, room_server, members, key=key)
    before = {one.identity: one.seen_at for one in session.roster}
    for times in (1, 2):
        await reconnect(session)
        await is_back(session, times)
        await until(lambda: len(session.roster) == 3, what="everybody is listed")
    # A change tells that what came before it has been told.
    await members.ask("carl", "attributes", attributes={"a": "told last"})
    await until(lambda: ("attributes", "carl", "a") in events(session, "attributes"), within_s=20)
    assert events(session, "joined", "active", "left") == []
    after = {one.identity: one.seen_at for one in session.roster}
    assert list(after) == list(before)
    assert {after[name] for name in ("bob", "carl")} == {before[name] for name in ("bob", "carl")}


async def test_who_went_meanwhile_is_gone(session, room_server, members):
    await join(session, room_server, members, key=False)
    if isinstance(room_server, RealServer):
        # Its leave is told 3 s late, so it falls into the reconnect.
        await members.ask("carl", "leave")
        await reconnect(session)
    else:
        # The embedded server tells at once, so it has to leave when nothing reaches us.
        room = room_server.room(ROOM)
        room.drop_connection("me")
        room.remove(room.participants["carl"], models.PARTICIPANT_REMOVED)
    await is_back(session)
    await until(lambda: events(session, "left"), within_s=20, what="it is told who left")
    [(_kind, who, why)] = events(session, "left")
    assert who == "carl"
    assert why in ("gone after our reconnect", "client initiated")
    assert [one.identity for one in session.roster] == ["me", "bob"]
    assert events(session, "joined") == []


async def test_a_server_that_is_started_anew(session, members, tmp_path):
    """Everybody's session is another one then; who comes back did not leave, and who does not is gone."""
    if livekit_server.binary() is None:
        pytest.skip(f"livekit-server is neither on the PATH nor named by {livekit_server.VARIABLE}")
    async with livekit_server.livekit_server(tmp_path) as server:
        await join(session, server, members, key=False)
        server.process.kill()
        await server.process.wait()
        await members.ask("carl", "leave")
        config = str(tmp_path / "livekit.yaml")
        again = await asyncio.create_subprocess_exec(
            livekit_server.binary(), "--config", config, "--node-ip", "127.0.0.1", stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await is_back(session)
            await until(
                lambda: len(events(session, "joined", "left")) == 2, within_s=25, what="it is told who is there"
            )
            assert sorted(events(session, "joined", "left")) == [
                ("joined", "bob", "with a new session, since our reconnect"),
                ("left", "carl", "gone after our reconnect"),
            ]
            await session.leave()
        finally:
            again.kill()
            await again.wait()
