"""What we see packets with: the capture of our own SDK, the server's stream, and how both are put back."""

import asyncio
import logging
import os
import time

import pytest

from rpc_inspector.core.session import Invocation
from rpc_inspector.room import open_session, sdk_capture
from rpc_inspector.room.relay_feed import RelayFeed
from rpc_inspector.room.sdk_capture import LOGGER, SWITCH, SdkCapture
from rpc_inspector.wire.relay import Frame, Hello, RelayedPacket
from tests.support.peers import peer
from tests.support.rooms import ROOM, token, until


async def echoed(session):
    assert await session.wait_for_participant("callee", 10)
    return await session.finished(session.start_call(Invocation(destination="callee", method="echo", payload="x")))


def sources(call):
    return {view.source: [stage.stage for stage in view.stages] for view in call.views}


async def test_one_call_seen_from_both(session, target, server):
    async with peer(server.url, "callee"):
        await session.join(target(describe=False))
        await until(lambda: session.state.vantage == ("us", "server"))
        call = await echoed(session)
        assert call.ack.source == "capture"
        assert 0 <= call.ack.ms <= call.answer.ms
        every = ["request", "ack", "response"]
        await until(lambda: sources(session.row(call.seq)) == {"sdk": every, "server": every})
        sdk, server_view = session.row(call.seq).views
        assert sdk.stages[0].time - 0.002 <= server_view.stages[0].time <= sdk.stages[1].time + 0.001, "one clock"


async def test_calls_to_us_are_seen_too(session, target, server):
    async with peer(server.url, "callee") as caller:
        await session.join(target(identity="me", describe=False))
        await caller.do("call", destination_identity="me", method="anything", payload="{}")
        incoming = await until(lambda: next((row for row in session.rows() if hasattr(row, "outcome")), None))
        call = await until(lambda: session.row(incoming.seq).error and session.row(incoming.seq))
        assert (call.direction, call.caller, call.method, call.error.code) == ("incoming", "callee", "anything", 1400)
        await until(lambda: any(view.at == "callee" for view in session.row(incoming.seq).views))


async def test_others_are_seen_where_the_server_shows_them(session, target, server):
    async with peer(server.url, "callee"), peer(server.url, "caller") as caller:
        await session.join(target(describe=False))
        await until(lambda: "server" in session.state.vantage)
        await caller.do("call", destination_identity="callee", method="echo", payload="between them")
        call = await until(lambda: next((row for row in session.rows() if getattr(row, "outcome", "") == "ok"), None))
        assert (call.direction, call.caller, call.callee, call.response.text) == (
            "observed", "caller", "callee", "between them",
        )  # fmt: skip


async def test_without_a_key_the_server_shows_nothing(session, target, server):
    async with peer(server.url, "callee"):
        await session.join(target(api_key="", token=token("me"), describe=False))
        assert sources(await echoed(session)) == {"sdk": ["request", "ack", "response"]}
        assert session.state.vantage == ("us",)


async def test_a_token_that_administers_the_room_is_enough(session, target):
    await session.join(target(api_key="", token=token("me", room_admin=True)))
    await until(lambda: "server" in session.state.vantage)


async def test_without_the_capture_acks_are_not_known(uncaptured, target, server):
    async with peer(server.url, "callee"):
        await uncaptured.join(target(api_key="", token=token("me"), describe=False))
        call = await echoed(uncaptured)
        assert (call.outcome, call.id, call.ack, call.views) == ("ok", None, None, ())
        assert call.note == "no vantage point saw its packets"
        assert (uncaptured.state.capture, uncaptured.state.vantage) == ("off", ())


async def test_encrypted_rooms_show_that_packets_pass_and_no_more(session, target, server, monkeypatch):
    monkeypatch.setenv("PEER_E2EE_KEY", "a passphrase")
    async with peer(server.url, "callee"):
        await session.join(target(passphrase="a passphrase", identity="me", describe=False))
        assert session.state.encrypted
        call = await echoed(session)
        assert (call.outcome, call.response.text, call.id, call.ack) == ("ok", "x", None, None)
        assert "encrypted end to end" in call.note
        told = await until(lambda: [row.text for row in session.rows() if getattr(row, "kind", "") == "capture"])
        assert any("encrypted packet" in text and "received from callee" in text for text in told)
        assert any("sent to callee" in text for text in told)


async def test_an_sdk_whose_lines_are_not_understood(session, target, server, monkeypatch):
    monkeypatch.setattr(sdk_capture, "looks_like_packet", lambda _text: False)
    monkeypatch.setattr(sdk_capture, "SILENT_S", 0.1)
    async with peer(server.url, "callee"):
        await session.join(target(describe=False, api_key="", token=token("me")))
        await until(lambda: session.state.capture == "not_understood")
        call = await echoed(session)
        assert (call.outcome, call.ack, call.note) == ("ok", None, "no vantage point saw its packets")
        notices = [row.text for row in session.rows() if getattr(row, "kind", "") == "notice"]
        assert len(notices) == 1
        assert "not understood" in notices[0]


async def test_everything_is_put_back(target, monkeypatch, capfd):
    logger = logging.getLogger(LOGGER)
    handler = logging.NullHandler()
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR)
    monkeypatch.setenv(SWITCH, "yes please")
    before = (logger.level, logger.propagate, logger.handlers[:])
    tasks = asyncio.all_tasks()
    first, second = open_session(), open_session()
    await first.join(target(identity="one"))
    await second.join(target(identity="two"))
    assert os.environ[SWITCH] == "1"
    assert not logger.propagate
    assert handler not in logger.handlers
    logger.error("nothing of this reaches the terminal")
    await first.close()
    assert os.environ[SWITCH] == "1", "the other still needs it"
    await second.close()
    assert os.environ[SWITCH] == "yes please"
    assert (logger.level, logger.propagate, logger.handlers) == before
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
    ours = {task for task in asyncio.all_tasks() - tasks if "rpc_inspector/room" in str(task.get_coro())}
    assert not ours
    assert capfd.readouterr().err == ""


def record(text):
    return logging.LogRecord(LOGGER, logging.DEBUG, "", 0, "%s:%s:%s - %s", ("libwebrtc", 1, "m", text), None)


async def test_a_flood_of_records_is_bounded_and_counted(monkeypatch):
    monkeypatch.setattr(sdk_capture, "MAX_WAITING", 10)
    capture = SdkCapture(lambda _events: None, lambda *_line: None)
    for _ in range(15):
        capture._records.emit(record("O 00:00:01.000 0000 13 # SCTP_PACKET DcSctpTransport0"))
    assert (len(capture._records.waiting), capture.lost) == (10, 5)
    capture._records.emit(record("something else that libwebrtc says"))
    assert capture.lost == 5


def relayed(at):
    from livekit.protocol.models import DataPacket, RpcAck

    packet = DataPacket(rpc_ack=RpcAck(request_id="x"), destination_identities=["me"]).SerializeToString()
    return RelayedPacket(at - 0.0001, at, "callee", "me", packet, "PA_1", "PA_2")


@pytest.mark.parametrize(
    ("offset", "clock", "precision"),
    [(0.0, "monotonic", 0.01), (-5000.0, "monotonic", 50.0), (300.0, "monotonic", 50.0), (0.0, "another", 50.0)],
    ids=["ours", "another host's past", "another host's future", "another clock"],
)
def test_stamps_of_another_clock_are_not_taken_for_ours(offset, clock, precision):
    got = []
    feed = RelayFeed("ws://h", "token", got.extend, lambda: None)
    now = time.monotonic()
    feed._our_clock = Hello(ROOM, clock=clock).clock == "monotonic"
    feed._take(Frame(1, packets=[relayed(now + offset)], lost=2), now)
    (event,) = got
    assert (event.stage, event.caller, event.callee, event.precision) == ("ack", "me", "callee", precision)
    assert abs(event.time - now) < 0.001
    assert feed.lost == 2
