"""What went wrong is told with its evidence, and what can be done about it is one key away: on a real room."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from textual.widgets import OptionList

from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Invocation
from rpc_inspector.tui.screens.call import CallScreen
from rpc_inspector.tui.screens.explain import ExplainScreen
from rpc_inspector.tui.screens.participant import ParticipantScreen
from rpc_inspector.tui.screens.ping import PingScreen
from rpc_inspector.tui.widgets.key_bar import KeyBar
from tests.support.rooms import echo, join
from tests.tui.conftest import opened, to

METHODS = {"attributes": {"rpc.methods": json.dumps({"v": 1, "m": {"echo": {}, "slow": {}}})}}


@asynccontextmanager
async def failed(server, method, destination="bob", **limits):
    """The app with a call that failed, shown and explained."""
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server), session={"capture": False}) as user:
        echo(bob)

        async def slow(_data):
            await asyncio.sleep(1.4)
            return "slow"

        bob.local_participant.register_rpc_method("slow", slow)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob is listed")
        wanted = {"destination": destination, "method": method, "payload": '{"a": 1}', "anyway": True} | limits
        user.main.send(Invocation(**wanted))
        await user.until(lambda: (call := user.main.shown_call) and call.error and call.error.causes, "it is explained")
        yield user, bob


async def explained(user):
    """Opens the explanation; its text."""
    user.main.action_focus_pane("response")
    await user.press("x")
    await user.until(lambda: isinstance(user.app.screen, ExplainScreen), "the explanation is open")
    return user.text("#explanation Static")


def offered(user):
    return [str(option.prompt) for option in user.app.screen.query_one(OptionList).options]


async def test_a_mistyped_method_is_called_by_its_name_at_a_key(server):
    async with failed(server, "ecco") as (user, _):
        assert "→ call echo" in user.text("#steps")
        text = await explained(user)
        assert "bob answered that it has no method ecco." in text
        assert "bob has no ecco; did you mean echo?" in text
        assert "echo is advertised" in text
        assert offered(user)[0] == "→ call echo"
        await user.press("enter")
        await user.until(lambda: (call := user.main.shown_call) and call.outcome == "ok", "the right method answered")
        assert (user.main.shown_call.method, user.main.shown_call.response.text) == ("echo", '{"a": 1}')


async def test_what_is_offered_first_can_be_clicked_in_the_response(server):
    async with failed(server, "echo", "bobb", ack_ms=300) as (user, _):
        assert "→ send to bob" in user.text("#steps")
        await user.pilot.click("#steps", offset=(2, 0))
        await user.until(lambda: (call := user.main.shown_call) and call.outcome == "ok", "bob answered")
        assert user.main.shown_call.callee == "bob"


async def test_a_timeout_is_raised_so_that_the_handler_has_time(server):
    async with failed(server, "slow", response_ms=1_500, ack_ms=1_000) as (user, _):
        text = await explained(user)
        assert "took longer than the 1 s that bob was told" in text
        assert offered(user)[0] == "→ send again with 4 s"
        await user.press("enter")
        await user.until(lambda: (call := user.main.shown_call) and call.outcome == "ok", "it had time")
        assert user.main.shown_call.budget.response == 4_000


@pytest.mark.parametrize(("label", "screen"), [("history of bob", ParticipantScreen), ("ping bob", PingScreen)])
async def test_other_places_open_from_the_explanation(server, label, screen):
    method, limits = ("teleport", {}) if screen is ParticipantScreen else ("slow", {"response_ms": 400})
    async with failed(server, method, **limits) as (user, _):
        await explained(user)
        labels = offered(user)
        user.app.screen.query_one(OptionList).highlighted = labels.index(f"→ {label}")
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, screen), f"{label} is open")


async def test_the_page_of_the_code_is_always_offered(server):
    async with failed(server, "teleport") as (user, _):
        await explained(user)
        await user.press("end", "enter")
        await user.until(lambda: str(user.app.screen.query_one(".dialog").border_title) == "1400 UNSUPPORTED_METHOD",
                         "the page is open")  # fmt: skip
        assert "how to tell" in user.text("#explanation Static")
        await user.press("escape")
        assert user.app.screen is user.main


async def test_somebody_is_waited_for_and_then_called(server):
    async with failed(server, "echo", "carol", ack_ms=300) as (user, _):
        await explained(user)
        assert offered(user)[0] == "→ wait for carol, then send again"
        await user.press("enter")
        async with join(server.url, "carol") as carol:
            echo(carol)
            await user.until(lambda: (call := user.main.shown_call) and call.outcome == "ok", "carol answered")


async def test_a_call_that_went_well_has_nothing_to_explain(server):
    async with failed(server, "teleport") as (user, _):
        user.main.send(Invocation(destination="bob", method="echo"))
        await user.until(lambda: (call := user.main.shown_call) and call.outcome == "ok", "bob answered")
        user.main.action_focus_pane("response")
        await user.press("x")
        assert any("no error to explain" in said for said in user.said())
        assert isinstance(user.main.shown_call, Call)


async def test_the_detail_of_a_call_leads_to_what_can_be_done(server):
    async with failed(server, "ecco") as (user, _):
        user.main.action_focus_pane("trace")
        user.main.trace.select(user.main.shown_call.seq)
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, CallScreen), "the detail is open")
        assert "x what can be done about it" in user.text("#overview Static")
        await user.press("x")
        await user.until(lambda: isinstance(user.app.screen, ExplainScreen), "the explanation is open")
        assert offered(user)[0] == "→ call echo"


async def test_a_failure_is_explained_from_where_its_request_is_typed(server):
    async with failed(server, "teleport") as (user, _):
        await user.press("2")
        await user.until(lambda: "alt+x explain" in user.text("#steps"), "a key that is no letter")
        bar = user.main.query_one(KeyBar)
        keys = bar.render()
        await user.press("alt+x")
        await user.until(lambda: isinstance(user.app.screen, ExplainScreen), "the explanation is open")
        assert bar.render() == keys, "behind a dialog it shows no others"
        await user.press("escape")
        user.main.action_focus_pane("response")
        await user.until(lambda: "x explain" in user.text("#steps") and "alt" not in user.text("#steps"), "the letter")
