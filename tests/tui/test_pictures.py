"""Pictures of the screens at two sizes. `pytest --snapshot-update` after looking at what changed."""

import time

import pytest

from rpc_inspector.core.session import Target
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from tests.support.rooms import until
from tests.support.still import StillSession

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
CHOICES = (
    Target(url="wss://acme.livekit.cloud", origin="environment", api_key="key", api_secret="secret"),
    Target(url="ws://localhost:7880", origin="--dev", api_key="devkey", api_secret="secret"),
)


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    """Clock times are local, so the pictures have one place in the world."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def still_app(*, connected=True, theme="inspector-dark"):
    async def make_session():
        return StillSession()

    async def find_target():
        return Target(url="ws://127.0.0.1:7880", room="demo", token="t") if connected else None

    return InspectorApp(Start(make_session=make_session, find_target=find_target, choices=lambda: CHOICES, theme=theme))


async def settled(pilot):
    """The session's first batch is in, and no cursor blinks."""
    app = pilot.app
    await until(lambda: app.main.session is not None, what="the session is made")
    await app.workers.wait_for_complete([worker for worker in app.workers if worker.name == "_begin"])
    await pilot.pause()
    for area in app.screen.query("Input, TextArea"):
        area.cursor_blink = False
    # The titles of list and ladder come a moment after their rows.
    for pane in (app.main.trace, *app.main.query("#trace-ladder")):
        pane._retitle()
    await pilot.pause()


def after(*steps):
    """Runs keys and functions of the app once everything stands."""

    async def run(pilot):
        await settled(pilot)
        for step in steps:
            if callable(step):
                step(pilot.app)
                await pilot.pause()
            else:
                await pilot.press(step)
            await settled(pilot)

    return run


def to_weather(app):
    app.main.aim("weather-agent", "get_weather")


def to_nobody(app):
    app.main.aim("billing-2", "refund")


@SIZES
def test_idle(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after())


@SIZES
def test_answer(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(to_weather, "ctrl+j"))


@SIZES
def test_failure(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(to_nobody, "ctrl+j", "a"))


@SIZES
def test_participant(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after("k", "enter"))


@SIZES
def test_connect(snap_compare, size):
    assert snap_compare(still_app(connected=False), terminal_size=size, run_before=after())


def test_light(snap_compare):
    app = still_app(theme="inspector-light")
    assert snap_compare(app, terminal_size=(120, 36), run_before=after(to_weather, "ctrl+j"))
