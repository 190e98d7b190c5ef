"""DataPackets of every kind to events."""

import zlib

import pytest
from livekit.protocol.models import DataPacket, DataStream, EncryptedPacket, RpcAck, RpcError, RpcRequest, RpcResponse

from rpc_inspector.core.events import EncryptedEvent, WireError
from rpc_inspector.wire import body
from rpc_inspector.wire.packets import DataPacketDecoder
from rpc_inspector.wire.streams import Streams


def deflate(raw):
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(raw) + deflater.flush()


def header(stream="s1", *, topic="lk.rpc_request", deflated=False, total=None, inline=None, **attributes):
    made = DataStream.Header(stream_id=stream, topic=topic, compression=int(deflated))
    made.attributes.update({"lk.rpc_request_id": "r1", **{f"lk.rpc_request_{k}": v for k, v in attributes.items()}})
    if total is not None:
        made.total_length = total
    if inline is not None:
        made.inline_content = inline
    return DataPacket(stream_header=made)


def chunk(index, content, stream="s1"):
    return DataPacket(stream_chunk=DataStream.Chunk(stream_id=stream, chunk_index=index, content=content))


def trailer(stream="s1", reason=""):
    return DataPacket(stream_trailer=DataStream.Trailer(stream_id=stream, reason=reason))


def feed(decoder, *packets, dir="received", start=1.0):  # noqa: A002 - the word that events use
    events = []
    for n, packet in enumerate(packets):
        events += decoder.feed(packet.SerializeToString(), dir=dir, time=start + n / 1000)
    return events


@pytest.fixture
def decoder():
    return DataPacketDecoder("sdk", own="me")


def test_v1_request(decoder):
    request = RpcRequest(id="r", method="greet", payload="é", response_timeout_ms=8000, version=1)
    packet = DataPacket(rpc_request=request, destination_identities=["them"])
    [event] = feed(decoder, packet, dir="sent")
    assert (event.stage, event.id, event.method, event.payload, event.payload_bytes) == (
        "request",
        "r",
        "greet",
        "é",
        2,
    )
    assert (event.told_ms, event.version, event.transport) == (8000, 1, "v1")
    assert (event.sender, event.destination) == ("me", "them")
    assert (event.source, event.dir, event.time, event.bytes) == ("sdk", "sent", 1.0, len(packet.SerializeToString()))


def test_own_identity_stands_in_and_follows_a_new_join(decoder):
    ack = DataPacket(rpc_ack=RpcAck(request_id="r"))
    [before] = feed(decoder, ack, dir="sent")
    decoder.own = "me-again"
    [after] = feed(decoder, ack, dir="sent")
    [received] = feed(decoder, ack)
    assert (before.sender, after.sender) == ("me", "me-again")
    assert (received.sender, received.destination) == (None, "me-again")  # a hidden caller has no name


def test_v1_responses(decoder):
    good = DataPacket(rpc_response=RpcResponse(request_id="r", payload=""))
    bad = DataPacket(rpc_response=RpcResponse(request_id="r", error=RpcError(code=1400, message="no", data="")))
    ok, error = feed(decoder, good, bad)
    assert (ok.stage, ok.payload, ok.payload_bytes, ok.transport, ok.error) == ("response", "", 0, "v1", None)
    assert (error.payload, error.error, error.transport) == (None, WireError(1400, "no", None), None)


def test_compressed_v1_payloads(decoder):
    request = RpcRequest(id="r", method="m", compressed_payload=deflate(b"hello"))
    response = RpcResponse(request_id="r", compressed_payload=b"\xff\xff\xff")
    good, bad = feed(decoder, DataPacket(rpc_request=request), DataPacket(rpc_response=response))
    assert (good.payload, good.payload_bytes, good.compressed) == ("hello", 5, True)
    assert (bad.payload, bad.broken) == (None, "cannot be inflated")


def test_the_server_tells_both_ends_whatever_the_packet_says():
    server = DataPacketDecoder("server", precision=0.01)
    packet = DataPacket(rpc_ack=RpcAck(request_id="r"), participant_identity="a liar").SerializeToString()
    [named] = server.feed(packet, dir="forwarded", time=2.0, sender="a", destination="b")
    [hidden] = server.feed(packet, dir="forwarded", time=2.0, destination="b")
    assert (named.source, named.sender, named.destination, named.precision) == ("server", "a", "b", 0.01)
    assert hidden.sender is None


def test_packets_that_are_not_rpc_give_nothing(decoder):
    assert not feed(
        decoder, DataPacket(), DataPacket(chat_message={"message": "hi"}), DataPacket(user={"payload": b"x"})
    )
    assert decoder.malformed == 0
    assert decoder.feed(b"\xff\xff\xff", dir="received", time=1.0) == ()
    assert not feed(decoder, DataPacket(rpc_ack=RpcAck()))
    assert decoder.malformed == 2


def test_an_encrypted_packet_passes_and_that_is_all(decoder):
    packet = DataPacket(encrypted_packet=EncryptedPacket(encrypted_value=b"???"), participant_identity="them")
    [event] = feed(decoder, packet)
    assert isinstance(event, EncryptedEvent)
    assert (event.sender, event.destination, event.bytes) == ("them", "me", len(packet.SerializeToString()))


def test_an_inline_stream_is_one_event(decoder):
    packet = header(inline=b"hi", total=2, method="greet", response_timeout_ms="8001", version="2")
    [event] = feed(decoder, packet)
    assert (event.stage, event.id, event.method, event.payload, event.payload_bytes) == (
        "request",
        "r1",
        "greet",
        "hi",
        2,
    )
    assert (event.told_ms, event.version, event.transport, event.complete) == (8001, 2, "v2", True)
    assert decoder.streams.pending == 0


@pytest.mark.parametrize("told", ["", "-1", "8e3", "٣", "9" * 5000])
def test_budgets_that_are_no_numbers_are_unknown(decoder, told):
    [event] = feed(decoder, header(inline=b"", response_timeout_ms=told))
    assert event.told_ms is None


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("announced", [False, True])
def test_a_stream_in_parts_is_told_twice(decoder, deflated, announced):
    text = "grüße " * 50
    plain = text.encode()
    raw = deflate(plain) if deflated else plain
    total = len(plain) if announced else None
    parts = [header(deflated=deflated, total=total), chunk(0, raw[:20]), chunk(1, raw[20:]), trailer()]
    first, last = feed(decoder, *parts)
    assert (first.complete, first.payload, first.payload_bytes, first.packets) == (False, None, total, 1)
    assert (last.complete, last.payload, last.payload_bytes, last.packets) == (True, text, len(plain), 4)
    assert (last.time, last.end) == (first.time, 1.003)
    assert last.bytes == sum(len(part.SerializeToString()) for part in parts)
    assert decoder.streams.pending == decoder.streams.held == 0


def test_parts_in_any_order_and_repeated():
    parts = [header(total=6), chunk(0, b"ab"), chunk(1, b"cd"), chunk(2, b"ef"), trailer()]
    for order in ([4, 3, 2, 1, 0], [3, 0, 4, 1, 2], [0, 0, 2, 2, 1, 4, 3, 3], [1, 1, 4, 0, 3, 2, 0, 4]):
        fresh = DataPacketDecoder("sdk")
        events = feed(fresh, *(parts[i] for i in order))
        assert [(e.complete, e.payload) for e in events] == [(False, None), (True, "abcdef")]
        assert fresh.streams.pending == fresh.streams.held == 0


def test_streams_of_the_same_id_from_others_are_others(decoder):
    def sent_by(identity, packet):
        packet.participant_identity = identity
        return packet

    events = feed(
        decoder,
        sent_by("a", header(total=1)), sent_by("b", header(total=1)),
        sent_by("b", chunk(0, b"B")), sent_by("a", chunk(0, b"A")),
        sent_by("a", trailer()), sent_by("b", trailer()),
    )  # fmt: skip
    assert [(e.sender, e.payload) for e in events if e.complete] == [("a", "A"), ("b", "B")]


def test_streams_of_other_topics_cost_nothing(decoder):
    packets = [header("other", topic="lk.chat", total=30_000)]
    packets += [chunk(i, bytes(15_000), "other") for i in range(100)]
    assert not feed(decoder, *packets, trailer("other"))
    assert decoder.streams.pending == decoder.streams.held == 0


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([header(total=3), chunk(0, b"abcd"), trailer()], "has 4 bytes, announced were 3"),
        ([header(deflated=True), chunk(0, b"\xff\xff"), trailer()], "cannot be inflated"),
        ([header(), chunk(0, b"\xff\xfe"), trailer()], "not UTF-8"),
        ([header(total=5), chunk(0, b"ab"), trailer(reason="gave up")], "its sender broke it off: gave up"),
        ([header(inline=b"\xff\xfe")], "not UTF-8"),
        ([header(inline=deflate(b"ab")[:-1], deflated=True)], "cannot be inflated"),
        ([header(inline=deflate(b"ab"), deflated=True, total=9)], "has 2 bytes, announced were 9"),
    ],
)
def test_a_payload_that_cannot_be_read_says_why(decoder, parts, why):
    event = feed(decoder, *parts)[-1]
    assert (event.complete, event.payload, event.broken) == (True, None, why)
    assert decoder.streams.pending == decoder.streams.held == 0


def test_a_deflate_bomb_stops_at_the_bound(decoder, monkeypatch):
    monkeypatch.setattr(body, "MAX_PAYLOAD", 1 << 20)
    bomb = deflate(bytes(50 << 20))
    pieces = [bomb[at : at + 15_000] for at in range(0, len(bomb), 15_000)]
    events = feed(decoder, header(deflated=True), *(chunk(i, piece) for i, piece in enumerate(pieces)), trailer())
    assert (events[-1].payload, events[-1].broken) == (None, "larger than 16 MiB")
    [inline] = feed(decoder, header("s2", inline=bomb, deflated=True))
    assert inline.broken == "larger than 16 MiB"
    assert decoder.streams.held == 0


def test_a_stream_whose_parts_do_not_come_is_given_up(decoder):
    [begun] = feed(decoder, header(total=4))
    assert not feed(decoder, chunk(1, b"cd"), trailer())
    assert decoder.expire(2.0) == ()
    [event] = decoder.expire(1.0 + Streams.PATIENCE + 1)
    assert (event.complete, event.broken, event.id, event.time) == (False, "parts of it did not come", "r1", begun.time)
    assert decoder.streams.abandoned == 1
    assert decoder.streams.pending == decoder.streams.held == 0
    assert not feed(decoder, chunk(0, b"ab"))  # too late now


def test_any_packet_lets_old_streams_go(decoder):
    feed(decoder, header(total=4))
    [event] = feed(decoder, DataPacket(), start=100.0)
    assert event.broken == "parts of it did not come"


def test_parts_without_a_header_are_held_briefly(decoder):
    feed(decoder, chunk(0, bytes(15_000), "headless"))
    assert decoder.streams.held >= 15_000
    assert decoder.expire(1.0 + Streams.ORPHAN_PATIENCE + 1) == ()
    assert decoder.streams.held == decoder.streams.pending == 0
    assert decoder.streams.orphans == 1


def test_memory_is_bounded_when_ends_never_come(decoder):
    for n in range(2_000):
        feed(
            decoder,
            chunk(n % 3, bytes(15_000), f"orphan {n}"),
            header(f"open {n}"),
            chunk(0, b"x" * 5_000, f"open {n}"),
        )
        assert decoder.streams.pending <= 2 * Streams.MAX_OPEN
        assert decoder.streams.held <= Streams.MAX_ORPHAN_BYTES + Streams.MAX_OPEN * 6_000
        assert len(decoder.streams._done) <= Streams.MAX_DONE
    assert decoder.streams.abandoned == 2_000 - Streams.MAX_OPEN


def test_an_answer_to_a_hidden_caller_has_no_destination(decoder):
    [event] = feed(decoder, DataPacket(rpc_ack=RpcAck(request_id="r"), destination_identities=[""]), dir="sent")
    assert (event.sender, event.destination, event.caller) == ("me", None, None)
