"""Pictures of the ladder. `pytest --snapshot-update` after looking at what changed."""

import pytest

from tests.tui.test_pictures import _utc as utc
from tests.tui.test_pictures import after, still_app, to_weather

__all__ = ["utc"]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=["80x24", "120x36", "200x60"])


def to_trace(app):
    app.main.action_focus_pane("trace")


def to_error(app):
    """The cursor on the callee's 1500."""
    app.main.query_one("#trace-ladder").lines.action_error(-1)


@SIZES
@pytest.mark.parametrize("theme", ["inspector-dark", "inspector-light"])
def test_ladder(snap_compare, size, theme):
    steps = (to_weather, "ctrl+j", to_trace, "l", "z", to_error)
    assert snap_compare(still_app(theme=theme), terminal_size=size, run_before=after(*steps))


@SIZES
def test_without_colour(snap_compare, size, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    steps = (to_weather, "ctrl+j", to_trace, "l", "z", to_error)
    assert snap_compare(still_app(), terminal_size=size, run_before=after(*steps))


def test_beside_the_other_panes(snap_compare):
    steps = (to_weather, "ctrl+j", to_trace, "l")
    assert snap_compare(still_app(), terminal_size=(80, 24), run_before=after(*steps))
