"""The list on a real room: filtered, marked, sorted, grouped, paused, with calls that really passed."""

from contextlib import asynccontextmanager, suppress

from livekit import rtc

from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.tui.widgets.trace.lines import Group
from tests.support.rooms import call, echo, join
from tests.tui.conftest import opened, to


def failing(room, method="fail"):
    async def handler(_data):
        raise rtc.RpcError(4001, "no such city")

    room.local_participant.register_rpc_method(method, handler)


@asynccontextmanager
async def three(server, **how):
    """Alice calls bob in a room that we watch, the list in focus."""
    async with (
        join(server.url, "bob") as bob,
        join(server.url, "alice") as alice,
        opened(to(server), **how) as user,
    ):
        echo(bob)
        echo(bob, "other")
        failing(bob)
        await user.joined()
        await user.until(lambda: "server" in user.app._session.state.vantage, "the server's view")
        user.main.action_focus_pane("trace")
        await user.pilot.pause()
        yield alice, user


async def ask(alice, *methods):
    for method in methods:
        with suppress(rtc.RpcError):
            await call(alice, "bob", method, '{"a": 1}')


def calls(user):
    """The methods of the calls in the list, line by line, as soon as they are over."""
    view = user.main.trace.view
    rows = [view.line(n) for n in range(len(view.lines))]
    return [row.method for row in rows if isinstance(row, Call) and not row.is_open]


async def test_the_list_is_filtered_by_what_is_typed(server):
    async with three(server) as (alice, user):
        await ask(alice, "echo", "fail", "other")
        await user.until(lambda: len(calls(user)) == 3, "three calls")
        await user.press("slash")
        await user.type("code")
        await user.press("colon", *"4001", "enter")
        await user.until(lambda: calls(user) == ["fail"], "what failed")
        assert "1 of 3 calls · 1 error" in user.main.trace.border_title
        await ask(alice, "echo", "fail")
        await user.until(lambda: calls(user) == ["fail", "fail"], "the one that failed since")
        await user.until(lambda: user.main.trace.view.calls == 5, "all five")
        user.main.action_focus_pane("trace")
        await user.press("escape")
        await user.until(lambda: len(calls(user)) == 5, "all are back")


async def test_a_marked_call_survives_what_is_dropped_and_room_events_are_marked_too(server):
    async with three(server, session={"keep": 8}) as (alice, user):
        view = user.main.trace.view
        await ask(alice, "fail")
        await user.until(lambda: calls(user) == ["fail"], "a call")
        await user.press("G", "m")
        await user.until(lambda: len(view.marks) == 1, "the mark")
        marked = next(iter(view.marks))
        assert user.app._session.row(marked).marked
        await user.press("g")
        assert isinstance(user.main.trace.selected_row, RoomEvent)
        await user.press("m")
        await user.until(lambda: len(view.marks) == 2, "a marked room event")
        event = list(view.marks)[1]
        await ask(alice, *["echo"] * 20)
        await user.until(lambda: user.app._session.state.dropped_calls >= 10, "calls were dropped")
        await user.until(lambda: len(view.rows) <= 8 and "dropped" in user.main.trace.border_title, "it is told")
        assert view.rows.index_of(marked) is not None
        assert view.rows.index_of(event) is not None
        await user.press("M")
        assert [view.line(n).seq for n in range(len(view.lines))] == [event, marked]
        await user.press("U")
        await user.until(lambda: not view.marks, "nothing is marked")
        assert not any(row.marked for row in user.app._session.rows())


async def test_calls_are_sorted_and_grouped_while_they_come(server):
    async with three(server) as (alice, user):
        pane = user.main.trace
        await ask(alice, "other", "echo", "fail", "echo")
        await user.until(lambda: len(calls(user)) == 4, "four calls")
        pane.sort("method", descending=False)
        assert calls(user) == ["echo", "echo", "fail", "other"]
        await ask(alice, "echo")
        await user.until(lambda: calls(user) == ["echo", "echo", "echo", "fail", "other"], "in its place")
        await user.press("b")

        def groups():
            there = [pane.view.line(n) for n in range(len(pane.view.lines))]
            return {line.name: (line.stats.calls, line.stats.errors) for line in there if isinstance(line, Group)}

        assert groups() == {"echo": (3, 0), "fail": (1, 1), "other": (1, 0), None: (0, 0)}
        await user.press("g", "right")
        assert calls(user) == ["echo"] * 3
        await ask(alice, "fail", "echo")
        await user.until(lambda: calls(user) == ["echo"] * 4, "the new call is under its heading")
        await user.until(lambda: groups()["fail"] == (2, 2), "and counted under the other")


async def test_a_paused_list_stands_still_and_says_what_is_new(server):
    async with three(server) as (alice, user):
        pane = user.main.trace
        await ask(alice, "echo")
        await user.until(lambda: calls(user) == ["echo"], "a call")
        await user.press("p")
        await ask(alice, "fail", "echo")
        await user.until(lambda: "3 calls · 1 error · paused · 2 new" in pane.border_title, "the count goes on")
        assert calls(user) == ["echo"]
        await user.press("p")
        assert calls(user) == ["echo", "fail", "echo"]
        assert "paused" not in pane.border_title


async def test_a_note_is_the_sessions(server):
    async with three(server) as (alice, user):
        await ask(alice, "echo")
        await user.until(lambda: calls(user) == ["echo"], "a call")
        await user.press("G", "n")
        await user.type("see it")
        await user.press("enter")
        await user.until(lambda: user.main.trace.selected_call.comment == "see it", "the note in the row")
        seq = user.main.trace.selected_call.seq
        assert user.app._session.row(seq).comment == "see it"
