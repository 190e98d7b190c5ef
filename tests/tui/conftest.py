"""The real app on a real room."""

from contextlib import asynccontextmanager

import pytest

from rpc_inspector.core.session import Target
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from tests.support.rooms import KEY, ROOM, SECRET, embedded_server, until


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    """What is kept over the program's end is each test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


class Driver:
    """The app under test, and how a user gets at it."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot

    @property
    def main(self):
        return self.app.main

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text):
        await self.press(*[{" ": "space", "-": "minus", "_": "underscore"}.get(sign, sign) for sign in text])

    async def until(self, condition, what="", within_s=15.0):
        value = await until(condition, within_s=within_s, what=what)
        await self.pilot.pause()
        return value

    def text(self, selector):
        """What a widget shows, as plain text."""
        widget = self.app.screen.query_one(selector)
        return "\n".join("".join(segment.text for segment in strip) for strip in widget.render_lines(
            widget.region.reset_offset))  # fmt: skip

    def said(self):
        """The notices shown so far."""
        return [notice.message for notice in self.app._notifications]

    async def joined(self):
        await self.until(lambda: self.app._session and self.app._session.state.status == "connected", "connected")

    async def choose(self, identity, method):
        """Move the cursor to a method, as soon as it is listed, and open it."""
        pane = self.main.participants

        def listed():
            return any(row.key == (identity, method) for row in pane._rows)

        await self.until(listed, f"{method} of {identity} is listed")
        pane.select(identity, method)
        await self.pilot.pause()
        await self.press("1", "enter")


@asynccontextmanager
async def opened(target=None, *, size=(120, 36), choices=(), problem=None, session=None, **start):
    """The app with a real session, started towards `target`; `session` are the arguments of `open_session`."""

    async def make_session():
        from rpc_inspector.room import open_session

        return open_session(**(session or {}))

    async def find_target():
        if problem:
            raise problem
        return target

    app = InspectorApp(Start(make_session=make_session, find_target=find_target, choices=lambda: choices, **start))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Driver(app, pilot)


@pytest.fixture
async def server():
    async with embedded_server() as running:
        yield running


def to(server, **more):
    """A target in the test's room."""
    more = {"room": ROOM, "identity": "inspector-7f3", "api_key": KEY, "api_secret": SECRET} | more
    return Target(url=server.url, **more)
