"""Keeping rows: the bounds hold, what must stay stays, and the indexes say what a scan of all rows would."""

import time

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rpc_inspector.core.model import Call, Payload, RoomEvent, replace
from rpc_inspector.core.store.rows import Rows, weight

NAMES = ["web-1", "web-2", "agent"]
METHODS = ["greet", "dial"]
OUTCOMES = ["ok", "error", "cancelled", "lost"]


def a_call(seq, **more):
    return Call(seq=seq, room="demo", direction="observed", started=float(seq), wall=float(seq), **more)


def an_event(seq, identity=None, text=""):
    return RoomEvent(
        seq=seq, kind="joined", time=float(seq), wall=float(seq), room="demo", identity=identity, text=text
    )


class Trace(RuleBasedStateMachine):
    """Whatever is done to the rows, they are bounded and found."""

    @initialize(limit=st.integers(1, 12), limit_bytes=st.sampled_from([2_000, 6_000, 1 << 30]))
    def start(self, limit, limit_bytes):
        self.limit, self.limit_bytes = limit, limit_bytes
        self.rows = Rows(limit, limit_bytes)
        self.kept, self.dropped, self.pins = {}, [], {}

    def put(self, row):
        self.kept[row.seq] = row
        self.rows.put(row)
        self.settle()

    def settle(self):
        changes = self.rows.drain()
        assert all(self.kept[row.seq] == row for row in changes.rows)
        for seq in changes.dropped:
            gone = self.kept.pop(seq)
            assert not gone.marked
            assert not self.pins.get(seq)
            assert not (isinstance(gone, Call) and gone.is_open)
            self.dropped.append(gone)

    @rule()
    def one_more_keeps_the_bounds(self):
        self.put(an_event(self.rows.number()))
        free = [
            row for row in self.kept.values()
            if not (row.marked or self.pins.get(row.seq) or (isinstance(row, Call) and row.is_open))
        ]  # fmt: skip
        within = len(self.rows) <= self.limit and self.rows.bytes <= self.limit_bytes
        assert within or len(free) == 1

    @rule(
        request_id=st.sampled_from(["a", "b", None]),
        caller=st.sampled_from([*NAMES, None]),
        method=st.sampled_from([*METHODS, None]),
        outcome=st.sampled_from([*OUTCOMES, "open", "open"]),
    )
    def new_call(self, request_id, caller, method, outcome):
        call = a_call(self.rows.number(), id=request_id, caller=caller, method=method, outcome=outcome)
        self.put(replace(call, callee="agent" if caller else None))

    @rule(identity=st.sampled_from([*NAMES, None]))
    def new_event(self, identity):
        self.put(an_event(self.rows.number(), identity))

    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES), size=st.integers(0, 2_000))
    def end(self, data, outcome, size):
        calls = [row for row in self.kept.values() if isinstance(row, Call)]
        if calls:
            call = data.draw(st.sampled_from(calls))
            more = {"method": call.method or "greet", "caller": call.caller or "web-1", "id": call.id or "c"}
            self.put(replace(call, outcome=outcome, response=Payload(size, "x" * size), **more))

    @rule(data=st.data(), marked=st.booleans())
    def mark(self, data, marked):
        if self.kept:
            seq = data.draw(st.sampled_from(sorted(self.kept)))
            self.kept[seq] = replace(self.kept[seq], marked=marked)
            self.rows.mark(seq, marked=marked)
            self.settle()

    @rule(data=st.data(), pinned=st.booleans())
    def pin(self, data, pinned):
        if self.kept:
            seq = data.draw(st.sampled_from(sorted(self.kept)))
            if pinned or self.pins.get(seq):
                self.pins[seq] = self.pins.get(seq, 0) + (1 if pinned else -1)
                self.rows.pin(seq, pinned=pinned)

    @invariant()
    def bounded(self):
        assert self.rows.bytes == sum(map(weight, self.kept.values()))
        assert len(self.rows) == len(self.kept)

    @invariant()
    def complete(self):
        assert self.rows.all() == tuple(self.kept[seq] for seq in sorted(self.kept))
        assert all(self.rows.get(seq) == row for seq, row in self.kept.items())
        assert all(self.rows.get(gone.seq) is None for gone in self.dropped)
        assert self.rows.dropped_rows == len(self.dropped)
        assert self.rows.dropped_calls == sum(isinstance(gone, Call) for gone in self.dropped)

    @invariant()
    def found(self):
        rows = [self.kept[seq] for seq in sorted(self.kept)]
        calls = [row for row in rows if isinstance(row, Call)]
        for name in NAMES:
            assert self.rows.find(participant=name) == [row for row in rows if name in people(row)]
            assert self.rows.events_of(name) == [row for row in rows if row not in calls and name in people(row)]
            assert self.rows.find(participant=name, method="greet") == [
                call for call in calls if name in people(call) and call.method == "greet"
            ]
        for outcome in [*OUTCOMES, "open"]:
            assert self.rows.find(outcome=outcome) == [call for call in calls if call.outcome == outcome]
        for request_id in ("a", "b", "c"):
            assert sorted(self.rows.with_id(request_id), key=lambda call: call.seq) == [
                call for call in calls if call.id == request_id
            ]


def people(row):
    return (row.caller, row.callee) if isinstance(row, Call) else (row.identity,)


TestTrace = Trace.TestCase
TestTrace.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def filled(rows, count, **more):
    for _ in range(count):
        rows.put(a_call(rows.number(), outcome="ok", **more))
    return rows


def test_the_oldest_that_ended_go_first_and_those_that_must_stay_stay():
    rows = Rows(5)
    rows.put(a_call(rows.number()))  # in flight
    filled(rows, 2)
    rows.mark(2, marked=True)
    rows.pin(3, pinned=True)
    filled(rows, 10)
    assert [row.seq for row in rows.all()] == [1, 2, 3, 12, 13]
    rows.pin(3, pinned=False)
    rows.mark(2, marked=False)
    rows.put(replace(rows.get(1), outcome="ok"))
    filled(rows, 3)
    assert [row.seq for row in rows.all()] == [12, 13, 14, 15, 16]


def test_large_payloads_push_out_old_rows_before_the_number_does():
    rows = Rows(1_000, 200 << 20)
    filled(rows, 10)
    fifty = Payload(50 << 20, "x" * (50 << 20))
    for _ in range(5):
        rows.put(a_call(rows.number(), outcome="ok", response=fifty))
    assert [row.seq for row in rows.all()] == [13, 14, 15], "three of 50 MiB fit into 200 MiB, a fourth does not"
    assert rows.bytes <= 200 << 20
    assert rows.dropped_calls == 12


def test_one_that_is_larger_than_the_limit_is_kept_until_another_ends():
    rows = Rows(100, 1_000)
    rows.put(a_call(rows.number(), outcome="ok", response=Payload(5_000, "x" * 5_000)))
    assert len(rows) == 1
    filled(rows, 1)
    assert [row.seq for row in rows.all()] == [2]


def test_a_table_whose_head_cannot_be_dropped_costs_no_more():
    """Twice the rows in flight at its head must not make dropping slower: it would, if the head were looked through."""

    def seconds(stuck):
        rows = Rows(stuck + 100)
        for _ in range(stuck):
            rows.put(a_call(rows.number()))
        began = time.process_time()
        filled(rows, 4_000)
        assert len(rows) == stuck + 100
        return time.process_time() - began

    few, many = min(seconds(100) for _ in range(3)), min(seconds(20_000) for _ in range(3))
    assert many < 10 * few, "40 times as slow and more where each drop looks through the head"


def test_ten_thousand_methods_are_found_and_forgotten():
    rows = Rows(1_000)
    for number in range(10_000):
        rows.put(a_call(rows.number(), outcome="ok", method=f"method-{number}", caller=f"web-{number % 3}"))
    assert rows.find(method="method-5") == []
    (last,) = rows.find(method="method-9999")
    assert last.seq == 10_000
    assert len(rows._methods) <= 2_001, "words of dropped rows are not kept for ever"


def test_the_longest_session_with_one_pinned_row_stays_small():
    rows = Rows(100)
    filled(rows, 1)
    rows.pin(1, pinned=True)
    filled(rows, 20_000)
    assert rows.get(1) is not None
    assert [row.seq for row in rows.all()] == [1, *range(19_903, 20_002)]
    assert len(rows._rows._rows) < 3_000, "a place in the list for each row that ever was"
    assert len(rows._ended) < 3_000


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_that_was_corrected_is_found_once(outcome):
    rows = Rows()
    rows.put(a_call(rows.number(), outcome="lost"))
    rows.put(replace(rows.get(1), outcome=outcome))
    assert len(rows.find(outcome=outcome)) == 1
    assert rows.find(outcome="lost") == ([rows.get(1)] if outcome == "lost" else [])
