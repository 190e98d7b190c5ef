"""The participants' pane on real rooms, on both servers: how methods are known, what contradicts, what is hidden."""

import json

import pytest

from rpc_inspector.tui.screens.method import MethodScreen
from rpc_inspector.tui.widgets.participants import ParticipantsPane
from tests.support.peers import peer
from tests.support.rooms import join, until
from tests.tui.conftest import opened, to

SCHEMA = {"type": "object", "properties": {"city": {"type": "string", "description": "São or Paulo"}}}
DESCRIBED = {
    "description": "Says the weather \x1b]0;x\x07",
    "request": SCHEMA,
    "examples": [{"request": {"city": "São Paulo"}, "response": {"temp": 21}}],
}


def advertised(*names):
    return {"rpc.methods": json.dumps({"v": 1, "m": {name: {} for name in names}})}


def lines(user):
    return [line.strip() for line in user.text("#participants-list").splitlines() if line.strip()]


async def test_each_method_says_how_it_is_known_and_its_detail_says_all(room_server, tmp_path):
    catalogue = tmp_path / "rpc-catalogue.yaml"
    catalogue.write_text("participants: [{methods: {get_weather: {request: {type: string}}, listed: }}]")
    target = to(room_server, catalogues=(str(catalogue),))
    async with peer(room_server.url, "bob", attributes=advertised("get_weather")) as bob:
        answer = json.dumps({"v": 1, "methods": {"get_weather": DESCRIBED}})
        await bob.do("answer", method="rpc.describe", answers={"*": answer})
        async with opened(target) as user:
            await user.joined()
            await user.until(lambda: any("get_weather" in line and "▲" in line for line in lines(user)), "the conflict")
            assert "▲ get_weather  advertised" in lines(user)
            assert any(line.split() == ["listed", "catalogue"] for line in lines(user))
            user.main.participants.select("bob", "get_weather")
            await user.press("1", "space")
            assert isinstance(user.app.screen, MethodScreen)
            about = user.text("#about")
            for words in (
                "Says the weather \\e]0;x", "another request schema", "in its attribute rpc.methods",
                "in its answer to rpc.describe", "rpc-catalogue.yaml:1", '"description": "São or Paulo"',
                '"city": "São Paulo"', "describes itself",
            ):  # fmt: skip
                assert words in about
            await user.press("escape", "right")
            assert isinstance(user.app.screen, MethodScreen)
            await bob.do("attributes", attributes=advertised("other"))
            await bob.do("unregister", method="rpc.describe")
            await user.main.session.describe("bob")
            await user.until(lambda: "in its answer" not in user.text("#about"), "the detail follows")
            assert "rpc-catalogue.yaml:1" in user.text("#about")
            await user.press("enter")
            assert user.app.screen is user.main
            composer = user.main.call_pane.composer
            assert (composer.identity, composer.method) == ("bob", "get_weather")
            assert composer.has_focus_within


async def test_a_call_that_is_refused_marks_what_was_advertised(room_server):
    async with peer(room_server.url, "bob", attributes=advertised("gone")), opened(to(room_server)) as user:
        await user.joined()
        await user.choose("bob", "gone")
        await user.press("ctrl+j")
        await user.until(lambda: any(line.startswith("▲ gone") for line in lines(user)), "the conflict")


async def test_search_covers_descriptions(room_server):
    methods = {"a": {"d": "Boils an egg"}, "b": {"d": "Fries"}}
    async with (
        join(room_server.url, "bob", attributes={"rpc.methods": json.dumps({"v": 1, "m": methods})}),
        opened(to(room_server)) as user,
    ):
        await user.joined()
        await user.until(lambda: len(lines(user)) >= 3, "bob's methods")
        await user.press("1", "/")
        await user.type("egg")
        await user.until(lambda: [line.split()[0] for line in lines(user)] == ["bob", "a"], "the one that boils")


async def test_livekits_own_methods_come_last_behind_one_line(room_server):
    async with (
        join(room_server.url, "bot", kind="agent", attributes=advertised("lk.agent.extra", "cook")),
        opened(to(room_server)) as user,
    ):
        await user.joined()
        await user.until(lambda: any("of LiveKit's own" in line for line in lines(user)), "the group")
        assert [line.split()[0] for line in lines(user)[:3]] == ["bot", "cook", "▶"]
        pane = user.app.screen.query_one(ParticipantsPane)
        pane.select("bot", "")
        await user.press("1", "enter")
        await user.until(lambda: any(line.startswith("lk.agent") for line in lines(user)), "they are shown")
        assert lines(user)[2] == "▼ 5 of LiveKit's own"
        await user.press("left")
        await user.until(lambda: not any(line.startswith("lk.agent") for line in lines(user)), "they are hidden")


@pytest.mark.parametrize("value", ["not JSON", "[" * 30_000], ids=["text", "nested"])
async def test_a_list_that_cannot_be_read_is_marked(room_server, value):
    async with join(room_server.url, "bob", attributes={"rpc.methods": value}), opened(to(room_server)) as user:
        await user.joined()
        await until(lambda: user.main.participant("bob") and any("bob ▲" in line for line in lines(user)))
        user.main.participants.select("bob", None)
        await user.press("1", "enter")
        assert "▲ its list of methods (rpc.methods) cannot be read: not JSON" in user.text("#about")


async def test_somebody_who_does_not_answer_is_marked(room_server):
    async with peer(room_server.url, "bob") as bob:
        await bob.do("register", method="rpc.describe", behave="never")
        async with opened(to(room_server)) as user:
            await user.joined()
            await user.until(lambda: any("no answer" in line for line in lines(user)), "it is marked", within_s=8)
            user.main.participants.select("bob", None)
            await user.press("1", "enter")
            assert "did not answer in time" in user.text("#about")
