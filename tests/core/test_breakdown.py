"""Where the time of a call went, from one, two and three places."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import convert

from rpc_inspector.core.breakdown import PARTS, breakdown
from rpc_inspector.core.callobject import CallObject, call_from, call_object
from rpc_inspector.core.model import Sighting, Stage, replace
from tests.support.calls import call, view

T = 1000.0


def seen(at, request=None, ack=None, response=None, *, precision=0.1, source=None, ends=(None, None), place=""):
    """A view with stages at these ms after T; `ends` are those of request and response."""
    how = {"caller": ("sent", "received"), "callee": ("received", "sent"), "server": ("forwarded", "forwarded")}[at]
    stages = []
    for kind, ms, dir_, end in (
        ("request", request, how[0], ends[0]), ("ack", ack, how[1], None), ("response", response, how[1], ends[1]),
    ):  # fmt: skip
        if ms is not None:
            time_end = None if end is None else T + end / 1000
            stages.append(Stage(stage=kind, dir=dir_, time=T + ms / 1000, end=time_end, precision=precision))
    source = source or {"caller": "sdk", "callee": "app", "server": "server"}[at]
    return Sighting(at=at, source=source, place=place, stages=tuple(sorted(stages, key=lambda stage: stage.time)))


def ours(*views, total=50.0, **more):
    return call(1, views=views, started=T, total=total, **more)


def told(found):
    return [(leg.name, round(leg.ms, 3)) for leg in found.legs]


def unseen(found):
    return {each.stage: each.why for each in found.unseen}


CALLER = seen("caller", 1, 6, 48)
SERVER = seen("server", 2, 5, 46)
CALLEE = seen("callee", 3, 4, 44)


def test_all_three_places_tell_every_leg():
    found = breakdown(ours(CALLER, SERVER, CALLEE))
    assert told(found) == [
        ("queue", 1), ("request to server", 1), ("request to callee", 1), ("handler", 41),
        ("response to server", 2), ("response to caller", 2), ("return", 2),
    ]  # fmt: skip
    assert found.total == pytest.approx(50)
    assert found.precision == 0.1
    assert not found.unseen
    assert [(leg.name, leg.source, round(leg.ms, 3)) for leg in found.acks] == [
        ("ack by callee's SDK", "callee", 1), ("ack to server", "callee to server", 1),
        ("ack to caller", "server to caller", 1),
    ]  # fmt: skip


def test_both_ends_tell_transit_and_handler():
    found = breakdown(ours(CALLER, CALLEE))
    assert told(found) == [
        ("queue", 1), ("request transit", 2), ("handler", 41), ("response transit", 4), ("return", 2),
    ]  # fmt: skip
    assert not found.unseen
    assert found.legs[1].source == "caller to callee"


def test_the_caller_and_the_server_do_not_tell_the_handler():
    found = breakdown(ours(CALLER, SERVER))
    assert told(found) == [
        ("queue", 1), ("request to server", 1), ("until the ack", 3), ("after the ack", 41),
        ("response to caller", 2), ("return", 2),
    ]  # fmt: skip
    assert unseen(found) == {
        "request transit": "not visible from here; needs both ends' packets",
        "handler": "not visible from here; needs the callee's packets",
        "response transit": "not visible from here; needs both ends' packets",
    }


def test_the_caller_alone_tells_the_queue_and_the_ack():
    found = breakdown(ours(CALLER))
    assert told(found) == [("queue", 1), ("until the ack", 5), ("after the ack", 42), ("return", 2)]
    assert "handler" in unseen(found)
    without_ack = breakdown(ours(seen("caller", 1, None, 48)))
    assert told(without_ack)[1] == ("transit and handler", 47)
    assert unseen(without_ack)["ack"] == "not seen from here"


def test_the_callee_alone_tells_the_handler():
    found = breakdown(call(1, caller="web-1", callee="inspector-7f3", views=(CALLEE,), started=T, total=44))
    assert told(found) == [("handler", 41)]
    assert unseen(found)["queue"] == "not visible from here; it is in the caller's own process"


def test_without_packets_only_our_own_clock_is_left():
    found = breakdown(ours())
    assert told(found) == [("all of it", 50)]
    assert found.legs[0].source == "our clock"
    assert breakdown(call(1, caller="web-1", views=(), total=None)).legs == ()


def test_large_messages_count_to_their_last_packet():
    caller = seen("caller", 1, 6, 40, ends=(4, 48))
    callee = seen("callee", 3, 4, 36, ends=(9, 45))
    found = breakdown(ours(caller, callee))
    assert told(found)[1:4] == [("request transit", 8), ("handler", 27), ("response transit", 12)]


def test_stamps_of_another_clock_are_not_mixed():
    coarse = breakdown(ours(CALLER, seen("server", 20, 25, 60, precision=500)))
    assert told(coarse)[1][0] == "until the ack"
    assert "too coarse" in coarse.doubt
    skewed = breakdown(ours(CALLER, seen("callee", 1003, 1004, 1044)))
    assert "disagree by at least" in skewed.doubt
    assert "the caller and the callee" in skewed.doubt
    assert "handler" in unseen(skewed)
    mixed = breakdown(ours(CALLER, seen("callee", 3, 4, 44, source="file")))
    assert "file" in mixed.doubt
    assert "handler" in unseen(mixed)


def test_within_their_precision_stamps_may_cross():
    found = breakdown(ours(seen("caller", 1.2, 6, 48, precision=1), seen("callee", 0.9, 4, 44, precision=1)))
    assert not found.doubt
    assert found.legs[1].ms == pytest.approx(-0.3)
    assert found.legs[1].precision == 1


def test_stamps_that_were_taken_late_are_good_for_no_less_than_that():
    found = breakdown(ours(seen("caller", 3.5, 6, 48), seen("callee", 2, 4, 44)))
    assert not found.doubt
    assert [(leg.name, round(leg.ms, 3), leg.precision) for leg in found.legs[:3]] == [
        ("queue", 3.5, 1.5), ("request transit", -1.5, 1.5), ("handler", 42, 1.5),
    ]  # fmt: skip
    assert found.legs[3].precision == 0.1
    assert found.precision == 0.1


def test_what_never_ended_is_called_waiting():
    error = call(1, code=1501).error
    found = breakdown(ours(seen("caller", 1), total=7000, outcome="error", error=error))
    assert told(found) == [("queue", 1), ("no answer was seen", 6999)]
    running = breakdown(call(1, total=None, views=(seen("caller", 1, 6),), started=T))
    assert told(running) == [("queue", 1)]
    assert unseen(running)["handler"] == "not over yet"


def test_the_finest_of_two_views_of_one_place_counts():
    found = breakdown(ours(CALLER, seen("caller", 1.25, 6, 48, precision=0.01, source="app", place="pid 7")))
    assert found.legs[0].ms == pytest.approx(1.25)


def test_a_call_from_a_file_tells_the_same_and_an_object_of_others_no_queue():
    live = ours(CALLER, SERVER, CALLEE)
    kept = breakdown(call_from(convert(call_object(live), CallObject)))
    for before, after in zip(breakdown(live).legs, kept.legs, strict=True):
        assert (before.name, before.source) == (after.name, after.source)
        assert after.ms == pytest.approx(before.ms, abs=max(before.precision, 0.11))
    foreign = replace(live, started=T + 0.001)
    assert [leg.name for leg in breakdown(foreign).legs] == [leg.name for leg in breakdown(live).legs][1:-1]
    assert "queue" in unseen(breakdown(foreign))


_MS = st.floats(0, 1000)


@given(
    times=st.lists(_MS, min_size=8, max_size=8).map(sorted),
    places=st.sets(st.sampled_from(["caller", "server", "callee"])),
    acks=st.booleans(),
)
def test_legs_always_add_up(times, places, acks):
    begin, *stamps, end = times
    assume(min(stamps) - begin > 0.01)
    views = []
    for number, at in enumerate(("caller", "server", "callee")):
        if at in places:
            request, response = stamps[number], stamps[5 - number]
            views.append(seen(at, request, (request + response) / 2 if acks else None, response))
    made = replace(ours(*views, total=end - begin), started=T + begin / 1000)
    found = breakdown(made)
    assert found.total == pytest.approx(end - begin, abs=1e-6)
    for before, after in zip(found.legs, found.legs[1:], strict=False):
        assert before.begin + before.ms == pytest.approx(after.begin, abs=1e-6)
    covered = [part for leg in found.legs if leg.name != "after the ack" for part in leg.parts]
    assert tuple(covered) == PARTS


def test_the_store_s_own_shape_is_understood():
    plain = call(2, 1.0, ack=12, total=41.2, views=(view(1001.0005, 12, 40),))
    names = [leg.name for leg in breakdown(plain).legs]
    assert names == ["queue", "until the ack", "after the ack", "return"]
