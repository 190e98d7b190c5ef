"""Where odd packets go: late, repeated, out of order, without their request, with an id that was used before.

The table of ``docs/trace.md``, row by row.
"""

import pytest

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call, CallError, replace
from rpc_inspector.core.store.concluding import NO_REQUEST, REUSED_AFTER_S
from rpc_inspector.core.store.trace import TraceStore

US = "inspector-7f3"


def packet(stage, time, call_id="id-1", *, source="sdk", caller=US, callee="agent", **more):
    asks = stage == "request"
    way = "forwarded" if source == "server" else "sent" if asks == (caller == US) else "received"
    said = {"method": "greet", "told_ms": 8000, "payload": "{}", "payload_bytes": 2} if asks else {}
    said |= {"payload": "hi", "payload_bytes": 2} if stage == "response" else {}
    return RpcEvent(
        source=source, stage=stage, dir=way, time=time, id=call_id, sender=caller if asks else callee,
        destination=callee if asks else caller, transport=None if stage == "ack" else "v2", **(said | more),
    )  # fmt: skip


def feed(store, *events, room="demo"):
    for event in events:
        store.observe(event, room, US)


def begin(store, *, budget=None, payload="{}"):
    budget = budget or budget_for()
    return store.begin(
        room="demo", us=US, destination="agent", method="greet", payload=payload, budget=budget, time=9.99,
        purpose="call",
    )  # fmt: skip


def calls(store):
    return [row for row in store.rows() if isinstance(row, Call)]


def stages(call):
    return {view.source: [stage.stage for stage in view.stages] for view in call.views}


@pytest.fixture
def store():
    return TraceStore(wall_offset=1_000_000.0)


def test_a_repeat_is_counted_and_changes_nothing(store):
    events = [packet(stage, 10.0 + n) for n, stage in enumerate(("request", "ack", "response"))]
    feed(store, *events)
    once = calls(store)
    feed(store, *events, *events)
    assert calls(store) == [replace(once[0], repeats=6)]


def test_a_packet_sent_again_after_a_reconnect_does_not_move_the_first(store):
    feed(store, packet("request", 10.0), packet("request", 14.0), packet("ack", 14.1))
    (call,) = calls(store)
    assert [stage.time for stage in call.views[0].stages] == [10.0, 14.1]
    assert call.repeats == 1


def test_of_two_different_answers_the_first_counts():
    yes, no = packet("response", 11.0, caller="web-1"), packet("response", 12.0, caller="web-1", payload="other")
    for order in ([yes, no], [no, yes]):
        fresh = TraceStore(0.0)
        feed(fresh, packet("request", 10.0, caller="web-1"), *order)
        (call,) = calls(fresh)
        assert (call.response.text, call.ended, call.repeats) == ("hi", 11.0, 1)


def test_an_answer_after_the_end_of_our_call_is_told_and_does_not_change_the_outcome(store):
    seq = begin(store)
    feed(store, packet("request", 10.0))
    store.finish(seq, "error", 17.0, error=CallError(code=1501, message="Connection timeout"))
    store.settle(seq)
    feed(store, packet("ack", 17.5), packet("ack", 17.5, source="server"), packet("response", 19.0))
    call = store.call(seq)
    assert (call.outcome, call.error.code, call.ended) == ("error", 1501, 17.0)
    assert call.note == (
        "its ack came 0.5 s after we had stopped waiting; its answer came 2.0 s after we had stopped waiting"
    )
    assert call.response.text == "hi", "what came is shown"


def test_a_late_answer_in_several_packets_is_shown_whole(store):
    seq = begin(store)
    feed(store, packet("request", 10.0))
    store.finish(seq, "cancelled", 10.5)
    feed(store, packet("response", 11.0, payload=None, complete=False), packet("response", 11.0, end=11.2, packets=3))
    call = store.call(seq)
    assert (call.outcome, call.response.text, call.note) == (
        "cancelled", "hi", "its answer came 0.5 s after we had stopped waiting",
    )  # fmt: skip


def test_packets_of_a_call_that_ended_in_time_are_not_late_by_the_grain_of_their_stamps(store):
    seq = begin(store)
    feed(store, packet("request", 10.0), packet("ack", 10.002))
    store.finish(seq, "ok", 10.0042, response="hi")
    feed(store, packet("response", 10.005))
    assert store.call(seq).note is None


def test_an_ack_before_its_request_waits_for_it_and_loses_its_note(store):
    feed(store, packet("ack", 10.1, caller="web-1"))
    (alone,) = calls(store)
    assert (alone.note, alone.method, alone.request) == (NO_REQUEST, None, None)
    feed(store, packet("request", 10.0, caller="web-1"))
    (call,) = calls(store)
    assert (call.seq, call.note, call.method, call.started, call.wall) == (alone.seq, None, "greet", 10.0, 1_000_010.0)


def test_an_answer_whose_request_passed_unseen_is_a_call_that_ended(store):
    feed(store, packet("response", 10.0, caller="web-1"))
    (call,) = calls(store)
    assert (call.outcome, call.note, call.caller, call.callee) == ("ok", NO_REQUEST, "web-1", "agent")


def test_packets_of_ours_that_nobody_claims_are_shown_once_their_calls_are_over(store):
    """The server's stream began in the middle of a call whose request nobody saw."""
    seq = begin(store)
    feed(store, packet("ack", 10.1, source="server"), packet("response", 10.2, source="server"))
    assert [call.seq for call in calls(store)] == [seq], "it may be this call's: nothing is claimed yet"
    store.finish(seq, "ok", 10.3, response="hi")
    store.settle(seq, may_come=True)
    store.expire(10.4)
    assert len(calls(store)) == 1
    store.expire(20.0)
    own, orphan = calls(store)
    assert (own.seq, own.id) == (seq, None)
    assert (orphan.id, orphan.note, orphan.outcome, stages(orphan)) == (
        "id-1", NO_REQUEST, "ok", {"server": ["ack", "response"]},
    )  # fmt: skip


def test_packets_of_calls_that_cannot_be_told_apart_make_no_row_however_late(store):
    short = budget_for(3_000, 7_000)
    seqs = [begin(store, budget=short), begin(store, budget=short)]
    for call_id in ("x", "y"):
        feed(store, packet("request", 10.0, call_id, told_ms=1000), packet("ack", 10.1, call_id))
    for seq in seqs:
        store.finish(seq, "ok", 11.0, response="hi")
        store.settle(seq)
    store.expire(30.0)
    feed(store, packet("response", 31.0, "x"), packet("request", 10.0, "y", source="server", told_ms=1000))
    assert [call.seq for call in calls(store)] == seqs
    assert store.unassigned == 2


def test_an_id_that_is_used_again_is_another_call(store):
    later = 10.0 + REUSED_AFTER_S + 5
    for start in (10.0, later):
        feed(
            store, *(packet(stage, start + n, caller="web-1") for n, stage in enumerate(("request", "ack", "response")))
        )
    first, second = calls(store)
    assert (first.started, first.ended, first.repeats) == (10.0, 12.0, 0)
    assert (second.started, second.ended, second.repeats) == (later, later + 2, 0)
    assert [call.seq for call in store.with_id("id-1")] == [first.seq, second.seq]
    # What the server tells of both goes to the one that it is about.
    for start in (later, 10.0):
        feed(store, packet("request", start, source="server", caller="web-1"))
        feed(store, packet("response", start + 2, source="server", caller="web-1"))
    assert [stages(call)["server"] for call in calls(store)] == [["request", "response"]] * 2


def test_the_same_id_of_another_caller_or_in_another_room_is_another_call(store):
    feed(store, packet("request", 10.0, caller="web-1"), packet("request", 10.0, caller="web-2"))
    feed(store, packet("request", 10.0, caller="web-1"), room="other")
    assert [(call.caller, call.room) for call in calls(store)] == [
        ("web-1", "demo"), ("web-2", "demo"), ("web-1", "other"),
    ]  # fmt: skip


def test_packets_of_a_call_that_was_dropped_begin_a_row_that_says_so():
    store = TraceStore(0.0, limit=1)
    feed(store, packet("request", 10.0, "a", caller="web-1"), packet("response", 10.1, "a", caller="web-1"))
    feed(store, packet("request", 11.0, "b", caller="web-1"), packet("response", 11.1, "b", caller="web-1"))
    assert [call.id for call in calls(store)] == ["b"]
    feed(store, packet("ack", 10.05, "a", source="server", caller="web-1"))
    assert {call.id: call.note for call in calls(store)}["a"] == NO_REQUEST


def test_our_own_call_is_kept_until_it_is_settled():
    store = TraceStore(0.0, limit=1)
    seq = begin(store)
    store.finish(seq, "ok", 10.1, response="hi")
    for n in range(5):
        store.note("joined", 11.0 + n, "demo", "bob")
    assert store.get(seq) is not None
    store.settle(seq)
    store.note("joined", 17.0, "demo", "bob")
    assert store.get(seq) is None
    assert store.dropped_calls == 1


def test_a_clock_that_is_set_changes_the_times_of_later_rows_alone(store):
    store.note("joined", 10.0, "demo", "bob")
    store.set_wall_offset(1_003_600.0)
    store.note("left", 11.0, "demo", "bob")
    assert [row.wall for row in store.rows()] == [1_000_010.0, 1_003_611.0]
    assert [row.time for row in store.rows()] == [10.0, 11.0], "the order is that of the clock that nobody can set"


def test_lines_of_the_log_name_their_call(store):
    seq = begin(store)
    name = "385459e6-93fa-4604-a1a1-5a559e04b6f5"
    feed(store, packet("request", 10.0, name))
    store.log(40, f"livekit_rpc::client: Response stream received for unexpected RPC request: {name}", 12.0)
    store.log(20, "livekit::rtc_engine: connection setup took 92 ms", 13.0)
    first, second = store.drain().logs
    assert (first.number, first.call, first.level, first.wall) == (1, seq, 40, 1_000_012.0)
    assert second.call is None
    assert store.drain().logs == ()
    assert store.logs() == (first, second)


def test_the_log_is_bounded_and_holds_no_secret(store):
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWhlcmU"
    store.log(30, f"retrying ws://h/rtc?access_token={token}&auto_subscribe=0", 1.0)
    assert token not in store.logs()[0].text
    assert "ws://h/rtc" in store.logs()[0].text
    store.log(30, "x" * 1_000_000, 2.0)
    assert len(store.logs()[1].text) == 2_000
    for n in range(6_000):
        store.log(20, f"line {n}", 3.0)
    assert len(store.logs()) == 5_000
    assert store.logs()[-1].number == 6_002


def test_late_packets_of_our_call_that_was_dropped_are_shown_all_the_same():
    store = TraceStore(0.0, limit=1)
    seq = begin(store)
    store.finish(seq, "ok", 10.1, response="hi")
    store.settle(seq, may_come=True)
    store.note("joined", 10.2, "demo", "bob")
    assert store.get(seq) is None
    feed(store, packet("request", 10.0), packet("response", 10.05))
    (call,) = calls(store)
    assert (call.id, call.direction, call.outcome) == ("id-1", "outgoing", "ok")
