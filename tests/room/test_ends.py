"""How a connection ends or breaks, each a clear state."""

import pytest
from livekit import rtc
from livekit.protocol import models

from rpc_inspector.core.session import Invocation
from rpc_inspector.room.failures import end_of
from tests.support.peers import peer
from tests.support.rooms import ROOM, join, until


async def called(session):
    """A call in flight to a handler that sleeps."""
    assert await session.wait_for_participant("callee", 10)
    seq = session.start_call(Invocation(destination="callee", method="sleep", payload="30"))
    await until(lambda: session.row(seq).ack, what="the ack")
    return seq


async def ended(session, reason, seq):
    await until(lambda: session.state.status == "closed")
    assert session.state.reason == reason
    call = await session.finished(seq)
    assert (call.error.code, call.error.raised_by) == (1503, "caller")
    assert any("our own connection ended" in cause or "server shutdown" in cause for cause in call.error.causes)
    assert session.rows()[-1].kind in ("disconnected", "left")
    assert session.roster == ()
    assert session.state.vantage == ()


async def test_another_session_with_our_identity(session, target, server):
    async with peer(server.url, "callee"):
        await session.join(target(identity="me"))
        seq = await called(session)
        async with join(server.url, "me"):
            await ended(session, "duplicate_identity", seq)


@pytest.mark.parametrize(
    ("reason", "means"),
    [(models.PARTICIPANT_REMOVED, "removed"), (models.ROOM_DELETED, "room_deleted")],
    ids=["removed", "deleted"],
)
async def test_being_sent_away(session, target, server, reason, means):
    async with peer(server.url, "callee"):
        await session.join(target(identity="me"))
        seq = await called(session)
        room = server.room(ROOM)
        room.remove(room.participants["me"], reason)
        await ended(session, means, seq)
        await session.join(target(identity="me"))
        assert session.state.status == "connected"
        assert session.state.reason is None


async def test_a_server_that_shuts_down(session, target, server):
    async with peer(server.url, "callee"):
        await session.join(target())
        seq = await called(session)
        await server.stop()
        await ended(session, "server_shutdown", seq)


async def test_leaving_with_a_call_in_flight(session, target, server):
    async with peer(server.url, "callee"):
        await session.join(target())
        seq = await called(session)
        await session.leave()
        await ended(session, "left", seq)


async def test_a_connection_that_breaks_comes_back(session, target, server):
    async with peer(server.url, "callee") as callee:
        await session.join(target(identity="me", describe=False))
        await session.wait_for_participant("callee", 10)
        await until(lambda: session.state.vantage == ("us", "server"))
        states = []
        session.subscribe(lambda update: update.state and states.append(update.state.status))
        server.room(ROOM).drop_connection("me")
        await until(lambda: session.state.status == "reconnecting" or "reconnecting" in states)
        await until(lambda: session.state.status == "connected")
        await until(lambda: session.state.vantage == ("us", "server"), what="the server's stream is attached again")
        kinds = [row.kind for row in session.rows()]
        assert kinds[2:] == ["reconnecting", "reconnected"], "nobody left or joined"
        assert await session.wait_for_participant("callee", 10)
        call = await session.finished(session.start_call(Invocation(destination="callee", method="echo", payload="x")))
        assert (call.outcome, call.ack is not None) == ("ok", True)
        assert [said["id"] for said in callee.handled("echo")] == [call.id]


def test_reasons_that_are_none_of_the_known():
    assert end_of(rtc.DisconnectReason.SIGNAL_CLOSE, expired=False)[0] == "lost"
    assert end_of(rtc.DisconnectReason.UNKNOWN_REASON, expired=True)[0] == "token_expired"
    assert end_of(rtc.DisconnectReason.DUPLICATE_IDENTITY, expired=True)[0] == "duplicate_identity"
    assert "reason 99" in end_of(99, expired=False)[1]
