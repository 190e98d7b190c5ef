"""The ladder's model: arrows of calls, their order, silences, lifelines."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core.ladder.arrows import since, steps_of
from rpc_inspector.core.ladder.model import GAP_S, Gap, Ladder
from rpc_inspector.core.model import CallError, Payload, RoomEvent, Stage, replace
from tests.support.calls import MONOTONIC, US, call, event, story, view


def kinds(row):
    return [step.kind for step in steps_of(row, US)]


def lines(ladder):
    return list(ladder.between(0, len(ladder)))


def built(rows):
    ladder = Ladder(US)
    ladder.put(rows)
    return ladder


def test_each_seen_stage_is_one_arrow_between_caller_and_callee():
    request, ack, response = steps_of(call(1))
    assert [request.kind, ack.kind, response.kind] == ["request", "ack", "response"]
    assert (request.sender, request.receiver) == (US, "weather-agent")
    assert (ack.sender, ack.receiver) == (response.sender, response.receiver) == ("weather-agent", US)
    assert [since(ack, request).ms, since(response, ack).ms] == pytest.approx([12, 29.2])


def test_an_error_packet_of_the_callee_is_an_arrow():
    assert kinds(call(1, code=1500)) == ["request", "ack", "error"]


def test_an_ack_that_nobody_saw_is_no_arrow():
    unseen = call(1, views=(view(MONOTONIC, None, 41.2),))
    assert kinds(unseen) == ["request", "response"]


def test_an_answer_without_a_packet_is_inferred_from_our_own_outcome():
    request, response = steps_of(call(1, views=()))
    assert request.is_inferred
    assert response.is_inferred
    assert response.time == pytest.approx(MONOTONIC + 0.0412)
    assert (response.sender, response.receiver) == ("weather-agent", US)


def test_what_the_caller_raised_is_its_own_end_and_no_arrow():
    error = CallError(code=1501, message="", raised_by="caller")
    request, end = steps_of(call(1, views=(view(MONOTONIC, None, None),), error=error, outcome="error", total=7000.0))
    assert (request.kind, end.kind) == ("request", "end")
    assert end.sender == end.receiver == US
    assert not end.is_arrow
    assert end.time == pytest.approx(MONOTONIC + 7)


@pytest.mark.parametrize(("code", "raised_by"), [(1401, "us"), (1402, "caller"), (1505, "caller")])
def test_what_was_never_sent_has_no_arrow_at_all(code, raised_by):
    refused = call(1, views=(), outcome="error", error=CallError(code=code, message="", raised_by=raised_by))
    assert kinds(refused) == ["end"]


def test_our_own_timers_end_and_the_answer_that_came_too_late():
    error = CallError(code=1502, message="", raised_by="caller")
    late = call(1, views=(view(MONOTONIC, 5, 9000),), outcome="error", error=error, total=8010.0)
    assert kinds(late) == ["request", "ack", "end", "response"]
    assert steps_of(late)[-1].late


def test_a_1502_in_a_packet_came_from_the_callee():
    error = CallError(code=1502, message="", raised_by="either")
    assert kinds(call(1, code=1502, error=error)) == ["request", "ack", "error"]


def test_the_end_of_a_lost_call_is_not_drawn_and_a_cancelled_one_ends_at_us():
    assert kinds(call(1, total=None, outcome="lost")) == ["request", "ack"]
    assert kinds(call(1, total=None, outcome="cancelled", ended=MONOTONIC + 1)) == ["request", "ack", "end"]


def test_an_orphan_ack_comes_from_its_callee_to_nobody_known():
    views = (replace(view(MONOTONIC, 1, None, at="server"), stages=(Stage(stage="ack", dir="forwarded", time=1.0),)),)
    orphan = call(1, caller=None, method=None, request=None, total=None, views=views, outcome="lost")
    (ack,) = steps_of(orphan)
    assert (ack.kind, ack.sender, ack.receiver) == ("ack", "weather-agent", None)
    assert built([orphan]).lifelines.everybody() == ["weather-agent", None]


def test_an_arrow_seen_from_two_places_is_one_and_names_both():
    server = view(MONOTONIC + 0.0004, 11.5, 40.6, at="server", precision=0.01)
    request, ack, response = steps_of(call(1, views=(view(MONOTONIC, 12, 41), server)))
    assert [seen.view.at for seen in request.seen] == ["caller", "server"]
    assert request.time == MONOTONIC
    assert since(ack, request) == (pytest.approx(12), 1.0, False)
    assert response.time == pytest.approx(MONOTONIC + 0.041)


def test_times_stamped_at_different_places_are_said_to_be():
    caller = view(MONOTONIC, None, 41)
    callee = replace(view(MONOTONIC, 2, None, at="callee"), stages=view(MONOTONIC, 2, None, at="callee").stages[1:])
    request, ack, response = steps_of(call(1, views=(caller, callee)))
    assert since(ack, request).mixed
    assert since(response, ack).mixed
    assert not since(response, request).mixed


def test_a_clock_that_measures_nothing_gives_way_to_one_that_does():
    coarse = view(MONOTONIC, 900, 1900, precision=1000.0)
    fine = view(MONOTONIC + 0.001, 5, 9, at="server", precision=0.01)
    steps = steps_of(call(1, views=(coarse, fine)))
    assert [step.seen[0].view.at for step in steps] == ["server"] * 3


def test_rows_stand_strictly_by_time_with_silences_between():
    ladder = built([call(1, 0), call(2, 0.005, callee="web-1"), call(3, 2)])
    shown = lines(ladder)
    assert [line.row.seq for line in shown if not isinstance(line, Gap)] == [1, 2, 1, 2, 1, 2, 3, 3, 3]
    gaps = [line for line in shown if isinstance(line, Gap)]
    assert [gap.seconds for gap in gaps] == pytest.approx([2 - 0.0462])
    assert ladder.steps == len(shown) - 1


def test_lifelines_know_who_is_there_and_who_left():
    rows = [event(1, 1.0, "joined", "late"), call(2, 0, callee="billing"), event(3, 2.0, "left", "billing")]
    ladder = built(rows)
    lives = ladder.lifelines
    assert lives.everybody() == [US, "billing", "late"]
    assert lives.is_idle("late")
    assert not lives.is_here("late", MONOTONIC + 0.9)
    assert lives.is_here("late", MONOTONIC + 1.0)
    assert lives.is_here("billing", MONOTONIC + 1.9)
    assert not lives.is_here("billing", MONOTONIC + 2.0)
    assert lives.has_left("billing")
    assert not lives.has_left("late")
    assert lives.is_here(US, 0.0)
    ladder.drop([3])
    assert not lives.has_left("billing")


def test_concurrency_counts_what_a_callee_has_in_its_hands():
    ladder = built([call(1, 0), call(2, 0.01), call(3, 0.02, total=None)])
    at = ladder.lifelines.calls_at
    assert [at("weather-agent", MONOTONIC + s) for s in (-0.001, 0.005, 0.015, 0.025, 0.045, 0.06, 9)] == [
        0, 1, 2, 3, 2, 1, 1,
    ]  # fmt: skip
    assert at(US, MONOTONIC + 0.005) == 0


def test_nothing_is_in_the_hands_of_a_callee_that_gave_no_sign():
    error = CallError(code=1501, message="", raised_by="caller")
    silent = call(1, views=(view(MONOTONIC, None, None),), error=error, outcome="error", total=7000.0)
    assert built([silent]).lifelines.calls_at("weather-agent", MONOTONIC + 1) == 0


def test_a_changed_call_leaves_lifelines_where_they_are():
    ladder = built([call(1, 0, total=None), call(2, 0.1, callee="web-1", total=None)])
    moved, others = ladder.put([call(1, 0)])
    assert (moved, others) == (True, False)
    assert ladder.lifelines.everybody() == [US, "weather-agent", "web-1"]
    assert ladder.put([replace(call(1, 0), marked=True)]) == (False, False)
    assert next(ladder.between(0, 1)).row.marked


def test_our_own_reconnects_are_marks_on_our_lifeline():
    ours = event(1, 0, "reconnecting", None)
    assert steps_of(ours, US)[0].sender == US
    assert steps_of(event(1, 0, "notice", None), US)[0].sender is None


def test_the_story_of_a_room_has_every_kind():
    ladder = built(story())
    shown = [line for line in lines(ladder) if not isinstance(line, Gap)]
    assert {step.kind for step in shown} == {"request", "ack", "response", "error", "end", "event"}
    for n, line in enumerate(lines(ladder)):
        assert ladder.place_of(ladder.key_at(n)) == n + isinstance(line, Gap)
    assert ladder.line_of(99) is None


_IDENTITIES = ("us", "a", "b", None)


@st.composite
def made_rows(draw, seq):
    at = draw(st.integers(0, 50)) / 10
    if draw(st.booleans()) and draw(st.booleans()):
        return event(seq, at, draw(st.sampled_from(["joined", "left", "attributes", "notice"])), draw(
            st.sampled_from(_IDENTITIES)))  # fmt: skip
    ack = draw(st.none() | st.integers(0, 40))
    total = draw(st.none() | st.integers(0, 3000).map(float))
    code = draw(st.sampled_from([0, 0, 1400, 1501])) if total is not None else 0
    views = tuple(
        view(MONOTONIC + at, ack, total if draw(st.booleans()) else None, at=place)
        for place in draw(st.lists(st.sampled_from(["caller", "server", "callee"]), unique=True))
    )
    ends = {"caller": draw(st.sampled_from(_IDENTITIES)), "callee": draw(st.sampled_from(_IDENTITIES))}
    return call(seq, at, ack=ack, total=total, code=code, views=views, **ends)


rows_of_a_trace = st.integers(1, 12).flatmap(lambda n: st.tuples(*(made_rows(seq) for seq in range(1, n + 1))))


@settings(max_examples=150, deadline=None)
@given(rows_of_a_trace, rows_of_a_trace, st.randoms(use_true_random=False))
def test_however_rows_come_and_go_the_ladder_is_that_of_what_is_left(first, second, chance: random.Random):
    ladder = Ladder(US)
    left = {}
    batches = [first, second]
    for batch in batches:
        shuffled = list(batch)
        chance.shuffle(shuffled)
        for row in shuffled:
            left[row.seq] = row
            ladder.put([row])
        gone = {seq for seq in left if chance.random() < 0.3}
        ladder.drop(gone)
        left = {seq: row for seq, row in left.items() if seq not in gone}
    whole = built(left.values())
    assert lines(ladder) == lines(whole)
    assert set(ladder.lifelines.everybody()) == set(whole.lifelines.everybody())
    times = [step.time for step in lines(ladder) if not isinstance(step, Gap)]
    assert times == sorted(times)
    for who in whole.lifelines.everybody():
        for time in times:
            assert ladder.lifelines.calls_at(who, time) == whole.lifelines.calls_at(who, time) >= 0
            assert ladder.lifelines.is_here(who, time) == whole.lifelines.is_here(who, time)


@settings(max_examples=150, deadline=None)
@given(rows_of_a_trace)
def test_every_seen_stage_is_exactly_one_arrow_and_silences_are_measured(rows):
    ladder = built(rows)
    shown = lines(ladder)
    for row in rows:
        if isinstance(row, RoomEvent):
            continue
        seen = {stage.stage for sighting in row.views for stage in sighting.stages}
        arrows = [step for step in shown if not isinstance(step, Gap) and step.row.seq == row.seq and step.seen]
        assert sorted(step.stage.stage for step in arrows) == sorted(seen)
        for step in arrows:
            views = [sighting for sighting in row.views if sighting.stage(step.stage.stage)]
            assert {id(sighting) for sighting in views} == {id(one.view) for one in step.seen}
        assert not [step for step in steps_of(row) if step.kind == "ack" and not step.seen]
    before = None
    for line in shown:
        if isinstance(line, Gap):
            gap = line
            assert gap.seconds >= GAP_S
            assert gap.begin == before
        else:
            if before is not None and line.time - before >= GAP_S:
                assert gap.time == line.time
            before = line.time


def test_older_rows_can_come_after_newer_ones_without_renumbering():
    rows = [call(seq, seq) for seq in range(1, 40)]
    ladder = Ladder(US)
    for at in range(30, -1, -10):
        ladder.put(rows[at : at + 10])
    assert lines(ladder) == lines(built(rows))
    ladder.drop(range(1, 15))
    assert lines(ladder) == lines(built(rows[14:]))


def test_sizes_do_not_decide_what_an_answer_was():
    empty = call(1, response=Payload(0, ""))
    assert kinds(empty)[-1] == "response"
