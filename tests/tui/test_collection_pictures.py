"""Pictures of an opened collection. `pytest --snapshot-update` after looking at what changed."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.support.rooms import until
from tests.tui.test_pictures import SIZES, _utc, settled, still_app  # noqa: F401 - a fixture that applies here too

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """A collection of which a file is wrong, in the current directory, and nothing remembered."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "requests"
    (folder / "environments").mkdir(parents=True)
    for path in (EXAMPLES / "demo-collection").rglob("*.yaml"):
        (folder / path.relative_to(EXAMPLES / "demo-collection")).write_bytes(path.read_bytes())
    (folder / "95-wrong.yaml").write_text("to: billing\nmethod: charge\ntimeuot: 5\n")


@SIZES
@pytest.mark.usefixtures("collection")
def test_collection(snap_compare, size):
    async def run(pilot):
        await settled(pilot)
        pilot.app.main.aim("weather-agent", "get_weather")
        await pilot.press("escape", "1", "C")
        await until(lambda: pilot.app.screen.query("#collection-folder"))
        await pilot.pause()
        field = pilot.app.screen.query_one("#collection-folder", Input)
        field.value = "requests"
        field.focus()
        await pilot.press("enter")
        listed = pilot.app.screen.query_one("#collection-requests")
        await until(lambda: listed.has_focus)
        for area in pilot.app.screen.query(Input):
            area.cursor_blink = False
        await pilot.pause()

    assert snap_compare(still_app(), terminal_size=size, run_before=run)
