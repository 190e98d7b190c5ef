"""The composer on a real room: where payloads come from, what is kept of them, how often and to whom they go."""

import asyncio
import base64
import json
import stat
import sys

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Input, OptionList

from rpc_inspector.core.model import Call
from rpc_inspector.tui.screens.call import CallScreen
from rpc_inspector.tui.screens.history import HistoryScreen
from rpc_inspector.tui.screens.payload_file import PayloadFileScreen
from rpc_inspector.tui.screens.repeat import RepeatScreen
from rpc_inspector.tui.screens.several import SeveralScreen
from rpc_inspector.tui.screens.variables import VariablesScreen
from tests.support.rooms import echo, join
from tests.tui.conftest import opened, to

METHODS = {"attributes": {"rpc.methods": json.dumps({"v": 1, "m": {"echo": {"d": "Says it again"}}})}}


@pytest.fixture
async def bob(server):
    async with join(server.url, "bob", **METHODS) as room:
        echo(room)
        yield room


async def at_echo(user):
    await user.joined()
    await user.until(lambda: user.main.participant("bob"), "bob")
    await user.until(lambda: user.main._keeper, "the composer is furnished")
    user.main.aim("bob", "echo")
    await user.pilot.pause()


def composer(user):
    return user.main.call_pane.composer


async def sent(user, payload):
    composer(user).write(payload)
    await user.press("ctrl+j")
    return await answered(user)


async def answered(user):
    return await user.until(lambda: (call := user.main.shown_call) and not call.is_open and call, "an answer")


def came(user, call):
    """The response as it truly came, behind the masks."""
    return user.app._session.row(call.seq).response.text


async def shown(user, screen):
    await user.until(lambda: isinstance(user.app.screen, screen), screen.__name__)
    await user.pilot.pause()
    return user.app.screen


# Format, minify, undo, size


@pytest.mark.usefixtures("bob")
async def test_indenting_and_minifying_are_edits_that_undo_takes_back(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write('{"a": [1.0, 2]}')
        await user.press("alt+m")
        assert composer(user).payload == '{"a":[1.0,2]}'
        await user.press("alt+f")
        assert composer(user).payload == '{\n  "a": [\n    1.0,\n    2\n  ]\n}'
        await user.press("ctrl+z", "ctrl+z")
        assert composer(user).payload == '{"a": [1.0, 2]}'


@pytest.mark.usefixtures("bob")
async def test_plain_text_cannot_be_minified_and_stays(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write("just words")
        await user.press("alt+m")
        assert composer(user).payload == "just words"
        assert any("is not JSON" in said for said in user.said())


@pytest.mark.usefixtures("bob")
async def test_bytes_are_those_of_utf8_and_of_what_placeholders_stand_for(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        user.main.typed.take("city", "Zürich")
        composer(user).write('"${city}"')
        assert "9 B · v2, no limit" in user.text("#request-facts")


# Placeholders


@pytest.mark.usefixtures("bob")
async def test_placeholders_are_filled_in_when_it_is_sent_and_the_line_says_how(server, monkeypatch):
    monkeypatch.setenv("PIN", "4711")
    async with opened(to(server)) as user:
        await at_echo(user)
        template = '{"city":"${city}","id":"${uuid}","pin":"${secret:PIN}"}'
        composer(user).write(template)
        await user.pilot.pause()
        assert "✗ missing: city · alt+n sets" in user.text("#preview")
        await user.press("ctrl+j")
        assert user.main.shown_call is None
        assert any("There is no variable city" in said for said in user.said())

        await user.press("alt+n")
        screen = await shown(user, VariablesScreen)
        assert screen.query_one("#variable-1", Input).password
        await user.type("Paris")
        await user.press("enter")
        assert "city Paris · secret:PIN ••••• · uuid new" in user.text("#preview")
        assert "4711" not in user.text("#preview")

        await user.press("ctrl+j")
        call = await answered(user)
        assert "4711" not in call.response.text
        arrived = json.loads(came(user, call))
        assert (arrived["city"], arrived["pin"], len(arrived["id"])) == ("Paris", "4711", 36)
        assert composer(user).payload == template
        composer(user).write("${last:echo:$.city}")
        assert (await sent(user, "${last:echo:$.city}")).response.text == "Paris"


async def test_what_others_say_of_their_methods_fetches_no_secret(server, monkeypatch):
    monkeypatch.setenv("PIN", "4711")
    described = {"v": 1, "methods": {"echo": {"examples": [{"request": {"x": "${secret:PIN}"}}]}}}
    async with join(server.url, "bob") as room, opened(to(server)) as user:
        echo(room)

        async def describe(_data):
            return json.dumps(described)

        room.local_participant.register_rpc_method("rpc.describe", describe)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        await user.app._session.describe("bob")
        await user.until(lambda: (p := user.main.participant("bob")) and p.methods and p.methods[0].examples, "told")
        user.main.aim("bob", "echo")
        await user.press("ctrl+j")
        call = await answered(user)
        assert json.loads(call.request.text) == {"x": "${secret:PIN}"}
        assert "4711" not in call.request.text


# The history and the drafts


@pytest.mark.usefixtures("bob")
async def test_the_history_survives_the_program_and_comes_back_into_the_editor(server, monkeypatch, tmp_path):
    monkeypatch.setenv("PIN", "4711")
    async with opened(to(server)) as user:
        await at_echo(user)
        await sent(user, '{"n":1}')
        await sent(user, '{"n":2,"pin":"${secret:PIN}"}')
        await sent(user, '{"n":3,"password":"hunter2"}')
        without = "without its secrets: ${secret:ECHO_PASSWORD}"
        await user.until(lambda: any(without in said for said in user.said()), "told")
        user.main.aim("bob", "nothing")
        await sent(user, "other")

    (path,) = (tmp_path / "state-home").rglob("history.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "4711" not in path.read_text()
    assert "hunter2" not in path.read_text()

    async with opened(to(server, identity="inspector-2")) as user:
        await at_echo(user)
        await user.press("ctrl+r")
        screen = await shown(user, HistoryScreen)
        await user.until(lambda: screen.query_one(OptionList).option_count, "read")
        lines = [screen.query_one(OptionList).get_option_at_index(at).prompt.plain for at in range(3)]
        assert screen.query_one(OptionList).option_count == 3
        assert [line[line.index("{") :] for line in lines] == [
            '{"n":3,"password":"${secret:ECHO_PASSWORD}"}',
            '{"n":2,"pin":"${secret:PIN}"}',
            '{"n":1}',
        ]
        assert all("✓ ok" in line and " ms" in line for line in lines)
        await user.press("ctrl+r")
        assert "✗ 1400" in screen.query_one(OptionList).get_option_at_index(0).prompt.plain
        await user.press("ctrl+r")
        await user.type("secret:pin")
        assert screen.query_one(OptionList).option_count == 1
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.main, "closed")
        assert composer(user).payload == '{"n":2,"pin":"${secret:PIN}"}'
        await user.press("ctrl+j")
        assert json.loads(came(user, await answered(user))) == {"n": 2, "pin": "4711"}


async def test_what_was_typed_survives_the_program_the_callee_and_a_failed_send(server):
    async with opened(to(server)) as user:
        async with join(server.url, "bob", **METHODS):
            await at_echo(user)
            await user.type("half")
        await user.until(lambda: not user.main.participant("bob"), "bob left")
        await user.type("typed")
        await user.press("ctrl+j")
        assert (await answered(user)).error.code == 1401
        assert composer(user).payload == "halftyped"
        user.main.aim("eve", "x")
        await user.pilot.pause()
        await user.type("eves")

    async with opened(to(server, identity="inspector-2")) as user:
        await user.joined()
        await user.until(lambda: composer(user)._drafts._texts, "the drafts are read")
        for identity, method, text in (("bob", "echo", "halftyped"), ("eve", "x", "eves")):
            user.main.aim(identity, method)
            assert composer(user).payload == text


@pytest.mark.usefixtures("bob")
async def test_a_call_of_the_trace_goes_into_the_editor_as_it_was_typed(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        user.main.typed.take("city", "Paris")
        first = await sent(user, '"${city}"')
        user.main.aim("bob", "other")
        user.main.show(first.seq)
        user.main.action_focus_pane("response")
        await user.press("u")
        assert (composer(user).identity, composer(user).method) == ("bob", "echo")
        assert composer(user).payload == '"${city}"'


@pytest.mark.usefixtures("bob")
async def test_a_call_of_others_with_placeholders_in_it_is_sent_literally(server):
    async with join(server.url, "eve") as eve, opened(to(server)) as user:
        await at_echo(user)
        await eve.local_participant.perform_rpc(
            destination_identity="bob", method="echo", payload="${secret:PIN}", response_timeout=10
        )
        rows = await user.until(
            lambda: [
                row for row in user.app._session.rows()
                if isinstance(row, Call) and row.caller == "eve" and row.request and row.request.text
            ],
            "eve's call is seen",
        )  # fmt: skip
        user.main.show(rows[0].seq)
        user.main.action_focus_pane("response")
        await user.press("u")
        assert composer(user).payload == "$${secret:PIN}"
        await user.press("ctrl+j")
        call = await user.until(lambda: (c := user.main.shown_call) and c.seq != rows[0].seq and not c.is_open and c)
        assert call.response.text == "${secret:PIN}"


# Files


@pytest.mark.usefixtures("bob")
async def test_a_binary_file_goes_as_base64_and_says_how_large_it_is_on_the_wire(server, tmp_path):
    data = bytes(range(256)) * 12
    (tmp_path / "blob.bin").write_bytes(data)
    async with opened(to(server)) as user:
        await at_echo(user)
        await user.press("alt+o")
        screen = await shown(user, PayloadFileScreen)
        screen.query_one(Input).value = str(tmp_path / "blob.bin")
        await user.until(lambda: "3.1 kB → 4.1 kB as base64 on the wire" in user.text("#payload-about"), "looked at")
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.main, "closed")
        await user.press("ctrl+j")
        assert base64.b64decode((await answered(user)).response.text) == data


@pytest.mark.usefixtures("bob")
async def test_a_text_file_goes_in_at_the_cursor_and_a_missing_one_says_so(server, tmp_path):
    (tmp_path / "part.txt").write_text("${x} ü")
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write('""')
        composer(user).editor.move_cursor((0, 1))
        await user.press("alt+o")
        screen = await shown(user, PayloadFileScreen)
        screen.query_one(Input).value = str(tmp_path / "no.txt")
        await user.press("enter")
        await user.until(lambda: "There is no file" in user.text("#payload-about"), "told")
        screen.query_one(Input).value = str(tmp_path / "part.txt")
        await user.press("ctrl+j")
        await user.until(lambda: user.app.screen is user.main, "closed")
        assert composer(user).payload == '"$${x} ü"'


# The editor and the pager


@pytest.fixture
def terminal(monkeypatch):
    """The headless driver gives its terminal away as a real one does; how often it was given and taken back."""
    log = []
    monkeypatch.setattr(HeadlessDriver, "can_suspend", property(lambda _self: True))
    monkeypatch.setattr(HeadlessDriver, "suspend_application_mode", lambda _self: log.append("given"))
    monkeypatch.setattr(HeadlessDriver, "resume_application_mode", lambda _self: log.append("back"))
    return log


def program(tmp_path, monkeypatch, variable, body):
    """A program of a few lines as the user's editor; it notes the file that it got and its mode."""
    script = tmp_path / "program.py"
    script.write_text(
        "import os, stat, sys\npath = sys.argv[1]\n"
        f"open({str(tmp_path / 'seen')!r}, 'w').write(f'{{path}} {{stat.S_IMODE(os.stat(path).st_mode):o}}')\n{body}"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv(variable, f"{sys.executable} {script}")


@pytest.mark.usefixtures("bob")
async def test_the_users_editor_changes_the_request(server, tmp_path, monkeypatch, terminal):
    program(tmp_path, monkeypatch, "EDITOR", "open(path, 'a').write(' and more\\n')")
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write("before")
        await user.press("f4")
        await user.until(lambda: composer(user).payload == "before and more", "edited")
        await user.until(lambda: terminal == ["given", "back"], "the terminal is back")
        path, mode = (tmp_path / "seen").read_text().split()
        assert mode == "600"
        assert not (tmp_path / path).exists()
        await user.press("ctrl+z")
        assert composer(user).payload == "before"


@pytest.mark.parametrize(
    "failing",
    [
        ("open(path, 'w').write('lost'); sys.exit(3)", "ended with status 3"),
        ("open(path, 'wb').write(b'\\xff\\xfe')", "cannot be read"),
        ("os.unlink(path)", "removed the file"),
    ],
)
@pytest.mark.usefixtures("bob")
async def test_an_editor_that_fails_keeps_the_text(server, tmp_path, monkeypatch, terminal, failing):
    body, why = failing
    program(tmp_path, monkeypatch, "VISUAL", body)
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write("before")
        await user.press("f4")
        await user.until(lambda: any(why in said for said in user.said()), why)
        assert composer(user).payload == "before"
        assert terminal == ["given", "back"]
        assert not (tmp_path / (tmp_path / "seen").read_text().split()[0]).exists()


@pytest.mark.usefixtures("bob")
async def test_an_editor_that_is_not_there_says_so(server, monkeypatch, terminal):
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    async with opened(to(server)) as user:
        await at_echo(user)
        await user.press("f4")
        await user.until(lambda: any("No such file" in said for said in user.said()), "told")
        assert terminal == ["given", "back"]


@pytest.mark.usefixtures("bob")
async def test_where_there_is_no_terminal_to_give_away_it_says_so(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write("before")
        await user.press("f4")
        await user.until(lambda: any("In a browser there is no terminal" in said for said in user.said()), "told")
        assert composer(user).payload == "before"


@pytest.mark.usefixtures("bob")
@pytest.mark.usefixtures("bob")
async def test_the_pager_reads_the_response_without_what_a_terminal_obeys(server, tmp_path, monkeypatch, terminal):
    program(tmp_path, monkeypatch, "PAGER", f"open({str(tmp_path / 'paged')!r}, 'w').write(open(path).read())")
    async with opened(to(server)) as user:
        await at_echo(user)
        await sent(user, "a\x1b]52;c;eA==\x07b")
        user.main.action_focus_pane("response")
        await user.press("f3")
        await user.until(lambda: terminal == ["given", "back"], "read")
        assert (tmp_path / "paged").read_text() == "a\\e]52;c;eA==\\u{7}b"


# Again and again, and to several


@pytest.mark.usefixtures("bob")
async def test_a_call_is_repeated_and_counted(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        composer(user).write('"${uuid}"')
        await user.press("alt+r")
        screen = await shown(user, RepeatScreen)
        screen.query_one("#repeat-count", Input).value = "12"
        screen.query_one("#repeat-at-once", Input).value = "3"
        await user.press("enter")
        await user.until(lambda: "done   12 of 12 ended" in user.text("#repeat-figures"), "done")
        figures = user.text("#repeat-figures")
        assert "✓ ok 12" in figures
        assert "total" in figures
        assert "p95" in figures
        calls = [row for row in user.app._session.rows() if isinstance(row, Call) and row.method == "echo"]
        assert len({call.request.text for call in calls}) == 12
        await user.press("escape")
        await user.until(lambda: user.app.screen is user.main, "closed")


async def test_a_repetition_is_stopped_with_its_calls_and_then_closed(server):
    async with join(server.url, "bob", **METHODS) as room, opened(to(server)) as user:
        never = asyncio.Event()

        async def handler(_data):
            await never.wait()
            return ""

        room.local_participant.register_rpc_method("echo", handler)
        await at_echo(user)
        await user.press("alt+r")
        screen = await shown(user, RepeatScreen)
        screen.query_one("#repeat-count", Input).value = ""
        screen.query_one("#repeat-at-once", Input).value = "2"
        await user.press("enter")
        await user.until(lambda: "2 in flight" in user.text("#repeat-figures"), "two run")
        await user.press("escape")
        await user.until(lambda: "stopped   2 ended" in user.text("#repeat-figures"), "stopped")
        assert "○ cancelled 2" in user.text("#repeat-figures")
        assert user.app.screen is screen
        await user.press("escape")
        await user.until(lambda: user.app.screen is user.main, "closed")
        assert len([row for row in user.app._session.rows() if isinstance(row, Call) and row.method == "echo"]) == 2
        never.set()


@pytest.mark.usefixtures("bob")
async def test_a_plan_that_is_none_says_what_is_wrong(server):
    async with opened(to(server)) as user:
        await at_echo(user)
        await user.press("alt+r")
        screen = await shown(user, RepeatScreen)
        for name, value, why in (("count", "0", "Between 1 and"), ("at-once", "1.5", "whole numbers")):
            screen.query_one(f"#repeat-{name}", Input).value = value
            await user.press("enter")
            assert why in user.text("#repeat-figures")
            screen.query_one(f"#repeat-{name}", Input).value = "1"
        assert not user.app._session.find(method="echo")


@pytest.mark.usefixtures("bob")
async def test_several_participants_answer_side_by_side(server):
    async with join(server.url, "carl", **METHODS) as carl, join(server.url, "dora"), opened(to(server)) as user:

        async def handler(_data):
            return "line one\nline two"

        carl.local_participant.register_rpc_method("echo", handler)
        await at_echo(user)
        await user.until(lambda: user.main.participant("carl") and user.main.participant("dora"), "all")
        composer(user).write("hi")
        await user.press("alt+a")
        screen = await shown(user, SeveralScreen)
        people = [person.identity for person in screen._people]
        assert {people[at] for at in screen._chosen} == {"bob", "carl"}
        await user.press("a", "a", "ctrl+j")
        assert any("Nobody is chosen" in said for said in user.said())
        await user.press("a", "ctrl+j")
        await user.until(lambda: "3 of 3 answered · 2 ok" in user.text("#several-head"), "all answered")
        results = screen.query_one(OptionList)
        lines = {(text := option.prompt.plain).split()[0]: text for option in results.options}
        assert "✓ ok" in lines["bob"]
        assert lines["bob"].endswith("hi")
        assert lines["carl"].endswith("line one")
        assert "1400" in lines["dora"]
        results.highlighted = [option.prompt.plain.split()[0] for option in results.options].index("dora")
        await user.press("enter")
        opened_call = await shown(user, CallScreen)
        assert user.app._session.row(opened_call._seq).callee == "dora"


# Huge payloads


async def test_five_megabytes_are_pasted_and_sent_whole_and_the_keys_stay_quick(server):
    async with join(server.url, "bob", **METHODS) as room, opened(to(server)) as user:
        got = []

        async def handler(data):
            got.append(data.payload)
            return f"{len(data.payload)}"

        room.local_participant.register_rpc_method("echo", handler)
        await at_echo(user)
        huge = json.dumps([{"number": number, "value": "some text"} for number in range(130_000)])
        assert len(huge) > 5_000_000
        user.app.post_message(events.Paste(huge))
        await user.until(lambda: composer(user).editor.is_aside, "pasted")
        await user.until(lambda: "5.3 MB · v2, no limit" in user.text("#request-facts"), "counted when idle")
        assert "Too large to edit here" in user.text("#request-problem")
        await user.press("x", "down", "ctrl+j")
        call = await answered(user)
        assert call.response.text == f"{len(huge)}"
        assert (got == [huge]) is True
        assert (composer(user).payload == huge) is True
