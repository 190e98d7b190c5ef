"""The stream of forwarded packets under load: bounds, batches, what it costs when nobody watches."""

import asyncio

import aiohttp
import pytest
from livekit.protocol import models

from rpc_inspector.server import events
from rpc_inspector.wire.relay import RelayedPacket, RelayFormatError, decode_frame, encode_packets
from tests.support.rooms import ROOM, admin_token, call, echo, embedded_server, join, until, watch


def record(size):
    return RelayedPacket(1.5, 1.75, "alice", "bob", b"x" * size, "PA_a", "PA_b")


def test_frames_are_split_at_a_mebibyte_and_lost_packets_counted():
    watcher = events.Watcher()
    for _ in range(40):
        watcher.put(record(1_000_000))
    frames = []
    while watcher.pending:
        frames.append(decode_frame(watcher.next_frame()))
    assert sum(len(frame.packets) for frame in frames) + sum(frame.lost for frame in frames) == 40
    assert frames[0].lost == 40 - events.MAX_QUEUED_BYTES // 1_000_000
    assert all(len(frame.packets) == 1 for frame in frames)
    assert frames[0].packets[0] == record(1_000_000)


def test_a_watcher_holds_a_bounded_number_of_small_packets():
    watcher = events.Watcher()
    for _ in range(events.MAX_QUEUED_PACKETS + 5):
        watcher.put(record(10))
    first = decode_frame(watcher.next_frame())
    assert first.lost == 5
    assert len(first.packets) == events.MAX_QUEUED_PACKETS


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", b"\x81\xa1v\x02", b"\x82\xa1v\x01\xa7packets\x91\x01"])
def test_other_frames_are_refused_in_a_sentence(data):
    with pytest.raises(RelayFormatError, match=r"event stream .*\."):
        decode_frame(data)


def test_a_frame_survives_the_way():
    frame = decode_frame(encode_packets([record(3)], lost=2))
    assert (frame.v, frame.lost, frame.packets) == (1, 2, [record(3)])


async def test_at_most_thirty_batches_a_second_carry_every_packet():
    async with (
        embedded_server() as server,
        join(server.url, "alice") as alice,
        join(server.url, "bob") as bob,
        watch(server.url) as seen,
    ):
        echo(bob)
        loop = asyncio.get_running_loop()
        started = loop.time()
        for _ in range(10):
            await asyncio.gather(*(call(alice, "bob") for _ in range(20)))
        await until(lambda: len(seen.packets) >= 600)
        assert len(seen.packets) == 600
        assert len(seen.frames) <= 30 * (loop.time() - started) + 1
        assert seen.lost == 0
        kinds = [models.DataPacket.FromString(one.packet).WhichOneof("value") for one in seen.packets]
        assert kinds.count("rpc_ack") == 200


async def test_watchers_may_come_before_the_room_and_go_without_a_trace():
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {admin_token()}"}
        async with http.ws_connect(f"{server.url}/inspector/events", headers=headers) as ws:
            assert decode_frame(await ws.receive_bytes()).hello.room == ROOM
            async with join(server.url, "alice"):
                feed = server.room(ROOM).feed
                assert len(feed.watchers) == 1
        await until(lambda: not feed.watchers)


async def test_a_stopping_server_closes_its_watchers():
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {admin_token()}"}
        async with http.ws_connect(f"{server.url}/inspector/events", headers=headers) as ws:
            await ws.receive_bytes()
            await server.stop()
            assert (await ws.receive(timeout=2)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
