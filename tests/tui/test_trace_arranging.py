"""The list filtered, sorted, grouped, zoomed, marked and commented, through the real widget."""

import time
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from rpc_inspector.core.model import Call, replace
from rpc_inspector.core.query import parse
from rpc_inspector.core.session import Update
from rpc_inspector.tui.screens.columns import ColumnsScreen
from rpc_inspector.tui.screens.comment import CommentScreen
from rpc_inspector.tui.widgets.trace.lines import Group, Grouped
from tests.support.calls import MONOTONIC, call, event
from tests.support.hosts import CONNECTED, Host, lines, lively
from tests.support.rooms import until

MANY = 20_000


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def quick(count, first=1):
    """Many simple calls, every 100th failed."""
    return tuple(
        call(n, n / 100, callee=f"agent-{n % 5}", method=f"method_{n % 7}", code=0 if n % 100 else 1500)
        for n in range(first, first + count)
    )


def shown(pane):
    """What stands at each line: numbers of rows, names of groups."""
    there = [pane.view.line(n) for n in range(len(pane.view.lines))]
    return [line.name if isinstance(line, Group) else line.seq for line in there]


async def arranged(pane):
    await until(lambda: not pane.is_arranging, what="the list is arranged")


# Filter


async def test_a_filter_shows_what_matches_and_new_rows_go_through_it():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        rows = lively(300)
        pane.apply(Update(rows=(*rows, event(900, 1.0, "left", "billing"))))
        pane.filter(parse("method:refund outcome:error"))
        await arranged(pane)
        matching = [row.seq for row in rows if row.method == "refund" and row.outcome == "error"]
        assert matching
        assert shown(pane) == matching
        await pilot.pause()
        assert app.heard[-1] == ("filtered", len(matching), 300)
        assert pane.border_title.startswith(f"Trace  {len(matching)} of 300 calls · {len(matching)} error")
        later = call(950, 60, method="refund", code=1502)
        pane.apply(Update(rows=(later, call(951, 60.1, method="refund"), call(952, 61, method="refund", total=None))))
        assert shown(pane) == [*matching, 950]
        pane.apply(Update(rows=(replace(later, outcome="ok", error=None), call(952, 61, method="refund", code=1500))))
        assert shown(pane) == [*matching, 952]
        pane.apply(Update(dropped=(952,)))
        assert shown(pane) == matching
        pane.filter(None)
        assert len(pane.view.lines) == 303


async def test_a_filter_that_matches_nothing_says_how_to_be_rid_of_it():
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.apply(Update(rows=tuple(lively(50))))
        app.pane.filter(parse("method:nobody"))
        await pilot.pause()
        assert lines(app.pane)[2].strip() == "No call matches; esc clears the filter."
        assert app.pane.cursor_index is None


async def test_a_filter_over_many_rows_keeps_the_former_until_it_is_done():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=quick(MANY)))
        await pilot.pause()
        before = lines(pane)
        pane.filter(parse("method:method_3"))
        assert pane.is_arranging
        assert lines(pane) == before
        # What comes, changes and goes meanwhile is not forgotten.
        late, gone, changed = call(90_003, 500, method="method_3"), 3, call(10, 0.1, method="method_3", total=None)
        pane.apply(Update(rows=(late, changed, call(90_004, 501, method="other")), dropped=(gone,)))
        await pilot.press("j")
        await arranged(pane)
        expected = list(range(10, MANY + 1, 7))
        assert shown(pane) == [*expected, 90_003]
        assert pane.view.stats.calls == len(expected) + 1
        assert pane.view.rows[0] is changed
        pane.filter(parse("outcome:error"))
        pane.filter(None)
        await arranged(pane)
        assert pane.view.stats.calls == len(pane.view.lines) == MANY + 1
        assert pane.view.stats.errors == MANY // 100


async def test_ages_are_looked_at_again():
    app = Host()
    async with app.run_test(size=(80, 24)):
        now = time.time()
        fresh = replace(call(1, 1), wall=now - 58.5)
        app.pane.apply(Update(rows=(fresh, replace(call(2, 2), wall=now), replace(call(3, 0), wall=now - 300))))
        app.pane.filter(parse("age<1m"))
        assert shown(app.pane) == [1, 2]
        await until(lambda: shown(app.pane) == [2], what="the older call is a minute old")


async def test_ages_count_from_the_end_of_an_opened_trace():
    app = Host()
    async with app.run_test(size=(80, 24)):
        app.pane.apply(Update(state=replace(CONNECTED, status="opened"), rows=tuple(call(n, n * 30) for n in range(9))))
        app.pane.filter(parse("age<1m"))
        assert shown(app.pane) == [7, 8]


# Order


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("total", lambda row: row.duration and row.duration.ms),
        ("method", lambda row: row.method),
        ("size", lambda row: row.request.bytes + (row.response.bytes if row.response else 0)),
        ("ack", lambda row: row.ack and row.ack.ms),
        ("outcome", lambda row: (row.outcome == "error", row.error.code if row.error else 0)),
    ],
)
@pytest.mark.parametrize("descending", [False, True])
async def test_rows_are_sorted_by_a_column_and_stay_so(column, value, descending):
    app = Host()
    async with app.run_test(size=(120, 24)):
        pane = app.pane
        rows = {row.seq: row for row in lively(300)}
        pane.apply(Update(rows=tuple(rows.values())))
        pane.sort(column, descending=descending)
        await arranged(pane)

        def in_order():
            known = sorted((row for row in rows.values() if value(row) is not None),
                           key=lambda row: (value(row), row.started, row.seq), reverse=descending)  # fmt: skip
            unknown = sorted((row for row in rows.values() if value(row) is None),
                             key=lambda row: (row.started, row.seq), reverse=descending)  # fmt: skip
            return [row.seq for row in [*known, *unknown]]

        assert shown(pane) == in_order()
        more = [*lively(40, first=600), replace(rows[7], outcome="error", error=None), replace(rows[9], method="a")]
        pane.apply(Update(rows=tuple(more), dropped=(11, 12)))
        rows |= {row.seq: row for row in more}
        del rows[11], rows[12]
        assert shown(pane) == in_order()
        assert [row.seq for row in pane.view.rows.between(0, 999)] == sorted(rows)


async def test_what_is_sorted_is_not_followed_and_says_why():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=tuple(lively(100))))
        pane.sort("total", descending=True)
        await arranged(pane)
        await pilot.press("F")
        assert not pane.is_following
        assert "following needs the order of time" in next(iter(app._notifications)).message
        assert pane.border_subtitle.endswith("sorted by total ms, largest first")
        assert "total▼" in lines(pane)[0]
        pane.sort("time", descending=False)
        assert pane.border_subtitle.endswith("following")


async def test_columns_are_chosen_moved_and_sorted_by_in_their_dialog():
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=tuple(lively(100))))
        await pilot.press("o")
        assert isinstance(app.screen, ColumnsScreen)
        # The waterfall goes, the method comes before the caller, total sorts, the largest first.
        await pilot.press(*["down"] * 3, "K", "K", *["down"] * 5, "s", *["down"] * 2, "space", "enter")
        await arranged(pane)
        header = lines(pane)[0].split()
        assert header[:4] == ["time", "method", "caller", "callee"]
        assert "total▼" in header
        assert not pane._layout_plan.has("bar")
        assert pane.view.line(0).duration.ms == max(row.duration.ms for row in lively(100) if row.duration)
        await pilot.press("o", "r", "enter")
        await arranged(pane)
        assert pane.columns is None
        assert lines(pane)[0].split()[:4] == ["time", "caller", "callee", "method"]


async def test_a_click_on_a_heading_sorts_and_on_a_group_unfolds():
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=tuple(lively(60))))
        await pilot.pause()
        for heading, order in (("total", True), ("total", False), ("method", False), ("time", False), ("time", True)):
            await pilot.click(type(pane), offset=(lines(pane)[0].index(heading) + 1, 1))
            await arranged(pane)
            assert (pane.view.how.sort, pane.view.how.descending) == (heading, order)
        await pilot.press("b")
        await pilot.click(type(pane), offset=(5, 2))
        assert isinstance(pane.view.line(0), Group)
        assert isinstance(pane.view.line(1), Call)
        await pilot.click(type(pane), offset=(5, 2))
        assert isinstance(pane.view.line(1), Group)


async def test_hostile_names_and_notes_stay_in_their_columns_and_groups():
    names = [
        "\x1b]52;c;eA==\x07",
        "[red]x[/]",
        "日本語のエージェント天気予報",
        "🌦" * 9,
        "a\u202eb\u0000",
        "e\u0301" * 30,
        "x",
    ]
    app = Host()
    async with app.run_test(size=(200, 30)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=tuple(
            call(n, n, caller=one, callee=one, method=one, id=one, room=one, comment=one)
            for n, one in enumerate(names, 1)
        )))  # fmt: skip
        pane.show_columns(("id", "method", "caller", "callee", "room", "comment", "outcome", "time"))
        await pilot.pause()
        for keys in ([], ["b"]):
            await pilot.press(*keys)
            shown_lines = lines(pane)
            assert not any(bad in line for line in shown_lines for bad in "\x1b\x07\u202e\x00")
            assert {pane.render_line(y).cell_length for y in range(28)} == {197}
        await pilot.press("b", "b", "b")
        texts = lines(pane)[1 : len(names) + 1]
        assert len({cell_len(text[: text.index("✓")]) for text in texts}) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_chosen_columns_that_do_not_fit_give_way_and_rows_stay_aligned(size):
    app = Host()
    async with app.run_test(size=size) as pilot:
        pane = app.pane
        pane.apply(Update(rows=tuple(lively(100))))
        pane.show_columns(("id", "time", "method", "caller", "callee", "request", "response", "handler", "total",
                           "outcome", "version", "direction", "room", "comment", "bar"))  # fmt: skip
        await pilot.pause()
        layout = pane._layout_plan
        assert bool(layout.hidden) == (size[0] < 200)
        said = [notice.message for notice in app._notifications]
        assert any("No room at this width for: " in message for message in said) == (size[0] < 200)
        assert {"method", "callee", "outcome"} <= set(layout.widths)
        widths = {pane.render_line(y).cell_length for y in range(size[1] - 2)}
        assert widths == {size[0] - 3}
        texts = [line for line in lines(pane)[1:] if line.strip()]
        assert len({cell_len(text[: text.index(mark)]) for text in texts for mark in "✓✗▲" if mark in text}) == 1


# Groups


@pytest.mark.parametrize("by", ["method", "peer", "outcome"])
async def test_groups_count_and_hold_their_calls_by_time(by):
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.pane
        rows = lively(300)
        pane.apply(Update(rows=(*rows, event(900, 3.0))))
        await pilot.press(*["b"] * (["method", "peer", "outcome"].index(by) + 1))
        await arranged(pane)

        def key(row):
            if by == "outcome":
                return str(row.error.code) if row.error else row.outcome
            return row.method if by == "method" else row.caller if row.direction == "incoming" else row.callee

        names = sorted({key(row) for row in rows})
        assert shown(pane) == [*names, None]
        assert lines(pane)[len(names) + 1].split()[:4] == ["▶", "room", "events", "1"]
        name = max(names, key=lambda name: sum(key(row) == name for row in rows))
        at = names.index(name)
        its = [row for row in rows if key(row) == name]
        group = pane.view.line(at)
        assert (group.stats.calls, group.stats.errors) == (len(its), sum(row.outcome == "error" for row in its))
        assert f"{len(its)} call" in lines(pane)[1 + at]
        await pilot.press("g", *["j"] * at, "right")
        assert shown(pane) == [*names[: at + 1], *(row.seq for row in its), *names[at + 1 :], None]
        more = replace(its[0], seq=950, started=MONOTONIC + 100, wall=its[0].wall + 100)
        pane.apply(Update(rows=(more,), dropped=(its[1].seq,)))
        now = [its[0].seq, *(row.seq for row in its[2:]), 950]
        assert shown(pane) == [*names[: at + 1], *now, *names[at + 1 :], None]
        await pilot.press("left")
        assert shown(pane) == [*names, None]
        assert pane.view.line(at).stats.calls == len(its)


async def test_a_call_that_ends_goes_over_to_another_group():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.apply(Update(rows=(call(1), call(2, 1, total=None))))
        await pilot.press("b", "b", "b")
        assert shown(app.pane) == ["ok", "open"]
        app.pane.apply(Update(rows=(call(2, 1, code=1500),)))
        assert shown(app.pane) == ["1500", "ok"]
        assert "1 error" in lines(app.pane)[1]
        await pilot.press("g", "enter", "j", "enter")
        assert app.heard[-1] == ("opened", 2)


async def test_what_is_unfolded_stays_so_under_a_filter_and_errors_unfold():
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.pane
        rows = [call(n, n, method="ab"[n % 2], code=1500 if n in (4, 7) else 0) for n in range(10)]
        pane.apply(Update(rows=tuple(rows)))
        await pilot.press("b", "g", "e")
        assert pane.selected_call.seq == 4
        await pilot.press("e")
        assert pane.selected_call.seq == 7
        await pilot.press("E")
        assert pane.selected_call.seq == 4
        pane.filter(parse("outcome:error"))
        assert shown(pane) == ["a", 4, "b", 7]
        assert pane.selected_call.seq == 4
        pane.filter(None)
        assert shown(pane) == ["a", 0, 2, 4, 6, 8, "b", 1, 3, 5, 7, 9]
        await pilot.press("left")
        assert shown(pane) == ["a", "b", 1, 3, 5, 7, 9]
        assert pane.select(6)
        assert pane.selected_call.seq == 6


async def test_grouping_many_rows_goes_on_while_they_come():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=quick(MANY)))
        await pilot.press("b")
        pane.apply(Update(rows=quick(70, MANY + 1)))
        await arranged(pane)
        assert isinstance(pane.view.lines, Grouped)
        assert sum(group.stats.calls for group in pane.view.lines.groups) == MANY + 70
        assert shown(pane) == [f"method_{n}" for n in range(7)]


# Errors, marks, notes


async def test_errors_are_found_in_every_order():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        rows = lively(200)
        pane.apply(Update(rows=tuple(rows)))
        failed = [row.seq for row in rows if row.outcome == "error"]
        for descending in (False, True):
            pane.sort("size", descending=descending)
            await arranged(pane)
            order = [seq for seq in shown(pane) if seq in failed]
            await pilot.press("g")
            found = [pane.selected_call.seq] if pane.selected_call.seq in failed else []
            for _ in range(len(order) - len(found)):
                await pilot.press("e")
                found.append(pane.selected_call.seq)
            assert found == order
            await pilot.press("E", "E")
            assert pane.selected_call.seq == order[-3]


async def test_only_marked_rows_are_shown_and_all_are_unmarked():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=(*lively(30), event(900, 1.5))))
        await pilot.press("M")
        assert "Nothing is marked" in next(iter(app._notifications)).message
        await pilot.press("g", "m", "j", "j", "m")
        await pilot.pause()
        marked = list(pane.view.marks)
        await pilot.press("M")
        assert shown(pane) == marked
        assert "only marked" in pane.border_title
        await pilot.press("U")
        await pilot.pause()
        assert shown(pane) == []
        assert "No call matches; M shows all." in lines(pane)[2]
        await pilot.press("M")
        assert len(shown(pane)) == 31


async def test_a_note_is_written_shown_and_taken_away():
    app = Host()
    async with app.run_test(size=(200, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=(call(1), event(2, 1))))
        await pilot.press("n")
        assert not isinstance(app.screen, CommentScreen)
        await pilot.press("g", "n", *"see 4711", "enter")
        await pilot.pause()
        assert pane.view.rows[0].comment == "see 4711"
        assert lines(pane)[1].startswith(" ¶12:00:00.000")
        assert "✓ ok ¶ see 4711" in lines(pane)[1]
        pane.show_columns(("time", "method", "outcome", "comment"))
        assert (
            "✓ ok   see 4711" in " ".join(lines(pane)[1].split("  ")).replace("  ", " ") or "see 4711" in lines(pane)[1]
        )
        await pilot.press("n", "ctrl+u", "enter")
        await pilot.pause()
        assert pane.view.rows[0].comment is None
        await pilot.press("n", "x", "escape")
        assert pane.view.rows[0].comment is None


# The waterfall and colours


async def test_the_time_axis_is_zoomed_about_the_selected_call_and_moved():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=tuple(call(n, n / 10, total=80) for n in range(10))))
        await pilot.press("g", "j", "j", "j", "j")
        fit = pane._axis
        await pilot.press("plus", "plus")
        assert pane._axis.span == pytest.approx(fit.span / 4)
        begun = pane.selected_call.started
        assert (begun - pane._axis.start) / pane._axis.span == pytest.approx((begun - fit.start) / fit.span)
        assert lines(pane)[0].rstrip().endswith("x4")
        assert lines(pane)[1].rstrip().endswith("←")
        start = pane._axis.start
        await pilot.press("shift+right")
        assert pane._axis.start == pytest.approx(start + pane._axis.span / 4)
        await pilot.press("0")
        assert pane._axis == fit
        await pilot.press("minus")
        assert pane._axis.span == fit.span * 2
        assert pane._axis.start == fit.start


async def test_colours_stand_for_what_the_title_says():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=(call(1, method="a"), call(2, 1, method="b"), call(3, 2, method="a"))))

        def colours_of(column):
            layout = pane._layout_plan
            at = 2 + sum(len(layout.space_before(one)) + width for one, width in list(layout.widths.items())[:column])
            at += len(layout.space_before(list(layout.widths)[column]))
            return [pane.render_line(y).crop(at, at + 1)._segments[0].style.color for y in (1, 2, 3)]

        await pilot.press("G", "c")
        assert "coloured by method" in pane.border_title
        one, two, three = colours_of(3)
        assert one == three != two
        await pilot.press("c")
        assert "coloured by participant" in pane.border_title
        await pilot.press("c")
        assert "coloured by call id" in pane.border_title
        await pilot.press("c")
        assert "coloured" not in pane.border_title


async def test_what_the_store_dropped_is_told():
    app = Host()
    async with app.run_test(size=(120, 24)):
        app.pane.apply(Update(rows=tuple(lively(9)), state=replace(CONNECTED, dropped_calls=1512), dropped=(1,)))
        app.pane._retitle()
        assert "1,512 dropped" in app.pane.border_title


async def test_a_stream_is_painted_less_often_than_it_comes_and_ends_whole():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=quick(100)))
        await pilot.pause()
        for number in range(40):
            pane.apply(Update(rows=quick(10, 101 + 10 * number)))
        assert pane._stream_timer is not None
        seen = pane._cursor.seq
        await pilot.press("k")
        assert pane.selected_call.seq == seen - 1
        await pilot.press("G")
        for number in range(40):
            pane.apply(Update(rows=quick(10, 501 + 10 * number)))
        await until(lambda: pane._stream_timer is None, what="the last batch is shown")
        assert pane.selected_call.seq == 900
        assert pane.view.rows[len(pane.view.rows) - 1].seq == 900
        assert isinstance(pane.view.line(899), Call)
