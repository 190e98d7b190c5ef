"""Saving, exporting and copying calls from the interface, on a real room."""

import json
import os
from contextlib import asynccontextmanager

import pytest

from rpc_inspector.core.model import Call
from rpc_inspector.core.secrets.redaction import MASK
from rpc_inspector.storage.export import FORMATS, About, export_file
from rpc_inspector.storage.traces.reading import read_rows
from rpc_inspector.tui.screens.export import ExportScreen
from rpc_inspector.tui.widgets.choice import Choice
from tests.support.calls import WALL, story
from tests.support.rooms import echo, join
from tests.tui.conftest import opened, to
from tests.tui.test_app import METHODS
from tests.tui.test_opened import opened as opened_file

PAYLOADS = ('{"token":"abc","n":1}', '{"n":2}')


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current directory of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@asynccontextmanager
async def two_calls(server, **more):
    """The interface after two calls, in the trace."""
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server), **more) as user:
        echo(bob)
        await user.joined()
        await user.choose("bob", "echo")
        for payload in PAYLOADS:
            user.main.call_pane.composer.write(payload)
            before = user.main.shown_call
            await user.press("ctrl+j")
            await user.until(
                lambda was=before: (c := user.main.shown_call) and c != was and c.outcome == "ok", "answer"
            )
        await user.press("escape", "4")
        yield user


async def written(user, here, extension):
    """The file that the dialog wrote, once it has closed."""
    await user.until(lambda: not isinstance(user.app.screen, ExportScreen), "the dialog is closed")
    files = list(here.glob(f"*.{extension}"))
    assert len(files) == 1
    return files[0]


async def test_a_report_of_all_is_two_keys_away(server, here):
    async with two_calls(server) as user:
        await user.press("S", "enter")
        path = await written(user, here, "html")
        page = path.read_text()
        assert path.name.startswith("rpc-test-room-")
        assert page.count("<details") == 2
        assert "&#34;token&#34;: &#34;•••••&#34;" in page
        assert [said for said in user.said() if said.startswith(f"Wrote 2 calls to {path}")]


async def test_the_marked_calls_are_saved_and_open_again(server, here):
    async with two_calls(server) as user:
        await user.press("m")
        await user.until(lambda: user.main.trace.view.marks, "a mark")
        marked = user.main.trace.selected_call
        await user.press("s", "enter")
        read, report = read_rows(str(await written(user, here, "jsonl")))
        assert report.sentences() == []
        assert [row.seq for row in read] == [marked.seq]
        assert read[0].marked


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_is_chosen_holds(server, here, size):
    async with two_calls(server, size=size) as user:
        await user.press("m", "S")
        formats = list(FORMATS)
        await user.press(*["down"] * formats.index("json"))
        assert user.app.screen.path.value.endswith(".calls.jsonl"), "the name follows the format"
        await user.press("shift+tab", "right")  # marked, then all
        await user.press("tab", "tab", "tab")
        await user.type("n")
        await user.press("enter")
        lines = (await written(user, here, "jsonl")).read_text().splitlines()
        payloads = [json.loads(line)["request"]["payload"] for line in lines]
        assert [json.loads(payload) for payload in payloads] == [{"token": MASK, "n": MASK}, {"n": MASK}]


async def test_what_is_there_is_replaced_only_when_asked_twice(server, here):
    async with two_calls(server) as user:
        (here / "mine.html").write_text("mine")
        await user.press("S")
        user.app.screen.path.value = "mine.html"
        await user.press("enter")
        await user.until(lambda: "there already" in user.text("#export-said"), "a warning")
        assert (here / "mine.html").read_text() == "mine"
        await user.press("enter")
        await user.until(lambda: (here / "mine.html").read_text() != "mine", "it is replaced")


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("#export-path", "nowhere/x.html", "There is no directory"),
        ("#export-path", "", "is a directory"),
        ("#export-mask", "$.a[", "That is no JSON path"),
    ],
)
async def test_mistakes_are_told_in_the_dialog_and_can_be_mended(server, here, field, text, said):
    async with two_calls(server) as user:
        await user.press("S")
        user.app.screen.query_one(field).value = text
        await user.press("enter")
        await user.until(lambda: said in " ".join(user.text("#export-said").split()), said)
        assert list(here.iterdir()) == []
        user.app.screen.query_one(field).value = "good.html" if field == "#export-path" else "$.a"
        await user.press("enter")
        await written(user, here, "html")


async def test_escape_leaves_nothing(server, here):
    async with two_calls(server) as user:
        await user.press("S", "escape")
        await user.until(lambda: not isinstance(user.app.screen, ExportScreen), "closed")
        assert list(here.iterdir()) == []


async def test_in_a_browser_it_is_a_download(server, here, monkeypatch):
    async with two_calls(server) as user:
        monkeypatch.setattr(type(user.app), "is_web", property(lambda _self: True))
        delivered = []
        monkeypatch.setattr(user.app, "deliver_text", lambda stream, **how: delivered.append((stream.read(), how)))
        await user.press("S", "enter")
        await user.until(lambda: delivered, "a download")
        assert delivered[0][0].startswith("<!doctype html>")
        assert delivered[0][1]["save_filename"].endswith(".html")
        assert list(here.iterdir()) == []


async def test_a_click_chooses(server, here):
    async with two_calls(server) as user:
        await user.press("S")
        await user.pilot.click("#export-secrets", offset=(13, 0))
        assert user.app.screen.query_one("#export-secrets", Choice).index == 1
        await user.press("tab", "enter")
        page = (await written(user, here, "html")).read_text()
        assert "payloads as a whole" in page
        assert "token&#34;" not in page


@pytest.mark.parametrize(
    ("downs", "begins"), [(0, "rpc-inspector call bob echo '{"), (1, "# pip install livekit"), (2, "// npm")]
)
async def test_a_call_of_the_trace_is_copied_in_a_language(server, monkeypatch, downs, begins):
    async with two_calls(server) as user:
        copied = []
        monkeypatch.setattr(user.app, "copy", lambda what, text: copied.append((what, text)))
        user.main.trace.select(
            next(row.seq for row in user.main.session.rows() if isinstance(row, Call) and row.purpose == "call")
        )
        await user.press("X", *["down"] * downs, "enter")
        await user.until(lambda: copied, "a copy")
        text = copied[0][1]
        assert text.startswith(begins)
        assert "abc" in text, "the payload as it was: it is for who made it"
        assert "eyJ" not in text, "no token"
        assert os.environ.get("LIVEKIT_API_SECRET", "a-secret-of-a-room") not in text


async def test_a_saved_trace_is_exported_and_copied_from_too(here):
    path = here / "night.jsonl"
    export_file(path, story(), FORMATS["trace"], About(made=WALL))
    async with opened_file(path) as user:
        await user.until(lambda: len(user.main.trace.view.rows) == len(story()) - 1, "all rows but the ping")
        copied = []
        user.app.copy = lambda *said: copied.append(said)
        user.main.trace.select(4)
        await user.press("4", "X", "enter")
        await user.until(lambda: copied, "a copy")
        assert copied == [("the command", f"rpc-inspector call billing refund {'x' * 100} --room demo")]
        await user.press("S", "enter")
        page = (await written(user, here, "html")).read_text()
        assert "night.jsonl" in page
        assert str(here) not in page, "where it lay is nobody's business"
        assert page.count("<details") == 11
