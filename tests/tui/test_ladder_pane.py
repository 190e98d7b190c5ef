"""The ladder as a widget, driven by keys and mouse."""

import asyncio
import random
import time

import pytest
from textual.events import MouseScrollUp

from rpc_inspector.core.ladder.model import Gap
from rpc_inspector.core.model import replace
from rpc_inspector.tui.widgets.ladder.canvas import SLICE
from rpc_inspector.tui.widgets.ladder.lines import LadderLines
from rpc_inspector.tui.widgets.ladder.pane import Legend, PacketView
from tests.support.calls import call, event, story
from tests.support.hosts import many
from tests.support.ladders import LadderHost
from tests.support.rooms import until


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def shown(app):
    lines = app.lines
    return [lines.render_line(y).text for y in range(lines.scrollable_content_region.height)]


def selected(app):
    step = app.lines.selected
    return step.row.seq, step.kind


def text_of(widget):
    return widget.render().plain


async def test_rows_scroll_under_names_that_stay_and_the_newest_is_followed():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(*many(50))
        await pilot.pause()
        before = shown(app)
        assert before[0].split() == ["inspector", "weather-agent"]
        assert selected(app) == (50, "response")
        app.apply(*many(1, 51))
        await pilot.pause()
        assert selected(app) == (51, "response")
        await pilot.press("g")
        assert shown(app)[0] == before[0]
        assert "12:00:00.100" in shown(app)[1]
        assert not app.lines.following
        app.apply(*many(3, 52))
        await pilot.pause()
        assert "12:00:00.100" in shown(app)[1]
        await pilot.press("G")
        assert app.lines.following
        assert selected(app) == (54, "response")


async def test_the_cursor_steps_over_silences_selects_and_opens():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(call(1, 0), call(2, 5), event(3, 9))
        await pilot.press("g")
        assert selected(app) == (1, "request")
        await pilot.press("j", "down", "j")
        assert selected(app) == (2, "request")
        await pilot.press("k")
        assert selected(app) == (1, "response")
        await pilot.press("j", "enter")
        assert app.heard[-2:] == [("selected", 2), ("opened", 2)]
        await pilot.press("G", "enter")
        assert selected(app) == (3, "event")
        assert app.heard[-1] == ("selected", 3)
        await pilot.press("pageup")
        assert selected(app) == (1, "request")
        await pilot.click(LadderLines, offset=(40, 2))
        assert selected(app) == (1, "ack")
        await pilot.click(LadderLines, offset=(40, 2), times=2)
        assert app.heard[-1] == ("opened", 1)


async def test_errors_are_one_key_away():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        rows = [call(n, n, code=1500 if n in (3, 7) else 0) for n in range(1, 10)]
        app.apply(*rows)
        await pilot.press("g", "e")
        assert selected(app) == (3, "error")
        await pilot.press("e")
        assert selected(app) == (7, "error")
        await pilot.press("e")
        assert selected(app) == (7, "error")
        assert "No later error" in [notice.message for notice in app._notifications][-1]
        await pilot.press("E")
        assert selected(app) == (3, "error")


async def test_one_call_alone_with_what_happened_in_the_room_meanwhile():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        error = {"code": 1501, "ack": None, "total": 7000.0}
        app.apply(call(1, 0), call(2, 1, callee="bob", **error), event(3, 3, "left", "bob"), call(4, 4), event(5, 20))
        await pilot.press("g", "j", "j", "j")
        assert selected(app)[0] == 2
        await pilot.press("a")
        seqs = {line.row.seq for line in app.lines.ladder.between(0, 99) if not isinstance(line, Gap)}
        assert seqs == {2, 3}
        assert selected(app)[0] == 2
        assert "1 call alone" in app.pane.border_title
        app.apply(call(6, 30), event(7, 31))
        await pilot.pause()
        assert 6 not in app.lines.ladder
        assert 7 not in app.lines.ladder
        await pilot.press("a")
        assert {1, 2, 3, 4, 5, 6, 7} == {seq for seq in range(9) if seq in app.lines.ladder}
        assert selected(app)[0] == 2


async def test_picked_calls_are_shown_alone_and_change_as_they_go_on():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(*many(5))
        await pilot.press("g", "space", "G", "space")
        assert "2 picked" in app.pane.border_title
        assert "+" in shown(app)[1][:2]
        await pilot.press("a")
        assert [seq for seq in range(9) if seq in app.lines.ladder] == [1, 5]
        assert "2 calls alone" in app.pane.border_title
        app.apply(call(5, 0.5, code=1500))
        await pilot.pause()
        assert "1500" in "".join(shown(app))
        await pilot.press("a", "g", "space")
        assert app.lines.choice.picked == {5}


async def test_with_a_mark_all_times_are_to_it():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(call(1, 0), call(2, 1))
        await pilot.press("g")
        assert "times since the stage before" in app.pane.border_subtitle
        await pilot.press("G", "k", "k", "m")
        assert app.heard[-1] == ("mark", 2, True)
        assert "times since the mark" in app.pane.border_subtitle
        times = [line[:14].split() for line in shown(app)[1:8]]
        assert times[0] == ["-1,000", "ms"]
        assert times[4] == ["●", "+0", "ms"]
        await pilot.press("t")
        assert "times since the stage before" in app.pane.border_subtitle
        assert "12:00:01.000" in shown(app)[5]
        await pilot.press("t")
        assert "12:00:01.012" in shown(app)[6]
        await pilot.press("m")
        assert app.heard[-1] == ("mark", 2, False)
        assert "●" not in "".join(shown(app))


async def test_pausing_freezes_what_is_shown_and_letting_go_brings_what_came():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(*many(3))
        await pilot.press("p")
        assert "paused" in app.pane.border_title
        app.apply(*many(2, 4))
        await pilot.pause()
        assert 4 not in app.lines.ladder
        await pilot.press("p")
        assert 5 in app.lines.ladder
        assert "paused" not in app.pane.border_title


async def test_dropped_rows_go_and_what_is_looked_at_stays():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(*many(60))
        app.lines.select(30)
        await pilot.pause()
        top = shown(app)[1]
        app.apply(dropped=tuple(range(1, 11)))
        await pilot.pause()
        assert shown(app)[1] == top
        assert app.lines.ladder.line_of(10) is None
        assert selected(app) == (30, "request")
        app.apply(dropped=tuple(range(11, 61)))
        await pilot.pause()
        assert app.lines.selected is None
        assert "No call" in "".join(shown(app))


async def test_a_long_trace_is_read_bit_by_bit_newest_first():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        count = SLICE * 3
        app.view.put(many(count))
        app.pane.show_anew()
        assert app.lines.ladder.steps == SLICE * 3
        assert app.lines.reading
        assert selected(app)[0] == count
        app.apply(call(count + 1, count))
        await until(lambda: not app.lines.reading, what="all is read")
        await pilot.pause()
        assert app.lines.ladder.steps == (count + 1) * 3
        assert selected(app)[0] == count + 1
        assert "reading" not in app.pane.border_title


async def test_no_row_is_held_while_another_view_is_shown():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(*many(10))
        app.pane.display = False
        await until(lambda: not app.lines.ladder.steps, what="the rows are let go")
        app.view.put(many(2, 11))
        app.pane.display = True
        app.pane.show_anew()
        await pilot.pause()
        assert app.lines.ladder.steps == 36
        assert selected(app) == (12, "response")


async def test_what_is_looked_at_stays_while_older_rows_are_read():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.view.put(many(SLICE * 4))
        await pilot.pause()
        app.pane.show_anew()
        app.lines.put_cursor(app.lines.ladder.line_of(SLICE * 4 - 100))
        seen, kept, looked = shown(app), selected(app), 0
        while app.lines.reading:
            assert (shown(app), selected(app)) == (seen, kept)
            looked += 1
            await asyncio.sleep(0)
        assert looked > 3
        await pilot.pause()
        assert (shown(app), selected(app)) == (seen, kept)
        assert app.lines.ladder.steps == SLICE * 12
        assert app.lines.virtual_size.height == len(app.lines.ladder) + 1


async def test_lifelines_that_do_not_fit_are_reached_sideways():
    app = LadderHost()
    async with app.run_test(size=(80, 24)) as pilot:
        app.apply(*(call(n, n / 10, callee=f"agent-{n}") for n in range(1, 12)))
        await pilot.press("g")
        assert "agent-9" not in shown(app)[0]
        await pilot.press(*["right"] * 6)
        assert "agent-9" in shown(app)[0]
        assert "inspector" not in shown(app)[0]
        await pilot.press(*["h"] * 9)
        assert "inspector" in shown(app)[0]


async def test_an_arrow_that_is_chosen_comes_into_view():
    app = LadderHost()
    async with app.run_test(size=(80, 24)) as pilot:
        first = [call(n, n / 10, callee=f"agent-{n}") for n in range(1, 12)]
        app.apply(*first, call(12, 2, caller="agent-10", callee="agent-11"), call(13, 3, callee="agent-11"))
        app.lines.select(12)
        await pilot.pause()
        assert {"agent-10", "agent-11"} <= set(shown(app)[0].split())
        app.lines.select(1)
        await pilot.pause()
        assert {"inspector", "agent-1"} <= set(shown(app)[0].split())
        # Both ends do not fit: the sender is shown.
        app.lines.select(13)
        await pilot.pause()
        assert "inspector" in shown(app)[0]
        await pilot.press("j")
        assert "agent-11" in shown(app)[0]


async def test_scrolling_up_by_hand_ends_following():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(*many(60))
        await pilot.pause()
        app.lines.post_message(MouseScrollUp(app.lines, 5, 5, 0, 1, 0, False, False, False, style=None))
        await until(lambda: not app.lines.following, what="following ended")
        await pilot.wait_for_scheduled_animations()
        app.lines.action_follow()
        await pilot.pause()
        assert app.lines.following
        assert selected(app)[0] == 60


async def test_the_visible_ladder_and_all_of_it_can_be_copied_as_text():
    app = LadderHost()
    async with app.run_test(size=(120, 20)) as pilot:
        app.apply(*many(30))
        await pilot.press("g", "y", "Y")
        (what, visible), (_, whole) = app.copied
        assert what == "the ladder"
        lines = visible.splitlines()
        assert lines[0].split() == ["inspector", "weather-agent"]
        assert "─ get_weather 38 B ─" in lines[1]
        assert len(lines) == app.lines.scrollable_content_region.height
        assert whole.splitlines()[: len(lines)] == lines
        assert len(whole.splitlines()) == 1 + len(app.lines.ladder)


async def test_the_packet_and_the_legend_stand_where_there_is_room():
    app = LadderHost()
    async with app.run_test(size=(120, 30)) as pilot:
        app.apply(*story())
        await pilot.press("g", "j")
        packet, legend = app.query_one(PacketView), app.query_one(Legend)
        assert text_of(packet).startswith("request  get_weather  inspector → weather-agent")
        assert "wire 283 B" in text_of(packet)
        assert packet.region.height == 4
        assert packet.region.y == app.lines.region.bottom
        assert text_of(legend).startswith("──▶ request   ◁╌╌ ack   ◀── answer   ◀─✗ error   ◀· · not seen")
        assert text_of(legend).endswith("seen by: us, server")
        await pilot.resize_terminal(200, 40)
        await pilot.pause()
        assert packet.region.size == (52, 38)
        assert packet.region.x == app.lines.region.right
        assert legend.region.y == app.lines.region.bottom
        assert "┃ handling, ║ several" in text_of(legend)
        assert "id          id-2" in text_of(packet)
        for size, height in (((80, 18), 3), ((60, 9), 1)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert packet.region.height == height
            assert packet.region.y == app.lines.region.bottom
            assert "not seen" in text_of(legend)


@pytest.mark.parametrize("theme", ["inspector-dark", "inspector-light", "ansi-dark"])
async def test_the_cursor_is_seen_in_every_theme_and_without_colour(theme, monkeypatch):
    for no_color in ("", "1"):
        if no_color:
            monkeypatch.setenv("NO_COLOR", no_color)
        app = LadderHost(theme)
        async with app.run_test(size=(120, 24)) as pilot:
            app.apply(*story())
            await pilot.press("g", "j", "j")
            plain, at_cursor = (list(app.lines.render_line(y)) for y in (2, 3))
            assert any(segment.style.bold for segment in plain)
            if no_color:
                assert all(segment.style.reverse for segment in at_cursor if segment.text.strip())
            else:
                assert {segment.style.bgcolor for segment in plain} != {s.style.bgcolor for s in at_cursor} or all(
                    segment.style.reverse for segment in at_cursor
                )


async def test_lines_that_were_painted_before_are_right_whatever_came_since():
    app = LadderHost()
    chance = random.Random(5)  # noqa: S311 - the same story each time
    async with app.run_test(size=(100, 40)) as pilot:
        waiting = []
        for seq in range(1, 120):
            at = seq / 20
            row = call(seq, at, callee=chance.choice(["a", "b", "c"]), total=chance.choice([9.0, 400.0, 3000.0]))
            waiting.append(row)
            begun = replace(row, outcome="open", response=None, total=None, ended=None, views=())
            rows = [begun]
            if chance.random() < 0.6:
                rows.append(waiting.pop(chance.randrange(len(waiting))))
            if chance.random() < 0.1:
                rows.append(event(1000 + seq, at, chance.choice(["joined", "left"]), chance.choice(["a", "b", "d"])))
            dropped = (seq - 60,) if seq > 60 else ()
            app.apply(*{row.seq: row for row in rows}.values(), dropped=dropped)
            if chance.random() < 0.1:
                app.lines.put_cursor(chance.randrange(len(app.lines.ladder)))
            if chance.random() < 0.05:
                app.lines.action_last()
            await pilot.pause()
            before = shown(app)
            app.lines.repaint()
            assert before == shown(app)


async def test_an_empty_ladder_says_what_to_do():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.press("j", "k", "g", "G", "e", "enter", "m", "space", "a", "y", "right", "pagedown")
        assert "No calls yet. ^j sends." in "\n".join(shown(app))
        assert app.heard == []


async def test_changes_of_a_call_are_drawn_in_place():
    app = LadderHost()
    async with app.run_test(size=(120, 24)) as pilot:
        app.apply(call(1, 0, total=None), call(2, 0.001, callee="bob"))
        await pilot.press("g")
        assert "ok  41.2 ms" in "".join(shown(app))
        assert "40 B" not in "".join(shown(app))
        app.apply(call(1, 0, sizes=(40, 34)))
        await pilot.pause()
        assert "40 B" in shown(app)[1]
        assert sum("ok  41.2 ms" in line for line in shown(app)) == 2
        assert selected(app) == (1, "request")
