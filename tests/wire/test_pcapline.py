"""Packet lines of the three kinds of log, and their stamps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.wire.pcapline import (
    MINUTE_MS,
    StampCheck,
    behind_ms,
    looks_like_packet,
    parse_packet,
    resolve_stamp,
)
from tests.wire import encode

RAW = encode.packet(encode.data(1, b"hello"))
HEX = RAW.hex(" ")
LINE = f"I 00:00:56.426 0000 {HEX} # SCTP_PACKET DcSctpTransport0"

FORMS = {
    "python": encode.line(RAW, stamp="00:00:56.426"),
    "bare": LINE,
    "chromium, line by line": LINE + "\n",
    "chromium, blank line before": f"\n{LINE}\n",
    "chromium, with its prefix": f"[3521:3535:1120/120000.123:VERBOSE1:text_pcap_packet_observer.cc(32)] \n{LINE}\n",
    "chromium, newer prefix and a blank line": (
        f"[3521:3535:1120/120000.123456:VERBOSE1:third_party/webrtc/net/dcsctp/packet_observer/"
        f"text_pcap_packet_observer.cc:32] \n\n{LINE}\n"
    ),
    "node, hand-derived": f"(text_pcap_packet_observer.cc:32): \n\n{LINE}",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_packet(form):
    text = FORMS[form]
    assert looks_like_packet(text)
    record = parse_packet(text)
    assert (record.dir, record.stamp_ms, record.data) == ("received", 56_426, RAW)


def test_node_stamps_are_in_full():
    record = parse_packet(LINE.replace("I 00:00:56.426", "O 31:02:56.426"))
    assert (record.dir, record.stamp_ms) == ("sent", ((31 * 60 + 2) * 60 + 56) * 1000 + 426)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "livekit::rtc_engine - connected",
        LINE.replace("# SCTP_PACKET", "# OTHER"),
        LINE.replace("0000 13", "0000 1x"),
        LINE.replace("I 00", "X 00"),
        # A line of another target that quotes what somebody else chose.
        f"livekit::rpc - no handler for method text_pcap_packet_observer.cc\n{LINE}",
        f"livekit::rpc - no handler for method \n{LINE}",
        f"livekit::rpc - no handler for method {LINE}",
    ],
)
def test_what_is_no_packet_line_is_none(text):
    assert parse_packet(text) is None


@given(st.text())
def test_any_text_is_read_or_refused(text):
    for tried in (text, text + LINE, LINE.replace("13 88", text), LINE[: len(text)] + text):
        looks_like_packet(tried)
        record = parse_packet(tried)
        assert record is None or isinstance(record.data, bytes)


@pytest.mark.parametrize(
    ("stamp_ms", "arrival", "time"),
    [
        (56_426, 3656.4265, 3656.426),
        (56_426, 3656.4258, 3656.426),  # rounded up, so after its arrival
        (59_999, 3660.0002, 3659.999),  # the minute wrapped in between
        (0, 3659.9998, 3660.0),  # and the other way round
        (0, 3660.0, 3660.0),
        (30_000, 3688.5, 3630.0),  # nearly a minute late
        (3_656_426, 3656.427, 3656.426),  # Node's, in full
        (3_599_999, 3600.0003, 3599.999),
    ],
)
def test_stamps_are_resolved_to_the_minute_they_belong_to(stamp_ms, arrival, time):
    assert resolve_stamp(stamp_ms, arrival) == time


@given(st.integers(0, 10**9), st.floats(-0.9, 50.0))
def test_stamps_of_the_last_50_ms_are_resolved_exactly(true_ms, behind):
    arrival = (true_ms + behind) / 1000
    assert resolve_stamp(true_ms % MINUTE_MS, arrival) == true_ms / 1000
    assert behind_ms(true_ms % MINUTE_MS, arrival) == pytest.approx(behind, abs=0.01)


def verdict(delays, *, offset=0, every_ms=100):
    check = StampCheck()
    for n, delay in enumerate(delays):
        true_ms = 59_000 + n * every_ms
        check.add((true_ms + offset) % MINUTE_MS, (true_ms + delay) / 1000)
    return check.trusted


def test_stamps_just_before_their_arrival_are_trusted():
    assert verdict([0.2] * 19) is None
    assert verdict([0.2, -0.6, 1.1, 49.0] * 5) is True


def test_a_handshake_that_arrives_late_does_not_cost_the_trust():
    assert verdict([57.0] * 16 + [0.3] * 20) is True
    assert verdict([150.0] * 300, every_ms=1) is None, "a backlog of a busy machine is over soon"


@pytest.mark.parametrize("offset", [-30_000, -200, 100, 5_000])
def test_stamps_of_another_clock_are_not_trusted(offset):
    assert verdict([0.3] * StampCheck.DOUBTS, offset=offset) is False


def test_an_early_refusal_is_taken_back_when_the_stamps_agree_after_all():
    assert verdict([80.0] * StampCheck.DOUBTS + [0.3] * 20) is True
