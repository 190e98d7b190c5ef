"""Pictures of an opened collection. `pytest --snapshot-update` after looking at what changed."""

import shutil
from pathlib import Path

import pytest
from textual.widgets import Input

from rpc_inspector.core.session import Invocation
from rpc_inspector.tui.screens.collections import CollectionScreen
from tests.support.hosts import Bare
from tests.support.rooms import until

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "demo-collection"


@pytest.fixture(autouse=True)
def _collection(tmp_path, monkeypatch):
    """A collection of which a file is wrong, in the current directory, and nothing remembered."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, "requests")
    Path("requests/95-wrong.yaml").write_text("to: billing\nmethod: charge\ntimeuot: 5\n")


@pytest.mark.parametrize("theme", ["inspector-dark", "inspector-light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
def test_collection(snap_compare, size, theme):
    async def run(pilot):
        await pilot.app.push_screen(CollectionScreen(Invocation(destination="weather-agent", method="get_weather")))
        screen = pilot.app.screen
        await pilot.pause()
        field = screen.query_one("#collection-folder", Input)
        field.value = "requests"
        field.focus()
        await pilot.press("enter")
        await until(lambda: screen.query_one("#collection-requests").has_focus)
        for area in screen.query(Input):
            area.cursor_blink = False
        await pilot.pause()

    assert snap_compare(Bare(theme), terminal_size=size, run_before=run)
