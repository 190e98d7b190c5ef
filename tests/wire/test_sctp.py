"""SCTP packets and the messages in them, whatever order they come in."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.wire.reassembly import Reassembler, Seen
from rpc_inspector.wire.sctp import parse
from tests.wire import encode

MESSAGE = bytes(range(256)) * 20


def feed(reassembler, *packets, way="received"):
    """The messages that packets complete; the time of each packet is its number."""
    messages = []
    for time, raw in enumerate(packets):
        parsed = parse(raw)
        for fragment in parsed.fragments:
            message = reassembler.add(way, parsed.tag, fragment, float(time))
            if message:
                messages.append(message)
    return messages


def test_several_chunks_and_padding_in_one_packet():
    raw = encode.packet(
        encode.chunk(3, 0, bytes(12)),  # SACK
        encode.data(7, b"a"),
        encode.data(8, b"bcdef"),
    )
    assert [(f.tsn, f.data) for f in parse(raw).fragments] == [(7, b"a"), (8, b"bcdef")]
    assert not parse(raw).damaged


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_packet_cut_short_gives_what_is_whole(cut):
    raw = encode.packet(encode.data(1, b"first..."), encode.data(2, b"second.."))
    parsed = parse(raw[:-cut])
    assert [f.data for f in parsed.fragments] == [b"first..."]
    assert parsed.damaged


def test_what_is_shorter_than_a_header_is_no_packet():
    assert parse(b"\x13\x88" * 5) is None
    assert parse(b"") is None


def test_a_chunk_that_claims_no_length_ends_the_packet():
    parsed = parse(encode.packet(encode.data(1, b"okay"), bytes(8)))
    assert [f.data for f in parsed.fragments] == [b"okay"]
    assert parsed.damaged


def test_fragments_make_one_message_with_first_and_last_time():
    packets = [encode.packet(one) for one in encode.fragments(100, MESSAGE, 1000)]
    [message] = feed(Reassembler(), *packets)
    assert message.data == MESSAGE
    assert (message.first_time, message.last_time, message.fragments) == (0.0, 5.0, 6)
    assert (message.stream_id, message.ppid, message.retransmissions) == (1, 53, 0)


def test_numbers_wrap_within_a_message_and_between_messages():
    packets = [encode.packet(one) for one in encode.fragments(0xFFFFFFFD, MESSAGE, 1000)]
    packets += [encode.packet(encode.data(3, b"next"))]
    assert [m.data for m in feed(Reassembler(), *packets, *packets)] == [MESSAGE, b"next"]


def test_retransmissions_are_told_and_change_nothing():
    a, b, c = (encode.packet(one) for one in encode.fragments(5, b"abcdefghi", 3))
    reassembler = Reassembler()
    [message] = feed(reassembler, a, b, a, b, c, c)
    assert (message.data, message.retransmissions) == (b"abcdefghi", 2)
    assert reassembler.retransmitted == 3


def test_a_late_fragment_from_before_the_start_of_the_capture_counts():
    first, second = (encode.packet(one) for one in encode.fragments(41, b"abcdef", 3))
    assert [m.data for m in feed(Reassembler(), second, first)] == [b"abcdef"]


def test_a_message_does_not_wait_for_a_lost_one():
    _lost, *rest = (encode.packet(one) for one in encode.fragments(1, b"abcdef", 3))
    later = encode.packet(encode.data(3, b"later"))
    assert [m.data for m in feed(Reassembler(), *rest, later)] == [b"later"]


def test_neighbouring_messages_do_not_melt_together():
    one = encode.fragments(1, b"aaabbb", 3, ssn=1)
    two = encode.fragments(3, b"cccddd", 3, ssn=2)
    packets = [encode.packet(c) for c in (one[1], two[0], two[1], one[0])]
    assert [m.data for m in feed(Reassembler(), *packets)] == [b"cccddd", b"aaabbb"]


def test_interleaved_messages_come_apart_by_their_number():
    packets = [
        encode.packet(encode.i_data(1, b"A1", flags=encode.BEGIN, mid=1)),
        encode.packet(encode.i_data(2, b"B1", flags=encode.BEGIN, mid=2, ppid=51)),
        encode.packet(encode.i_data(3, b"A2", flags=0, mid=1, fsn=1)),
        encode.packet(encode.i_data(4, b"B2", flags=encode.END, mid=2, fsn=1)),
        encode.packet(encode.i_data(5, b"A3", flags=encode.END, mid=1, fsn=2)),
    ]
    messages = feed(Reassembler(), *packets)
    assert [(m.data, m.ppid) for m in messages] == [(b"B1B2", 51), (b"A1A2A3", 53)]
    assert sorted(m.data for m in feed(Reassembler(), *reversed(packets))) == [b"A1A2A3", b"B1B2"]


def test_associations_with_the_same_numbers_are_kept_apart():
    one = [encode.packet(c, tag=1) for c in encode.fragments(1, b"aaabbb", 3)]
    two = [encode.packet(c, tag=2) for c in encode.fragments(1, b"cccddd", 3)]
    messages = feed(Reassembler(), one[0], two[0], two[1], one[1])
    assert [m.data for m in messages] == [b"cccddd", b"aaabbb"]
    both = Reassembler()
    assert len(feed(both, *one, way="sent")) == len(feed(both, *one, way="received")) == 1


@given(st.randoms(use_true_random=False), st.integers(0, 0xFFFFFFFF), st.integers(1, 4))
def test_any_order_gives_each_message_once(rng, start, copies):
    sent = [bytes([i]) * (i * 37 + 1) for i in range(8)]
    packets, tsn = [], start
    for ssn, message in enumerate(sent):
        pieces = encode.fragments(tsn, message, 50, ssn=ssn)
        tsn += len(pieces)
        packets += [encode.packet(piece) for piece in pieces] * copies
    rng.shuffle(packets)
    reassembler = Reassembler()
    assert sorted(m.data for m in feed(reassembler, *packets)) == sorted(sent)
    assert reassembler.pending == reassembler.pending_bytes == 0


def test_the_window_knows_what_it_saw_and_finds_its_way_back():
    seen = Seen()
    assert seen.add(10)
    assert not seen.add(10)
    assert seen.add(8)
    assert not seen.add(8)
    assert seen.add(10 + 2 * Seen.SIZE)  # a damaged line far ahead
    assert seen.add(11)  # and the true numbering again
    assert not seen.add(11)
    assert seen.add(12)


def test_memory_is_bounded_when_ends_never_come(monkeypatch):
    monkeypatch.setattr(Reassembler, "MAX_BYTES", 100_000)
    monkeypatch.setattr(Reassembler, "MAX_HALVES", 16)
    reassembler = Reassembler()
    rng = random.Random(1)  # noqa: S311 - the same each time
    for n in range(5_000):
        begun = encode.data(n * 7, bytes(rng.randrange(1, 1000)), flags=encode.BEGIN, ssn=n % 65536)
        assert not feed(reassembler, encode.packet(begun, tag=rng.randrange(1000)))
        assert reassembler.pending_bytes <= 100_000
        assert reassembler.pending <= Reassembler.MAX_RUNS
        assert len(reassembler._seen) <= 16
    assert reassembler.dropped > 4_000
    assert reassembler.pending_bytes == sum(run.size for run in reassembler._by_first.values())
    assert len(reassembler._by_first) == len(reassembler._by_last)
