"""The packets themselves, kept on demand: every one of a recorded session, each in one event."""

import pytest
from livekit.protocol.models import DataPacket

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.wire import streams
from rpc_inspector.wire.capture import SdkDecoder
from rpc_inspector.wire.packets import DataPacketDecoder
from tests.wire.fixture import NAMES, load
from tests.wire.test_packets import chunk, header, trailer


def decoded(name, *, keep_packets):
    fixture = load(name)
    decoder = SdkDecoder(own=fixture.truth["own"], keep_packets=keep_packets)
    events = [event for at, text in fixture.records for event in decoder.feed(text, at)]
    return [event for event in events if isinstance(event, RpcEvent)]


@pytest.mark.parametrize("name", NAMES)
def test_the_packets_of_a_stage_are_as_many_and_as_large_as_it_says(name):
    events = decoded(name, keep_packets=True)
    for event in events:
        if not event.complete:
            continue
        same = [other for other in events if (other.id, other.stage, other.dir) == (event.id, event.stage, event.dir)]
        packets = [packet for other in same for packet in other.raw]
        assert (len(packets), sum(map(len, packets))) == (event.packets, event.bytes)
        assert all(DataPacket.FromString(packet).WhichOneof("value") for packet in packets)


@pytest.mark.parametrize("name", NAMES)
def test_without_being_asked_for_they_are_not_kept_and_nothing_else_differs(name):
    kept, bare = decoded(name, keep_packets=True), decoded(name, keep_packets=False)
    assert not any(event.raw for event in bare)
    assert [(event.id, event.stage, event.payload, event.bytes) for event in kept] == [
        (event.id, event.stage, event.payload, event.bytes) for event in bare
    ]


def test_of_a_stream_without_end_only_the_beginning_is_kept(monkeypatch):
    monkeypatch.setattr(streams, "_MAX_RAW", 5_000)
    decoder = DataPacketDecoder("sdk", own="me", keep_packets=True)
    parts = [header(total=100_000), *(chunk(n, b"x" * 1_000) for n in range(100)), trailer()]
    events = [
        event
        for n, part in enumerate(parts)
        for event in decoder.feed(part.SerializeToString(), dir="received", time=1.0 + n / 1000)
    ]
    assert events[-1].payload == "x" * 100_000
    assert events[-1].packets == 102
    assert 4_000 < sum(len(packet) for event in events for packet in event.raw) <= 5_000 + events[0].bytes
