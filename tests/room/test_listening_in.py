"""What goes past the trace to others: the SDK's own log lines, every packet as it is seen, and the packets' bytes."""

import asyncio
import logging

import pytest
from livekit import api
from livekit.protocol.models import DataPacket

from rpc_inspector.core.session import Invocation, Target
from rpc_inspector.room import open_session
from rpc_inspector.room.clock import step_in_words
from tests.support.peers import peer
from tests.support.rooms import KEY, ROOM, SECRET, until


def target_of(server, **how):
    return Target(
        **{"url": server.url, "room": ROOM, "api_key": KEY, "api_secret": SECRET, "identity": "me", "describe": False}
        | how
    )


def to_callee(method, payload, **how):
    return Invocation(destination="callee", method=method, payload=payload, **how)


async def test_an_answer_that_comes_too_late_is_in_the_log_and_joined_to_its_call(session, room_server):
    updates = []
    session.subscribe(updates.append)
    async with peer(room_server.url, "callee"):
        await session.join(target_of(room_server))
        assert await session.wait_for_participant("callee", 10)
        late = session.start_call(to_callee("sleep", "0.9", response_ms=500, ack_ms=100))
        call = await session.finished(late)
        assert (call.error.code, call.error.raised_by) == (1502, "caller")
        line = await until(lambda: next((line for line in session.logs() if line.call), None))
        assert (line.call, line.level) == (late, logging.ERROR)
        assert session.row(late).id in line.text
        call = await until(lambda: session.row(late).response and session.row(late).response.text and session.row(late))
        assert call.note.startswith("its answer came 0.")
        assert (call.outcome, call.error.code, call.response.text) == ("error", 1502, "slept")
    numbers = [line.number for line in session.logs()]
    await until(lambda: [line.number for update in updates for line in update.logs] == numbers, what="each once")
    newcomer = []
    session.subscribe(newcomer.append)
    await until(lambda: newcomer)
    assert newcomer[0].logs == session.logs()


async def test_a_cancelled_call_shows_the_answer_that_came_all_the_same(session, room_server):
    async with peer(room_server.url, "callee"):
        await session.join(target_of(room_server))
        assert await session.wait_for_participant("callee", 10)
        seq = session.start_call(to_callee("sleep", "0.5"))
        await until(lambda: session.row(seq).ack)
        assert session.cancel(seq)
        assert (await session.finished(seq)).outcome == "cancelled"
        call = await until(lambda: session.row(seq).response and session.row(seq).response.text and session.row(seq))
        assert (call.outcome, call.response.text) == ("cancelled", "slept")
        assert "its answer came 0." in call.note


async def test_log_lines_hold_no_token_and_are_no_packets(session, room_server):
    await session.join(target_of(room_server))
    lines = await until(session.logs)
    assert not any("SCTP_PACKET" in line.text or "eyJ" in line.text for line in lines)
    assert all(line.level >= logging.INFO for line in lines)
    assert len(lines) < 50, "those of use to people, not what the SDK tells its makers"


@pytest.fixture
async def tapped():
    seen = []
    opened = open_session(keep_packets=True, tap=seen.append)
    yield opened, seen
    await opened.close()


@pytest.mark.parametrize("size", [10, 40_000], ids=["in one packet", "in several packets"])
async def test_a_tap_gets_every_packet_with_its_bytes(tapped, room_server, size):
    session, seen = tapped
    payload = "".join(chr(33 + n * 7919 % 90) for n in range(size))
    async with peer(room_server.url, "callee"):
        await session.join(target_of(room_server))
        assert await session.wait_for_participant("callee", 10)
        call = await session.finished(session.start_call(to_callee("echo", payload)))
        for stage in ("request", "ack", "response"):
            for view in call.views:
                packets = [
                    packet
                    for event in seen
                    if (event.id, event.stage, event.source) == (call.id, stage, view.source)
                    for packet in event.raw
                ]
                shown = view.stage(stage)
                assert (len(packets), sum(map(len, packets))) == (shown.packets, shown.bytes), (stage, view.source)
                kinds = [DataPacket.FromString(packet).WhichOneof("value") for packet in packets]
                assert len(kinds) == 1 or (kinds[0], kinds[-1]) == ("stream_header", "stream_trailer")
        assert len(call.views) == (2 if "server" in session.state.vantage else 1)


async def test_bytes_are_not_kept_unless_asked_for_and_a_tap_that_fails_costs_nothing(server, caplog):
    seen = []

    def tap(event):
        seen.append(event)
        raise RuntimeError("a defect of whoever listens in")

    session = open_session(tap=tap)
    try:
        async with peer(server.url, "callee"):
            await session.join(target_of(server))
            assert await session.wait_for_participant("callee", 10)
            call = await session.finished(session.start_call(to_callee("echo", "x")))
            assert (call.outcome, call.id, call.ack is not None) == ("ok", seen[0].id, True)
            assert len(seen) == 1, "one that fails gets no more"
            assert seen[0].raw == ()
            assert "a tap of the session failed" in caplog.text
    finally:
        await session.close()


async def test_what_is_dropped_is_counted_and_told(server):
    session = open_session(keep=5)
    dropped = []
    session.subscribe(lambda update: dropped.extend(update.dropped))
    try:
        async with peer(server.url, "callee"):
            await session.join(target_of(server))
            assert await session.wait_for_participant("callee", 10)
            first = session.start_call(to_callee("echo", "x"))
            await session.finished(first)
            session.mark(first, marked=True)
            ends = [await session.finished(session.start_call(to_callee("echo", str(n)))) for n in range(10)]
            assert {call.outcome for call in ends} == {"ok"}
            await until(lambda: session.state.dropped_calls == 6)
            assert len(session.rows()) == 5
            assert session.row(first).marked
            await until(lambda: len(dropped) == len(set(dropped)) >= 6)
            assert not set(dropped) & {row.seq for row in session.rows()}
    finally:
        await session.close()


async def test_rows_of_somebody_are_found(session, room_server):
    async with peer(room_server.url, "callee") as callee, peer(room_server.url, "other"):
        await session.join(target_of(room_server))
        assert await session.wait_for_participant("callee", 10)
        await session.finished(session.start_call(to_callee("echo", "x")))
        await callee.do("attributes", attributes={"a": "1"})
        await until(lambda: any(getattr(row, "kind", "") == "attributes" for row in session.find(participant="callee")))
        everything = session.rows()
        for name in ("callee", "other", "me"):
            about = [row for row in everything if name in (getattr(row, "caller", None), getattr(row, "callee", None))]
            about += [row for row in everything if getattr(row, "identity", None) == name]
            assert session.find(participant=name) == sorted(about, key=lambda row: row.seq)
        assert [row.callee for row in session.find(method="echo", outcome="ok")] == ["callee"]
        assert session.find(method="echo", outcome="error") == []


def kinds(session, identity):
    return [row.kind for row in session.find(participant=identity) if hasattr(row, "kind")]


async def test_everything_that_happens_to_a_participant_has_its_row(session, room_server):
    await session.join(target_of(room_server))
    async with peer(room_server.url, "bob") as bob, api.LiveKitAPI(room_server.url, KEY, SECRET) as service:
        assert await session.wait_for_participant("bob", 10)
        await bob.do("attributes", attributes={"a": "1"})
        await until(lambda: "attributes" in kinds(session, "bob"))
        change = {"room": ROOM, "identity": "bob"}
        await service.room.update_participant(api.UpdateParticipantRequest(**change, metadata="new", name="Bob"))
        await until(lambda: {"metadata", "name"} <= set(kinds(session, "bob")))
        mute = api.ParticipantPermission(can_publish_data=False, can_subscribe=True)
        await service.room.update_participant(api.UpdateParticipantRequest(**change, permission=mute))
        await until(lambda: "permissions" in kinds(session, "bob"))
        await service.room.remove_participant(api.RoomParticipantIdentity(**change))
        await until(lambda: "left" in kinds(session, "bob"))
    told = kinds(session, "bob")
    assert told[0] == "joined"
    assert told[-1] == "left"
    assert {kind: told.count(kind) for kind in set(told)} == dict.fromkeys(
        ("joined", "active", "attributes", "metadata", "name", "permissions", "left"), 1
    )


async def test_metadata_of_the_room_itself(session, room_server):
    await session.join(target_of(room_server))
    async with api.LiveKitAPI(room_server.url, KEY, SECRET) as service:
        try:
            await service.room.update_room_metadata(api.UpdateRoomMetadataRequest(room=ROOM, metadata="about"))
        except api.TwirpError:
            pytest.skip("the embedded server has no metadata of rooms")
    row = await until(lambda: next((row for row in session.rows() if getattr(row, "kind", "") == "metadata"), None))
    assert (row.identity, row.text) == (None, '"about"')


async def test_joining_as_somebody_who_is_there_says_so(session, room_server):
    async with peer(room_server.url, "me") as other:
        await session.join(target_of(room_server))
        rows = [(row.kind, row.identity) for row in session.rows() if row.kind in ("notice", "connected")]
        assert rows == [("notice", "me"), ("connected", None)]
        await other.told("disconnected")
    await session.join(target_of(room_server, identity="nobody-yet"))
    assert [row.identity for row in session.rows() if row.kind == "notice"] == ["me"]


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(3600.4, "forward by 3,600 s"), (-90, "back by 90 s"), (0.4, None), (-0.9, None)],
)
def test_a_clock_that_moved_is_told_from_a_second_on(seconds, says):
    told = step_in_words(seconds)
    assert told is None if says is None else says in told


async def test_a_clock_that_is_set_gives_a_notice_and_new_times(uncaptured, monkeypatch):
    from rpc_inspector.room import clock
    from rpc_inspector.room import session as session_module

    monkeypatch.setattr(session_module, "TICK_S", 0.01)
    uncaptured.notice("before")
    true = clock.time.time
    monkeypatch.setattr(clock.time, "time", lambda: true() + 7200)
    await asyncio.sleep(0)
    moved = await until(lambda: next((row for row in uncaptured.rows() if "the clock went" in row.text), None))
    assert "forward by 7,200 s" in moved.text
    before = uncaptured.rows()[0]
    assert 7199 < moved.wall - before.wall - (moved.time - before.time) < 7201
    assert len([row for row in uncaptured.rows() if "the clock" in row.text]) == 1


async def test_a_hidden_caller_is_one_call_for_its_callee_and_the_server(session, server):
    """For whom it calls it has no identity, and the answer no address: only the server knows who it is."""
    async with peer(server.url, "ghost", hidden=True) as ghost:
        await session.join(target_of(server))
        await until(lambda: "server" in session.state.vantage)
        await ghost.do("call", destination_identity="me", method="anything", payload="{}", max_round_trip_latency=0.5)
        call = await until(lambda: next(iter(session.find(participant="ghost", outcome="error")), None))
        assert (call.caller, call.callee, call.direction, call.error.code, call.note) == (
            "ghost", "me", "incoming", 1400, None,
        )  # fmt: skip
        assert sources(call) == {"server": ["request"], "sdk": ["request", "ack", "response"]}
        assert [row.id for row in session.rows() if hasattr(row, "outcome")] == [call.id]


def sources(call):
    return {view.source: [stage.stage for stage in view.stages] for view in call.views}
