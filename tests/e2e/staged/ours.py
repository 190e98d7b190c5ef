"""Our own side: what our token forbids, what our connection does, what we send before."""

import asyncio
import random

from livekit.rtc._proto.room_pb2 import SimulateScenarioKind

from rpc_inspector.core.session import SessionError
from rpc_inspector.server import signalling
from tests.e2e.staged.stage import QUICK, Situation
from tests.support.rooms import embedded_server, until

QUICKER = QUICK | {"ack_ms": 400}


async def hidden(stage):
    session = await stage.another("ghost", hidden=True)
    await stage.here("resident", session)
    return await stage.fails("resident", session=session, **QUICK)


async def we_encrypt(stage):
    session = await stage.another("vault", passphrase="ours")
    await stage.here("resident", session)
    return await stage.fails("resident", session=session, **QUICK)


async def other_key(stage):
    await stage.join("sealed-2", key="theirs")
    session = await stage.another("vault-2", passphrase="ours")
    await stage.here("sealed-2", session)
    return await stage.fails("sealed-2", session=session, **QUICK)


async def may_not_send(stage):
    """Our permission is taken away: calls that leave before we learn of it are dropped."""
    session = await stage.another("silenced")
    await stage.here("resident", session)
    for _ in range(8):
        calls = []
        revoking = asyncio.create_task(stage.grant("silenced", can_publish_data=False))
        try:
            while True:
                calls.append(stage.begin("resident", session=session, **QUICK))
                await asyncio.sleep(0)
        except SessionError:
            await revoking
        ended = [await session.finished(seq) for seq in calls]
        failed = next((call for call in ended if call.error and call.error.code == 1501), None)
        if failed:
            return stage.explained(failed, session)
        await stage.grant("silenced", can_publish_data=True)
        await until(lambda: session.state.permissions.can_publish_data, what="we may send again")
    raise AssertionError("every call left before the server knew")


async def we_left(stage):
    session = await stage.another("guest", close=False)
    await stage.here("resident", session)
    seq = stage.begin("resident", "sleep", "7.1", session=session)
    await stage.troupe.told("handling", method="sleep", payload="7.1")
    await session.leave()
    told = stage.explained(await session.finished(seq), session)
    await session.close()
    return told


async def we_were_replaced(stage):
    session = await stage.another("twin")
    await stage.here("resident", session)
    seq = stage.begin("resident", "sleep", "7.2", session=session)
    await stage.troupe.told("handling", method="sleep", payload="7.2")
    await stage.troupe.join(stage.url, "twin", {})
    await until(lambda: session.state.status == "closed", what="we were sent away")
    return stage.explained(await session.finished(seq), session)


async def we_reconnect(stage):
    """Our connection is made anew while a call runs."""
    session = await stage.another("shaky")
    await stage.here("resident", session)
    room = session._connection.room  # only the SDK can break its own connection on demand
    for attempt in range(4):  # now and then an answer finds its way all the same
        nap = f"5.{attempt}"
        seq = stage.begin("resident", "sleep", nap, session=session)
        await stage.troupe.told("handling", method="sleep", payload=nap)
        await room.simulate_scenario(SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
        call = await session.finished(seq)
        back = attempt + 1
        await until(lambda back=back: told_back(session) >= back, within_s=15, what="it is told that we are back")
        if call.error:
            break
    return stage.explained(call, session)


def told_back(session):
    return sum(getattr(row, "kind", None) == "reconnected" for row in session.rows())


async def behind_a_large_payload(stage):
    """One call after another while a large payload is on its way, until one waits too long for its ack."""
    session = await stage.another("bulk")
    await stage.here("resident", session)
    noise = random.Random(7).randbytes(4_000_000).hex()  # noqa: S311 - so that it cannot be compressed
    large = stage.begin("resident", "plain", noise, session=session)
    try:
        while session.row(large).is_open:
            told = await stage.fails("resident", "echo", session=session, ack_ms=20, response_ms=2_000)
            if told.call.error:
                return told
    finally:
        session.cancel(large)
    raise AssertionError("no call had to wait")


async def we_leave_at_once(stage):
    session = await stage.another("hasty", close=False)
    await stage.here("resident", session)
    seq = stage.begin("resident", "sleep", "7.3", session=session)
    await session.leave()
    told = stage.explained(await session.finished(seq), session)
    await session.close()
    return told


async def server_too_old(stage):
    """A server that says to be older than those that forward RPC."""
    announced = signalling.SERVER_VERSION
    signalling.SERVER_VERSION = "1.7.9"
    try:
        async with embedded_server() as old:
            await stage.troupe.join(old.url, "faraway", {"echo": "echo"})
            session = await stage.another("pioneer", url=old.url)
            await stage.here("faraway", session)
            told = await stage.fails("faraway", session=session)
            await stage.troupe.ask("faraway", "leave")
            await session.leave()
            return told
    finally:
        signalling.SERVER_VERSION = announced


async def not_sent(stage):
    """A call that is made when the server has just gone: the SDK waits for it in vain, whatever the call's limits."""
    session, seqs = stage.others["unsent"]
    ended = [await session.finished(seq) for seq in seqs]
    return stage.explained([call for call in ended if call.error and call.error.code == 1505][-1], session)


async def server_stopped(stage):
    """The server is gone while a call runs."""
    session, seq = stage.others["last"]
    return stage.explained(await session.finished(seq), session)


SITUATIONS = (
    Situation("we are hidden", "hidden-caller", hidden, ("ghost", "resident"), ("unknown-identity", "not-active")),
    Situation("we encrypt and the callee does not", "encryption-differs", we_encrypt, ("resident",),
              ("unknown-identity",)),
    Situation("both encrypt with different keys", "encryption-differs", other_key, ("sealed-2",),
              ("unknown-identity",)),
    Situation("we lost canPublishData", "caller-may-not-send", may_not_send, ("our token", "resident"),
              ("unknown-identity", "callee-may-not-send")),
    Situation("we left during the call", "our-connection-ended", we_left, ("our own connection", "resident"),
              ("left-during", "replaced")),
    Situation("we leave as soon as we have called", "our-connection-ended", we_leave_at_once,
              ("our own connection", "resident"), ("left-during",)),
    Situation("a second session of our identity", "our-connection-ended", we_were_replaced,
              ("our own connection", "replaced us"), ("left-during",)),
    Situation("our connection is made anew", "our-reconnect", we_reconnect, ("our own connection", "resident"),
              ("left-before", "unknown-identity", "left-during")),
)  # fmt: skip

#: Alone, because it keeps everybody waiting.
BULK = (
    Situation("behind a large payload", "head-of-line", behind_a_large_payload, ("resident", "8.0 MB of plain"),
              ("unknown-identity", "not-active", "hidden-caller")),
)  # fmt: skip

#: With a server of its own, which says that it is another: nobody else may join meanwhile.
ELSEWHERE = (
    Situation("a server that is too old", "server-too-old", server_too_old, ("faraway", "1.8.0"),
              ("our-connection-ended",), embedded_only=True),
)  # fmt: skip

#: Last, because the server is gone afterwards.
FINAL = (
    Situation("the server stops during the call", "our-connection-ended", server_stopped,
              ("our own connection", "resident"), ("left-before", "unknown-identity"), or_else="our-reconnect"),
    Situation("a call when the server has gone", "our-connection-ended", not_sent, ("resident", "was not sent"),
              ("unknown-identity", "left-before"), or_else="sdk-tells-why"),
)  # fmt: skip
