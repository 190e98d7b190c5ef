"""Every outcome that a call can have, on real WebRTC: on the embedded server and on livekit-server alike.

Each test reads the call as the session reports it: outcome, who raised the error, the stages that were seen. Limits are
shortened where only their order matters, so that nobody waits seven seconds for what one second shows as well.
"""

import json
from contextlib import asynccontextmanager

import pytest

from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Invocation, Target
from rpc_inspector.room import open_session
from tests.support.peers import V1_SDK, peer
from tests.support.rooms import KEY, ROOM, SECRET, until

QUICK = {"response_ms": 15_000, "ack_ms": 1_000}


@asynccontextmanager
async def joined(server, **target):
    """Our session in the room, as a user of an API key has it."""
    session = open_session()
    try:
        await session.join(Target(url=server.url, room=ROOM, api_key=KEY, api_secret=SECRET, **target))
        yield session
    finally:
        await session.close()


async def calling(session, destination, method, payload="", **limits):
    """Makes one call; returns it finished and settled."""
    if not limits.get("anyway"):
        assert await session.wait_for_participant(destination, 15), f"{destination} is not in the room"
    wish = Invocation(destination=destination, method=method, payload=payload, **limits)
    return await session.finished(session.start_call(wish))


def stages(call):
    """The stages that our own SDK saw, in their order."""
    own = next((view for view in call.views if view.source == "sdk"), None)
    return [stage.stage for stage in own.stages] if own else []


@pytest.fixture
async def story(room_server):
    """Our session and a peer of today's SDK, in one room."""
    async with peer(room_server.url, "callee") as callee, joined(room_server) as session:
        yield session, callee


@pytest.mark.parametrize(
    "payload",
    ["", "{}", '{"city":"Zürich"}', "日本語 😀 \u202e \u0000 \u001b[31m"],
    ids=["empty", "json", "unicode", "nasty"],
)
async def test_an_answer_comes_back_to_the_byte(story, payload):
    session, callee = story
    call = await calling(session, "callee", "echo", payload)
    assert (call.outcome, call.transport, call.response.text) == ("ok", "v2", payload)
    assert stages(call) == ["request", "ack", "response"]
    assert 0 <= call.ack.ms <= call.answer.ms <= call.total.ms + 2
    assert [(said["id"], said["payload"]) for said in callee.handled("echo")] == [(call.id, payload)]


async def test_a_mebibyte_goes_there_and_back(story):
    session, _ = story
    payload = json.dumps(["0123456789abcdef"[n % 16] * 13 + str(n) for n in range(50_000)])[: 1 << 20]
    call = await calling(session, "callee", "echo", payload)
    assert call.outcome == "ok"
    assert call.response.text == payload
    assert call.response.bytes == 1 << 20
    assert stages(call) == ["request", "ack", "response"]


async def test_a_method_that_nobody_registered(story):
    session, _ = story
    call = await calling(session, "callee", "ecco", "{}")
    assert (call.error.code, call.error.name, call.error.raised_by) == (1400, "UNSUPPORTED_METHOD", "callee")
    assert stages(call) == ["request", "ack", "response"], "it was acknowledged before the handler was looked for"


async def test_a_handler_that_raises_an_exception(story):
    session, _ = story
    call = await calling(session, "callee", "boom", "x")
    assert (call.error.code, call.error.raised_by) == (1500, "callee")
    assert "secret of the callee" not in repr(call), "the exception's text does not travel"


async def test_a_handler_that_raises_its_own_code_with_data(story):
    session, _ = story
    call = await calling(
        session, "callee", "fail", json.dumps({"code": 4020, "message": "declined", "data": '{"a":1}'})
    )
    assert (call.error.code, call.error.name, call.error.message, call.error.data, call.error.raised_by) == (
        4020, None, "declined", '{"a":1}', "callee",
    )  # fmt: skip


async def test_an_errors_message_and_data_are_cut(story):
    session, _ = story
    wanted = {"code": 4020, "message": "m" * 400, "data": "d" * 20_000}
    call = await calling(session, "callee", "fail", json.dumps(wanted))
    assert (len(call.error.message), len(call.error.data)) == (256, 15_360)


async def test_an_unknown_identity_is_never_called(story):
    session, _ = story
    call = await session.finished(session.start_call(Invocation(destination="calle", method="echo")))
    assert (call.error.code, call.error.raised_by, call.views) == (1401, "us", ())
    assert "callee" in call.error.causes[0]


async def test_an_unknown_identity_called_all_the_same_gives_no_ack(story):
    session, _ = story
    call = await calling(session, "nobody", "echo", anyway=True, **QUICK)
    assert (call.error.code, call.error.raised_by, stages(call)) == (1501, "caller", ["request"])
    assert call.total.ms >= 1000
    assert call.ack is None


async def test_the_callees_own_limit(story):
    session, callee = story
    call = await calling(session, "callee", "sleep", "5", response_ms=3_000, ack_ms=1_800)
    assert (call.error.code, call.error.raised_by, call.told_ms) == (1502, "callee", 1_200)
    assert callee.handled("sleep")[0]["told_ms"] == 1_200
    assert 1_200 <= call.answer.ms < 2_900
    assert stages(call) == ["request", "ack", "response"]


async def test_the_callers_own_limit(story):
    session, callee = story
    await callee.do("register", method="stuck", behave="stuck")
    call = await calling(session, "callee", "stuck", "3", response_ms=900, ack_ms=7_000)
    assert (call.error.code, call.error.raised_by) == (1502, "caller")
    assert stages(call) == ["request", "ack"]
    assert call.total.ms < 1_000 + 500


async def test_a_handler_that_returns_no_string_never_answers(story):
    session, _ = story
    call = await calling(session, "callee", "wrong", response_ms=2_500, ack_ms=1_000)
    assert (call.error.code, call.error.raised_by, stages(call)) == (1502, "caller", ["request", "ack"])
    assert call.total.ms >= 2_500, "the callee was told 1.5 s, and did not keep to it either"


async def test_a_callee_that_leaves_during_the_call(story):
    session, _ = story
    call = await calling(session, "callee", "leave")
    assert call.error.code == 1503
    assert "request" in stages(call)


async def test_cancelling_stops_our_wait_and_not_the_handler(story):
    session, callee = story
    assert await session.wait_for_participant("callee", 15)
    seq = session.start_call(Invocation(destination="callee", method="sleep", payload="0.5"))
    await callee.told("handling", method="sleep")
    assert session.cancel(seq)
    call = await session.finished(seq)
    assert call.outcome == "cancelled"
    await callee.told("handled", method="sleep")
    assert not session.cancel(seq), "it has ended"


async def test_an_old_sdk_is_called_by_version_1_and_has_its_limits(room_server):
    async with peer(room_server.url, "old", sdk=V1_SDK) as old, joined(room_server) as session:
        call = await calling(session, "old", "echo", "hi")
        assert (call.outcome, call.transport, call.response.text) == ("ok", "v1", "hi")
        assert stages(call) == ["request", "ack", "response"]

        fits = await calling(session, "old", "echo", "x" * 15_360)
        assert fits.outcome == "ok"
        over = await calling(session, "old", "echo", "é" * 7_680 + "x")
        assert (over.error.code, over.error.raised_by, over.views) == (1402, "caller", ())

        answer = await calling(session, "old", "big", "15361")
        assert (answer.error.code, answer.error.raised_by) == (1504, "callee")
        assert len(old.handled("big")) == 1, "the handler ran; only its answer was too large"

        for method, code in (("nothing", 1400), ("boom", 1500)):
            assert (await calling(session, "old", method)).error.code == code


async def test_a_large_payload_to_an_unknown_identity_counts_as_version_1(story):
    session, _ = story
    call = await calling(session, "nobody", "echo", "x" * 15_361, anyway=True, **QUICK)
    assert (call.error.code, call.error.raised_by) == (1402, "caller")


async def test_calls_to_us_are_in_the_trace(story):
    session, callee = story
    await callee.do("call", destination_identity=session.state.identity, method="anything", payload="{}")
    refused = await callee.told("refused")
    assert refused["code"] == 1400, "nobody registered anything here"

    def incoming():
        return next((row for row in session.rows() if isinstance(row, Call) and row.direction == "incoming"), None)

    call = await until(
        lambda: (call := incoming()) and not call.is_open and call, what="our SDK's log shows its answer"
    )
    assert (call.caller, call.method, call.outcome, call.error.code) == ("callee", "anything", "error", 1400)


async def test_identical_calls_in_flight_all_get_their_own_packets(story):
    session, callee = story
    assert await session.wait_for_participant("callee", 15)
    seqs = [session.start_call(Invocation(destination="callee", method="echo", payload="same")) for _ in range(40)]
    calls = [await session.finished(seq) for seq in seqs]
    assert all(call.ack is not None for call in calls)
    told = {said["id"]: said["told_ms"] for said in callee.handled("echo")}
    assert {call.id: call.told_ms for call in calls} == told
    assert len(told) == 40
