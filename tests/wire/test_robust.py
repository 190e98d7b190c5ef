"""The recorded sessions damaged in every way a log can be: nothing raises, nothing is made up, nothing grows."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.wire.capture import SdkDecoder
from rpc_inspector.wire.reassembly import Reassembler
from tests.wire import encode
from tests.wire.fixture import NAMES, facts, load

SMALL = [name for name in NAMES if name != "chunks"]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
cached = cache(load)


def complete(events):
    return [facts(event) for event in events if not isinstance(event, RpcEvent) or event.complete]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None)
@given(rng=st.randoms(use_true_random=False), copies=st.integers(1, 3))
def test_shuffled_and_repeated_records_give_the_same_events(name, rng, copies):
    fixture = cached(name)
    _, whole = fixture.decode()
    records = fixture.records * copies
    rng.shuffle(records)
    decoder, events = fixture.decode(records)
    assert sorted(map(repr, complete(events))) == sorted(map(repr, complete(whole)))
    assert decoder.counts.failures == 0
    assert decoder._messages.pending == decoder._packets.streams.pending == 0


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None)
@given(rng=st.randoms(use_true_random=False), share=st.floats(0.05, 0.95))
def test_lost_records_lose_events_but_add_none(name, rng, share):
    fixture = cached(name)
    expected = set(map(repr, complete(fixture.decode()[1])))
    kept = [record for record in fixture.records if rng.random() > share] or fixture.records[:1]
    decoder, events = fixture.decode(kept)
    assert set(map(repr, complete(events))) <= expected
    broken = decoder.expire(fixture.records[-1][0] + 3600)
    assert all(event.broken and not event.complete for event in broken)
    assert decoder._packets.streams.pending == 0
    assert decoder.counts.failures == 0


@FEW
@given(data=st.data())
def test_damaged_lines_never_raise(data):
    fixture = cached(data.draw(st.sampled_from(SMALL)))
    decoder = SdkDecoder(own="me")
    for at, text in fixture.records[:30]:
        damage = data.draw(st.sampled_from(["none", "cut", "head", "flip", "text"]))
        where = data.draw(st.integers(0, len(text) - 1))
        if damage == "cut":
            tried = text[:where]
        elif damage == "head":
            tried = text[where:]
        elif damage == "flip":
            tried = text[:where] + data.draw(st.sampled_from("0123456789abcdef \n")) + text[where + 1 :]
        elif damage == "text":
            tried = text[:where] + data.draw(st.text(max_size=20)) + text[where:]
        else:
            tried = text
        decoder.feed(tried, at)
    assert decoder.counts.records == len(fixture.records[:30])
    assert decoder.counts.failures == 0


@FEW
@given(st.lists(st.tuples(st.text() | st.binary().map(encode.line), st.floats(allow_nan=True, allow_infinity=True))))
def test_garbage_never_raises(records):
    decoder = SdkDecoder()
    for text, arrival in records:
        decoder.feed(text, arrival)
    assert decoder.counts.records == len(records)


@FEW
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=40))
def test_garbage_in_messages_never_raises(payloads):
    decoder = SdkDecoder()
    for tsn, payload in enumerate(payloads):
        decoder.feed(encode.line(encode.packet(encode.data(tsn, payload))), 1.0)
    assert decoder.counts.messages == len(payloads)
    assert decoder.counts.failures == 0


def test_a_failure_of_ours_is_counted_and_the_next_record_read(monkeypatch):
    fixture = cached("inline")
    decoder = SdkDecoder(own=fixture.truth["own"])

    def fail(*_):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(Reassembler, "add", fail)
        assert decoder.feed(fixture.records[0][1], 1.0) == ()
    assert decoder.counts.failures == 1
    assert [event.stage for at, text in fixture.records for event in decoder.feed(text, at)] == [
        "request",
        "ack",
        "response",
    ]


def test_with_another_clock_events_carry_their_arrival():
    fixture = cached("concurrent")
    shifted = [(at + 12.345, text) for at, text in fixture.records]
    shifted.insert(0, (fixture.records[0][0] + 9.0, fixture.records[0][1]))  # doubts must last to count
    decoder, events = fixture.decode(shifted)
    assert decoder.stamps_trusted is False
    arrivals = {at for at, _ in shifted}
    late = [event for event in events if event.precision == 50.0]
    assert late
    assert all(event.time in arrivals for event in late)


def test_other_log_records_are_only_counted():
    decoder = SdkDecoder()
    assert decoder.feed("livekit::rtc_engine - publisher connected", 1.0) == ()
    assert (decoder.counts.records, decoder.counts.packets, decoder.counts.bad_lines) == (1, 0, 0)


def test_a_line_that_changed_its_form_is_reported():
    decoder = SdkDecoder()
    assert decoder.feed("OUT 12.5 aabbcc # SCTP_PACKET DcSctpTransport0", 1.0) == ()
    assert decoder.counts.bad_lines == 1
