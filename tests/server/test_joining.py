"""Two participants of the real SDK meet on the embedded server."""

import time

import pytest
from livekit import rtc

from tests.support.peers import V1_SDK, peer
from tests.support.rooms import ROOM, call, echo, embedded_server, join, until, watch


async def test_the_roster_tells_what_the_tokens_say():
    async with embedded_server() as server, join(server.url, "alice") as alice:
        how = {"name": "Bob", "kind": "agent", "metadata": "{}", "attributes": {"mood": "calm"}}
        async with join(server.url, "bob", **how) as bob:
            seen = await until(lambda: alice.remote_participants.get("bob"))
            assert (seen.name, seen.metadata, seen.attributes) == ("Bob", "{}", {"mood": "calm"})
            assert seen.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
            assert seen.sid == bob.local_participant.sid
            assert seen.sid.startswith("PA_")
            assert seen._info.client_protocol == bob.remote_participants["alice"]._info.client_protocol == 2
            await until(lambda: seen.state == rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE)
            assert abs(seen.joined_at.timestamp() - time.time()) < 60
            assert (await alice.sid).startswith("RM_")
            assert server.room(ROOM).describe().num_participants == 2
        await until(lambda: "bob" not in alice.remote_participants)


async def test_a_call_is_answered_by_v2():
    async with embedded_server() as server, join(server.url, "alice") as alice, join(server.url, "bob") as bob:
        echo(bob)
        # Beyond 15,360 bytes v1 would refuse: this passes only if both sides know each other's protocol.
        payload = "é" * 20_000
        assert await call(alice, "bob", payload=payload) == payload


async def test_a_payload_of_a_mebibyte_comes_back_unchanged():
    async with embedded_server() as server, join(server.url, "alice") as alice, join(server.url, "bob") as bob:
        echo(bob)
        payload = "".join(chr(33 + (i * i * 7919 + i // 91) % 90) for i in range(1 << 20))
        assert await call(alice, "bob", payload=payload, response_timeout=30) == payload


async def test_an_older_sdk_joins_by_the_older_route_and_speaks_v1():
    async with embedded_server() as server, join(server.url, "alice") as alice, peer(server.url, "old", sdk=V1_SDK):
        old = await until(lambda: alice.remote_participants.get("old"))
        assert old._info.client_protocol == 0
        assert await call(alice, "old", payload="v1") == "v1"
        with pytest.raises(rtc.RpcError) as failure:
            await call(alice, "old", payload="x" * 15_361)
        assert failure.value.code == rtc.RpcError.ErrorCode.REQUEST_PAYLOAD_TOO_LARGE


async def test_who_is_announced_as_version_1_is_called_by_it():
    async with embedded_server(v1=("phone",)) as server, join(server.url, "phone") as phone:
        echo(phone)
        async with join(server.url, "caller") as caller, watch(server.url) as seen:
            assert await call(caller, "phone", payload="hello") == "hello"
            packets = await until(lambda: [one for one in seen.packets if one.sender == "caller"])
        assert b"lk.rpc_request" not in packets[0].packet
