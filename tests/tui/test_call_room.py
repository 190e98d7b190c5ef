"""The detail of calls in a real room: what was sent is what is shown, saved and compared."""

import json
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from rpc_inspector.core.breakdown import breakdown
from rpc_inspector.core.session import Invocation
from rpc_inspector.tui.screens.call import CallScreen
from rpc_inspector.tui.screens.compare import CompareScreen
from rpc_inspector.tui.widgets.detail.diff_view import DiffLines
from rpc_inspector.tui.widgets.detail.pane import CallDetail
from tests.support.encoded import encoded, png
from tests.support.peers import V1_SDK, peer
from tests.support.rooms import echo, embedded_server, join
from tests.tui.conftest import opened, to

METHODS = {"attributes": {"rpc.methods": json.dumps({"v": 1, "m": {"echo": {}}})}}


@asynccontextmanager
async def room(**how):
    """A room with bob, who echoes, and the app in it."""
    async with (
        embedded_server() as server,
        join(server.url, "bob", **METHODS) as bob,
        opened(to(server), **how) as user,
    ):
        echo(bob)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob is listed")
        yield user


async def sent(user, text, method="echo", destination="bob", views=1):
    """Calls and waits until its packets are in the trace; its row's number."""
    seq = user.main.session.start_call(Invocation(destination=destination, method=method, payload=text))
    await user.main.session.finished(seq)
    await user.until(lambda: len(user.main.session.row(seq).views) >= views, "its packets")
    await user.until(lambda: user.main.trace.view.rows.index_of(seq) is not None, "its row")
    return seq


async def open_call(user, seq, *keys):
    """Opens the call from the list, and presses keys in it."""
    user.main.action_focus_pane("trace")
    user.main.trace.select(seq)
    await user.press("enter")
    await user.until(lambda: isinstance(user.app.screen, CallScreen), "the detail is open")
    await user.press(*keys)
    await user.until(lambda: not (view := detail(user).payload) or not view.is_busy, "the payload is ready")


def detail(user):
    return user.app.screen.query_one(CallDetail)


def shown(user):
    """What the focused part of the detail shows."""
    widget = detail(user).focus_target
    strips = widget.render_lines(widget.region.reset_offset)
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"city":"Z\u00fcrich","days":[1,2]}', '  "city": "Zürich",'),
        ("just words\nand more", "and more"),
        (encoded(png()), "iVBORw0KGgo"),
        ("x" * 1_048_576, "x" * 60),
        ("", "empty"),
        ('"\u65e5\u672c\u8a9e \u202e \U0001f600"', "\u65e5\u672c\u8a9e \\u{202e} \U0001f600"),
    ],
    ids=["json", "text", "base64", "1 MiB", "empty", "unicode"],
)
async def test_payloads_are_shown_as_they_were_sent(text, says):
    async with room() as user:
        seq = await sent(user, text)
        for tab in ("2", "3"):
            await open_call(user, seq, tab)
            facts = user.text(f"#{detail(user).tab} .head")
            assert says in (facts if not text else shown(user))
            assert detail(user).payload.document.text == text
            await user.press("escape")
            assert user.app.screen is user.main
        call = user.main.session.row(seq)
        assert call.request.bytes == len(text.encode()) == call.response.bytes


async def test_both_ends_and_the_server_tell_where_the_time_went():
    """Bob is in our own process, whose packet log shows his end as well as ours."""
    async with room() as user:
        seq = await sent(user, "{}", views=2)
        call = user.main.session.row(seq)
        found = breakdown(call)
        assert found.total == pytest.approx(call.total.ms, abs=0.01)
        assert {view.at for view in call.views} >= {"caller", "server"}
        assert not found.doubt
        assert all(leg.ms >= -leg.precision for leg in found.legs)
        await open_call(user, seq)
        text = user.text("#overview Static")
        assert "Where the time went" in text
        assert "sent by caller" in text
        assert "forwarded by server" in text
        names = {leg.name for leg in found.legs}
        if not any(view.at == "callee" for view in call.views):
            assert "handler" not in names
            assert "needs the callee's packets" in text


@pytest.mark.parametrize("apart", [False, True], ids=["callee in our process", "callee in its own"])
async def test_what_the_places_tell_on_either_server(room_server, apart):
    """From one place (the real server, a callee elsewhere), two or three; the sum is our clock's in each."""
    callee = peer(room_server.url, "bob") if apart else join(room_server.url, "bob", **METHODS)
    async with callee as bob, opened(to(room_server)) as user:
        if not apart:
            echo(bob)
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob is listed")
        embedded = user.main.session.state.embedded or "server" in user.main.session.state.vantage
        seq = await sent(user, '{"a": 1}', views=1 + (not apart) + embedded)
        call = user.main.session.row(seq)
        found = breakdown(call)
        assert not found.doubt
        assert found.total == pytest.approx(call.total.ms, abs=0.01)
        names = [leg.name for leg in found.legs]
        assert (names[0], names[-1]) == ("queue", "return")
        assert ("handler" in names) == (not apart)
        assert ("request to server" in names) == embedded
        assert ("request transit" in names) == (not apart and not embedded)
        assert bool(found.unseen) == apart


async def test_an_incoming_call_shows_our_handler_as_the_callee():
    async with embedded_server() as server, peer(server.url, "caller") as caller, opened(to(server)) as user:
        await user.joined()
        await caller.do("call", destination_identity="inspector-7f3", method="nobody-has-it", payload="{}")
        found = await user.until(
            lambda: next((row for row in user.main.session.rows() if getattr(row, "direction", "") == "incoming"
                          and not row.is_open and len(row.views) > 1), None), "the incoming call")  # fmt: skip
        legs = {leg.name: leg for leg in breakdown(found).legs}
        assert "handler" in legs
        await open_call(user, found.seq)
        assert "handler" in user.text("#overview Static")
        assert "it is in the caller's own process" in user.text("#overview Static")


async def test_headers_of_a_version_1_peer_say_what_that_means():
    async with embedded_server() as server, peer(server.url, "old", sdk=V1_SDK) as _old, opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("old"), "the old one is listed")
        seq = await sent(user, '{"a": 1}', destination="old", method="echo")
        await open_call(user, seq, "4")
        text = user.text("#headers Static")
        assert "version    v1 single packets: payloads of at most 15,360 B" in text
        call = user.main.session.row(seq)
        assert f"id         {call.id}" in text
        assert "the request tells the callee that it has 8 s" in text


async def test_a_large_payload_s_chunks_and_compression_are_in_the_headers():
    async with room() as user:
        seq = await sent(user, "x" * 100_000)
        await open_call(user, seq, "4")
        text = user.text("#headers Static")
        assert "100,000" in text
        assert "version    v2 data streams" in text
        request = user.main.session.row(seq).views[0].stage("request")
        if request.compressed:
            assert "compressed to" in text
        else:
            assert f"{request.packets:,}" in text


async def test_base64_is_decoded_and_saved(tmp_path):
    async with room() as user:
        seq = await sent(user, json.dumps({"picture": encoded(png(64, 48))}))
        await open_call(user, seq, "3", "t", "j", "d")
        await user.until(lambda: "image/png, 64 x 48 px" in user.text("#response .head"), "the picture is decoded")
        await user.press("f")
        user.app.screen.query_one("#save-path", Input).value = str(tmp_path / "it.png")
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, CallScreen), "saved")
        assert (tmp_path / "it.png").read_bytes() == png(64, 48)


async def test_two_calls_are_picked_and_compared():
    async with room() as user:
        first = await sent(user, '{"a": 1, "b": 2}')
        second = await sent(user, '{"b": 3, "a": 1}')
        user.main.action_focus_pane("trace")
        user.main.trace.select(first)
        await user.press("space")
        assert any("is picked" in said for said in user.said())
        user.main.trace.select(second)
        await user.press("space")
        await user.until(lambda: isinstance(user.app.screen, CompareScreen), "the comparison")
        await user.until(lambda: user.app.screen.query_one(DiffLines).line_count(), "its lines")
        assert "~ $.b  2 → 3" in user.text("DiffLines")
        await user.press("3")
        assert "total" in user.text("DiffLines")
        assert "longer by" in user.text("DiffLines")
        await user.press("escape")
        assert user.app.screen is user.main


async def test_a_call_is_compared_with_the_previous_one_of_its_method():
    async with room() as user:
        await sent(user, '{"n": 1}')
        await sent(user, "{}", method="other")
        last = await sent(user, '{"n": 2}')
        user.main.action_focus_pane("trace")
        user.main.trace.select(last)
        await user.press("D")
        await user.until(lambda: isinstance(user.app.screen, CompareScreen), "the comparison")
        await user.until(lambda: user.app.screen.query_one(DiffLines).line_count(), "its lines")
        assert "~ $.n  1 → 2" in user.text("DiffLines")
        await user.press("escape")
        user.main.trace.select(user.main.trace.view.rows[0].seq)
        await user.press("g", "D")
        assert user.app.screen is user.main


async def test_the_call_that_is_looked_at_is_pinned():
    async with room() as user:
        first, second = await sent(user, "1"), await sent(user, "2")
        pins = []
        pin = user.main.session.pin
        user.main.session.pin = lambda seq, *, pinned: (pins.append((seq, pinned)), pin(seq, pinned=pinned))
        await open_call(user, first)
        await user.press("right_square_bracket")
        await user.press("escape")
        await user.until(lambda: len(pins) == 4, "unpinned")
        assert pins == [(first, True), (second, True), (first, False), (second, False)]


async def test_help_begins_with_the_keys_of_where_one_is():
    async with room() as user:
        seq = await sent(user, "{}")
        await open_call(user, seq)
        await user.press("question_mark")
        text = user.text("#keys")
        assert text.lstrip().startswith("One call")
        assert "Decode base64" in text
        await user.press("escape")
        assert isinstance(user.app.screen, CallScreen)
