"""One call in full: what its tabs say, and how one goes between them."""

import json
import time

import pytest

from rpc_inspector.core.breakdown import breakdown
from rpc_inspector.core.explain import Facts, explain
from rpc_inspector.core.model import CallError, Participant, replace
from rpc_inspector.core.session import SessionState
from rpc_inspector.tui.widgets.detail.headers import headers
from rpc_inspector.tui.widgets.detail.overview import overview, timing
from rpc_inspector.tui.widgets.detail.pane import DETAIL_BINDINGS, TABS, CallDetail
from rpc_inspector.tui.widgets.payload.view import PAYLOAD_BINDINGS
from tests.support.calls import call, view
from tests.support.details import CALLEE, CALLER, FORECAST, HOSTILE, SERVER, DetailHost, payload, seen


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_overview_puts_all_views_into_one_row_of_time():
    text = overview(seen(CALLER, SERVER, CALLEE)).plain
    assert "Where the time went   41.2 ms" in text
    rows = [tuple(line.split()[1:5:3]) for line in text.split("\nStages\n")[1].splitlines()[1:]]
    assert rows == [(kind, at) for kind, places in (
        ("request", ("caller", "server", "callee")), ("ack", ("callee", "server", "caller")),
        ("response", ("callee", "server", "caller"))) for at in places]  # fmt: skip
    assert "4 handler" in text
    assert "not visible" not in text


def test_what_no_vantage_point_saw_is_said_to_be_unknown_and_why():
    rows = [" ".join(line.split()) for line in overview(seen(CALLER)).plain.splitlines()]
    assert "○ handler not visible from here; needs the callee's packets" in rows
    assert any(row.startswith("2 until the ack") for row in rows)
    assert "at the caller · our own SDK's packet log · to 1 ms" in rows


def test_no_digit_is_shown_that_no_source_has():
    rows = [" ".join(line.split()) for line in overview(seen(CALLER)).plain.splitlines()]
    assert "1 queue < 1 ms 1% to 1 ms · our clock to caller" in rows
    assert "3 after the ack 34 ms 83% to 1 ms · caller" in rows


@pytest.mark.parametrize("width", [75, 96, 140])
@pytest.mark.parametrize("views", [(CALLER,), (CALLER, SERVER), (CALLER, SERVER, CALLEE)])
def test_the_bar_has_a_number_for_each_leg_and_fits(width, views):
    text = overview(seen(*views), None, width).plain
    bar = next(line for line in text.splitlines() if line.startswith("1━"))
    assert len(bar) <= width
    assert [int(sign) for sign in bar if sign.isdigit()] == list(range(1, len(breakdown(seen(*views)).legs) + 1))
    assert all(len(line) <= width for line in text.splitlines())


def test_clocks_that_disagree_are_not_mixed_and_it_says_so():
    skewed = replace(CALLEE, stages=tuple(replace(each, time=each.time + 5) for each in CALLEE.stages))
    text = overview(seen(CALLER, skewed)).plain
    assert "disagree by at least" in text
    assert "at the callee · the packet log of an app pid 4711" in text


def test_the_overview_explains_an_error_with_and_without_the_rooms_state():
    error = CallError(code=1501, message="Connection timeout")
    sent = (view(1000.0004, None, None),)
    failed = call(9, callee="billing-2", ack=None, total=7000.0, code=1501, error=error, views=sent)
    alone = overview(failed).plain
    assert "✗ 1501 CONNECTION_TIMEOUT" in alone
    assert "raised by the caller's own SDK; no answer was seen to come back" in alone
    assert "2 no answer was seen" in alone
    connected = SessionState(status="connected", room="demo", identity="inspector-7f3", capture="on")
    facts = Facts(state=connected, roster=(Participant(identity="billing"),))
    assert "did you mean billing?" in overview(failed, explain(failed, facts)).plain


def test_timing_tells_stages_sources_and_limits():
    both = call(2, 1.123, views=(view(1001.123, 12, 41), view(1001.1234, 11.71, None, at="server", precision=0.01)))
    text = timing(both).plain
    assert "at the caller · our own SDK's packet log · to 1 ms" in text
    assert "at the server · what the embedded server forwards · to 0.01 ms" in text
    assert "response not seen from here" in text
    row = next(line for line in text.splitlines() if line.strip().startswith("ack") and "forwarded" in line)
    assert row.split() == ["ack", "forwarded", "12:00:01.135", "11.71", "+11.71", "61"]
    assert "callee gets 8 s · you wait ≤ 22 s" in text
    assert "41.2 ms  our clock around the SDK's call, to 0.1 ms" in text


def test_headers_tell_ids_version_limits_and_the_wire():
    shown = seen(CALLER, CALLEE, repeats=3, note="odd")
    text = headers(shown).plain
    assert "id         id-2" in text
    assert "version    v2 data streams" in text
    assert "the request tells the callee that it has 8 s" in text
    assert "3 packets that had been seen before" in text
    row = next(line for line in text.splitlines() if line.startswith("callee · an app"))
    size = shown.request.bytes
    assert row.split()[4:] == ["request", "310", str(size), "1", str(310 - size), "B", "around", "it"]
    assert "compressed to" in text
    assert "2 sent again" in text
    assert "payloads of at most 15,360 B" in headers(replace(shown, transport="v1")).plain
    unknown = headers(call(1, caller=None, id=None, method=None, transport=None, views=())).plain
    assert "a hidden caller has no name here" in unknown
    assert "none of its packets was seen from here" in unknown


async def test_tabs_by_key_arrow_and_click():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.pause()
        for number, name in enumerate(TABS, 1):
            await pilot.press(str(number))
            assert app.detail.tab == name
            assert app.detail.focus_target.has_focus
        await pilot.press("right")
        assert app.detail.tab == "overview"
        await pilot.press("left", "left")
        assert app.detail.tab == "headers"
        start = next(x for x in range(100) if app.detail._tabs.tab_at(x) == 2)
        await pilot.click(CallDetail, offset=(start + 2, 0))
        assert app.detail.tab == "response"


async def test_a_click_on_a_tab_meets_the_tab_that_stands_there():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.pause()
        border = "".join(segment.text for segment in app.screen._compositor.render_strips()[0])
        for number, name in enumerate(TABS):
            at = border.index(f"{number + 1} {name.capitalize()}")
            assert app.detail._tabs.tab_at(at) == number
            assert app.detail._tabs.tab_at(at + len(name) + 1) == number


async def test_stepping_copying_and_nothing_selected():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        assert "No call selected" in app.text("#overview Static")
        await pilot.press("y")
        assert app.copied == []
        app.detail.show(seen())
        await pilot.press("y", "right_square_bracket", "left_square_bracket")
        assert app.copied == [("the response", json.dumps(FORECAST))]
        assert app.heard == [("step", 1), ("step", -1)]
        app.detail.show(call(3, code=1500))
        await pilot.press("y")
        assert app.copied[-1] == ("the error", "1500 APPLICATION_ERROR: it failed")


async def test_a_failed_call_shows_its_data_as_its_response():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        failed = call(3, code=4001)
        app.detail.show(replace(failed, error=replace(failed.error, data='{"city":"Atlantis"}')))
        await pilot.press("3")
        assert '"city": "Atlantis"' in app.text()
        app.detail.show(failed)
        await pilot.pause()
        assert "It failed with 4001, and the error carries no data." in app.text()


async def test_a_running_call_gets_its_answer_while_it_is_shown():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(call(3, total=None))
        await pilot.press("3")
        assert "There is no answer yet." in app.text()
        app.detail.show(call(3, response=payload({"done": True})))
        await pilot.pause()
        assert '"done": true' in app.text()


@pytest.mark.parametrize("tab", ["1", "2", "3", "4", "5"])
async def test_hostile_text_is_safe_in_every_tab(tab):
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(
            CALLER, method=HOSTILE, caller=HOSTILE, callee=HOSTILE, comment=HOSTILE, note=HOSTILE, id=HOSTILE,
            room=HOSTILE, request=payload(HOSTILE), response=payload(HOSTILE),
        ))  # fmt: skip
        await pilot.press(tab)
        shown = "".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())
        assert not set(shown) & set("\x1b\x07\x00\u202e\u200b")
        assert "\\[red]x" in app.detail.border_title or "…" in app.detail.border_title


def test_no_key_means_two_things_around_a_payload():
    inner = {key for binding in PAYLOAD_BINDINGS for key in binding.key.split(",")}
    outer = {key for binding in DETAIL_BINDINGS for key in binding.key.split(",")}
    assert inner & outer == {"y"}  # copies the whole in a text, what is looked at in a payload
