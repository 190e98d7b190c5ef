"""Joins that replace, connections that break, servers that stop."""

import asyncio
import time

import pytest
from livekit import rtc
from livekit.protocol import models

from rpc_inspector.server import AddressUnavailableError, NoNetworkInterfaceError, RoomServer
from tests.support.rooms import KEY, ROOM, SECRET, call, echo, embedded_server, join, until


def events_of(room, *names):
    """Collects (event, arguments) of a room."""
    seen = []
    for name in names:
        room.on(name, lambda *arguments, name=name: seen.append((name, arguments)))
    return seen


async def test_attributes_set_at_run_time_are_seen_by_the_others():
    async with embedded_server() as server, join(server.url, "alice") as alice, join(server.url, "bob") as bob:
        await bob.local_participant.set_attributes({"rpc.methods": "{}", "passing": "1"})
        seen = await until(lambda: alice.remote_participants.get("bob"))
        await until(lambda: seen.attributes == {"rpc.methods": "{}", "passing": "1"})
        await bob.local_participant.set_attributes({"passing": ""})
        await bob.local_participant.set_metadata("about me")
        await bob.local_participant.set_name("Bob")
        await until(lambda: (seen.attributes, seen.metadata, seen.name) == ({"rpc.methods": "{}"}, "about me", "Bob"))


async def test_attributes_need_the_grant():
    async with (
        embedded_server() as server,
        join(server.url, "alice") as alice,
        join(server.url, "bob", can_update_own_metadata=False) as bob,
    ):
        await bob.local_participant.set_metadata("about me")  # the SDK hides the refusal
        assert server.room(ROOM).participants["bob"].info.metadata == ""
        assert not alice.remote_participants["bob"].metadata


async def test_the_newer_session_of_an_identity_replaces_the_older():
    async with embedded_server() as server, join(server.url, "alice") as alice, join(server.url, "bob") as older:
        left = events_of(older, "disconnected")
        changes = events_of(alice, "participant_disconnected", "participant_connected")
        async with join(server.url, "bob") as newer:
            echo(newer)
            await until(lambda: left)
            assert left[0][1][0] == rtc.DisconnectReason.DUPLICATE_IDENTITY
            await until(lambda: [name for name, _ in changes] == ["participant_disconnected", "participant_connected"])
            assert changes[0][1][0].disconnect_reason == rtc.DisconnectReason.DUPLICATE_IDENTITY
            assert await call(alice, "bob", payload="new") == "new"


async def test_a_cut_connection_comes_back_by_a_full_reconnect():
    async with embedded_server() as server, join(server.url, "alice") as alice, join(server.url, "bob") as bob:
        echo(bob)
        seen = events_of(bob, "reconnecting", "reconnected")
        old_sid = bob.local_participant.sid
        server.room(ROOM).drop_connection("bob")
        await until(lambda: [name for name, _ in seen] == ["reconnecting", "reconnected"], within_s=15)
        assert server.room(ROOM).participants["bob"].info.sid != old_sid
        await until(lambda: "bob" in alice.remote_participants)
        assert await call(alice, "bob", payload="back") == "back"


async def test_a_stopped_server_says_so_and_leaves_nothing_behind():
    before = asyncio.all_tasks()
    server = RoomServer(KEY, SECRET)
    await server.start()
    async with join(server.url, "alice") as alice, join(server.url, "bob"):
        left = events_of(alice, "disconnected")
        own = asyncio.all_tasks() - before
        started = time.monotonic()
        await server.stop()
        assert time.monotonic() - started < 1.5
        await until(lambda: left)
        assert left[0][1][0] == rtc.DisconnectReason.SERVER_SHUTDOWN
        with pytest.raises(OSError, match=r"\S"):
            await asyncio.open_connection("127.0.0.1", server.port)
    # The SDK's own tasks end with its rooms; whatever the server started must be over as well.
    await until(lambda: not (asyncio.all_tasks() - before), what=f"tasks to end of {own}")


async def test_a_participant_that_never_connects_is_sent_away_by_stop():
    """A WebSocket without any offer: joined, never active."""
    import aiohttp
    from livekit.protocol import rtc as proto

    from tests.support.rooms import token

    async with (
        embedded_server() as server,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.url}/rtc/v1?access_token={token('quiet')}") as ws,
    ):
        join_response = proto.SignalResponse.FromString(await ws.receive_bytes()).join
        assert join_response.participant.state == models.ParticipantInfo.JOINED
        await server.stop()
        leave = proto.SignalResponse.FromString(await ws.receive_bytes()).leave
        assert (leave.reason, leave.action) == (models.SERVER_SHUTDOWN, proto.LeaveRequest.DISCONNECT)


async def test_a_port_in_use_is_said_in_a_sentence():
    async with embedded_server() as server:
        with pytest.raises(AddressUnavailableError, match="Choose another port"):
            await RoomServer(KEY, SECRET, port=server.port).start()


async def test_a_machine_with_only_a_loopback_is_told_what_to_do(monkeypatch):
    # Real adapters with all but the loopback left out: a test cannot take the machine's network away.
    import ifaddr

    loopback = [adapter for adapter in ifaddr.get_adapters() if any(ip.ip == "127.0.0.1" for ip in adapter.ips)]
    monkeypatch.setattr("ifaddr.get_adapters", lambda: loopback)
    with pytest.raises(NoNetworkInterfaceError, match="no network interface except the loopback"):
        await RoomServer(KEY, SECRET).start()
