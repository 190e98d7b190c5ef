"""The app on a real room: what a user does with the keyboard, and what comes of it."""

import asyncio
import json

from livekit import rtc

from rpc_inspector.core.session import SessionError, Target
from rpc_inspector.tui.screens.connect import ConnectScreen
from rpc_inspector.tui.screens.participant import ParticipantScreen
from rpc_inspector.tui.screens.rooms import RoomsScreen
from tests.support.rooms import echo, join
from tests.tui.conftest import opened, to

METHODS = {"attributes": {"rpc.methods": json.dumps({"v": 1, "m": {"echo": {"d": "Says it again"}, "wait": {}}})}}


def failing(room):
    async def handler(_data):
        raise rtc.RpcError(4001, "no such city", '{"city":"Atlantis"}')

    room.local_participant.register_rpc_method("fail", handler)


def waiting(room):
    """Registers `wait`, which answers when the event that is returned is set."""
    release = asyncio.Event()

    async def handler(_data):
        await release.wait()
        return "done"

    room.local_participant.register_rpc_method("wait", handler)
    return release


async def test_join_select_compose_send_and_see_the_answer(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        echo(bob)
        await user.joined()
        await user.choose("bob", "echo")
        assert user.main.call_pane.border_subtitle == "advertised · Says it again"
        await user.type('{"city":"Paris"}')
        assert "JSON · 16 B · v2, no limit" in user.text("#request-facts")
        await user.press("ctrl+j")
        call = await user.until(lambda: (c := user.main.shown_call) and not c.is_open and c.ack and c, "an ack")
        assert call.outcome == "ok"
        assert "✓ ok" in user.text("#outcome")
        assert "ack n/a" not in user.text("#outcome")
        assert user.main.call_pane.response.shown_text == '{\n  "city": "Paris"\n}'
        await user.press("escape", "w")
        assert user.main.call_pane.response.shown_text == '{"city":"Paris"}'


async def test_an_error_says_its_code_who_raised_it_and_its_data(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        failing(bob)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        user.main.aim("bob", "fail")
        await user.press("ctrl+j")
        await user.until(lambda: (c := user.main.shown_call) and c.error and c.error.raised_by, "an error")
        assert "✗ 4001 application error" in user.text("#outcome")
        story = user.text("#story")
        assert "raised by the callee" in story
        assert '"city": "Atlantis"' in story


async def test_escape_leaves_the_editor_then_cancels(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        release = waiting(bob)
        await user.joined()
        await user.choose("bob", "wait")
        await user.press("ctrl+j")
        await user.until(lambda: "callee has" in user.text("#story"), "the ack and the callee's limit")
        assert "of 8 s left" in user.text("#story")
        await user.press("escape")
        assert user.main.focused_pane == "response"
        assert user.main.shown_call.is_open
        await user.press("escape")
        await user.until(lambda: user.main.shown_call.outcome == "cancelled", "cancelled")
        assert "cancelled" in user.text("#outcome")
        release.set()


async def test_an_unknown_destination_sends_nothing_and_offers_the_closest(server):
    async with join(server.url, "billing", **METHODS) as billing, opened(to(server)) as user:
        echo(billing)
        await user.joined()
        await user.until(lambda: user.main.participant("billing"), "billing")
        await user.press("ctrl+l")
        user.app.screen.query_one("#target").value = ""
        await user.type("billng > echo")
        await user.press("enter")
        assert "not in the room" in user.text("#budget")
        await user.type("hi")
        await user.press("ctrl+j")
        await user.until(lambda: "1401 RECIPIENT_NOT_FOUND" in user.text("#outcome"), "1401")
        assert "send to billing" in user.text("#steps")
        assert user.main.focused_pane == "response"
        await user.press("enter")
        call = await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c, "an answer")
        assert (call.callee, call.response.text) == ("billing", "hi")


async def test_sending_all_the_same_is_one_key(server):
    async with opened(to(server)) as user:
        await user.joined()
        user.main.aim("nobody", "echo")
        await user.press("ctrl+j")
        await user.until(lambda: "1401" in user.text("#outcome"), "1401")
        await user.press("a")
        await user.until(lambda: (c := user.main.shown_call) and c.is_open, "a call in flight")
        assert "waiting for the ack" in user.text("#story")


async def test_drafts_are_kept_for_each_method(server):
    async with join(server.url, "bob", **METHODS), opened(to(server)) as user:
        await user.joined()
        await user.choose("bob", "echo")
        await user.type("one")
        await user.press("escape")
        await user.choose("bob", "wait")
        assert user.main.call_pane.composer.editor.text == ""
        await user.press("escape")
        await user.choose("bob", "echo")
        assert user.main.call_pane.composer.editor.text == "one"


async def test_copy_copies_the_response_and_says_how(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        echo(bob)
        await user.joined()
        await user.choose("bob", "echo")
        await user.type("hello")
        await user.press("ctrl+j")
        await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok", "an answer")
        await user.press("escape", "y")
        said = await user.until(lambda: [text for text in user.said() if "Copied the response" in text], "a notice")
        if "OSC 52" in said[0]:
            assert user.app.clipboard == "hello"
        else:
            assert "to the clipboard" in said[0]


async def test_pause_freezes_the_trace_and_calls_go_on(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        echo(bob)
        await user.joined()
        await user.choose("bob", "echo")
        await user.press("escape", "4", "p")
        assert user.main.trace.view.paused
        before = len(user.main.trace.view.rows)
        await user.press("ctrl+j")
        await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok", "an answer")
        assert len(user.main.trace.view.rows) == before
        await user.press("4", "p")
        assert len(user.main.trace.view.rows) > before


async def test_enter_on_a_participant_tells_all_and_masks_secrets(server):
    attributes = METHODS["attributes"] | {"api_key": "very-secret", "region": "eu"}
    async with join(server.url, "bob", attributes=attributes, metadata="some data"), opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        user.main.participants.select("bob", None)
        await user.press("1", "enter")
        assert isinstance(user.app.screen, ParticipantScreen)
        about = user.text("#about")
        for fact in ("bob", "version 2 with inline streams", "may send data", "echo", "Says it again", "region", "eu"):
            assert fact in about
        assert "very-secret" not in about
        await user.press("escape")
        assert user.app.screen is user.main


async def test_names_with_escape_sequences_and_markup_are_shown_harmlessly(server):
    evil = "[bold red]bob\x1b]52;c;ZXZpbA==\x07\u202e"
    methods = {"attributes": {"rpc.methods": json.dumps({"v": 1, "m": {"[@click=app.quit]x\x1b[2J": {}}})}}
    async with join(server.url, evil, **methods), opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant(evil), "somebody")
        shown = user.text("#participants-list")
        assert "[bold red]bob\\e]52" in shown
        user.main.participants.select(evil, None)
        await user.press("1", "enter")
        everything = shown + user.text("#about") + str(user.main.call_pane.border_title)
        assert "[@click=app.quit]x\\e[2J" in everything
        assert not {"\x1b", "\x07", "\u202e"} & set(everything)


async def test_the_room_is_changed_without_a_restart_and_the_trace_goes_on(server):
    async with join(server.url, "bob", room="other", **METHODS), opened(to(server)) as user:
        await user.joined()
        before = user.app._session.rows()[0]
        await user.press("ctrl+t")
        assert isinstance(user.app.screen, ConnectScreen)
        user.app.screen.query_one("#room").value = ""
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, RoomsScreen), "the list of rooms")
        await user.until(lambda: "other" in user.text("#rooms"), "the other room")
        index = next(n for n, room in enumerate(user.app.screen._rooms) if room.name == "other")
        user.app.screen.query_one("#rooms").highlighted = index
        await user.press("enter")
        await user.until(lambda: user.main.participant("bob"), "the other room's people")
        assert user.app._session.state.room == "other"
        assert user.app.screen is user.main
        assert user.app._session.row(before.seq) == before


async def test_an_empty_room_is_told_with_rooms_of_similar_names(server):
    async with join(server.url, "bob", room="production"), opened(to(server, room="producton")) as user:
        await user.joined()
        await user.until(lambda: "Similar rooms: production" in user.text("#participants-empty"), "the similar room")


async def test_a_failed_connection_says_why_and_keeps_what_was_typed(server):
    async with opened(None) as user:
        await user.until(lambda: isinstance(user.app.screen, ConnectScreen), "the connect screen")
        screen = user.app.screen
        typed = {"url": server.url, "api_key": "test-key", "api_secret": "wrong", "room": "r", "identity": "me"}
        for name, value in typed.items():
            screen.query_one(f"#{name}").value = value
        await user.press("enter")
        await user.until(lambda: screen.query_one("#problem").display, "the reason")
        assert user.app.screen is screen
        assert "✗" in user.text("#problem")
        assert {name: screen.query_one(f"#{name}").value for name in typed} == typed
        assert "wrong" not in user.text("#api_secret")


async def test_what_find_target_raises_is_shown_on_the_connect_screen():
    async with opened(problem=SessionError("The demo did not start.", "Install rpc-inspector[demo].")) as user:
        await user.until(lambda: isinstance(user.app.screen, ConnectScreen), "the connect screen")
        assert "The demo did not start." in user.text("#problem")


async def test_a_second_session_of_our_identity_is_told_and_rejoining_is_one_key(server):
    async with opened(to(server)) as user:
        await user.joined()
        async with join(server.url, "inspector-7f3"):
            await user.until(lambda: user.app._session.state.status == "closed", "closed")
            await user.until(lambda: "R joins again" in user.text("#banner"), "the banner")
        await user.press("1", "R")
        await user.joined()
        assert not user.main.query_one("#banner").display


async def test_at_80_columns_the_answer_takes_the_place_of_the_request(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server), size=(80, 24)) as user:
        echo(bob)
        await user.joined()
        await user.choose("bob", "echo")
        assert not user.main.call_pane.response.region
        await user.type("hi")
        await user.press("ctrl+j")
        await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c.ack, "an answer")
        assert user.main.focused_pane == "response"
        assert "to answer" in user.text("#timing")
        await user.press("shift+tab")
        assert user.main.focused_pane == "request"
        assert user.main.call_pane.composer.editor.region


async def test_help_names_every_key_of_the_place(server):
    async with opened(to(server), size=(80, 24)) as user:
        await user.joined()
        await user.press("1", "question_mark")
        keys = user.app.screen.query_one("#keys")
        await user.until(lambda: keys.size.height > 40, "the list of keys")
        assert "Ask the participant for its" in user.text("#keys")
        assert "Send the request." in user.text("#keys")


async def test_the_palette_changes_room_identity_or_project(server):
    async with opened(to(server), choices=(Target(url=server.url, origin="--dev"),)) as user:
        await user.joined()
        for command, field in (
            ("Change room", "room"), ("Change identity", "identity"), ("Change project or server", "choices"),
        ):  # fmt: skip
            found = [entry for entry in user.app.get_system_commands(user.app.screen) if entry.title == command]
            await found[0].callback()
            await user.until(lambda: isinstance(user.app.screen, ConnectScreen), "the connect screen")
            assert user.app.screen.focused.id == field
            await user.press("escape")


async def test_the_cursor_begins_at_a_method_that_its_owner_names(server):
    async with join(server.url, "alice", kind="sip"), opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("alice"), "alice")
        async with join(server.url, "bob", **METHODS):
            pane = user.main.participants
            await user.until(lambda: pane.current and pane.current.identity == "bob", "the cursor at bob's method")
            assert pane.current.method == user.main.call_pane.composer.method == "echo"
            await user.press("g")
            async with join(server.url, "aaron", **METHODS):
                await user.until(lambda: user.main.participant("aaron"), "aaron")
                assert pane.current.identity == "alice"
