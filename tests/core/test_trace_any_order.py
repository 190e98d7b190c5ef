"""In whatever order, and however often, vantage points report packets: the calls are the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core.concluding import NO_REQUEST
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call, replace
from rpc_inspector.core.trace import TraceStore
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
