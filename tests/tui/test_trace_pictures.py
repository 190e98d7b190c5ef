"""Pictures of the list, arranged in every way. `pytest --snapshot-update` after looking at what changed."""

import time

import pytest

from rpc_inspector.core.model import replace
from rpc_inspector.core.query import parse
from rpc_inspector.core.session import Update
from tests.support.calls import MONOTONIC, event, story
from tests.support.hosts import CONNECTED, Host, lively

EVERY = pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), "dark"), ((120, 36), "dark"), ((120, 36), "light"), ((200, 60), "dark")],
    ids=["80x24", "120x36", "120x36-light", "200x60"],
)
TWO = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def rows():
    """What a lively room has in its trace; some of it marked and noted."""
    calls = lively(400)
    calls[396] = replace(calls[396], comment="asked twice: see ticket 4711", marked=True)
    calls[389] = replace(calls[389], marked=True)
    return (*calls, event(900, 43.6, "left", "billing", "client initiated"), event(901, 40.0, "joined", "late-bird"))


def arranged(*steps, told=rows):
    """Keys pressed and functions called once the rows are there."""

    async def run(pilot):
        pane = pilot.app.pane
        pilot.app.now = MONOTONIC + 44.5
        pane.apply(Update(state=replace(CONNECTED, dropped_calls=1204), rows=tuple(told())))
        await pilot.pause()
        for step in steps:
            if callable(step):
                step(pane)
            else:
                await pilot.press(step)
            await pilot.pause()
        pane._ticker.stop()
        pane._retitle()
        await pilot.pause()

    return run


@EVERY
def test_calls_and_events(snap_compare, size, theme):
    assert snap_compare(Host(f"inspector-{theme}"), terminal_size=size, run_before=arranged())


@EVERY
def test_grouped(snap_compare, size, theme):
    run = arranged("b", "g", "j", "right", "j", "j")
    assert snap_compare(Host(f"inspector-{theme}"), terminal_size=size, run_before=run)


@EVERY
def test_sorted(snap_compare, size, theme):
    run = arranged(lambda pane: pane.sort("total", descending=True), "g", "j")
    assert snap_compare(Host(f"inspector-{theme}"), terminal_size=size, run_before=run)


@EVERY
def test_zoomed(snap_compare, size, theme):
    run = arranged("G", "k", "k", "k", "k", "plus", "plus")
    assert snap_compare(Host(f"inspector-{theme}"), terminal_size=size, run_before=run)


@EVERY
def test_nothing_matches(snap_compare, size, theme):
    run = arranged(lambda pane: pane.filter(parse("method:nobody")))
    assert snap_compare(Host(f"inspector-{theme}"), terminal_size=size, run_before=run)


@EVERY
def test_marked_with_times_from_the_mark(snap_compare, size, theme):
    run = arranged("t", "t", "k", "k")
    assert snap_compare(Host(f"inspector-{theme}"), terminal_size=size, run_before=run)


@TWO
def test_every_outcome(snap_compare, size):
    assert snap_compare(Host(), terminal_size=size, run_before=arranged("g", "j", "j", told=story))


@TWO
def test_coloured_by_method(snap_compare, size):
    assert snap_compare(Host(), terminal_size=size, run_before=arranged("c"))


@TWO
def test_columns(snap_compare, size):
    assert snap_compare(Host(), terminal_size=size, run_before=arranged("o", "j", "down", "space", "s"))


@TWO
def test_note(snap_compare, size):
    def still(pane):
        pane.app.screen.query_one("#comment").cursor_blink = False

    assert snap_compare(Host(), terminal_size=size, run_before=arranged("k", "n", still))
