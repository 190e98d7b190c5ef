"""Draw the README's pictures from the app itself, in the demo's real room: `uv run python -m docs.pictures`."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.session import Session, Target
from rpc_inspector.demo.process import DemoProcess
from rpc_inspector.room import open_session
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start

FOLDER = Path(__file__).with_name("pictures")
SIZE = (120, 36)
DEADLINE_S = 30
#: Calls between the others that are waited for.
TRAFFIC = 9


async def _until(condition: Callable[[], object], what: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - what widgets show has no event to wait for
            await asyncio.sleep(0.05)
    print(f"  {what}")


def _is_shown(row: TraceRow) -> bool:
    return isinstance(row, Call) and row.purpose == "call"


def _finished(session: Session, method: str) -> bool:
    return any(
        isinstance(row, Call) and row.method == method and row.direction == "outgoing" and not row.is_open
        for row in session.rows()
    )


async def _call(pilot: Pilot[int], session: Session, identity: str, method: str) -> None:
    """Open a method as a user would from the list, send, and wait for the outcome."""
    app = pilot.app
    assert isinstance(app, InspectorApp)

    def listed() -> bool:
        return any(
            someone.identity == identity and any(known.name == method for known in someone.methods)
            for someone in session.roster
        )

    await _until(listed, f"{identity} has {method}")
    app.main.aim(identity, method)
    await pilot.pause()
    await pilot.press("ctrl+j")
    await _until(lambda: _finished(session, method), f"{method} came back")
    await pilot.pause(0.3)


async def _draw(name: str, *calls: tuple[str, str], keys: Sequence[str] = (), theme: str = "inspector-dark") -> None:
    print(name)
    demo = DemoProcess()
    demo.start()
    session = open_session()

    async def make_session() -> Session:
        return session

    async def find_target() -> Target:
        return await demo.target()

    app = InspectorApp(Start(make_session=make_session, find_target=find_target, choices=tuple, theme=theme))
    try:
        async with app.run_test(size=SIZE) as pilot:
            await _until(lambda: session.state.status == "connected", "connected")
            # Some traffic between the others, as the server shows it, makes the trace worth looking at.
            await _until(lambda: sum(_is_shown(row) for row in session.rows()) >= TRAFFIC, "traffic")
            for identity, method in calls:
                await _call(pilot, session, identity, method)
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.5)
            (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title="rpc-inspector"))
    finally:
        await demo.stop()


async def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(exist_ok=True)
    weather, confirm = ("weather-agent", "get_weather"), ("web-1", "confirm")
    await _draw("main", confirm, weather)
    await _draw("light", ("weather-agent", "forecast"), theme="inspector-light")
    await _draw("failure", weather, ("billing", "refund"))
    await _draw("ladder", confirm, weather, keys=("escape", "4", "z", "l"))
    await _draw("call", weather, keys=("escape", "4", "enter"))
    await _draw("compare", weather, weather, keys=("escape", "4", "D"))
    await _draw("statistics", confirm, weather, keys=("escape", "4", "z", "percent_sign"))


if __name__ == "__main__":
    asyncio.run(main())
