"""The filter above the trace, on a real room: live results, errors in place, completion, history, saved filters."""

import stat

import pytest
from textual.widgets import Input

from rpc_inspector.core.query import QueryError
from rpc_inspector.storage.filters import FilterFile, default_path
from rpc_inspector.tui.screens.filter_help import FilterHelpScreen, language_lines
from rpc_inspector.tui.screens.filters import FiltersScreen
from rpc_inspector.tui.widgets.trace.filter_bar import FilterBar
from rpc_inspector.tui.widgets.trace.filter_hint import error_line
from tests.support.rooms import call as call_from
from tests.support.rooms import echo, join
from tests.tui.conftest import opened, to
from tests.tui.test_app import METHODS


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


class Typist:
    """What a user does in the filter's line."""

    def __init__(self, user):
        self.user = user

    @property
    def section(self):
        return self.user.main.trace_section

    @property
    def bar(self):
        return self.user.main.query_one(FilterBar)

    @property
    def title(self):
        return str(self.section.list.border_title)

    def methods(self):
        rows = self.section.view.rows
        return [row.method for row in rows.between(0, len(rows)) if hasattr(row, "method")]

    async def open(self):
        await self.user.press("4", "slash")
        await self.user.until(lambda: self.user.app.focused is self.bar.text, "the line has the focus")

    async def put(self, text):
        """As pasted: all at once."""
        self.bar.text.value = text
        self.bar.text.cursor_position = len(text)
        await self.user.pilot.pause()

    async def shown(self, *methods):
        await self.user.until(lambda: self.methods() == list(methods), f"{methods} are shown")

    def hint(self):
        return self.user.text("#filter-hint")


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("at", [0, 2, 15, 39, 60, 500])
def test_the_caret_stands_where_it_is_wrong_whatever_the_width(at, width):
    error = QueryError("There is no field 'metod\x1b[2J'.", "Did you mean method?", 0)
    line = error_line(error, at, width).plain
    assert len(line) <= width
    assert line.index("^") == min(at, width - 2)
    assert "\x1b" not in line
    assert "There is" in line or width == 20


async def one_call_each(user, bob, *methods):
    for method in methods:
        echo(bob, method)
        user.main.aim("bob", method)
        await user.press("ctrl+j")
        await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok", "an answer")
    await user.press("escape")
    return Typist(user)


def joined(server):
    return join(server.url, "bob", **METHODS)


async def test_a_live_room_is_filtered_while_typing(room_server):
    server = room_server
    async with (
        joined(server) as bob, join(server.url, "carol") as carol, opened(to(server)) as user,
    ):  # fmt: skip
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        typist = await one_call_each(user, bob, "echo", "get_a", "get_b")
        await typist.open()
        await user.type("to")
        await user.press("colon")
        await user.type("bob method")
        await user.press("colon")
        await user.type("get")
        await user.press("asterisk")
        await typist.shown("get_a", "get_b")
        await user.until(lambda: "2 of 3 calls" in typist.title, "it is counted")
        # Calls that come pass through it too.
        await call_from(carol, "bob", "echo")
        await call_from(carol, "bob", "get_a")
        await typist.shown("get_a", "get_b", "get_a")
        await user.press("enter")
        assert not typist.bar.is_open
        assert user.app.focused is typist.section.list
        await user.until(lambda: "3 of 5 calls" in typist.title, "the title counts")
        assert "method:get*" in typist.title
        await user.press("escape")
        await typist.shown("echo", "get_a", "get_b", "echo", "get_a")


async def test_an_error_stands_under_its_column_and_leaves_the_rows_alone(server):
    async with joined(server) as bob, opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        typist = await one_call_each(user, bob, "echo", "get_a")
        await typist.open()
        await typist.put("method:echo")
        await typist.shown("echo")
        await typist.put("method:echo outcome:err")
        await user.until(lambda: "tab error" in typist.hint(), "what goes on as a value is not called wrong")
        await user.press("enter")
        await user.until(lambda: "^" in typist.hint(), "unless it is insisted on")
        await typist.put("method:echo outcome:errr")
        await user.until(lambda: "'errr'" in typist.hint(), "the error")
        assert typist.hint().index("^") == 2 + len("method:echo outcome:")
        assert typist.methods() == ["echo"]
        await user.press("enter")
        assert typist.bar.is_open, "it cannot be kept"
        await user.press("escape")
        assert typist.bar.text.value == ""
        await typist.shown("echo", "get_a")
        await user.press("escape")
        assert not typist.bar.is_open


async def test_a_fields_name_is_not_searched_for_while_it_is_typed(server):
    async with joined(server) as bob, opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        typist = await one_call_each(user, bob, "echo", "get_a")
        await typist.open()
        await typist.put("method:echo")
        await typist.shown("echo")
        before = user.main.trace_section.view.how
        await typist.put("method:echo outco")
        await typist.put("method:echo outcome:oops")
        await user.until(lambda: "^" in typist.hint(), "the error")
        assert user.main.trace_section.view.how is before


async def test_what_was_typed_is_completed_with_what_the_room_has(server):
    async with joined(server) as bob, opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        typist = await one_call_each(user, bob, "get_weather", "get_location", "get_weather")
        await typist.open()
        await typist.put("method:get_w")
        assert "get_weather" in typist.hint()
        assert "get_location" not in typist.hint()
        await user.press("tab")
        assert typist.bar.text.value.startswith("method:get_weather")
        await typist.shown("get_weather", "get_weather")
        await typist.put("outc")
        await user.press("tab")
        assert typist.bar.text.value == "outcome:"
        await typist.put("to:bo")
        await user.press("tab")
        assert typist.bar.text.value.strip() == "to:bob"


async def test_history_and_names_survive_a_restart(server):
    async with joined(server), opened(to(server)) as user:
        await user.joined()
        typist = Typist(user)
        await typist.open()
        await typist.put("outcome:error")
        await user.press("enter")
        await typist.open()
        await typist.put("total>1s")
        await user.press("enter")
        await user.until(lambda: "total>1s" in FilterFile(default_path()).read().used, "it is kept")
        await typist.open()
        await user.press("ctrl+s")
        await user.type("slow ones")
        await user.press("enter")
        await user.until(lambda: FilterFile(default_path()).read().saved, "it is saved")
    assert FilterFile(default_path()).read().saved == {"slow ones": "total>1s"}
    assert stat.S_IMODE(default_path().stat().st_mode) == 0o600
    async with opened(to(server)) as user:
        await user.joined()
        typist = Typist(user)
        await typist.open()
        await user.until(lambda: typist.bar.filters.used, "the history is read")
        await typist.put("typed")
        await user.press("up", "up")
        assert typist.bar.text.value == "outcome:error"
        await user.press("up", "down")
        assert typist.bar.text.value == "total>1s"
        await user.press("down")
        assert typist.bar.text.value == "typed"
        await user.press("ctrl+r")
        await user.until(lambda: isinstance(user.app.screen, FiltersScreen), "the list")
        shown = user.text("#filters")
        assert shown.index("slow ones") < shown.index("outcome:error")
        await user.press("enter")
        assert typist.bar.text.value == "total>1s"
        await user.press("ctrl+r", "delete")
        await user.until(lambda: not FilterFile(default_path()).read().saved, "it is removed")


async def test_the_palette_offers_saved_filters(server):
    FilterFile(default_path()).save("only bob", "peer:bob")
    async with joined(server), opened(to(server)) as user:
        await user.joined()
        await user.press("ctrl+p")
        await user.type("filter only bob")
        await user.until(lambda: "only bob" in user.text("CommandList"), "it is found")
        await user.press("enter")
        typist = Typist(user)
        await user.until(lambda: typist.section.query(FilterBar) and typist.bar.text.value == "peer:bob", "applied")


async def test_a_broken_file_is_told_and_filtering_goes_on(server):
    default_path().parent.mkdir(parents=True)
    default_path().write_text("{")
    async with joined(server) as bob, opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        typist = await one_call_each(user, bob, "echo", "get_a")
        await typist.open()
        await user.until(lambda: any("filters.json" in said for said in user.said()), "a notice")
        await typist.put("echo")
        await typist.shown("echo")


async def test_the_help_shows_every_field_and_escape_returns(server):
    async with opened(to(server)) as user:
        await user.joined()
        typist = Typist(user)
        await typist.open()
        await user.press("f1")
        await user.until(lambda: isinstance(user.app.screen, FilterHelpScreen), "the help")
        await user.press("escape")
        assert user.app.focused is typist.bar.text


@pytest.mark.parametrize("width", [40, 60, 98])
def test_the_help_is_made_from_the_language(width):
    from rpc_inspector.core.query import EXAMPLES, FIELDS

    lines = [line.plain for line in language_lines(width)]
    text = "\n".join(lines)
    assert all(f"\n{name} " in text for name in FIELDS)
    assert all(any(expression in line for line in lines) for expression, _ in EXAMPLES[-10:])
    assert max(map(len, lines)) <= max(width, *(len(expression) for expression, _ in EXAMPLES))


async def test_hostile_text_in_the_room_is_escaped_in_completions(server):
    async with joined(server) as bob, opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        typist = await one_call_each(user, bob, "evil\x1b[2J")
        await typist.open()
        await typist.put("method:ev")
        assert "\x1b" not in typist.hint()
        await user.press("tab")
        assert isinstance(user.app.focused, Input)
