"""How soon a form of 200 fields is there, and how long a key takes in a large payload that has a schema.

In one process, without a terminal: from the key until everything that hears of it has dealt with it, and from choosing
a method until its form is painted. Goals are for the thread's own time, as others may have the machine meanwhile.
"""

import asyncio
import json
import time
from statistics import median, quantiles

from textual import events
from textual.widget import Widget

from rpc_inspector.core.model import Method, replace
from rpc_inspector.core.session import Target
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from rpc_inspector.tui.widgets.composer import Composer
from tests.support.rooms import until
from tests.support.schemas import wide
from tests.support.still import StillSession

FIELDS = 200
#: Characters of the payload that is typed into.
LARGE = 100_000
KEYS = 300
OPENINGS = 20


def _app() -> InspectorApp:
    async def make_session() -> StillSession:
        return StillSession()

    async def find_target() -> Target:
        return Target(url="ws://127.0.0.1:7880", room="demo", token="t")  # noqa: S106 - of nowhere

    return InspectorApp(Start(make_session=make_session, find_target=find_target, choices=lambda: ()))


async def _handled(*chain: Widget) -> None:
    """Every widget has dealt with what it was sent, the inner before the outer."""
    for widget in chain:
        done = asyncio.Event()
        widget.call_later(done.set)
        await done.wait()


async def _painted(widget: Widget) -> None:
    done = asyncio.Event()
    widget.call_after_refresh(done.set)
    await done.wait()


class Taken:
    """Milliseconds that each of many things took: by the clock, and of the thread's own time."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.own: list[float] = []

    def begin(self) -> None:
        """Here it begins."""
        self._began = time.perf_counter(), time.thread_time()

    def end(self) -> None:
        """Here it ends."""
        self.wall.append((time.perf_counter() - self._began[0]) * 1000)
        self.own.append((time.thread_time() - self._began[1]) * 1000)


async def _openings(app: InspectorApp, composer: Composer) -> Taken:
    """From choosing a method until its form is painted, one method after the other."""
    person = next(one for one in app.main.session.roster if one.identity == "billing")  # type: ignore[union-attr]
    schema = json.dumps(wide(FIELDS))
    taken = Taken()
    for number in range(OPENINGS):
        method = Method(name=f"wide_{number}", provenance="described", request_schema=schema)
        taken.begin()
        composer.aim("billing", method.name, replace(person, methods=(method,)))
        await _painted(composer.body.form.fields)
        taken.end()
        assert len(composer.body.form.fields.rows) == FIELDS
    return taken


async def _keys(composer: Composer, text: str) -> Taken:
    """Many keys in the raw text."""
    body = composer.body
    body.editor.show_text(text)
    body.editor.focus()
    lines = body.editor.document.lines
    row = next(at for at in range(len(lines) // 2, len(lines)) if "a row" in lines[at])
    body.editor.move_cursor((row, lines[row].index("row")))  # in a string, so that it stays JSON
    await _painted(body.editor)
    taken = Taken()
    for number in range(KEYS):
        key = "abcdefghij"[number % 10]
        taken.begin()
        body.editor.post_message(events.Key(key, key))
        await _handled(body.editor, body, composer)
        taken.end()
        # Somebody who types fast, and pauses now and then.
        await asyncio.sleep(0.8 if number % 100 == 99 else 0.03)
    assert len(body.editor.text) == len(text) + KEYS
    return taken


def large() -> str:
    """A payload of the wide schema, with much else in it."""
    value = {f"field_{n:03}": ("text", 7, True, "one", 1.5)[n % 5] for n in range(FIELDS)}
    row = {"id": 1000, "name": "a row of the table", "ok": True}
    rows = [row] * (LARGE // len(json.dumps([row], indent=1)))
    return json.dumps({**value, "rows": rows}, indent=1)


async def measure() -> dict[str, float]:
    """In ms."""
    app = _app()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.main.session is not None and app.main.is_whole, what="the app stands")
        await pilot.pause()
        composer = app.main.call_pane.composer
        openings = await _openings(app, composer)
        await composer.body.run_action("switch_view")
        keys = await _keys(composer, large())
        return {
            "form_first_ms_p50": median(openings.wall),
            "form_first_own_ms_max": max(openings.own),
            "form_key_ms_p50": median(keys.wall),
            "form_key_own_ms_p99": quantiles(keys.own, n=100)[98],
        }
