"""Pictures of what belongs to composing: placeholders, history, variables, files, again and again, to several."""

import pytest

from rpc_inspector.core.statistics.summary import Group, facts_of
from rpc_inspector.headless.repeating import Plan, Repetition
from rpc_inspector.storage.collections.remembered import Remembered, remember
from rpc_inspector.storage.collections.remembered import default_path as default_collection
from rpc_inspector.storage.history import Ended, HistoryFile, Sent, default_path
from rpc_inspector.tui.screens.repeat import RepeatScreen
from rpc_inspector.tui.widgets.choice import Choice
from tests.support.rooms import until
from tests.tui.test_pictures import after, still_app

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=["80x24", "120x36", "200x60"])
#: 2025-11-20 12:00:01 UTC
AT = 1_763_640_001.0

pytestmark = pytest.mark.usefixtures("_utc")


@pytest.fixture
def _utc(monkeypatch):
    """Clock times are local, so the pictures have one place in the world."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def to_card(app):
    """A method without a schema: the raw editor alone."""
    app.main.aim("web-1", "show_card")


def to_weather(app):
    app.main.aim("weather-agent", "get_weather")


def alone(app):
    """Without what is behind the dialog, which changes on its own."""
    for pane in ("#panes", "#key-bar"):
        app.main.query_one(pane).display = False


def write(text):
    return lambda app: app.main.call_pane.composer.write(text)


def placeholders(app):
    app.main.typed.take("city", "Zürich")
    app.main.typed.take("secret:PIN", "4711")
    write('{"city": "${city}", "pin": "${secret:PIN}", "id": "${uuid}"}')(app)


@SIZES
def test_placeholders(snap_compare, size):
    steps = (to_card, placeholders)
    assert snap_compare(still_app(), terminal_size=size, run_before=after(*steps))


@SIZES
def test_a_placeholder_is_missing(snap_compare, size):
    steps = (to_card, write('{"city": "${city}", "days": ${days}}'))
    assert snap_compare(still_app(), terminal_size=size, run_before=after(*steps))


@SIZES
def test_what_no_editor_can_hold(snap_compare, size):
    steps = (to_card, write("[" + ",\n".join(f'{{"row": {row}}}' for row in range(100_000)) + "]"))
    assert snap_compare(still_app(), terminal_size=size, run_before=after(*steps))


@pytest.fixture
def _sent():
    """Calls of another day are in the history."""
    file = HistoryFile(default_path())
    calls = (
        ("show_card", '{\n  "city": "Paris"\n}', "ok", 41.2),
        ("show_card", '{"city": "${city}", "token": "${secret:TOKEN}"}', "1502", 15_012.0),
        ("forecast", '{"days": 3}', "ok", 400.0),
        ("show_card", None, "1402", None),
        ("show_card", '{"city": "Atlantis", "unit": "kelvin", "with": ["wind", "rain", "sun", "moon"]}', "", None),
        ("set_units", '"kelvin"', "1400", 9.0),
        ("show_card", "", "cancelled", 800.0),
    )
    for number, (method, payload, outcome, ms) in enumerate(calls):
        sent = Sent(id=f"{number}", at=AT + number * 61, destination="web-1", method=method, payload=payload,
                    bytes=len(payload or "x" * 200_000))  # fmt: skip
        file.add(sent)
        if outcome:
            file.add(Ended(id=f"{number}", outcome=outcome, ms=ms))


@SIZES
@pytest.mark.usefixtures("_sent")
def test_the_history_of_a_method(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(to_card, "ctrl+r", alone))


@pytest.mark.usefixtures("_sent")
def test_the_history_of_all_in_the_light(snap_compare):
    steps = (to_card, "ctrl+r", "ctrl+r", "e", "r", alone)
    app = still_app(theme="inspector-light")
    assert snap_compare(app, terminal_size=(120, 36), run_before=after(*steps))


def test_no_history_yet(snap_compare):
    assert snap_compare(still_app(), terminal_size=(80, 24), run_before=after(to_card, "ctrl+r", alone))


@SIZES
def test_variables(snap_compare, size):
    steps = (to_card, placeholders, write('{"city": "${city}", "pin": "${secret:PIN}", "x": ${days}}'), "alt+n", alone)
    assert snap_compare(still_app(), terminal_size=size, run_before=after(*steps))


@SIZES
def test_a_file(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(to_card, "alt+o", alone))


def repeated(app):
    """As after 24 calls, without making them."""
    screen = app.screen
    assert isinstance(screen, RepeatScreen)
    screen._plan = Plan(count=20, concurrency=4)
    repetition = Repetition(app.main.session, screen._plan, lambda: screen._first)
    repetition.figures = Group()
    calls = [call for call in app.main.session.rows() if getattr(call, "method", None)]
    for call in calls * 4:
        repetition.figures.put(facts_of(call), 1)
    screen._repetition = repetition
    screen._draw()


@SIZES
def test_again_and_again(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(to_card, "alt+r", repeated, alone))


@SIZES
def test_choosing_several(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(to_card, "alt+a", alone))


def sent_to_three(app):
    screen = app.screen
    names = ("weather-agent", "web-1", "late-bird")
    screen._chosen = {at for at, person in enumerate(screen._people) if person.identity in names}


@SIZES
def test_several_side_by_side(snap_compare, size):
    steps = (to_weather, "alt+a", sent_to_three, "ctrl+j", alone)
    assert snap_compare(still_app(), terminal_size=size, run_before=after(*steps))


@pytest.fixture
def _staging(tmp_path):
    """A collection with an environment was open last."""
    folder = tmp_path / "requests"
    (folder / "environments").mkdir(parents=True)
    environment = "variables: {city: Zürich, days: 3}\nsecrets: [PIN, TOKEN]\n"
    (folder / "environments" / "staging.yaml").write_text(environment, encoding="utf-8")
    (folder / "environments" / "prod.yaml").write_text("variables: {city: Paris}\n")
    (folder / ".secrets.yaml").write_text("PIN: '4711'\n")
    remember(default_collection(), Remembered(str(folder), "staging"))


def in_staging(*steps):
    """Runs steps, then chooses the environment in the dialog."""

    async def run(pilot):
        await after(*steps)(pilot)
        screen = pilot.app.screen
        await until(lambda: screen.query(Choice), what="the environments")
        screen.query_one(Choice).index = 1
        await until(lambda: "From staging" in str(screen.query_one("#variables-values").render()), what="its values")
        await after(alone)(pilot)

    return run


@SIZES
@pytest.mark.parametrize("theme", ["inspector-dark", "inspector-light"], ids=["dark", "light"])
@pytest.mark.usefixtures("_staging")
def test_variables_of_an_environment(snap_compare, size, theme):
    steps = (to_card, write('{"city": "${city}", "pin": "${secret:PIN}", "x": ${days}, "who": "${who}"}'), "alt+n")
    assert snap_compare(still_app(theme=theme), terminal_size=size, run_before=in_staging(*steps))
