"""The store: any interleaving of what vantage points report gives the same calls, and nothing is invented."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.budgets import Budget, budget_for
from rpc_inspector.core.events import RpcEvent, WireError
from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.core.store.trace import TraceStore

US = "inspector-7f3"


def request(call_id="id-1", *, time=10.0, source="sdk", sent_by=US, to="agent", told=8000, payload="{}", **more):
    return RpcEvent(
        source=source, stage="request", dir="forwarded" if source == "server" else "sent", time=time, id=call_id,
        sender=sent_by, destination=to, transport="v2", bytes=200, method="greet", told_ms=told, payload=payload,
        payload_bytes=None if payload is None else len(payload), **more,
    )  # fmt: skip


def ack(call_id="id-1", *, time=10.004, source="sdk", by="agent", to=US):
    where = "forwarded" if source == "server" else "received"
    return RpcEvent(source=source, stage="ack", dir=where, time=time, id=call_id, sender=by, destination=to)


def response(call_id="id-1", *, time=10.020, source="sdk", by="agent", to=US, payload="hi", error=None):
    return RpcEvent(
        source=source, stage="response", dir="forwarded" if source == "server" else "received", time=time, id=call_id,
        sender=by, destination=to, transport="v2", payload=payload, error=error,
        payload_bytes=None if payload is None else len(payload),
    )  # fmt: skip


def begin(store, *, payload="{}", budget=None, time=9.999):
    budget = budget or store.budget("agent", "greet", payload, 15_000, 7_000)
    return store.begin(
        room="demo", us=US, destination="agent", method="greet", payload=payload, budget=budget, time=time,
        purpose="call",
    )  # fmt: skip


def feed(store, *events):
    for event in events:
        store.observe(event, "demo", US)


def calls(store):
    return [row for row in store.rows() if isinstance(row, Call)]


@pytest.fixture
def store():
    return TraceStore(wall_offset=1_000_000.0)


def test_own_call_gets_its_packets_and_their_times(store):
    seq = begin(store)
    feed(store, request(), ack(), response())
    store.finish(seq, "ok", 10.021, response="hi")
    call = store.call(seq)
    assert (call.id, call.outcome, call.transport) == ("id-1", "ok", "v2")
    assert call.ack.ms == pytest.approx(4.0)
    assert call.ack.source == "capture"
    assert call.answer.ms == pytest.approx(20.0)
    assert call.total.ms == pytest.approx(22.0)
    assert call.total.source == "sdk"
    assert [stage.stage for stage in call.views[0].stages] == ["request", "ack", "response"]
    assert len(calls(store)) == 1


def test_a_vantage_point_that_comes_in_the_middle_of_our_call_does_not_take_its_packets(store):
    seq = begin(store)
    feed(store, ack(source="server", time=10.003), response(source="server", time=10.019))
    feed(store, request(), ack(), response())
    store.finish(seq, "ok", 10.021, response="hi")
    call = store.call(seq)
    assert [row.seq for row in calls(store)] == [seq]
    assert call.id == "id-1"
    assert call.ack.ms == pytest.approx(4.0)
    assert {view.source: len(view.stages) for view in call.views} == {"sdk": 3, "server": 2}
    assert store.unassigned == 0


def test_stamps_of_another_clock_measure_nothing(store):
    seq = begin(store)
    events = [msgspec.structs.replace(event, precision=50.0) for event in (request(), ack(), response())]
    feed(store, *events)
    store.finish(seq, "ok", 10.021, response="hi")
    call = store.call(seq)
    assert (call.ack, call.answer) == (None, None)
    assert [stage.stage for stage in call.views[0].stages] == ["request", "ack", "response"], "they were seen"
    assert call.total.source == "sdk"


def test_without_packets_the_ack_is_unknown(store):
    seq = begin(store)
    store.finish(seq, "ok", 10.5, response="hi")
    assert store.call(seq).ack is None
    assert store.call(seq).id is None


def test_two_sightings_of_one_call_are_one_call(store):
    seq = begin(store)
    feed(store, request(), request(source="server", time=10.001), ack(source="server", time=10.003), ack(), response())
    call = store.call(seq)
    assert [(view.at, view.source) for view in call.views] == [("caller", "sdk"), ("server", "server")]
    assert call.ack.ms == pytest.approx(4.0), "read from the caller's own view"
    assert len(calls(store)) == 1


EVENTS = [
    request("a", sent_by="web-1"),
    ack("a", to="web-1"),
    response("a", to="web-1"),
    request("a", source="server", time=10.001, sent_by="web-1"),
    ack("a", source="server", time=10.0035, to="web-1"),
    response("a", source="server", time=10.019, to="web-1"),
    request("b", time=11.0, sent_by="web-2"),
    response("b", time=11.1, to="web-2", payload=None, error=WireError(code=1500, message="no")),
]


def facts_of(store):
    """What a call says, apart from the order in which its rows were begun."""
    return {
        (
            call.id,
            call.caller,
            call.callee,
            call.method,
            call.outcome,
            call.views,
            call.ended,
            call.request,
            call.response,
        )
        for call in calls(store)
    }


@given(st.permutations(EVENTS))
def test_any_interleaving_gives_the_same_calls(order):
    straight, shuffled = TraceStore(0.0), TraceStore(0.0)
    feed(straight, *EVENTS)
    feed(shuffled, *order)
    assert facts_of(shuffled) == facts_of(straight)


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=5))
def test_repeats_change_nothing_and_are_counted(order, again):
    once, twice = TraceStore(0.0), TraceStore(0.0)
    feed(once, *order)
    feed(twice, *order, *again)
    assert facts_of(twice) == facts_of(once)
    assert sum(call.repeats for call in calls(twice)) == len(again)


@given(st.permutations([request(), ack(), response()]))
def test_own_call_is_the_same_in_whatever_order_its_packets_are_read(order):
    store = TraceStore(0.0)
    seq = begin(store)
    feed(store, *order)
    assert {stage.stage for stage in store.call(seq).views[0].stages} == {"request", "ack", "response"}


def test_an_ack_without_its_request_is_shown_as_such(store):
    feed(store, ack("lonely", by="agent", to="web-1"))
    (call,) = calls(store)
    assert call.method is None
    assert call.request is None
    assert "request was not seen" in call.note


def test_identical_calls_in_flight_are_told_apart_by_one_ms(store):
    seqs = [begin(store) for _ in range(20)]
    tolds = [store.call(seq).told_ms for seq in seqs]
    assert tolds == list(range(8000, 8020))
    for told in reversed(tolds):  # they leave in another order than they were made
        feed(store, request(f"id-{told}", told=told), ack(f"id-{told}"))
    for seq, told in zip(seqs, tolds, strict=True):
        assert store.call(seq).id == f"id-{told}"
        assert store.call(seq).ack is not None
    assert len(calls(store)) == 20


def test_the_mark_is_not_needed_once_a_call_has_its_packets(store):
    begin(store)
    feed(store, request())
    assert store.budget("agent", "greet", "{}", 15_000, 7_000) == Budget(ack=7000, response=15_000, told=8000)


def test_where_the_mark_is_lost_nothing_is_guessed(store):
    short = budget_for(3_000, 7_000)
    first = begin(store, budget=short)
    assert store.budget("agent", "greet", "{}", 3_000, 7_000) == short
    second = begin(store, budget=short)
    feed(store, request("x", told=1000), ack("x"), request("y", told=1000), ack("y"))
    assert [store.call(seq).id for seq in (first, second)] == [None, None]
    assert len(calls(store)) == 2, "no row of its own for packets that belong to one of the two"
    assert store.unassigned == 2


def test_a_request_in_several_packets_waits_for_its_payload_when_it_must(store):
    one, other = begin(store, payload='{"n":1}'), begin(store, payload='{"n":2}')
    header = msgspec.structs.replace(request("z", payload=None), payload_bytes=7, complete=False)
    feed(store, header, ack("z"))
    assert store.call(other).id is None, "both could be meant until the payload is known"
    feed(store, request("z", payload='{"n":2}', end=10.010))
    assert store.call(one).id is None
    assert store.call(other).id == "z"
    assert store.call(other).ack.ms == pytest.approx(4.0)


def test_incoming_and_observed_are_told_apart(store):
    feed(store, request("in", sent_by="web-1", to=US), request("by", sent_by="web-1", to="agent"))
    assert [call.direction for call in calls(store)] == ["incoming", "observed"]


def test_a_hidden_caller_is_unknown_not_empty(store):
    feed(store, request("h", sent_by=None, to=US))
    assert calls(store)[0].caller is None


def test_an_observed_call_whose_end_never_passes_is_lost_and_a_late_end_corrects_it(store):
    feed(store, request("q", sent_by="web-1", told=1000))
    store.expire(10.0 + 9.9)
    assert calls(store)[0].outcome == "open"
    store.expire(10.0 + 10.1)
    assert calls(store)[0].outcome == "lost"
    feed(store, response("q", to="web-1", time=25.0))
    assert calls(store)[0].outcome == "ok"


def test_an_error_packet_ends_an_observed_call(store):
    feed(store, request("e", sent_by="web-1"))
    feed(store, response("e", to="web-1", payload=None, error=WireError(code=4020, message="declined", data="{}")))
    (call,) = calls(store)
    assert (call.outcome, call.error.code, call.error.name, call.error.raised_by) == ("error", 4020, None, "callee")


def test_drain_gives_each_changed_row_once_as_it_is_now(store):
    seq = begin(store)
    feed(store, request(), ack())
    store.note("joined", 10.0, "demo", "web-1")
    rows = store.drain().rows
    assert [type(row) for row in rows] == [Call, RoomEvent]
    assert rows[0].ack is not None
    assert rows[0].seq == seq
    assert not store.has_changes
    assert store.drain().rows == ()


def test_a_full_store_drops_the_oldest_finished_and_says_which():
    store = TraceStore(0.0, limit=3)
    running = begin(store)
    for n in range(3):
        feed(store, request(f"r{n}", sent_by="web-1"), response(f"r{n}", to="web-1"))
    assert store.get(running) is not None, "a running call is never dropped"
    assert len(store.rows()) == 3
    assert store.drain().dropped == (2,)
    assert store.dropped_calls == 1


def test_leaving_a_room_loses_what_others_were_calling_there(store):
    feed(store, request("r", sent_by="web-1"))
    store.abandon("demo")
    assert calls(store)[0].outcome == "lost"


@pytest.mark.parametrize(("method", "purpose"), [("rpc.describe", "describe"), ("rpc.ping.0a1b2c3d", "ping")])
def test_housekeeping_is_recognised_at_other_vantage_points(store, method, purpose):
    feed(store, msgspec.structs.replace(request("p", sent_by="other-inspector"), method=method))
    assert calls(store)[0].purpose == purpose


def test_times_are_wall_times_by_the_offset(store):
    feed(store, *itertools.islice(EVENTS, 1))
    assert calls(store)[0].wall == pytest.approx(1_000_010.0)
