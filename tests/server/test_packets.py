"""What the relay does with single packets, by a client that sends what no SDK sends."""

from livekit.protocol import models

from rpc_inspector.server.relay import MAX_HELD_PACKETS
from tests.support.rawpeer import raw_peer
from tests.support.rooms import embedded_server, until


def packet(text, sequence, *, to=("bob",), **fields):
    return models.DataPacket(
        sequence=sequence,
        destination_identities=to,
        rpc_ack=models.RpcAck(request_id=text),
        **fields,
    ).SerializeToString()


def told(peer):
    return [one.rpc_ack.request_id for one in peer.got]


async def test_repeats_are_dropped_and_sequence_numbers_kept():
    async with (
        embedded_server() as server,
        raw_peer(server.url, "alice") as alice,
        raw_peer(server.url, "bob") as bob,
    ):
        await alice.open()
        await bob.open()
        for text, sequence in [("one", 1), ("two", 2), ("two", 2), ("one", 1), ("five", 5), ("last", 6)]:
            alice.send(packet(text, sequence))
        await until(lambda: "last" in told(bob))
        assert told(bob) == ["one", "two", "five", "last"]
        assert [one.sequence for one in bob.got] == [1, 2, 5, 6]


async def test_the_sender_is_who_the_server_says():
    async with (
        embedded_server() as server,
        raw_peer(server.url, "alice") as alice,
        raw_peer(server.url, "bob") as bob,
    ):
        await alice.open()
        await bob.open()
        alice.send(packet("forged", 1, participant_identity="carol", participant_sid="PA_carol"))
        alice.send(packet("twice", 2, to=("bob", "bob", "alice", "nobody")))
        await until(lambda: len(bob.got) == 2)
        sid = server.room("test-room").participants["alice"].info.sid
        assert {(one.participant_identity, one.participant_sid) for one in bob.got} == {("alice", sid)}
        alice.send(packet("after", 3))
        await until(lambda: told(bob)[-1] == "after")
        assert told(bob) == ["forged", "twice", "after"]
        assert alice.got == []


async def test_packets_wait_for_the_destination_s_channel_up_to_a_bound():
    async with (
        embedded_server() as server,
        raw_peer(server.url, "alice") as alice,
        raw_peer(server.url, "bob") as bob,
    ):
        await alice.open()
        for number in range(1, MAX_HELD_PACKETS + 11):
            alice.send(packet(str(number), number))
        sender = server.room("test-room").participants["alice"]
        await until(lambda: sender.last_sequence == MAX_HELD_PACKETS + 10)
        await bob.open()
        alice.send(packet("after", MAX_HELD_PACKETS + 11))
        await until(lambda: "after" in told(bob))
        assert told(bob) == [str(number) for number in range(1, MAX_HELD_PACKETS + 1)] + ["after"]


async def test_bytes_that_are_no_packet_are_dropped():
    async with (
        embedded_server() as server,
        raw_peer(server.url, "alice") as alice,
        raw_peer(server.url, "bob") as bob,
    ):
        await alice.open()
        await bob.open()
        for junk in (b"\xff", b"\x00" * 60_000, b"\x0a\xff\xff\xff\xff\x0f"):
            alice.send(junk)
        alice.send(packet("fine", 1))
        await until(lambda: bob.got)
        assert told(bob) == ["fine"]
