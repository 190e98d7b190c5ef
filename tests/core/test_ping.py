"""What a ping tells, and how pings are counted."""

import re

import pytest

from rpc_inspector.core.model import Measure, RoomEvent
from rpc_inspector.core.ping import RECENT, Pings, ping_of, pinged
from tests.support.calls import call


def a_ping(seq, *, code=1400, total=2.0, callee="callee", **more):
    return call(seq, seq / 10, purpose="ping", direction="outgoing", code=code, total=total, callee=callee, **more)


def test_each_ping_has_a_name_that_nobody_has():
    first, second = ping_of("callee"), ping_of("callee", ack_ms=500, anyway=True)
    assert re.fullmatch(r"rpc\.ping\.[0-9a-f]{8}", first.method)
    assert first.method != second.method
    assert (first.purpose, first.payload, first.ack_ms, first.anyway) == ("ping", "", 7_000, False)
    assert (second.ack_ms, second.anyway) == (500, True)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (1400, ""),
        (1404, ""),
        (1500, ""),
        (4711, ""),
        (0, ""),
        (1401, "not in the room"),
        (1501, "no ack"),
        (1502, "acknowledged, but not answered"),
        (1503, "left meanwhile"),
        (1505, "could not be sent"),
    ],
)
def test_whatever_answers_is_reachable(code, why):
    result = pinged(a_ping(7, code=code), 2)
    assert (result.reachable, result.why) == (not why, why)
    assert result.code == (code if why else None)
    assert (result.round_trip is None) == bool(why)
    assert (result.seq, result.client_protocol) == (7, 2)


def test_a_row_counts_once_however_often_it_changes():
    pings = Pings()
    assert pings.take([a_ping(1, total=2.0), a_ping(2, code=1501, total=7000), a_ping(3, total=5.0)])
    assert not pings.take([a_ping(1, total=2.0)])
    tally = pings["callee"]
    assert (tally.sent, tally.answered, tally.lost, tally.loss) == (3, 2, 1, 1 / 3)
    assert list(tally.recent) == [2.0, None, 5.0]
    assert tally.last.seq == 3
    assert (tally.least.ms, tally.most.ms) == (2.0, 5.0)
    assert tally.median == Measure(2.0, tally.median.precision, "sdk")


def test_only_our_own_pings_that_ended_count():
    event = RoomEvent(seq=9, kind="joined", time=0, wall=0, room="r", identity="callee")
    rows = [call(1, 0), a_ping(2, outcome="open"), a_ping(3, outcome="cancelled", code=0), event]
    pings = Pings()
    pings.take([*rows, call(4, 0, purpose="ping", code=1400, direction="observed", callee="callee")])
    assert pings["callee"] is None or pings["callee"].sent == 0


def test_what_a_tally_keeps_is_bounded_and_who_left_is_forgotten():
    pings = Pings()
    pings.take(a_ping(seq, total=float(seq)) for seq in range(1, 3 * RECENT))
    pings.take([a_ping(10_000, callee="other")])
    tally = pings["callee"]
    assert (tally.sent, len(tally.recent), tally.recent[-1]) == (3 * RECENT - 1, RECENT, 3 * RECENT - 1)
    assert tally.median.ms == pytest.approx(1.5 * RECENT, rel=0.02)
    pings.keep({"callee"})
    assert pings["other"] is None
    assert pings["callee"] is tally
