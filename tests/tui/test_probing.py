"""Before the call, and pings, on a real room: what their user sees and which keys do it."""

import asyncio

from rpc_inspector.core.model import Call
from rpc_inspector.tui.screens.ping import PingScreen
from rpc_inspector.tui.screens.preflight import PreflightScreen
from tests.support.peers import peer
from tests.tui.conftest import opened, to


def pings_of(user):
    rows = user.app._session.rows()
    return [row for row in rows if isinstance(row, Call) and row.purpose == "ping"]


async def aim(user, identity, method):
    user.main.aim(identity, method)
    await user.pilot.pause()


async def test_the_line_says_what_is_wrong_and_alt_p_says_why_until_it_is_right(server):
    async with opened(to(server)) as user:
        await user.joined()
        await aim(user, "callee", "plain")
        await user.until(lambda: "not in the room" in user.text("#budget"), "the line warns")
        assert "alt+p why" in user.text("#budget")
        await user.press("alt+p")
        assert isinstance(user.app.screen, PreflightScreen)
        await user.until(lambda: "ends with 1401 at once" in user.text("#points"), "why")
        async with peer(server.url, "callee"):
            await user.until(lambda: "callee is active" in user.text("#points"), "it looks again when the room changes")
            assert "Its SDK speaks version 2" in user.text("#points")
            await user.press("escape")
            await user.until(lambda: "callee gets 8 s · you wait ≤ 22 s" in user.text("#budget"), "nothing is wrong")
            assert not [row for row in user.app._session.rows() if isinstance(row, Call) and row.purpose == "call"]


async def test_what_is_typed_counts(server):
    async with opened(to(server)) as user, peer(server.url, "callee"):
        await user.joined()
        await user.until(lambda: user.main.participant("callee"), "it is listed")
        await aim(user, "callee", "plain")
        await user.until(lambda: "callee gets" in user.text("#budget"), "nothing is wrong")
        await user.press("alt+t")
        await user.press("ctrl+u", "3")
        await user.until(lambda: "the callee gets only 1 s" in user.text("#budget"), "a timeout that is cut")
        await user.press("ctrl+u")
        await user.until(lambda: "seconds above 0" in user.text("#budget"), "no timeout")


async def test_without_a_target_alt_p_says_what_to_do(server):
    async with opened(to(server)) as user:
        await user.joined()
        await user.press("alt+p")
        assert any("nothing to call yet" in said for said in user.said())


async def test_i_pings_again_and_again_one_or_all_and_stops_with_the_dialog(server):
    async with opened(to(server)) as user, peer(server.url, "one"), peer(server.url, "two") as two:
        await user.joined()
        await user.until(lambda: user.main.participant("one") and user.main.participant("two"), "both are listed")
        await aim(user, "two", "plain")
        await user.press("escape")
        user.main.participants.select("two", None)
        await user.press("1", "i")
        await user.until(lambda: "its SDK answers" in user.text("#pings"), "an answer")
        assert "version 2 with inline streams" in user.text("#pings")
        await user.until(lambda: len(pings_of(user)) >= 2, "it goes on")
        await user.press("a")
        await user.until(lambda: {ping.callee for ping in pings_of(user)} == {"one", "two"}, "everybody")
        await user.until(lambda: user.text("#pings").count(" ms ") >= 4, "both have their times")
        await user.press("space")
        assert "paused" in str(user.app.screen.query_one(".dialog").border_title)
        await user.until(lambda: not user.app.screen._pinging, "it pauses")
        await user.press("space", "escape")
        assert not isinstance(user.app.screen, PingScreen)
        await user.until(lambda: not any(ping.is_open for ping in pings_of(user)), "what was under way has ended")
        assert not two.handled("plain")


async def test_a_frozen_participant_is_told_and_closing_does_not_wait_for_it(server):
    async with opened(to(server)) as user, peer(server.url, "callee") as callee:
        await user.joined()
        await user.until(lambda: user.main.participant("callee"), "it is listed")
        callee.freeze()
        try:
            await aim(user, "callee", "plain")
            await user.press("escape", "i")
            await user.until(lambda: pings_of(user), "it is being pinged")
            assert "waiting for its ack" in user.text("#pings")
            await user.press("escape")
            await user.until(lambda: pings_of(user)[0].outcome == "cancelled", "the ping is given up")
        finally:
            callee.thaw()


async def test_the_list_draws_everybodys_pings_while_they_are_kept_up(server):
    async with opened(to(server)) as user, peer(server.url, "callee"):
        await user.joined()
        await user.until(lambda: user.main.participant("callee"), "it is listed")
        await user.press("1", "I")
        await user.until(lambda: user.app._session.state.pinging == 5.0, "it began")
        await user.until(lambda: " ms " in user.text("#participants-list"), "the round trip is drawn")
        await user.press("I")
        await user.until(lambda: user.app._session.state.pinging is None, "it ended")
        await user.until(lambda: " ms " not in user.text("#participants-list"), "nothing is drawn")
        assert any("every 5 s" in said for said in user.said())


async def test_pings_of_who_is_not_there_say_so(server):
    async with opened(to(server)) as user:
        await user.joined()
        await aim(user, "nobody", "plain")
        await user.press("escape", "i")
        await user.until(lambda: "1401 not in the room" in user.text("#pings"), "it says so")
        await asyncio.wait_for(user.app._session.leave(), 10)
        await user.until(lambda: "There is no connection" in user.text("#pings"), "and that we left")
