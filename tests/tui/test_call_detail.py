"""The detail of a call as a widget, driven by keys."""

import time
from collections.abc import Iterator

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from rpc_inspector.core.diagnosis import Facts, diagnose
from rpc_inspector.core.model import Participant, Payload, replace
from rpc_inspector.tui.widgets.call_detail import CallDetail
from rpc_inspector.tui.widgets.call_text import call_text
from tests.support.calls import call, view
from tests.support.hosts import CONNECTED, Bare


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_detail_tells_stages_sources_limits_and_what_was_not_seen():
    both = call(2, 1.123, views=(view(1001.123, 12, 41), view(1001.1234, 11.71, None, at="server", precision=0.01)))
    text = call_text(both).plain
    assert "at the caller · our own SDK's packet log · to 1 ms" in text
    assert "at the server · what the embedded server forwards · to 0.01 ms" in text
    assert "response not seen from here" in text
    row = next(line for line in text.splitlines() if line.strip().startswith("ack") and "forwarded" in line)
    assert row.split() == ["ack", "forwarded", "12:00:01.135", "11.71", "+11.71", "61"]
    assert "callee gets 8 s · you wait ≤ 22 s" in text
    assert "41.2 ms  our clock around the SDK's call, to 0.1 ms" in text


def test_the_detail_explains_an_error_with_and_without_the_rooms_state():
    failed = call(9, callee="billing-2", ack=None, total=7000.0, code=1501, views=(view(1000, None, None),))
    alone = call_text(failed).plain
    assert "✗ 1501 CONNECTION_TIMEOUT" in alone
    assert "raised by the caller's own SDK; no answer was seen to come back" in alone
    facts = Facts(state=CONNECTED, roster=(Participant(identity="billing"),))
    assert "did you mean billing?" in call_text(failed, diagnose(failed, facts)).plain
    with_data = replace(failed, error=replace(failed.error, data='{"why": "\x1b[2J"}'))
    assert "Error data" in call_text(with_data).plain
    assert "\x1b" not in call_text(with_data).plain


@pytest.mark.parametrize("text", ["x" * 1_048_576, '{"a": "' + "y" * 1_000_000 + '"}', "[" + "1,\n" * 300_000 + "1]"])
def test_a_huge_payload_is_cut_and_counted(text):
    shown = call_text(call(1, response=Payload(len(text), text))).plain
    assert len(shown) < 30_000
    assert f"of {len(text):,}" in shown


class DetailHost(Bare):
    """An app with nothing but the detail."""

    def on_call_detail_step(self, message: CallDetail.Step) -> None:
        self.heard.append(("step", message.step))

    def compose(self) -> ComposeResult:
        yield CallDetail()

    def on_mount(self) -> None:
        self.detail.focus()

    @property
    def detail(self) -> CallDetail:
        return self.query_one(CallDetail)


async def test_detail_copies_steps_and_turns_raw():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        assert "No call selected" in str(app.detail.query_one(Static).render())
        await pilot.press("y")
        assert app.copied == []
        app.detail.show(call(1, response=Payload(12, '{"b":1,"a":2}')))
        await pilot.press("y", "right_square_bracket", "left_square_bracket")
        assert app.copied == [("the response", '{"b":1,"a":2}')]
        assert app.heard == [("step", 1), ("step", -1)]
        assert '"b": 1' in str(app.detail.query_one(Static).render())
        await pilot.press("w")
        assert '{"b":1,"a":2}' in str(app.detail.query_one(Static).render())
        app.detail.show(call(2, code=1500))
        await pilot.press("y")
        assert app.copied[-1] == ("the error", "1500 APPLICATION_ERROR: it failed")


async def test_a_method_named_like_markup_is_only_a_name():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(call(1, method="[red]x[/red]\x1b[2J"))
        await pilot.pause()
        assert "\\[red]x" in app.detail.border_title
        assert "\x1b" not in app.export_screenshot()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_snapshot_of_the_detail(snap_compare, size):
    body = Payload(24, '{"temp":21,"sky":"clear"}')
    shown = call(2, 1.123, response=body, views=(view(1001.123, 12, 41),))

    async def tell(pilot):
        pilot.app.detail.show(shown)
        await pilot.pause()

    assert snap_compare(DetailHost(), terminal_size=size, run_before=tell)
