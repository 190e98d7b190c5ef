"""In whatever order, and however often, vantage points report packets: the calls are the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call, replace
from rpc_inspector.core.store.concluding import NO_REQUEST
from rpc_inspector.core.store.trace import TraceStore
from tests.support.reports import calls, interleaved

US = "inspector-7f3"


def folded(events, us=None):
    store = TraceStore(1_000_000.0)
    for event in events:
        store.observe(event, "demo", us)
    return store


def facts(store):
    """Every call as it is, but for the number of its row and of repeats."""
    rows = (row for row in store.rows() if isinstance(row, Call))
    # A wall time that was moved with its start differs in the last bits of its sum.
    same = (replace(row, seq=0, repeats=0, wall=round(row.wall, 6)) for row in rows)
    return sorted(same, key=lambda call: (call.id, call.caller or ""))


@st.composite
def traffic(draw):
    told = draw(calls())
    return [event for events in told for event in events], draw(interleaved(told))


@settings(max_examples=300, deadline=None)
@given(traffic())
def test_any_order_and_any_repeats_give_the_same_calls(traffic):
    straight, shuffled = traffic
    assert facts(folded(shuffled)) == facts(folded(straight))


@settings(max_examples=100, deadline=None)
@given(traffic(), st.sampled_from(["web-0", "agent"]))
def test_so_they_do_where_some_are_ours(traffic, us):
    straight, shuffled = traffic
    assert facts(folded(shuffled, us)) == facts(folded(straight, us))


@settings(max_examples=100, deadline=None)
@given(traffic())
def test_nothing_is_invented_and_nothing_lost(traffic):
    _, events = traffic
    store = folded(events)
    seen = {(event.id, event.caller, event.source, event.place, event.stage) for event in events}
    shown = {
        (call.id, call.caller, view.source, view.place, stage.stage)
        for call in store.rows()
        for view in call.views
        for stage in view.stages
    }
    assert shown == seen
    for call in store.rows():
        mine = [event for event in events if (event.id, event.caller) == (call.id, call.caller)]
        assert call.started == min(event.time for event in mine)
        assert (call.note == NO_REQUEST) == all(event.stage != "request" for event in mine)
        times = [stage.time for view in call.views for stage in view.stages]
        assert set(times) <= {event.time for event in mine}


def test_a_hidden_caller_is_one_call_whoever_sees_it_first():
    """The callee's packets name no caller, the server knows who it is."""
    to_callee = RpcEvent(
        source="sdk", stage="request", dir="received", time=10.001, id="h", sender=None, destination="agent",
        method="greet",
    )  # fmt: skip
    at_server = replace(to_callee, source="server", dir="forwarded", time=10.0, sender="ghost")
    for events in ([to_callee, at_server], [at_server, to_callee]):
        (call,) = facts(folded(events))
        assert (call.caller, call.callee, call.started) == ("ghost", "agent", 10.0)
        assert [view.at for view in call.views] == ["server", "callee"]


def own_call(number, told):
    """One of several identical calls of ours, as our SDK and the server see it: only the told time is its own."""
    begun = 10.0 + number / 1000
    events = []
    for source, late in (("sdk", 0.0), ("server", 0.0005)):
        way = {"request": "sent", "ack": "received", "response": "received"}
        for stage, after in (("request", 0.0), ("ack", 0.003), ("response", 0.1)):
            ends = (US, "agent") if stage == "request" else ("agent", US)
            said = {"method": "greet", "told_ms": told, "payload": "{}"} if stage == "request" else {}
            said |= {"payload": f"answer {number}"} if stage == "response" else {}
            events.append(
                RpcEvent(
                    source=source, stage=stage, dir="forwarded" if source == "server" else way[stage],
                    time=begun + after + late, id=f"id-{number}", sender=ends[0], destination=ends[1], **said,
                )
            )  # fmt: skip
    return events


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4), st.data())
def test_identical_calls_of_ours_each_get_their_own_packets_in_whatever_order(count, data):
    store = TraceStore(0.0)
    seqs, events = [], []
    for number in range(count):
        budget = store.budget("agent", "greet", "{}", 15_000, 7_000)
        seqs.append(
            store.begin(
                room="demo", us=US, destination="agent", method="greet", payload="{}", budget=budget, time=9.9,
                purpose="call",
            )
        )  # fmt: skip
        events += own_call(number, budget.told)
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    for event in data.draw(st.permutations([*events, *again])):
        store.observe(event, "demo", US)
    assert [row.seq for row in store.rows()] == seqs, "no packet made a row of its own"
    for number, seq in enumerate(seqs):
        call = store.call(seq)
        assert call.id == f"id-{number}"
        assert call.response.text == f"answer {number}"
        assert [[stage.stage for stage in view.stages] for view in call.views] == [["request", "ack", "response"]] * 2
    assert sum(store.call(seq).repeats for seq in seqs) == len(again)
    assert store.unassigned == 0
