"""Statistics agree with a recomputation from the values, within what the sketch promises, in bounded memory."""

import math
import tracemalloc
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.model import replace
from rpc_inspector.core.statistics.sketch import MOST_BUCKETS, Sketch
from rpc_inspector.core.statistics.summary import DIMENSIONS, MOST_GROUPS, Statistics, answered_in, key_of
from rpc_inspector.core.statistics.timeline import Recent, Timeline
from tests.support.calls import MONOTONIC, call, story

#: 1 µs to 1 h, in ms.
durations = st.floats(0.001, 3_600_000)
calls = st.builds(
    call,
    st.integers(1, 10_000),
    st.floats(0, 1000),
    caller=st.sampled_from(("inspector-7f3", "web-1", None)),
    method=st.sampled_from(("get_weather", "refund", "", None)),
    ack=st.none() | st.floats(0.01, 7000),
    total=st.none() | st.floats(0.01, 20_000),
    code=st.sampled_from((0, 0, 1500, 1502, 77)),
    sizes=st.tuples(st.integers(0, 15_360), st.none() | st.integers(0, 50_000_000)),
)


def nearest_rank(values, share):
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def sketch_of(values):
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


@given(st.lists(durations, min_size=1, max_size=300), st.floats(0, 1))
def test_a_percentile_is_within_one_percent_of_the_exact_one(values, share):
    sketch = sketch_of(values)
    assert sketch.percentile(share) == pytest.approx(nearest_rank(values, share), rel=0.01)
    assert sketch.max == max(values)
    assert sketch.count == len(values)


@given(durations, st.integers(1, 1000), st.floats(0, 1))
def test_equal_values_are_exact(value, times, share):
    sketch = sketch_of([value] * times)
    assert sketch.percentile(share) == pytest.approx(value, abs=1e-6)


@given(st.lists(durations), st.lists(durations))
def test_removing_is_the_inverse_of_adding(kept, gone):
    sketch = sketch_of([*kept, *gone])
    for value in gone:
        sketch.remove(value)
    assert sketch == sketch_of(kept)
    assert sketch.count == len(kept)
    assert sketch.max == (pytest.approx(max(kept), rel=0.01) if kept else None)


@given(st.lists(durations), st.lists(durations))
def test_merging_is_the_union(some, others):
    merged = sketch_of(some)
    merged.merge(sketch_of(others))
    assert merged == sketch_of([*some, *others])
    assert merged.count == len(some) + len(others)
    assert merged.max == max([*some, *others], default=None)


@given(st.lists(durations), st.lists(durations))
def test_subtracting_is_the_inverse_of_merging(kept, gone):
    sketch = sketch_of([*kept, *gone])
    sketch.subtract(sketch_of(gone))
    assert sketch == sketch_of(kept)
    assert sketch.max == (pytest.approx(max(kept), rel=0.01) if kept else None)
    sketch.add(5_000_000)
    assert sketch.max == 5_000_000


@given(st.lists(durations, min_size=1, max_size=200), st.integers(1, 60))
def test_a_histogram_counts_every_value_once(values, steps):
    histogram = sketch_of(values).histogram(steps)
    assert len(histogram.counts) == steps
    assert sum(histogram.counts) == len(values)
    assert histogram.low == pytest.approx(min(values), rel=0.01)
    assert histogram.high == pytest.approx(max(values), rel=0.01)


def test_the_buckets_are_bounded_whatever_comes():
    sketch = Sketch()
    for exponent in range(-30, 60):
        for step in range(500):
            sketch.add(2.0**exponent * (1 + step / 500))
    sketch.add(-5)
    sketch.add(0)
    assert len(sketch) <= MOST_BUCKETS
    assert sketch.percentile(0) == 0
    assert sketch.percentile(0.999) == pytest.approx(2**52 / 1e6, rel=0.01), "what is larger counts as the largest"
    assert Sketch().percentile(0.5) is None
    assert Sketch().max is None
    assert Sketch().histogram(8) is None


@given(st.lists(calls, max_size=60), st.data())
def test_figures_agree_with_a_recomputation(rows, data):
    by = data.draw(st.sampled_from(DIMENSIONS))
    statistics = Statistics(by)
    for row in rows:
        statistics.add(row)
    groups = dict(statistics.groups())
    assert {name: group.count for name, group in groups.items()} == Counter(key_of(row, by) for row in rows)
    for name, group in [*groups.items(), (None, statistics.all)]:
        mine = [row for row in rows if name is None or key_of(row, by) == name]
        assert group.errors == sum(row.outcome == "error" for row in mine)
        for sketch, measures in (
            (group.total, [answered_in(row) for row in mine]),
            (group.ack, [row.ack for row in mine]),
            (group.handler, [row.handler for row in mine]),
        ):
            known = [measure.ms for measure in measures if measure is not None]
            assert sketch.count == len(known)
            if known:
                assert sketch.percentile(0.9) == pytest.approx(nearest_rank(known, 0.9), rel=0.01, abs=1e-6)
        assert group.request.count == len(mine)
        assert group.response.count == sum(row.response is not None for row in mine)


@given(st.lists(calls, max_size=40), st.lists(calls, max_size=40), st.sampled_from(DIMENSIONS))
def test_a_call_that_is_taken_out_leaves_nothing(kept, gone, by):
    statistics, expected = Statistics(by), Statistics(by)
    for row in kept:
        expected.add(row)
        statistics.change(None, replace(row, outcome="open", response=None, views=()))
    for row in gone:
        statistics.add(row)
    for row in kept:
        statistics.change(replace(row, outcome="open", response=None, views=()), row)
    for row in gone:
        statistics.change(row, None)
    assert [name for name, _ in statistics.groups()] == [name for name, _ in expected.groups()]
    assert statistics.all.total == expected.all.total
    assert statistics.all.ack == expected.all.ack
    assert statistics.all.outcomes == expected.all.outcomes
    assert [(span.calls, span.errors) for span in statistics.timeline.spans(100)] == [
        (span.calls, span.errors) for span in expected.timeline.spans(100)
    ]


def test_percentiles_are_as_coarse_as_their_coarsest_source():
    statistics = Statistics()
    fine, coarse = call(1, total=41.23), call(2, caller="web-1", total=50)
    statistics.add(fine)
    assert statistics.all.total.measure(0.5).precision == 0.1
    statistics.add(coarse)
    statistics.add(call(3, total=60, views=()))
    assert statistics.all.ack.measure(0.5).precision == 1.0
    assert statistics.all.handler.measure(0.5) is None
    for number in range(100):
        statistics.add(call(10 + number, total=1000 + number / 100, ack=None))
    assert statistics.all.total.measure(0.9).precision > 1, "of many values in one bucket only the bucket is known"


def test_thousands_of_methods_do_not_explode_memory():
    tracemalloc.start()
    statistics = Statistics("method")
    for number in range(10_000):
        statistics.add(call(number, number / 100, method=f"method-{number}", ack=1 + number % 97, total=2 + number))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    groups = list(statistics.groups())
    assert len(groups) == MOST_GROUPS + 1
    assert groups[-1][0] is None
    assert groups[-1][1].count == statistics.other_names == 10_000 - MOST_GROUPS
    assert peak < 10e6
    statistics.remove(call(9_999, 99.99, method="method-9999", ack=1 + 9_999 % 97, total=2 + 9_999))
    assert statistics.other_names == 10_000 - MOST_GROUPS - 1


def test_the_story_by_outcome():
    statistics = Statistics("outcome")
    for row in story():
        if hasattr(row, "caller"):
            statistics.add(row)
    counts = {name: group.count for name, group in statistics.groups()}
    assert counts == {"ok": 4, "1400": 2, "1500": 1, "1501": 1, "1502": 1, "lost": 1, "open": 1, "cancelled": 1}


def test_a_timeline_widens_and_keeps_every_call():
    timeline = Timeline(width=0.125)
    for number in range(100_000):
        timeline.put(number * 0.4, failed=number % 100 == 0, step=1)
    assert timeline.width >= 40_000 / Timeline.MOST
    spans = timeline.spans(80)
    assert 40 <= len(spans) <= 80
    assert sum(span.calls for span in spans) == 100_000
    assert sum(span.errors for span in spans) == 1_000
    assert len({round(b.start - a.start, 6) for a, b in pairwise(spans)}) == 1


def test_a_clock_that_jumps_does_not_break_the_timeline():
    timeline = Timeline()
    for at in (-1e9, 0.0, 5.0, 1e12):
        timeline.put(at, failed=False, step=1)
    assert sum(span.calls for span in timeline.spans(50)) == 4


def test_the_rate_is_over_the_last_whole_seconds():
    recent = Recent()
    for number in range(100):
        recent.put(MONOTONIC + number / 10, 1)
    assert recent.rate(MONOTONIC + 10.5) == 10
    assert recent.rate(MONOTONIC + 15) == 5
    assert recent.rate(MONOTONIC + 60) == 0
    for number in range(10_000):
        recent.put(MONOTONIC + number, 1)
    assert recent.rate(MONOTONIC + 10_000) == 1
