"""The composer on a real room: environments, limits of other requests, repetitions in the history, the pager, help."""

import json

import pytest
from textual.widgets import Input, OptionList

from rpc_inspector.core.model import Call
from rpc_inspector.tui.screens.call import CallScreen
from rpc_inspector.tui.screens.collections import CollectionScreen
from rpc_inspector.tui.screens.copy_as import CopyAsScreen
from rpc_inspector.tui.screens.export import ExportScreen
from rpc_inspector.tui.screens.help import HelpScreen
from rpc_inspector.tui.screens.history import HistoryScreen
from rpc_inspector.tui.screens.method import MethodScreen
from rpc_inspector.tui.screens.payload_file import PayloadFileScreen
from rpc_inspector.tui.screens.preflight import PreflightScreen
from rpc_inspector.tui.screens.repeat import RepeatScreen
from rpc_inspector.tui.screens.several import SeveralScreen
from rpc_inspector.tui.screens.variables import VariablesScreen
from rpc_inspector.tui.widgets.choice import Choice
from tests.tui.conftest import opened, to
from tests.tui.test_composing import answered, at_echo, bob, composer, program, sent, shown, terminal  # noqa: F401


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "requests"
    (made / "environments").mkdir(parents=True)
    (made / "environments" / "staging.yaml").write_text("variables: {who: bob, port: 3}\nsecrets: [PIN, TOKEN]\n")
    (made / "environments" / "prod.yaml").write_text("variables: {who: carl}\n")
    (made / ".secrets.yaml").write_text("PIN: '4711'\n")
    (made / ".secrets.yaml").chmod(0o600)
    (made / "1.yaml").write_text('{to: bob, method: echo, payload: "${who}", timeout: 9, ack_timeout: 2.5}')
    return made


async def picked(user, folder):
    await user.press("escape", "1", "C")
    screen = await shown(user, CollectionScreen)
    screen.query_one("#collection-folder", Input).value = str(folder)
    await user.press("enter")
    listed = screen.query_one("#collection-requests", OptionList)
    await user.until(lambda: listed.display and listed.has_focus, "the requests")
    await user.press("enter")
    await user.until(lambda: user.app.screen is user.main, "composed")


async def test_the_environment_is_chosen_where_the_variables_are(server, folder, bob):  # noqa: F811 - the fixture
    got = []

    async def handler(data):
        got.append(json.loads(data.payload))
        return ""

    bob.local_participant.register_rpc_method("echo", handler)
    async with opened(to(server)) as user:
        await at_echo(user)
        await picked(user, folder)
        composer(user).write('{"who":"${who}","pin":"${secret:PIN}","port":${port}}')
        await user.press("ctrl+j")
        assert any("There is no variable who" in said for said in user.said())
        await user.press("alt+n")
        screen = await shown(user, VariablesScreen)
        await user.until(lambda: screen.query(Choice), "the environments")
        choice = screen.query_one(Choice)
        assert screen._choices[choice.index] == "", "the request was picked in none"
        choice.focus()
        await user.pilot.pause()
        while screen._choices[choice.index] != "staging":
            await user.press("right")
        await user.until(lambda: "From staging" in user.text("#variables-values"), "its values")
        values = user.text("#variables-values")
        lines = {line.split()[0]: " ".join(line.split()[1:]) for line in values.splitlines()[1:]}
        assert lines == {"who": "bob", "port": "3", "secret:PIN": "set", "secret:TOKEN": "not set"}
        assert screen.query_one("#variable-0", Input).placeholder == "bob, from staging"
        assert screen.query_one("#variable-1", Input).placeholder == "set"
        assert "4711" not in values
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.main, "kept")
        await user.press("ctrl+j")
        await answered(user)
        assert got == [{"who": "bob", "pin": "4711", "port": 3}]
        await user.press("alt+n")
        screen = await shown(user, VariablesScreen)
        await user.until(lambda: screen.query(Choice), "the environments")
        assert screen._choices[screen.query_one(Choice).index] == "staging"
        await user.press("escape")


@pytest.mark.usefixtures("bob")
async def test_the_ack_timeout_of_a_request_is_sent_and_goes_with_it(server, folder):
    async with opened(to(server)) as user:
        await at_echo(user)
        user.main.typed.take("who", "us")
        await picked(user, folder)
        assert "ack 2.5 s" in user.text("#timeout-unit")
        await user.press("ctrl+j")
        budget = (await answered(user)).budget
        assert (budget.response, budget.ack) == (9000, 2500)
        user.main.aim("bob", "other")
        await user.pilot.pause()
        assert user.text("#timeout-unit").strip() == "s"
        assert (await sent(user, "x")).budget.ack == 7000
        await user.press("ctrl+r")
        screen = await shown(user, HistoryScreen)
        await user.until(lambda: screen._listed, "read")
        await user.press("ctrl+r")
        await user.type("who")
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.main, "taken")
        await user.press("ctrl+j")
        call = await user.until(lambda: (c := user.main.shown_call) and c.method == "echo" and not c.is_open and c)
        assert call.budget.ack == 2500


@pytest.mark.usefixtures("bob")
async def test_a_repetition_is_one_entry_of_the_history(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        await sent(user, "once")
        composer(user).write('"${uuid}"')
        await user.press("alt+r")
        screen = await shown(user, RepeatScreen)
        screen.query_one("#repeat-count", Input).value = "7"
        await user.press("enter")
        await user.until(lambda: "done   7 of 7 ended" in user.text("#repeat-figures"), "done")
        await user.press("escape")
        await user.until(lambda: user.app.screen is user.main, "closed")
        assert len([row for row in user.app._session.rows() if isinstance(row, Call) and row.method == "echo"]) == 8
        await user.press("ctrl+r")
        screen = await shown(user, HistoryScreen)
        listed = screen.query_one(OptionList)
        await user.until(lambda: listed.option_count, "read")
        lines = [option.prompt.plain for option in listed.options]
        assert len(lines) == 2
        assert lines[0].endswith('x 7  "${uuid}"')
        assert "✓ ok" in lines[0]
        assert " ms " in lines[0]
        assert lines[1].endswith("once")
        assert " x " not in lines[1]
        await user.press("enter")
        assert composer(user).payload == '"${uuid}"'


@pytest.mark.usefixtures("bob")
async def test_the_pager_reads_the_payload_that_a_calls_detail_shows(server, tmp_path, monkeypatch, terminal):  # noqa: F811 - the fixture
    program(tmp_path, monkeypatch, "PAGER", f"open({str(tmp_path / 'paged')!r}, 'w').write(open(path).read())")
    async with opened(to(server)) as user:
        await at_echo(user)
        call = await sent(user, '{"a":[1]}')
        user.main._open_call(call.seq)
        await shown(user, CallScreen)
        await user.press("2", "f3")
        await user.until(lambda: terminal == ["given", "back"], "read")
        assert (tmp_path / "paged").read_text() == '{\n  "a": [\n    1\n  ]\n}'
        await user.press("r", "f3")
        await user.until(lambda: terminal == ["given", "back"] * 2, "read")
        assert (tmp_path / "paged").read_text() == '{"a":[1]}'


DIALOGS = {
    "alt+n": (VariablesScreen, "Keep what is set here"),
    "alt+o": (PayloadFileScreen, "Put the file in at the cursor"),
    "alt+r": (RepeatScreen, "once more closes"),
    "alt+a": (SeveralScreen, "Send to all that are chosen"),
    "alt+p": (PreflightScreen, "Close the dialog"),
    "ctrl+r": (HistoryScreen, "all words must be in it"),
    "C": (CollectionScreen, "Choose the environment"),
    "X": (CopyAsScreen, "Copy it"),
    "S": (ExportScreen, "Write the file"),
    "space": (MethodScreen, "Scroll"),
}


@pytest.mark.usefixtures("bob")
async def test_every_dialog_tells_its_keys_and_comes_back(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        await sent(user, "hi")
        user.main.participants.select("bob", "echo")
        for key, (kind, sentence) in DIALOGS.items():
            user.main.action_focus_pane("participants")
            await user.press(key)
            screen = await shown(user, kind)
            focused = user.app.focused
            await user.press("f1")
            await shown(user, HelpScreen)
            await user.until(lambda sentence=sentence: sentence in " ".join(user.text("#keys").split()), key)
            first = user.text("#keys").splitlines()[0]
            assert not first.startswith(("Everywhere", "Participants")), "its own keys come first"
            await user.press("escape")
            await user.until(lambda screen=screen: user.app.screen is screen, "back in the dialog")
            assert user.app.focused is focused
            await user.press("escape")
            await user.until(lambda: user.app.screen is user.main, "closed")
