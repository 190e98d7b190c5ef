"""Pictures of the form. `pytest --snapshot-update` after looking at what changed."""

import time

import pytest

from rpc_inspector.core.model import replace
from rpc_inspector.tui.widgets.form.popup import Popup
from tests.support.rooms import until
from tests.support.schemas import BOOKING, method
from tests.support.still import roster
from tests.tui.test_pictures import after, still_app

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=["80x24", "120x36", "200x60"])
THEMES = pytest.mark.parametrize("theme", ["inspector-dark", "inspector-light"], ids=["dark", "light"])
GUEST = {
    "guest": "Ada Lovelace", "nights": 20, "version": 2, "breakfast": True, "room": "suite",
    "companions": [{"name": "Charles", "age": 45}], "payment": {"iban": "GB33"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def booking(app):
    """A method with one of everything, of which an example is known."""
    people = [
        replace(person, methods=(method("book", BOOKING, GUEST), *person.methods))
        if person.identity == "billing"
        else person
        for person in roster()
    ]
    app.main.session.repeople(people)


def to_book(app):
    app.main.aim("billing", "book")


def checked(*steps):
    """Runs keys once the payload was checked."""

    async def run(pilot):
        await after(booking, to_book)(pilot)
        body = pilot.app.main.call_pane.composer.body
        await until(lambda: body.form.fields._problems, what="the payload was checked")
        await after(*steps)(pilot)

    return run


@SIZES
@THEMES
def test_form(snap_compare, size, theme):
    assert snap_compare(still_app(theme=theme), terminal_size=size, run_before=checked())


@SIZES
def test_raw_text(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=checked("alt+v"))


@SIZES
def test_typing(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=checked("down", "enter"))


@SIZES
@THEMES
def test_choosing(snap_compare, size, theme):
    keys = (*["down"] * 4, "enter")
    assert snap_compare(still_app(theme=theme), terminal_size=size, run_before=checked(*keys))


@SIZES
def test_completion(snap_compare, size):
    def offered(app):
        assert app.screen.query_one("#completions", Popup).is_open

    steps = ("alt+v", lambda app: app.focused.move_cursor((6, 0)), "comma", '"', "ctrl+@", offered)
    assert snap_compare(still_app(), terminal_size=size, run_before=checked(*steps))


@SIZES
def test_no_form(snap_compare, size):
    def hostile(app):
        broken = (method("book", '{"type": '),)
        people = [replace(one, methods=broken) if one.identity == "billing" else one for one in roster()]
        app.main.session.repeople(people)

    assert snap_compare(still_app(), terminal_size=size, run_before=after(hostile, to_book))


@SIZES
@THEMES
def test_falling_back(snap_compare, size, theme):
    def bare(app):
        app.main.call_pane.composer.write('{"guest": "Ada", "nights": ${nights}, "version": 2}')

    assert snap_compare(still_app(theme=theme), terminal_size=size, run_before=checked(bare))
