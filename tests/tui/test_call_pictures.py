"""Pictures of one call in full and of two compared. `pytest --snapshot-update` after looking at what changed."""

import time

import pytest

from rpc_inspector.core.explain import Facts, explain
from rpc_inspector.core.model import CallError, Participant, replace
from rpc_inspector.core.session import SessionState
from rpc_inspector.tui.screens.call import CallScreen
from rpc_inspector.tui.screens.compare import CompareScreen
from tests.support.calls import US, call, view
from tests.support.details import CALLEE, CALLER, FORECAST, SERVER, payload, seen
from tests.support.hosts import Bare

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=["80x24", "120x36", "200x60"])
THEMES = pytest.mark.parametrize("theme", ["inspector-dark", "inspector-light"], ids=["dark", "light"])


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def of(screen, *keys):
    """Opens a screen and presses keys in it."""

    async def run(pilot):
        pilot.app.push_screen(screen)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        await pilot.pause()

    return run


def detail(shown):
    here = Participant(identity="billing", state="active")
    facts = Facts(state=SessionState(status="connected", room="demo", identity=US), roster=(here,))
    look = (shown, explain(shown, facts))
    return CallScreen(shown.seq, lambda _seq: look, lambda _seq, _step: None, lambda _seq, _pinned: None)


WHOLE = seen(CALLER, SERVER, CALLEE, comment="the slow one")
ERROR = CallError(code=1501, message="Connection timeout")
FAILED = call(9, callee="billing-2", ack=None, total=7000.0, error=ERROR, outcome="error", response=None,
              views=(view(1000.0004, None, None),))  # fmt: skip


@SIZES
@THEMES
def test_overview(snap_compare, size, theme):
    assert snap_compare(Bare(theme), terminal_size=size, run_before=of(detail(WHOLE)))


@SIZES
def test_overview_from_one_place(snap_compare, size):
    assert snap_compare(Bare(), terminal_size=size, run_before=of(detail(seen(CALLER))))


@SIZES
def test_failure(snap_compare, size):
    assert snap_compare(Bare(), terminal_size=size, run_before=of(detail(FAILED)))


@SIZES
@THEMES
@pytest.mark.parametrize("form", ["pretty", "tree", "hex"])
def test_response(snap_compare, size, theme, form):
    key = {"pretty": "p", "tree": "t", "hex": "x"}[form]
    assert snap_compare(Bare(theme), terminal_size=size, run_before=of(detail(WHOLE), "3", key))


@SIZES
def test_found(snap_compare, size):
    run = of(detail(WHOLE), "3", "ctrl+f", *"day", "enter", "n")
    assert snap_compare(Bare(), terminal_size=size, run_before=run)


@SIZES
def test_decoded(snap_compare, size):
    assert snap_compare(Bare(), terminal_size=size, run_before=of(detail(WHOLE), "3", "t", "G", "d"))


@SIZES
@pytest.mark.parametrize("tab", ["4", "5"])
def test_headers_and_timing(snap_compare, size, tab):
    assert snap_compare(Bare(), terminal_size=size, run_before=of(detail(WHOLE), tab))


@SIZES
@THEMES
@pytest.mark.parametrize("tab", ["2", "3"])
def test_comparison(snap_compare, size, theme, tab):
    other = {**FORECAST, "city": "Genf", "wind": {"kmh": 12}}
    other["days"] = [{"day": "Sun", "temp": 19}, {**FORECAST["days"][0], "temp": 22}, *FORECAST["days"][1:]]
    del other["image"]
    second = replace(
        seen(replace(CALLER, stages=tuple(replace(each, time=each.time + 3.4) for each in CALLER.stages))),
        seq=3, wall=WHOLE.wall + 3.4, started=WHOLE.started + 3.4, response=payload(other),
    )  # fmt: skip
    assert snap_compare(Bare(theme), terminal_size=size, run_before=of(CompareScreen(WHOLE, second), tab))
