"""The trace list and the detail as widgets, driven by keys and mouse."""

import time
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollUp

from rpc_inspector.core.model import Participant
from rpc_inspector.core.session import Update
from rpc_inspector.tui.widgets.trace.pane import TracePane
from tests.support.calls import US, call, event, story
from tests.support.hosts import Host, lines, many


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def test_rows_show_every_column_in_order_of_time():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.apply(Update(rows=tuple(reversed(story()))))
        await pilot.pause()
        shown = lines(app.pane)
        assert shown[0].split()[:8] == ["time", "caller", "callee", "method", "bytes", "ack", "ms", "total"]
        assert shown[1].split() == ["12:00:01.000", "●", "web-1", "joined"]
        first = ["12:00:01.123", "inspector", "→", "weather-agent", "get_weather", "38/34", "12", "41.2", "✓", "ok"]
        assert shown[2].split()[:10] == first
        assert "▲ 1400" in shown[6]
        assert "n/a" in shown[9]
        assert not any("rpc.ping" in line for line in shown)


async def test_cursor_moves_selects_and_opens():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.apply(Update(rows=many(100)))
        await pilot.press("g")
        assert app.pane.selected_call.seq == 1
        await pilot.press("j", "down", "k", "enter")
        assert app.heard[-2:] == [("selected", 2), ("opened", 2)]
        await pilot.press("pagedown")
        page = app.pane.selected_call.seq
        assert page > 15
        await pilot.press("pageup", "end")
        assert app.pane.selected_call.seq == 100
        await pilot.press("home")
        await pilot.click(TracePane, offset=(20, 6))
        assert app.heard[-1] == ("selected", 5)
        await pilot.click(TracePane, offset=(20, 6), times=2)
        assert app.heard[-1] == ("opened", 5)


async def test_follow_ends_on_moving_up_and_begins_at_the_end():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=many(100)))
        await pilot.pause()
        assert pane.following
        assert "12:00:10.000" in lines(pane)[-1]
        await pilot.press("k")
        assert not pane.following
        top = lines(pane)[1]
        pane.apply(Update(rows=many(50, 101)))
        await pilot.pause()
        assert lines(pane)[1] == top
        await pilot.press("G")
        assert pane.following
        assert "12:00:15.000" in lines(pane)[-1]
        await pilot.press("F")
        assert not pane.following
        await pilot.press("F")
        assert pane.following
        await pilot._post_mouse_events([MouseScrollUp], TracePane, offset=(10, 5), button=0)
        assert not pane.following


async def test_dropped_and_earlier_rows_leave_the_view_where_it_is():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=many(100)))
        await pilot.press("g", *["pagedown"] * 2)
        top, selected = lines(pane)[1], pane.selected_call.seq
        pane.apply(Update(dropped=tuple(range(1, 11))))
        await pilot.pause()
        assert (lines(pane)[1], pane.selected_call.seq) == (top, selected)
        pane.apply(Update(rows=(call(500, 0.05), event(501, 0.07))))
        await pilot.pause()
        assert (lines(pane)[1], pane.selected_call.seq) == (top, selected)
        pane.apply(Update(dropped=(selected,)))
        assert pane.selected_call.seq == selected + 1
        pane.apply(Update(dropped=tuple(range(1, 600))))
        await pilot.pause()
        assert pane.selected_row is None
        assert "No calls yet. ^j sends." in lines(pane)[2]


async def test_a_changed_row_is_repainted_alone():
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=(*many(100), call(101, 10.05, total=None))))
        await pilot.press("g")
        await pilot.pause(0.3)
        painted: list[object] = []
        pane.refresh = lambda *regions, **_: painted.append(regions)  # type: ignore[method-assign]
        pane.apply(Update(rows=(call(101, 10.05, total=5),)))
        assert painted == []
        pane.apply(Update(rows=(call(3, 0.3, code=1502),)))
        assert [region.y for regions in painted for region in regions] == [3]


async def test_pause_freezes_the_view_and_counts_on():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=many(5)))
        await pilot.press("p")
        before = lines(pane)
        pane.apply(Update(rows=many(12, 6)))
        pane._retitle()
        await pilot.pause()
        assert lines(pane) == before
        assert pane.border_title == "Trace  17 calls · paused · 12 new"
        await pilot.press("p")
        assert pane.border_title == "Trace  17 calls"
        assert pane.border_subtitle == "1.7/s · p50 41.2 ms · p95 41.2 ms · following"
        assert "12:00:01.700" in lines(pane)[17]


async def test_errors_are_one_key_away():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.apply(Update(rows=tuple(story())))
        await pilot.press("g", "e")
        assert app.pane.selected_call.seq == 4
        await pilot.press("e", "e", "E")
        assert app.pane.selected_call.seq == 6
        await pilot.press("G", "e")
        assert app.pane.selected_call.seq == 13


async def test_marks_are_drawn_and_times_count_from_the_last():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.apply(Update(rows=many(5)))
        await pilot.press("g", "j", "m", "t")
        assert lines(app.pane)[3].split()[0] == "+0.100"
        await pilot.press("t")
        assert lines(app.pane)[0].split()[:2] == ["+s", "mark"]
        assert [line[:14].split()[-1] for line in lines(app.pane)[1:6]] == [
            "-0.100", "+0.000", "+0.100", "+0.200", "+0.300",
        ]  # fmt: skip
        assert lines(app.pane)[2].startswith("●")


async def test_a_running_call_ticks_only_while_it_is_visible():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        pane = app.pane
        pane.apply(Update(rows=(call(1, 0, total=None), *many(60, 2))))
        await pilot.press("g")
        assert pane._ticker._active.is_set()
        assert "4,200 …" in lines(pane)[1]
        app.now += 1
        assert "5,200 …" in lines(pane)[1]
        await pilot.press("G")
        assert not pane._ticker._active.is_set()
        await pilot.press("g")
        pane.apply(Update(rows=(call(1, 0, total=5300),)))
        assert not pane._ticker._active.is_set()
        assert "5,300.0" in lines(pane)[1]


async def test_hostile_names_neither_reach_the_terminal_nor_move_a_column():
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.pane
        names = ["\x1b]52;c;eA==\x07", "[red]x[/]", "日本語のエージェント天気予報", "🌦" * 9, "a\u202eb\u0000", "plain"]
        pane.apply(Update(rows=tuple(call(n, n, caller=x, callee=x, method=x) for n, x in enumerate(names, 1))))
        pane.apply(Update(rows=(event(20, 20, "left", names[0], "\x1b[2J"),)))
        await pilot.pause()
        shown = lines(pane)
        assert all("\x1b" not in line and "\x07" not in line and "\u202e" not in line for line in shown)
        strips = [pane.render_line(y) for y in range(1, 7)]
        assert {strip.cell_length for strip in strips} == {77}
        assert len({cell_len(strip.text[: strip.text.index("✓")]) for strip in strips}) == 1


async def test_our_name_is_shown_in_full_once_another_inspector_is_there():
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.apply(Update(rows=(call(1),)))
        await pilot.pause()
        assert US not in lines(app.pane)[1]
        app.pane.apply(Update(roster=(Participant(identity="inspector-abc"),)))
        await pilot.pause()
        assert US in lines(app.pane)[1]


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_rows_fit_at_every_width(width):
    app = Host()
    async with app.run_test(size=(width, 24)) as pilot:
        app.pane.apply(Update(rows=tuple(story())))
        await pilot.pause()
        shown = lines(app.pane)
        assert all(app.pane.render_line(y).cell_length == width - 3 for y in range(10))
        assert any("✗ 1502" in line for line in shown)
        assert ("RESPONSE_TIMEOUT" in "".join(shown)) == (width == 200)
