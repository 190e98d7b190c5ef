"""Making calls: what is refused before sending, budgets on the wire, cancelling, joining calls to their packets."""

import asyncio

import pytest

from rpc_inspector.core.session import CannotSend, Invocation
from rpc_inspector.room import invoking
from rpc_inspector.room.invoking import as_seconds
from tests.support.peers import peer
from tests.support.rooms import until


@pytest.fixture
async def callee(server, session, target):
    """A peer in a process of its own, and our session in its room."""
    async with peer(server.url, "callee") as one:
        await session.join(target(identity="me", describe=False))
        assert await session.wait_for_participant("callee", 10)
        yield one


def wish(method="echo", payload="", **how):
    return Invocation(**({"destination": "callee", "method": method, "payload": payload} | how))


async def test_a_destination_that_is_not_there_gets_nothing(session, callee):
    call = await session.finished(session.start_call(wish(destination="kallee")))
    assert (call.error.code, call.error.raised_by, call.id, call.views) == (1401, "us", None, ())
    assert "did you mean callee?" in call.error.causes[0]
    assert call.note is None
    assert callee.handled("echo") == []


async def test_who_has_left_is_told_apart_from_who_never_was(session, callee):
    await callee.do("leave")
    await until(lambda: len(session.roster) == 1)
    call = await session.finished(session.start_call(wish()))
    assert call.error.code == 1401
    assert "callee has left the room" in call.error.causes[0]


@pytest.mark.usefixtures("callee")
async def test_sending_anyway(session):
    call = await session.finished(session.start_call(wish(destination="nobody", anyway=True, ack_ms=300)))
    assert (call.error.code, call.error.raised_by) == (1501, "caller")
    assert call.id
    assert call.ack is None
    assert "nobody here is called nobody" in call.error.causes[0]


@pytest.mark.usefixtures("callee")
async def test_the_server_is_asked_before_somebody_is_said_to_be_missing(session, monkeypatch):
    roster = session._people._roster
    monkeypatch.setattr(type(roster._room), "remote_participants", {}, raising=True)
    roster._service.clear()
    roster.changed()
    assert len(session.roster) == 1, "as if the SDK had not been told yet"
    call = await session.finished(session.start_call(wish(payload="x")))
    assert (call.outcome, call.response.text) == ("ok", "x")


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"method": ""}, "name is empty"),
        ({"destination": ""}, "No destination"),
        ({"payload": "a\ud800"}, r"payload cannot be sent: it has a lone surrogate \(U\+D800\) at character 2"),
        ({"method": "\udfff"}, "method cannot be sent"),
    ],
    ids=["no method", "no destination", "payload", "method"],
)
@pytest.mark.usefixtures("callee")
async def test_what_cannot_be_sent_begins_nothing(session, what, says):
    rows = len(session.rows())
    with pytest.raises(CannotSend, match=says):
        session.start_call(wish(**what))
    assert len(session.rows()) == rows


@pytest.mark.parametrize("milliseconds", [1, 8, 999, 1001, 2005, 8001, 15_003, 60_007, 4_294_967_295])
def test_limits_reach_the_sdk_to_the_millisecond(milliseconds):
    assert int(as_seconds(milliseconds) * 1000) == milliseconds


async def test_limits_reach_the_callee_to_the_millisecond(session, callee):
    for response_ms in (15_000, 15_001, 15_005, 9_003, 5_000):
        await session.finished(session.start_call(wish(response_ms=response_ms)))
    assert [said["told_ms"] for said in callee.handled("echo")] == [8000, 8001, 8005, 2003, 1000]


async def test_cancelling_ends_our_waiting_only(session, callee):
    seq = session.start_call(wish("sleep", "0.3"))
    await until(lambda: session.row(seq).ack)
    assert session.cancel(seq)
    call = await session.finished(seq)
    assert (call.outcome, call.error) == ("cancelled", None)
    assert "handler runs on" in call.note
    assert not session.cancel(seq)
    await callee.told("handled", method="sleep", id=call.id)
    await until(lambda: session.row(seq).answer, what="the answer's packet is still seen")
    assert session.row(seq).outcome == "cancelled"


@pytest.mark.usefixtures("callee")
async def test_cancelling_at_once(session):
    seq = session.start_call(wish("sleep", "9"))
    assert session.cancel(seq)
    assert (await session.finished(seq)).outcome == "cancelled"


@pytest.mark.usefixtures("callee")
async def test_who_waits_may_give_up_without_ending_the_call(session):
    seq = session.start_call(wish("sleep", "0.2"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(session.finished(seq), 0.05)
    assert (await session.finished(seq)).outcome == "ok"
    assert (await session.finished(seq)).outcome == "ok", "also when it has long ended"


@pytest.mark.usefixtures("callee")
async def test_the_end_is_told_before_its_packets_are_waited_for(session, monkeypatch):
    monkeypatch.setattr(invoking, "PACKETS_LIMIT_S", 0.4)
    monkeypatch.setattr(session._vantage, "_observe", lambda _event: None)
    batches = []
    session.subscribe(lambda update: batches.extend(row for row in update.rows if getattr(row, "method", "") == "echo"))
    seq = session.start_call(wish())
    await until(lambda: any(row.outcome == "ok" for row in batches), within_s=0.3)
    assert session._invoker._tasks, "its packets are still waited for"
    assert (await session.finished(seq)).outcome == "ok"


async def test_forty_identical_calls_at_once_all_get_their_own_packets(session, callee):
    seqs = [session.start_call(wish(payload="same")) for _ in range(40)]
    calls = [await session.finished(seq) for seq in seqs]
    told = {said["id"]: said["told_ms"] for said in callee.handled("echo")}
    assert len(told) == 40
    assert {call.id: call.budget.told for call in calls} == told, "the callee's own record says which is which"
    assert all(call.ack and call.answer for call in calls)
    assert sorted(told.values()) == list(range(8000, 8040))
    assert session.state.unassigned == 0
    assert sum(getattr(row, "method", "") == "echo" for row in session.rows()) == 40, "no packet made a row of its own"


@pytest.mark.usefixtures("callee")
async def test_where_the_mark_does_not_travel_nothing_is_guessed(session):
    seqs = [session.start_call(wish(payload="same", response_ms=3000)) for _ in range(5)]
    calls = [await session.finished(seq) for seq in seqs]
    assert {call.outcome for call in calls} == {"ok"}
    assert [(call.id, call.ack) for call in calls] == [(None, None)] * 5
    assert all("cannot be told from those of identical calls" in call.note for call in calls)
    assert session.state.unassigned == 5
    assert sum(getattr(row, "method", "") == "echo" for row in session.rows()) == 5


@pytest.mark.usefixtures("callee")
async def test_calls_with_short_limits_one_after_the_other_are_told_apart(session):
    for _ in range(3):
        call = await session.finished(session.start_call(wish(payload="same", response_ms=3000)))
        assert (call.id is not None, call.ack is not None, call.told_ms) == (True, True, 1000)


@pytest.mark.usefixtures("callee")
async def test_a_callee_that_leaves_meanwhile(session):
    call = await session.finished(session.start_call(wish("leave")))
    assert call.error.code == 1503
    # A callee whose SDK has the time says so itself; otherwise ours concludes it from the leave.
    assert call.error.raised_by == ("callee" if call.answer else "caller")
    assert "callee left the room" in call.error.causes[0]


@pytest.mark.usefixtures("callee")
async def test_errors_say_what_they_are(session):
    call = await session.finished(session.start_call(wish("fail", '{"code":4711,"message":"no","data":"{}"}')))
    assert (call.error.code, call.error.name, call.error.message, call.error.data) == (4711, None, "no", "{}")
    call = await session.finished(session.start_call(wish("boom")))
    assert (call.error.code, call.error.raised_by, call.error.data) == (1500, "callee", None)


@pytest.mark.usefixtures("callee")
async def test_calling_oneself_fails_at_once_unless_it_is_wanted(session):
    call = await session.finished(session.start_call(wish(destination="me")))
    assert (call.error.code, call.error.raised_by, call.views) == (1401, "us", ())
    assert "nothing was sent" in call.error.message
    assert "cannot call itself" in call.error.causes[0]
    call = await session.finished(session.start_call(wish(destination="me", ack_ms=300, anyway=True)))
    assert call.error.code == 1501
    assert "cannot call itself" in call.error.causes[0]


@pytest.mark.usefixtures("callee")
async def test_a_number_that_never_was(session):
    with pytest.raises(KeyError):
        await session.finished(4711)
    assert session.row(4711) is None
    assert not session.cancel(4711)
