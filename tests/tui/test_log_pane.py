"""The SDK's log in the interface: a really late answer, the call that its line names, hostile lines."""

import asyncio

import pytest
from textual.app import App

from rpc_inspector.core.model import LogLine
from rpc_inspector.core.session import Invocation, Update
from rpc_inspector.tui import theming
from rpc_inspector.tui.widgets.trace.log_pane import LogPane
from rpc_inspector.tui.widgets.trace.messages import RowAsked
from tests.support.rooms import join
from tests.tui.conftest import opened, to
from tests.tui.test_app import METHODS


def lines(*texts, call=None, level=30):
    return [
        LogLine(number=number, time=number, wall=1_795_176_000.0 + number, level=level, text=text, call=call)
        for number, text in enumerate(texts, 1)
    ]


class LogApp(App):
    def __init__(self, log):
        super().__init__()
        self.log_lines, self.asked = log, []

    def get_theme_variable_defaults(self):
        return theming.variable_defaults(self.current_theme)

    def compose(self):
        yield LogPane(self.log_lines)

    def on_row_asked(self, message: RowAsked):
        self.asked.append(message.seq)

    @property
    def pane(self):
        return self.query_one(LogPane)

    def shown(self):
        return [strip.text for strip in self.pane.render_lines(self.pane.region.reset_offset)]


async def test_lines_are_shown_with_time_and_level_and_nothing_a_terminal_obeys():
    app = LogApp([*lines("late \x1b[2J\u202eanswer\nnext"), *lines("broken", level=40)])
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        text = "\n".join(app.shown())
        assert "warning" in text
        assert "error" in text
        assert "\\e[2J" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_an_empty_log_says_what_would_be_here():
    async with LogApp([]).run_test(size=(120, 10)) as pilot:
        text = "\n".join(pilot.app.shown())
        assert "acks and responses that came too late" in text


async def test_it_follows_until_its_user_goes_up_and_keeps_the_line():
    log = lines(*(f"line {number}" for number in range(30)))
    app = LogApp(log)
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert app.pane.cursor == 29
        assert any("line 29" in line for line in app.shown())
        await pilot.press("k")
        log += [LogLine(number=99, time=99, wall=99, level=30, text="line 99")]
        del log[:10]
        app.pane.take(Update(logs=(log[-1],)))
        await pilot.pause()
        assert log[app.pane.cursor].text == "line 28"
        await pilot.press("G")
        log += [LogLine(number=100, time=100, wall=100, level=30, text="line 100")]
        app.pane.take(Update(logs=(log[-1],)))
        await pilot.pause()
        assert log[app.pane.cursor].text == "line 100"


@pytest.mark.parametrize("call", [None, 7])
async def test_enter_asks_for_the_call_that_a_line_names(call):
    app = LogApp(lines("late", call=call))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked == ([] if call is None else [call])
        assert bool(app._notifications) == (call is None)


async def test_a_really_late_answer_is_logged_and_leads_to_its_call(room_server):
    server = room_server
    async with join(server.url, "bob", **METHODS) as bob, opened(to(server)) as user:
        release = asyncio.Event()

        async def wait(_data):
            await release.wait()
            return "too late"

        bob.local_participant.register_rpc_method("wait", wait)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        # The callee is told 1,000 ms, the least there is, and its SDK answers 1502 then: whoever speaks, it is late.
        user.main.send(Invocation(destination="bob", method="wait", response_ms=500, ack_ms=400))
        late = await user.until(lambda: (c := user.main.shown_call) and c.error and c, "it timed out")
        release.set()
        await user.press("4", "L")
        pane = user.main.query_one(LogPane)

        def named():
            return next((at for at in range(pane.line_count()) if pane._lines[at].call == late.seq), None)

        at = await user.until(lambda: named() is not None and str(named()), "a line names the call")
        pane.put_cursor(int(at))
        await user.press("enter")
        section = user.main.trace_section
        await user.until(lambda: section.shown == "list", "the list")
        assert section.list.selected_row.seq == late.seq
        assert user.main.shown_call.seq == late.seq
        await user.press("L")
        assert pane._lines[pane.cursor].call == late.seq, "the log begins at the call that was selected"
