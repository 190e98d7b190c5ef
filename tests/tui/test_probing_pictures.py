"""Pictures of the preflight and of pings. `pytest --snapshot-update` after looking at what changed."""

import asyncio

import pytest

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.model import CallError, Measure
from rpc_inspector.core.ping import Pinged
from rpc_inspector.core.session import Target
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from tests.support.still import ROOM, US, WALL, StillSession
from tests.tui.test_pictures import _utc, settled  # noqa: F401 - a fixture for every test here

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=["80x24", "120x36", "200x60"])


class Pinging(StillSession):
    """Pings never come back by themselves; those that are drawn are put into the trace."""

    async def ping(self, identity, **how):  # noqa: ARG002 - the Protocol's
        await asyncio.Event().wait()

    def keep_pinging(self, interval_s):
        self.change(pinging=interval_s)
        for at in range(12):
            for name in ("weather-agent", "web-1", "billing"):
                self._one(name, 10 + at, lost=name == "billing" and at % 4 == 3)
        self.flush()

    def _one(self, name, at, *, lost):
        seq = self.store.begin(
            room=ROOM, us=US, destination=name, method=f"rpc.ping.{at:08x}", payload="", budget=budget_for(),
            time=at, purpose="ping",
        )  # fmt: skip
        ended = at + (7 if lost else 0.002 + at % 5 * 0.0007)
        self.store.finish(seq, "error", ended, error=CallError(code=1501 if lost else 1400, message=""))


def still_app(theme="inspector-dark"):
    async def make_session():
        return Pinging()

    async def find_target():
        return Target(url="ws://127.0.0.1:7880", room="demo", token="t")

    return InspectorApp(Start(make_session=make_session, find_target=find_target, choices=tuple, theme=theme))


def results(identity):
    """Twenty pings of a participant, the tenth lost; late-bird never answers."""
    for number in range(20):
        known = {"identity": identity, "seq": number, "wall": WALL}
        if identity == "late-bird" or number == 9:
            yield Pinged(**known, reachable=False, code=1501)
        else:
            took = 2.1 + number * 7 % 5 * (1.7 if number % 8 else 6.3)
            yield Pinged(
                **known, reachable=True, round_trip=Measure(took, 0.1, "sdk"), ack=Measure(1, 1, "capture"),
                transport="v2", client_protocol=2,
            )  # fmt: skip


def after(*steps):
    """Keys and functions of the app once it stands; a dialog's own tasks go on, so they are not waited for."""

    async def run(pilot):
        await settled(pilot)
        for step in steps:
            if callable(step):
                step(pilot.app)
            else:
                await pilot.press(step)
            await pilot.pause()
        for area in pilot.app.main.query("Input, TextArea"):
            area.cursor_blink = False
        for toast in pilot.app.query("Toast"):
            await toast.remove()
        await pilot.pause()

    return run


def aim(identity, method):
    return lambda app: app.main.aim(identity, method)


def counted(app):
    for identity in ("weather-agent", "web-1", "billing", "late-bird"):
        for result in results(identity):
            app.screen.count(result)


@SIZES
def test_before_a_call_to_nobody(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(aim("billing-2", "refund"), "alt+p"))


@SIZES
def test_before_a_good_call(snap_compare, size):
    run = after(aim("weather-agent", "get_weather"), "alt+p")
    assert snap_compare(still_app(), terminal_size=size, run_before=run)


@SIZES
def test_the_line_warns(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(aim("late-bird", "sing")))


@SIZES
def test_pinging_one(snap_compare, size):
    run = after(aim("weather-agent", "get_weather"), "escape", "i", counted)
    assert snap_compare(still_app(), terminal_size=size, run_before=run)


@SIZES
def test_pinging_everybody(snap_compare, size):
    run = after(aim("weather-agent", "get_weather"), "escape", "i", "a", counted)
    assert snap_compare(still_app(), terminal_size=size, run_before=run)


@SIZES
def test_pings_in_the_list(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after("I"))


def test_pings_in_the_light(snap_compare):
    run = after(aim("weather-agent", "get_weather"), "escape", "i", "a", counted)
    assert snap_compare(still_app("inspector-light"), terminal_size=(120, 36), run_before=run)
