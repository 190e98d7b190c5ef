"""Statistics in the interface: on a real room they agree with the rows; what is drawn is bounded and legible."""

import math

import pytest
from rich.cells import cell_len
from textual.app import App

from rpc_inspector.core.model import Call
from rpc_inspector.core.query import parse
from rpc_inspector.core.session import Update
from rpc_inspector.core.statistics.sketch import Durations
from rpc_inspector.core.statistics.summary import DIMENSIONS, Group, Statistics, facts_of, key_of
from rpc_inspector.core.statistics.timeline import Timeline
from rpc_inspector.tui import theming
from rpc_inspector.tui.glyphs import ASCII
from rpc_inspector.tui.widgets.trace import charts
from rpc_inspector.tui.widgets.trace.charts import bars, histogram_lines, timeline_lines
from rpc_inspector.tui.widgets.trace.group_table import MEASURES, codes_in_words, error_share, plan
from rpc_inspector.tui.widgets.trace.section import TraceSection
from rpc_inspector.tui.widgets.trace.statistics_pane import StatisticsPane, term_for
from tests.support.calls import call
from tests.support.rooms import call as call_from
from tests.support.rooms import echo, join, until
from tests.tui.conftest import opened, to
from tests.tui.test_app import METHODS, failing


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


# What is drawn


def test_bars_are_as_high_as_their_counts():
    assert bars([0, 1, 8, 16], 2) == ["   █", " ▁██"]
    assert bars([], 2) == ["", ""]
    assert bars([0, 0], 1) == ["  "]
    assert bars([1, 100_000], 3)[2][0] == "▁", "even the least is seen"


def test_without_unicode_bars_are_ascii(monkeypatch):
    monkeypatch.setattr(charts, "G", ASCII)
    lines = [*bars([1, 5, 9], 3), *timeline_lines(Timeline(), str, 40, 4)]
    assert all(line.isascii() for line in lines)


def measured(*totals):
    durations = Durations()
    for total in totals:
        durations.put(call(1, total=total).total, 1)
    return durations


def test_a_histogram_names_its_ends_and_is_as_wide_as_asked():
    lines = histogram_lines(measured(1, 10, 10, 10, 100), "total", 41, 3)
    assert [len(line) for line in lines] == [41] * 5
    assert lines[0].endswith("most 3")
    assert lines[-1].startswith("1.0 ms")
    assert lines[-1].endswith("100 ms")
    assert lines[1].index("█") == 20, "10 is half way between 1 and 100"
    assert [len(line) for line in histogram_lines(Durations(), "total", 41, 3)] == [41] * 5


@pytest.mark.parametrize("width", [20, 40, 61, 130])
def test_a_timeline_shows_where_calls_failed(width):
    timeline = Timeline()
    for at in range(100):
        timeline.put(at, failed=at == 50, step=1)
    lines = timeline_lines(timeline, lambda at: f"{at:.0f}", width, 4)
    assert {len(line) for line in lines} == {width}
    assert 1 <= lines[-2].count("✗") <= max(width // 50, 1)
    assert lines[-1].split()[0] == "0"


@pytest.mark.parametrize("width", [40, 78, 118, 160, 198])
@pytest.mark.parametrize("first", range(len(MEASURES)))
def test_every_measure_comes_first_in_its_turn_and_the_columns_fit(width, first):
    layout = plan(width, 60, first)
    assert layout.measures[0] == MEASURES[first]
    assert layout.name >= 12


def test_errors_are_told_by_code():
    group = Group()
    for number, code in enumerate([1502, 1502, 1400, *[0] * 497]):
        group.put(facts_of(call(number, code=code)), 1)
    assert error_share(group) == "0.6 %"
    assert codes_in_words(group) == "1502 x2 · 1400 x1"
    assert error_share(Group()) == ""


@pytest.mark.parametrize(
    ("by", "key", "term"),
    [
        ("method", "get_weather", "method:get_weather"),
        ("method", "odd name*", 'method:"odd name*"'),
        ("callee", "weather-agent", "to:weather-agent"),
        ("caller", "", "not from:*"),
        ("outcome", "1502", "code:1502"),
        ("outcome", "-3", "code:-3"),
        ("outcome", "lost", "outcome:lost"),
    ],
)
def test_a_group_is_found_by_a_term(by, key, term):
    assert term_for(by, key) == term


@pytest.mark.parametrize("by", DIMENSIONS)
def test_the_term_of_a_group_finds_its_calls_and_no_others(by):
    rows = [
        call(1), call(2, method="get_weather2"), call(3, method='a b*c"d|e'), call(4, method=None, caller=None),
        call(5, code=1502), call(6, code=77), call(7, callee="web-1 (2)"), call(8, total=None), call(9, callee=None),
    ]  # fmt: skip
    for key in {key_of(row, by) for row in rows}:
        accepts = parse(term_for(by, key)).compile(0)
        assert [row.seq for row in rows if accepts(row)] == [row.seq for row in rows if key_of(row, by) == key], key


# In the interface


async def busy(carol):
    for number in range(12):
        await call_from(carol, "bob", "echo", f'{{"n":{number}}}')


async def test_figures_agree_with_the_rows_of_a_real_room(room_server):
    server = room_server
    async with (
        join(server.url, "bob", **METHODS) as bob,
        join(server.url, "carol") as carol,
        opened(to(server)) as user,
    ):
        echo(bob)
        failing(bob)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        await busy(carol)
        for _ in range(3):
            user.main.aim("bob", "echo")
            await user.press("ctrl+j")
            await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok", "an answer")
        user.main.aim("bob", "fail")
        await user.press("ctrl+j")
        await user.until(lambda: (c := user.main.shown_call) and c.error, "an error")
        await user.press("escape", "4", "percent_sign")
        pane = user.main.query_one(StatisticsPane)
        await user.until(lambda: pane.figures.all.count >= 4, "calls are counted")
        # More of them while it is shown.
        await busy(carol)
        await user.press("1")
        await user.press("4")
        rows = user.main.trace_section.view.rows

        def calls():
            return [row for row in rows.between(0, len(rows)) if isinstance(row, Call)]

        await user.until(lambda: pane.figures.all.count == len(calls()) and not any(c.is_open for c in calls()), "all")
        groups = dict(pane.figures.groups())
        assert set(groups) == {"echo", "fail"}
        assert groups["fail"].errors == 1
        for name, group in groups.items():
            mine = [row for row in calls() if row.method == name]
            assert group.count == len(mine)
            totals = sorted(row.duration.ms for row in mine if row.duration)
            exact = totals[max(math.ceil(0.9 * len(totals)), 1) - 1]
            assert group.total.percentile(0.9) == pytest.approx(exact, rel=0.01)
        await user.until(lambda: "fail" in user.text("GroupTable"), "painted")
        assert "100 %" in user.text("GroupTable")
        await user.until(lambda: f"{len(calls())} calls · 1 error" in str(pane.border_title), "the title")


class ViewApp(App):
    """The trace without a room, for what must be exact while rows come, change and go."""

    def get_theme_variable_defaults(self):
        return theming.variable_defaults(self.current_theme)

    def compose(self):
        yield TraceSection()


def exactly(section, pane):
    """The figures are those of a recomputation from the rows that are shown."""
    rows = section.view.rows
    shown = [row for row in rows.between(0, len(rows)) if isinstance(row, Call)]
    expected = Statistics("method")
    for row in shown:
        expected.add(row)
    found = pane.figures
    return (
        not pane.is_counting
        and found.all.count == len(shown)
        and found.all.outcomes == expected.all.outcomes
        and all(getattr(found.all, name) == getattr(expected.all, name) for name in MEASURES)
        and {key: group.count for key, group in found.groups()}
        == {key: group.count for key, group in expected.groups()}
    )


async def test_hostile_names_keep_their_columns_and_do_no_harm():
    names = ("\x1b[2J\u202eevil", "東京の天気を調べる", "e\u0301" * 30, "x" * 500, "[bold]not markup[/]")
    async with ViewApp().run_test(size=(120, 36)) as pilot:
        section = pilot.app.query_one(TraceSection)
        section.apply(Update(rows=tuple(call(n, n, method=name) for n, name in enumerate(names))))
        await section.show_view("statistics")
        pane = section.query_one(StatisticsPane)
        await until(lambda: pane.table.line_count() == len(names), what="painted")
        await pilot.pause()
        lines = ["".join(text for text, _ in pane.table.line(at, 100)) for at in range(len(names))]
        assert all("\x1b" not in line and "\u202e" not in line for line in lines)
        assert any("[bold]not markup[/]" in line for line in lines)
        heading = "".join(text for text, _ in pane.table.heading_line(100))
        ends = {cell_len(line[: line.index("  41.2") + 6]) for line in lines}
        assert ends == {heading.index("total p50") + len("total p50")}, "the columns stand below each other"


async def test_figures_stay_exact_while_rows_come_change_and_go():
    async with ViewApp().run_test(size=(120, 36)) as pilot:
        section = pilot.app.query_one(TraceSection)
        many = [call(n, n / 10, method=f"m{n % 7}", total=None if n % 5 == 0 else 1 + n) for n in range(6000)]
        section.apply(Update(rows=tuple(many)))
        await section.show_view("statistics")
        pane = section.query_one(StatisticsPane)
        # While the first count runs: more, changed, dropped.
        section.apply(Update(rows=tuple(call(n, n / 10, method="late") for n in range(6000, 6100))))
        section.apply(Update(rows=tuple(call(n, n / 10, method=f"m{n % 7}", total=9) for n in range(0, 3000, 5))))
        section.apply(Update(dropped=tuple(range(500))))
        await until(lambda: exactly(section, pane), what="all is counted")
        assert pane.figures.all.count == 5600
        # Other rows: by a filter, and back.
        section.list.filter(parse("method:m3|late total<2s"))
        await until(lambda: 0 < len(section.view.rows) < 1000 and exactly(section, pane), what="the filtered rows")
        section.apply(Update(rows=tuple(call(n, n / 10, method="late") for n in range(6100, 6110))))
        section.apply(Update(dropped=tuple(range(500, 5500))))
        await until(lambda: exactly(section, pane), what="what came and went")
        # Frozen with the list, then caught up with.
        before = pane.figures.all.count
        section.list.action_pause()
        section.apply(Update(rows=tuple(call(n, n / 10, method="late") for n in range(6110, 6130))))
        await pilot.pause()
        assert pane.figures.all.count == before
        section.list.action_pause()
        await until(lambda: pane.figures.all.count == before + 20 and exactly(section, pane), what="caught up")
        # Hidden it holds nothing, shown again everything.
        section.list.filter(None)
        await section.show_view("list")
        await until(lambda: not pane.figures.all.count, what="let go")
        section.apply(Update(dropped=tuple(range(5500, 6000))))
        await section.show_view("statistics")
        await until(lambda: len(section.view.rows) == 130 and exactly(section, pane), what="all again")


async def test_a_group_becomes_the_filter_and_escape_goes_back(server):
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        echo(bob)
        failing(bob)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        for method in ("echo", "echo", "fail"):
            user.main.aim("bob", method)
            await user.press("ctrl+j")
            await user.until(lambda: (c := user.main.shown_call) and not c.is_open, "an end")
        await user.press("escape", "4", "percent_sign")
        await user.until(lambda: "fail" in user.text("GroupTable"), "painted")
        await user.press("b", "b", "b")
        await user.until(lambda: "4001" in user.text("GroupTable"), "grouped by outcome")
        await user.press("G", "enter")
        section = user.main.trace_section
        await user.until(lambda: [r.method for r in section.view.rows.between(0, 99)] == ["fail"], "filtered")
        assert section.shown == "list"
        assert "code:4001" in str(section.list.border_title)
        await user.press("escape")
        await user.until(lambda: len(section.view.rows) > 3, "all again")
