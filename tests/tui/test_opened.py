"""A saved trace in the interface: everything but sending."""

import gzip
from contextlib import asynccontextmanager

import pytest

from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.model import Call, Participant, replace
from rpc_inspector.core.session import SessionState
from rpc_inspector.storage.journal.lines import Header, Line, encode
from rpc_inspector.storage.traces.opened import OpenedTrace
from rpc_inspector.storage.traces.reading import Reading
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from tests.support.calls import call, story
from tests.tui.conftest import Driver

STATE = SessionState(status="connected", room="demo", identity="inspector-7f3", url="ws://127.0.0.1:7880")
JOURNAL = b"".join(
    map(
        encode,
        [
            Header(session="a", room="demo"),
            Line(state=STATE),
            Line(participants=(Participant(identity="web-1", state="active"),)),
            *[Line(call=row) if isinstance(row, Call) else Line(event=row) for row in story()],
        ],
    )
)


@asynccontextmanager
async def opened(path, *, size=(120, 36), **start):
    reading = Reading(str(path))
    reading.begin()

    async def make_session():
        return OpenedTrace(reading)

    async def find_target():
        return None

    state = SessionState(status="opened", journal=str(path))
    app = InspectorApp(Start(make_session=make_session, find_target=find_target, state=state, **start))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        driver = Driver(app, pilot)
        await driver.until(lambda: app._session is not None, "a session")
        await app._session.whole()
        yield driver


@pytest.fixture
def journal(tmp_path):
    path = tmp_path / "night.jsonl"
    path.write_bytes(JOURNAL)
    return path


def shown(driver):
    return [row.seq for row in driver.main.trace.view.rows.between(0, 1 << 30)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
async def test_the_trace_is_there_and_what_composes_is_not(journal, size):
    async with opened(journal, size=size) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)  # all but the ping
        assert driver.main.focused_pane == "trace"
        assert not driver.app.query_one("#request").display
        assert driver.app.query_one("#response").display
        title = driver.text("#title-bar")
        assert "night.jsonl" in title
        assert "opened" in title
        trace, panes = driver.main.trace_section.region, driver.app.query_one("#panes").region
        assert trace.height > panes.height / 2
        assert "send" not in driver.text("#key-bar")


async def test_a_call_is_shown_and_opened(journal):
    async with opened(journal) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)
        await driver.press("down", "down")
        await driver.until(lambda: driver.main.shown_call)
        assert driver.main.shown_call == driver.app._session.row(driver.main.shown_call.seq)
        await driver.press("enter")
        await driver.until(lambda: len(driver.app.screen_stack) == 2)


async def test_who_was_there_is_listed(journal):
    async with opened(journal) as driver:
        await driver.until(lambda: "web-1" in driver.text("#participants-list"))
        assert "billing" in driver.text("#participants-list")


@pytest.mark.parametrize("key", ["ctrl+j", "2", "ctrl+l", "i", "r", "ctrl+t", "R"])
async def test_what_sends_says_why_it_does_not(journal, key):
    async with opened(journal) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)
        await driver.press("down", key)
        await driver.until(lambda: any("saved trace" in said for said in driver.said()))
        assert len(driver.app.screen_stack) == 1
        assert len(driver.app._session.rows()) == len(story())


async def test_the_palette_offers_nothing_that_needs_a_room(journal):
    async with opened(journal) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)
        offered = {entry.title for entry in driver.app.get_system_commands(driver.main)}
        assert not offered & {"Send", "Resend", "Ping", "Connect", "Change room", "Leave", "Rooms", "Rejoin"}
        assert "Zoom" in offered


async def test_tab_goes_round_what_is_there(journal):
    async with opened(journal) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)
        visited = []
        for _ in range(3):
            await driver.press("tab")
            visited.append(driver.main.focused_pane)
        assert visited == ["participants", "response", "trace"]
        assert driver.said() == []


async def test_marks_are_kept_in_memory(journal):
    async with opened(journal) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)
        await driver.press("down", "m")
        await driver.until(lambda: any(row.marked for row in driver.app._session.rows()))
    assert journal.read_bytes() == JOURNAL


async def test_what_could_not_be_read_is_said(tmp_path):
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(JOURNAL + b"nonsense \x1b[31m\n")
    async with opened(path) as driver:
        await driver.until(lambda: "could not be read" in driver.text("#banner"))
        assert "1 of 18 lines" in driver.text("#banner")


async def test_hostile_names_are_shown_safely(tmp_path):
    path = tmp_path / "hostile\x1b[31m.jsonl.gz"
    hostile = replace(
        call(1), caller="\x1b]52;c;eA==\x07", callee="a\u202eb", method="[red]m[/red]\u200b", note="\x9b2J"
    )
    path.write_bytes(gzip.compress(call_line(hostile).encode()))
    async with opened(path) as driver:
        await driver.until(lambda: shown(driver))
        await driver.press("down")
        every = "".join(
            driver.text(f"#{name}") for name in ("title-bar", "participants-list", "trace-list", "response")
        )
        assert not set(every) & set("\x1b\x07\u202e\u200b\x9b")
        assert "[red]" in every


async def test_it_begins_with_the_filter_that_was_given(journal):
    async with opened(journal, filter="outcome:error") as driver:
        await driver.until(lambda: shown(driver) == [4, 6, 7, 9])
        await driver.press("escape")
        await driver.until(lambda: len(shown(driver)) == 13)


async def test_ages_count_from_the_end_of_the_file(journal):
    async with opened(journal) as driver:
        await driver.until(lambda: len(shown(driver)) == 13)
        await driver.main.trace_section.filter_by("age<1m")
        await driver.until(lambda: len(shown(driver)) >= 12)
        await driver.main.trace_section.filter_by("age>1h")
        await driver.until(lambda: shown(driver) == [])


async def test_quitting_leaves_nothing_behind(journal):
    async with opened(journal) as driver:
        await driver.press("q")
        await driver.until(lambda: driver.app._exit)
    assert driver.app.return_code == 0


async def test_a_file_without_calls_says_so(tmp_path):
    path = tmp_path / "quiet.jsonl"
    path.write_bytes(encode(Header(session="a")) + encode(Line(state=STATE)))
    async with opened(path) as driver:
        await driver.until(lambda: "No call has been read from this file." in driver.text("#trace-list"))
        assert "^j" not in driver.text("#trace-list") + driver.text("#response")


async def test_ten_thousand_methods_are_listed_and_found(tmp_path):
    path = tmp_path / "many.jsonl"
    calls = (call(seq, callee="hub", method=f"method_{seq}") for seq in range(1, 10_001))
    path.write_bytes(b"".join(encode(Line(call=made)) for made in calls))
    async with opened(path) as driver:
        await driver.until(lambda: len(shown(driver)) == 10_000, within_s=60)
        hub = next(who for who in driver.app._session.roster if who.identity == "hub")
        assert len(hub.methods) == 10_000
        await driver.main.trace_section.filter_by("method:method_9999")
        await driver.until(lambda: shown(driver) == [9999])
