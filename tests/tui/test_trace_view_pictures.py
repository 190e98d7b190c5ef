"""Pictures of the filter, the statistics and the log. `pytest --snapshot-update` after looking at what changed."""

import random

import pytest
from textual.widgets import Static

from rpc_inspector.core.model import LogLine
from rpc_inspector.core.session import Target, Update
from rpc_inspector.storage.filters import FilterFile, default_path
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from rpc_inspector.tui.widgets.trace.filter_bar import FilterBar
from rpc_inspector.tui.widgets.trace.statistics_pane import StatisticsPane
from tests.support.calls import MONOTONIC, WALL, call
from tests.support.rooms import until
from tests.support.still import StillSession
from tests.tui.test_pictures import _utc, settled  # noqa: F401 - a fixture

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=["80x24", "120x36", "200x60"])
#: Long ago on any machine's clock, so that no call was just now; after those of the still session.
LONG_AGO = 5.0 - MONOTONIC
METHODS = (
    ("get_weather", "weather-agent", 40.0), ("get_weather", "weather-agent", 40.0), ("refund", "billing", 120.0),
    ("get_location", "web-1", 19.0), ("forecast", "weather-agent", 300.0), ("charge", "billing", 12.0),
)  # fmt: skip


def busy_hour():
    """Calls with a pause between them, some of which fail."""
    chance = random.Random(7)  # noqa: S311 - the same picture every time
    for number in range(600):
        method, callee, usual = chance.choice(METHODS)
        code = chance.choice((1502, 1500, 1500)) if method == "refund" and chance.random() < 0.15 else 0
        total = 8001.3 if code == 1502 else usual * chance.lognormvariate(0, 0.5)
        after = number / 10 + (20 if number > 350 else 0)
        yield call(
            1000 + number, LONG_AGO + after, wall=WALL + 5 + after, method=method, callee=callee, code=code,
            caller=chance.choice(("inspector-7f3", "web-1")), ack=usual / 8 * chance.lognormvariate(0, 0.3),
            total=total, sizes=(chance.randint(20, 400), chance.randint(20, 4000)),
        )  # fmt: skip


LOG = (
    LogLine(number=1, time=1, wall=WALL + 1.2, level=20, text="livekit::rtc_engine: connection established"),
    LogLine(number=2, time=2, wall=WALL + 9.25, level=30, call=1007,
            text="livekit::room::rpc: received an ack for an unknown request: 0f3b5c7e-8a1d"),
    LogLine(number=3, time=3, wall=WALL + 11.5, level=40, text="livekit_api::signal_client: \x1b[2Jstream closed"),
)  # fmt: skip


class BusySession(StillSession):
    def subscribe(self, listener):
        ended = super().subscribe(listener)
        listener(Update(rows=tuple(busy_hour()), logs=LOG))
        return ended


def app(theme="inspector-dark"):
    async def make_session():
        return BusySession()

    async def find_target():
        return Target(url="ws://127.0.0.1:7880", room="demo", token="t")

    return InspectorApp(Start(make_session=make_session, find_target=find_target, choices=lambda: (), theme=theme))


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def after(*steps):
    """Presses keys and runs functions of the pilot."""

    async def run(pilot):
        await settled(pilot)
        main = pilot.app.main
        await until(lambda: main.trace_section.view.stats.calls > 600, what="the calls are listed")
        await pilot.press("4")
        for step in steps:
            await (pilot.press(step) if isinstance(step, str) else step(pilot))
            await pilot.pause()
        for pane in main.query(StatisticsPane):
            await until(lambda: not pane.is_counting and pane.figures.all.count > 600, what="all is counted")  # noqa: B023 - awaited at once
            pane._draw()
        await settled(pilot)

    return run


def put(text, *, shows):
    """Has ``text`` in the filter's line, as if pasted, until the line below and the title show something."""

    async def run(pilot):
        bar = pilot.app.main.query_one(FilterBar)
        bar.text.value, bar.text.cursor_position = text, len(text)
        pane = pilot.app.main.trace
        await until(lambda: shows in f"{bar.query_one('#filter-hint', Static).content} {pane.border_title}", what=shows)

    return run


@SIZES
def test_statistics(snap_compare, size):
    assert snap_compare(app(), terminal_size=size, run_before=after("percent_sign", "j", "j"))


def test_statistics_by_outcome_in_the_light(snap_compare):
    keys = ("percent_sign", "b", "b", "b", "right", "o", "o")
    assert snap_compare(app("inspector-light"), terminal_size=(120, 36), run_before=after(*keys))


@SIZES
def test_filter(snap_compare, size):
    run = after("slash", put("method:get*", shows="· method:get*"), put("method:get* outcome:o", shows="tab ok"))
    assert snap_compare(app(), terminal_size=size, run_before=run)


def test_filter_in_the_light(snap_compare):
    run = after("slash", put("total>1s", shows="· total>1s"), put("total>1s meth:x", shows="no field"))
    assert snap_compare(app("inspector-light"), terminal_size=(80, 24), run_before=run)


def test_filters_to_choose_from(snap_compare):
    FilterFile(default_path()).remember("peer:web-1 total>50ms")
    FilterFile(default_path()).save("slow refunds", "method:refund total>1s")

    async def run(pilot):
        await after("slash")(pilot)
        bar = pilot.app.main.query_one(FilterBar)
        await until(lambda: bar.filters.used, what="the file is read")
        await pilot.press("ctrl+r")
        await pilot.pause()

    assert snap_compare(app(), terminal_size=(120, 36), run_before=run)


@SIZES
def test_filter_help(snap_compare, size):
    assert snap_compare(app(), terminal_size=size, run_before=after("slash", "f1"))


@SIZES
def test_log(snap_compare, size):
    assert snap_compare(app(), terminal_size=size, run_before=after("L"))
