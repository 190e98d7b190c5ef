"""Collections in the interface, on a real room: opened, one request composed and sent, what was composed saved."""

import pytest
from textual.widgets import Input, OptionList

from rpc_inspector.storage.collections import read_collection
from rpc_inspector.storage.collections.remembered import Remembered, default_path, recall, remember
from rpc_inspector.storage.export import FORMATS
from rpc_inspector.tui.screens.collections import CollectionScreen
from tests.support.rooms import echo, join
from tests.tui.conftest import opened, server, to  # noqa: F401 - a fixture
from tests.tui.test_app import METHODS
from tests.tui.test_export import here, two_calls  # noqa: F401 - a fixture


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = tmp_path / "requests"
    (made / "environments").mkdir(parents=True)
    (made / "environments" / "default.yaml").write_text("variables: {who: bob}\n")
    (made / "1.yaml").write_text('{name: hello, to: "b*", method: echo, payload: {n: 1}, timeout: 5, tags: [smoke]}')
    (made / "2.yaml").write_text('{name: "\\e[31mred\\u202e", to: "${who}", method: echo}')
    return made


async def open_collection(user, folder):
    await user.press("escape", "1", "C")
    await user.until(lambda: isinstance(user.app.screen, CollectionScreen), "the dialog")
    field = user.app.screen.query_one("#collection-folder", Input)
    if folder is not None:
        field.value = str(folder)
        await user.press("enter")
    listed = user.app.screen.query_one("#collection-requests", OptionList)
    await user.until(lambda: listed.display and listed.has_focus, "the requests")
    return listed


async def test_a_request_is_composed_sent_and_remembered(server, folder):  # noqa: F811 - the fixture
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        echo(bob)
        await user.joined()
        await user.until(lambda: any(one.identity == "bob" for one in user.main._roster), "bob")
        listed = await open_collection(user, folder)
        lines = [str(option.prompt) for option in listed.options]
        assert lines[0].startswith("hello ")
        assert "  b* " in lines[0]
        assert "\x1b" not in lines[1]
        assert "\u202e" not in lines[1]
        await user.press("enter")
        composer = user.main.call_pane.composer
        await user.until(lambda: composer.method == "echo", "composed")
        assert (composer.identity, composer.editor.text, composer.timeout_ms) == ("bob", '{"n": 1}', 5000)
        assert composer.editor.has_focus
        await user.press("ctrl+j")
        await user.until(lambda: (call := user.main.shown_call) and call.outcome == "ok", "answer")
        assert user.main.shown_call.request.text == '{"n": 1}'
        listed = await open_collection(user, None)
        await user.press("down", "enter")
        await user.until(lambda: composer.editor.text == "", "the other request")
        assert composer.identity == "bob", "the environment's variable"
        assert recall(default_path()) == Remembered(str(folder), "default")


async def test_what_is_composed_is_saved_without_its_secrets(server, folder):  # noqa: F811 - the fixture
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        echo(bob)
        await user.joined()
        await user.choose("bob", "echo")
        user.main.call_pane.composer.write('{"password": "hunter2", "n": ${n}}')
        await user.press("escape")
        await open_collection(user, folder)
        name = user.app.screen.query_one("#collection-name", Input)
        name.focus()
        name.value = "log in"
        await user.press("enter")
        await user.until((folder / "log-in.yaml").exists, "the file")
        await user.until(lambda: user.app.screen.query_one(OptionList).option_count == 3, "it is listed")
        assert "hunter2" not in (folder / "log-in.yaml").read_text()
        saved = read_collection(folder).requests[-1]
        assert (saved.name, saved.to.identity, saved.method) == ("log in", "bob", "echo")
        assert saved.payload == '{"password": "${secret:ECHO_PASSWORD}", "n": ${n}}'
        assert any("PASSWORD" in said for said in user.said())
        name.focus()
        name.value = "log in"
        await user.press("enter")
        await user.until(lambda: "there already" in user.text("#collection-said"), "it is not replaced")


async def test_files_that_are_wrong_are_told_beside_those_that_are_not(server, folder):  # noqa: F811 - the fixture
    (folder / "3.yaml").write_text("to: bob\nmethd: echo\n")
    async with opened(to(server)) as user:
        await user.joined()
        listed = await open_collection(user, folder)
        assert listed.option_count == 2
        assert "3.yaml:2:1: A request has no field methd. Did you mean method?" in user.text("#collection-said")
        user.app.screen.query_one("#collection-folder", Input).focus()
        user.app.screen.query_one("#collection-folder", Input).value = str(folder / "gone")
        await user.press("enter")
        await user.until(lambda: "There is no folder" in user.text("#collection-said"), "told")
        assert not listed.display
        await user.press("escape")
        assert user.app.screen is user.main


async def test_calls_of_the_trace_become_a_collection_that_opens(server, folder, here):  # noqa: F811 - fixtures
    async with two_calls(server) as user:
        await user.press("S", *["down"] * list(FORMATS).index("collection"))
        proposed = user.app.screen.path.value
        assert proposed.endswith(".collection")
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.main, "the dialog is closed")
        made = here / proposed
        assert [request.payload for request in read_collection(made).requests] == [
            '{"token": "${secret:ECHO_TOKEN}", "n": 1}', '{"n": 2}',
        ]  # fmt: skip
        listed = await open_collection(user, made)
        assert listed.option_count == 2
        assert folder.exists()


def test_what_was_remembered_may_be_anything(tmp_path):
    path = tmp_path / "x" / "collection.json"
    assert recall(path) == Remembered()
    remember(path, Remembered("/some/where", "default"))
    assert recall(path) == Remembered("/some/where", "default")
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"\xff{")
    assert recall(path) == Remembered()
    remember(tmp_path, Remembered("/some/where"))
