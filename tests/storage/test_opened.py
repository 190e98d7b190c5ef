"""A saved trace as a session."""

import asyncio

import pytest

from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.explain import explain, facts_of
from rpc_inspector.core.model import Call, CallError, Participant, replace
from rpc_inspector.core.session import Invocation, NotConnected, Session, SessionState, Target
from rpc_inspector.storage.journal.lines import Header, Line, encode
from rpc_inspector.storage.traces import opened
from rpc_inspector.storage.traces.opened import OpenedTrace
from rpc_inspector.storage.traces.reading import Reading
from tests.support.calls import WALL, call, event, story
from tests.support.rooms import until


class Watcher:
    """Puts together what a listener is told."""

    def __init__(self, trace):
        self.rows, self.roster, self.state, self.updates, self.dropped = {}, (), None, [], []
        self.end = trace.subscribe(self.take)

    def take(self, update):
        self.updates.append(update)
        self.rows.update((row.seq, row) for row in update.rows)
        self.roster = self.roster if update.roster is None else update.roster
        self.state = update.state or self.state
        self.dropped += update.dropped


async def watched(tmp_path, content, **how):
    path = tmp_path / "trace.jsonl"
    path.write_bytes(content)
    reading = Reading(str(path))
    reading.begin()
    trace = OpenedTrace(reading, **how)
    watcher = Watcher(trace)
    await asyncio.wait_for(trace.whole(), 10)
    await until(lambda: len(watcher.rows) >= len(trace.rows()) and watcher.state == trace.state)
    return trace, watcher


def journal(*lines):
    return encode(Header(session="a", room="demo")) + b"".join(map(encode, lines))


def rows_of(rows):
    return [Line(call=row) if isinstance(row, Call) else Line(event=row) for row in rows]


async def test_listeners_get_what_the_file_holds(tmp_path):
    trace, watcher = await watched(tmp_path, journal(*rows_of(story())))
    assert [watcher.rows[seq] for seq in sorted(watcher.rows)] == list(trace.rows())
    assert [row.seq for row in trace.rows()] == [row.seq for row in story()]
    assert trace.row(4) == story()[3]
    assert trace.row(999) is None


async def test_the_state_is_the_recorded_one_but_opened(tmp_path):
    said = SessionState(status="closed", reason="lost", detail="gone", room="demo", identity="us", url="ws://h")
    trace, watcher = await watched(tmp_path, journal(Line(state=said), Line(call=call(1, 5.0, total=250))))
    state = watcher.state
    assert (state.status, state.reason, state.detail) == ("opened", None, "")
    assert (state.room, state.identity, state.journal) == ("demo", "us", str(tmp_path / "trace.jsonl"))
    assert state.until == pytest.approx(WALL + 5.25)
    assert trace.state == state


async def test_who_was_there_is_kept_when_they_left(tmp_path):
    us, web = Participant(identity="us", is_self=True), Participant(identity="web-1", state="active")
    content = journal(Line(participants=(web, us)), Line(gone=("web-1",)), Line(call=call(1, caller="us", callee="x")))
    _, watcher = await watched(tmp_path, content)
    assert [(who.identity, who.state) for who in watcher.roster] == [
        ("us", "joined"), ("web-1", "disconnected"), ("x", "active"),
    ]  # fmt: skip
    assert [(m.name, m.provenance) for m in watcher.roster[2].methods] == [("get_weather", "observed")]


async def test_of_call_objects_the_names_make_the_roster(tmp_path):
    content = "\n".join(call_line(row) for row in story() if isinstance(row, Call)).encode()
    _, watcher = await watched(tmp_path, content)
    assert watcher.roster[0].identity == "inspector-7f3"
    methods = {who.identity: {method.name for method in who.methods} for who in watcher.roster}
    assert methods["billing"] == {"refund", "charge"}
    assert methods["weather-agent"] == {"get_weather", "forecast"}


async def test_marks_and_comments_stay_in_memory(tmp_path):
    content = journal(*rows_of(story()))
    trace, watcher = await watched(tmp_path, content)
    trace.mark(2, marked=True)
    trace.mark(1, marked=True)
    trace.comment(2, "look")
    trace.comment(1, "no call")
    trace.mark(999, marked=True)
    await until(lambda: watcher.rows[2].marked)
    assert watcher.rows[2] == replace(story()[1], marked=True, comment="look")
    assert watcher.rows[1] == replace(story()[0], marked=True)
    trace.mark(2, marked=False)
    trace.comment(2, "")
    assert trace.row(2) == story()[1]
    assert (tmp_path / "trace.jsonl").read_bytes() == content


async def test_a_remark_stands_at_the_end(tmp_path):
    trace, watcher = await watched(tmp_path, journal(Line(call=call(7))))
    trace.notice("exported")
    await until(lambda: 8 in watcher.rows)
    assert (watcher.rows[8].kind, watcher.rows[8].text) == ("notice", "exported")


async def test_what_could_not_be_read_is_in_the_state(tmp_path):
    _, watcher = await watched(tmp_path, journal(Line(call=call(1))) + b"garbage\n")
    assert watcher.state.detail.startswith("1 of 3 lines could not be read. Line 3:")


async def test_nothing_can_be_sent(tmp_path):
    trace, _ = await watched(tmp_path, journal(Line(call=call(1))))
    with pytest.raises(NotConnected, match="saved trace"):
        trace.start_call(Invocation(destination="a", method="b"))
    for wish in (trace.join(Target(url="ws://h")), trace.describe("a"), trace.list_rooms(Target(url="ws://h"))):
        with pytest.raises(NotConnected, match="saved trace"):
            await wish
    assert trace.cancel(1) is False
    assert await trace.finished(1) == call(1)


async def test_rows_are_found_by_what_they_are_about(tmp_path):
    trace, _ = await watched(tmp_path, journal(*rows_of(story())))
    assert [row.seq for row in trace.find(participant="billing")] == [4, 7, 8, 9, 10]
    assert [row.seq for row in trace.find(participant="billing", outcome="lost")] == [10]
    assert [row.seq for row in trace.find(method="forecast")] == [11, 13]


async def test_updates_are_few_and_none_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(opened, "ROWS_AT_ONCE", 100)
    content = journal(*(Line(call=call(seq)) for seq in range(1, 3001)))
    trace, watcher = await watched(tmp_path, content)
    assert len(watcher.rows) == 3000 == len(trace.rows())
    assert max(len(update.rows) for update in watcher.updates[1:]) <= 100


async def test_beyond_the_limit_the_oldest_go_and_are_counted(tmp_path):
    content = journal(Line(call=replace(call(1), marked=True)), *(Line(call=call(seq)) for seq in range(2, 101)))
    trace, watcher = await watched(tmp_path, content, keep=50)
    assert [row.seq for row in trace.rows()] == [1, *range(52, 101)]
    assert trace.state.dropped_calls == 50
    assert set(watcher.rows) - set(watcher.dropped) == {1, *range(52, 101)}


async def test_a_second_listener_gets_everything_and_the_first_no_more_than_before(tmp_path):
    trace, first = await watched(tmp_path, journal(*rows_of(story())))
    told = len(first.updates)
    second = Watcher(trace)
    await until(lambda: second.rows)
    assert len(second.rows) == len(story())
    assert all(not update.rows for update in first.updates[told:])
    second.end()
    trace.mark(2, marked=True)
    await until(lambda: first.rows[2].marked)
    assert not second.rows[2].marked


async def test_closing_ends_the_reading(tmp_path):
    import threading

    path = tmp_path / "trace.jsonl"
    path.write_bytes(journal(*(Line(call=call(seq)) for seq in range(1, 30_001))))
    reading = Reading(str(path))
    reading.begin()
    trace: Session = OpenedTrace(reading)
    await trace.close()
    await until(lambda: not any(thread.name == "reading a trace" for thread in threading.enumerate()))
    assert len(trace.rows()) < 30_000


async def test_room_events_come_too(tmp_path):
    trace, _ = await watched(tmp_path, journal(Line(event=event(3, 1.0))))
    assert trace.rows() == (event(3, 1.0),)


async def test_a_failed_call_is_explained_by_what_was_saved_with_it(tmp_path):
    left, failed = story()[7:9]
    failed = replace(failed, error=CallError(code=1501, message="Connection timeout"))
    trace, _ = await watched(tmp_path, journal(*rows_of([event(1, 0.5, identity="billing"), left, failed])))
    assert [saved.kind for saved in trace.events_of("billing")] == ["joined", "left"]
    cause = explain(trace.row(9), facts_of(trace, trace.row(9))).causes[0]
    assert (cause.id, cause.evidence_for) == ("left-before", ("billing left 0.1 s before the call",))


async def test_what_was_found_then_stands_where_the_file_has_nothing_to_judge_by(tmp_path):
    error = CallError(code=1501, message="Connection timeout", causes=("nobody here is called blling. Check it.",))
    lone = replace(call(9, callee="blling", total=7000.0, code=1501, views=()), error=error)
    trace, _ = await watched(tmp_path, journal(*rows_of([lone])))
    assert [cause.sentence for cause in explain(lone, facts_of(trace, lone)).causes] == list(error.causes)
