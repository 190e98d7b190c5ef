"""Data packets on their way: who gets them, in whose name, and who does not."""

import time

import pytest
from livekit import rtc
from livekit.protocol import models

from rpc_inspector.wire.relay import CLOCK
from tests.support.rooms import call, echo, embedded_server, join, until, watch


def packets_of(seen, kind):
    """The watched packets of one kind, decoded: [(record, packet)]."""
    decoded = [(record, models.DataPacket.FromString(record.packet)) for record in seen.packets]
    return [(record, packet) for record, packet in decoded if packet.WhichOneof("value") == kind]


async def test_a_watcher_sees_request_ack_and_response_in_their_order():
    async with (
        embedded_server() as server,
        watch(server.url) as seen,
        join(server.url, "alice") as alice,
        join(server.url, "bob") as bob,
    ):
        echo(bob)
        before = time.monotonic()
        await call(alice, "bob", payload="hello")
        after = time.monotonic()
        await until(lambda: len(seen.packets) >= 3)
        assert (seen.hello.clock, seen.hello.room) == (CLOCK, "test-room")
        sids = {"alice": alice.local_participant.sid, "bob": bob.local_participant.sid}
        ways = [(record.sender, record.recipient) for record in seen.packets]
        assert ways == [("alice", "bob"), ("bob", "alice"), ("bob", "alice")]
        for record in seen.packets:
            assert before <= record.received <= record.forwarded <= after
            assert (record.sender_sid, record.recipient_sid) == (sids[record.sender], sids[record.recipient])
            packet = models.DataPacket.FromString(record.packet)
            assert (packet.participant_identity, packet.participant_sid) == (record.sender, record.sender_sid)
            assert list(packet.destination_identities) == [record.recipient]
            assert not record.hidden
        kinds = [models.DataPacket.FromString(record.packet).WhichOneof("value") for record in seen.packets]
        assert kinds == ["stream_header", "rpc_ack", "stream_header"]


async def test_a_packet_to_everybody_is_recorded_once_for_each_and_never_comes_back():
    async with (
        embedded_server() as server,
        watch(server.url) as seen,
        join(server.url, "alice") as alice,
        join(server.url, "bob") as bob,
        join(server.url, "carol") as carol,
    ):
        got = {"alice": [], "bob": [], "carol": []}
        for room in (alice, bob, carol):
            name = room.local_participant.identity
            room.on("data_received", lambda packet, name=name: got[name].append(packet))
        everybody = server.room("test-room").participants
        await until(lambda: len(everybody) == 3 and all(one.mailbox.lossy for one in everybody.values()))
        await alice.local_participant.publish_data(b"all", reliable=True, topic="t")
        await alice.local_participant.publish_data(b"one", reliable=False, destination_identities=["carol"])
        await until(lambda: len(got["carol"]) == 2 and got["bob"])
        assert [packet.data for packet in got["bob"]] == [b"all"]
        assert {packet.participant.identity for packet in got["carol"]} == {"alice"}
        await until(lambda: len(seen.packets) == 3)
        assert [record.recipient for record in seen.packets] == ["bob", "carol", "carol"]
        assert got["alice"] == []
        kinds = [packet.kind for _, packet in packets_of(seen, "user")]
        assert kinds == [models.DataPacket.RELIABLE, models.DataPacket.RELIABLE, models.DataPacket.LOSSY]


async def test_a_hidden_caller_runs_the_handler_and_gets_no_answer():
    async with embedded_server() as server, watch(server.url) as seen, join(server.url, "bob") as bob:
        callers = []

        @bob.local_participant.register_rpc_method("who")
        async def who(data):
            callers.append(data.caller_identity)
            return "you"

        async with join(server.url, "ghost", hidden=True) as ghost:
            with pytest.raises(rtc.RpcError) as failure:
                await call(ghost, "bob", "who", max_round_trip_latency=2.0)
            assert failure.value.code == rtc.RpcError.ErrorCode.CONNECTION_TIMEOUT
            assert callers == [""]
            assert "ghost" not in bob.remote_participants
            requests = [record for record in seen.packets if record.sender == "ghost"]
            assert requests
            assert all(record.hidden for record in requests)
            packet = models.DataPacket.FromString(requests[0].packet)
            assert packet.participant_identity == ""


@pytest.mark.parametrize(("mute", "runs"), [("caller", 0), ("callee", 1)])
async def test_without_leave_to_publish_data_nothing_is_forwarded(mute, runs):
    may = {name: name != mute for name in ("caller", "callee")}
    async with (
        embedded_server() as server,
        join(server.url, "callee", can_publish_data=may["callee"]) as callee,
        join(server.url, "caller", can_publish_data=may["caller"]) as caller,
    ):
        ran = []

        @callee.local_participant.register_rpc_method("run")
        async def run(data):
            ran.append(data)
            return ""

        with pytest.raises(rtc.RpcError) as failure:
            await call(caller, "callee", "run", max_round_trip_latency=2.0)
        assert failure.value.code == rtc.RpcError.ErrorCode.CONNECTION_TIMEOUT
        assert len(ran) == runs


async def test_an_unreachable_participant_never_acknowledges():
    async with embedded_server() as server, join(server.url, "alice") as alice, join(server.url, "bob") as bob:
        echo(bob)
        server.room("test-room").set_reachable("bob", reachable=False)
        with pytest.raises(rtc.RpcError) as failure:
            await call(alice, "bob", max_round_trip_latency=1.0)
        assert failure.value.code == rtc.RpcError.ErrorCode.CONNECTION_TIMEOUT
        server.room("test-room").set_reachable("bob", reachable=True)
        assert await call(alice, "bob", payload="again") == "again"
