"""The ping on real rooms: who answers, who does not and why, and that nobody's code runs for it."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from rpc_inspector.core.model import Call
from rpc_inspector.core.ping import Pings
from rpc_inspector.core.session import Invocation, NotAuthorised, NotConnected, Target
from rpc_inspector.room import open_session
from tests.support.browser import page
from tests.support.node import rtc_node
from tests.support.peers import V1_SDK, peer
from tests.support.rawpeer import raw_peer
from tests.support.rooms import KEY, ROOM, SECRET, embedded_server, token, until

#: How long an ack is waited for where none comes, ms.
SHORT = 1_000


@asynccontextmanager
async def joined(server, **target):
    """Our session in the room, as a user of an API key has it unless told otherwise."""
    session = open_session()
    target = target or {"api_key": KEY, "api_secret": SECRET}
    try:
        await session.join(Target(url=server.url, room=ROOM, describe=False, **target))
        yield session
    finally:
        await session.close()


def pings_of(session):
    return [row for row in session.rows() if isinstance(row, Call) and row.purpose == "ping"]


async def test_a_participant_answers_and_the_ack_is_seen(room_server):
    async with peer(room_server.url, "callee") as callee, joined(room_server) as session:
        await callee.do("intercept")
        await until(lambda: any((one.identity, one.listed_by) == ("callee", "sdk") for one in session.roster))
        result = await session.ping("callee")
        assert (result.reachable, result.code, result.why, result.identity) == (True, None, "", "callee")
        assert (result.transport, result.client_protocol) == ("v2", 2)
        assert (result.round_trip.source, result.round_trip.precision) == ("sdk", 0.1)
        assert result.ack.source in ("capture", "server")
        assert 0 <= result.ack.ms <= result.round_trip.ms + 2
        ping = session.row(result.seq)
        assert (ping.purpose, ping.error.code, ping.request.bytes) == ("ping", 1400, 0)
        # A call afterwards shows that handlers and interceptors would have told, had the ping reached them.
        await session.finished(session.start_call(_echo("callee")))
        await callee.told("handled", method="echo")
        ran = [said["method"] for said in callee.said if said["event"] in ("intercepted", "handling")]
        assert ran == ["echo", "echo"]


def _echo(identity):
    return Invocation(destination=identity, method="echo", payload="{}")


async def test_an_sdk_of_version_1_answers_and_runs_nothing(room_server):
    async with peer(room_server.url, "old", sdk=V1_SDK) as old, joined(room_server) as session:
        assert await session.wait_for_participant("old", 15)
        result = await session.ping("old")
        assert (result.reachable, result.transport, result.client_protocol) == (True, "v1", 0)
        await session.finished(session.start_call(_echo("old")))
        await old.told("handled", method="echo")
        assert {said["method"] for said in old.said if said["event"] == "handling"} == {"echo"}


JAVASCRIPT = """
const room = new Room();
const ran = [];
for (const name of ["echo", "rpc.describe", "rpc.ping", "rpc.ping.", "*", ""])
  room.registerRpcMethod(name, async (data) => { ran.push(name); return data.payload; });
room.registerRpcMethod("ran", async () => JSON.stringify(ran));
await room.connect(URL, TOKEN, {autoSubscribe: false});
"""


async def test_a_browser_answers_and_runs_nothing(room_server):
    script = f"const URL = {json.dumps(room_server.url)}, TOKEN = {json.dumps(token('web'))};" + JAVASCRIPT
    async with page(script + 'await report("joined", 1);') as browser, joined(room_server) as session:
        await browser.report("joined")
        await _answers_and_runs_nothing(session, "web")


NODE = """
const {Room} = require("@livekit/rtc-node");
(async () => {
  const [URL, TOKEN] = process.argv.slice(2);
  const room = new Room();
  const ran = [];
  await room.connect(URL, TOKEN, {autoSubscribe: false});
  for (const name of ["echo", "rpc.describe", "rpc.ping", "rpc.ping.", "*"])
    room.localParticipant.registerRpcMethod(name, async (data) => { ran.push(name); return data.payload; });
  room.localParticipant.registerRpcMethod("ran", async () => JSON.stringify(ran));
  console.log("ready");
  process.stdin.on("end", () => process.exit(0)).resume();
})();
"""


async def test_node_answers_and_runs_nothing(room_server):
    folder = rtc_node()
    script = folder / "ping-callee.cjs"
    script.write_text(NODE)
    process = await asyncio.create_subprocess_exec(
        "node", str(script), room_server.url, token("node"), cwd=folder,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with joined(room_server) as session:
            async with asyncio.timeout(30):
                while b"ready" not in await process.stdout.readline():  # its SDK logs there too
                    pass
            await _answers_and_runs_nothing(session, "node")
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _answers_and_runs_nothing(session, identity):
    assert await session.wait_for_participant(identity, 20)
    # By version 1 as long as only RoomService lists it, as livekit-server does for up to 3 s.
    assert (await session.ping(identity)).reachable
    await until(lambda: any((one.identity, one.listed_by) == (identity, "sdk") for one in session.roster))
    assert (await session.ping(identity)).transport == "v2"
    assert (await session.finished(session.start_call(_echo(identity)))).outcome == "ok"
    ran = await session.finished(session.start_call(Invocation(destination=identity, method="ran")))
    assert json.loads(ran.response.text) == ["echo"]


async def test_a_frozen_process_does_not_answer_until_it_goes_on(room_server):
    async with peer(room_server.url, "callee") as callee, joined(room_server) as session:
        assert await session.wait_for_participant("callee", 15)
        callee.freeze()
        try:
            result = await session.ping("callee", ack_ms=SHORT)
        finally:
            callee.thaw()
        assert (result.reachable, result.code, result.why) == (False, 1501, "no ack")
        assert (result.round_trip, result.ack) == (None, None)
        assert (await session.ping("callee")).reachable


async def test_nobody_of_that_name_and_ourselves(room_server):
    async with joined(room_server, api_key=KEY, api_secret=SECRET, identity="me") as session:
        for identity in ("nobody", "me"):
            result = await session.ping(identity)
            assert (result.reachable, result.code, result.why) == (False, 1401, "not in the room")
        assert await session.ping_all() == []


async def test_a_hidden_participant_is_reached_where_it_is_known_or_insisted_on(room_server):
    async with peer(room_server.url, "shy", hidden=True):
        async with joined(room_server) as session:
            # With a key RoomService tells of it.
            assert (await session.ping("shy")).reachable
        async with joined(room_server, token=token("me")) as session:
            assert (await session.ping("shy")).code == 1401
            assert (await session.ping("shy", anyway=True)).reachable


async def test_one_that_is_listed_but_not_active_yet_gives_no_ack():
    async with embedded_server() as server, raw_peer(server.url, "late"), joined(server) as session:
        await until(lambda: any(one.identity == "late" for one in session.roster))
        result = await session.ping("late", ack_ms=SHORT)
        assert (result.reachable, result.code) == (False, 1501)


async def test_everybody_at_once_and_a_token_that_may_not_send(room_server):
    async with peer(room_server.url, "one") as one, peer(room_server.url, "two"), joined(room_server) as session:
        for name in ("one", "two"):
            assert await session.wait_for_participant(name, 15)
        one.freeze()
        try:
            results = {result.identity: result for result in await session.ping_all(ack_ms=SHORT)}
        finally:
            one.thaw()
        assert {name: result.code for name, result in results.items()} == {"one": 1501, "two": None}
        async with joined(room_server, token=token("mute", can_publish_data=False)) as mute:
            await until(lambda: len(mute.roster) > 1)
            with pytest.raises(NotAuthorised):
                await mute.ping_all()
    with pytest.raises(NotConnected):
        await session.ping_all()


async def test_giving_up_waiting_cancels_the_ping(room_server):
    async with peer(room_server.url, "callee") as callee, joined(room_server) as session:
        assert await session.wait_for_participant("callee", 15)
        callee.freeze()
        try:
            waiting = asyncio.create_task(session.ping("callee"))
            await until(lambda: pings_of(session))
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await until(lambda: pings_of(session)[0].outcome == "cancelled")
        finally:
            callee.thaw()


async def test_everybody_is_pinged_again_and_again_as_long_as_they_are_there(room_server):
    async with joined(room_server) as session:
        counted = Pings()
        session.subscribe(lambda update: counted.take(update.rows))
        session.keep_pinging(0.05)
        assert session.state.pinging == 0.05
        async with peer(room_server.url, "one"), peer(room_server.url, "two") as two:
            await until(lambda: all(counted[name] and counted[name].answered >= 3 for name in ("one", "two")),
                        within_s=20)  # fmt: skip
            await two.close()
            await until(lambda: all(someone.identity != "two" for someone in session.roster), within_s=20)
            latest = max(ping.seq for ping in pings_of(session))
            seen = counted["one"].answered
            await until(lambda: counted["one"].answered >= seen + 3, within_s=20)
            assert not [ping for ping in pings_of(session) if ping.seq > latest and ping.callee == "two"]
            session.keep_pinging(None)
            assert session.state.pinging is None
            await until(lambda: not any(ping.is_open for ping in pings_of(session)))
            ended = len(pings_of(session))
            await session.ping("one")
            assert len(pings_of(session)) == ended + 1
            tally = counted["one"]
            assert tally.lost == 0
            assert tally.least.ms <= tally.median.ms * 1.01
            assert tally.median.ms <= tally.most.ms * 1.01


async def test_leaving_the_room_ends_the_pings():
    async with embedded_server() as server, peer(server.url, "one"), joined(server) as session:
        assert await session.wait_for_participant("one", 15)
        session.keep_pinging(0.05)
        await until(lambda: pings_of(session))
        await session.leave()
        assert session.state.pinging is None
        assert not [ping for ping in pings_of(session) if ping.is_open]
        with pytest.raises(NotConnected):
            session.keep_pinging(5)
