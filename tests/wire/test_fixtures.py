"""Recorded sessions decode to what the SDKs themselves said of the calls."""

import pytest

from rpc_inspector.core.events import EncryptedEvent
from rpc_inspector.wire.pcapline import looks_like_packet
from tests.wire.fixture import NAMES, load, same_text

CALLS = [name for name in NAMES if name not in {"chromium", "encrypted", "incoming", "unknown_identity"}]
#: A stamp is rounded to ms.
ROUNDING = 0.001


def stages_by_id(events):
    """Complete stages of each request id."""
    calls = {}
    for event in events:
        if event.complete:
            calls.setdefault(event.id, {})[event.stage] = event
    return calls


def matching(said, calls):
    """The one call seen on the wire that is what the SDK was asked to do."""
    told = max(round(said["limit_s"] * 1000) - 7000, 1000)
    found = [
        stages
        for stages in calls.values()
        if stages["request"].method == said["method"]
        and stages["request"].told_ms == told
        and same_text(stages["request"].payload, said["request"])
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", CALLS)
def test_calls_decode_to_what_the_caller_knows(name):
    fixture = load(name)
    _, events = fixture.decode()
    calls = stages_by_id(events)
    assert len(calls) == len(fixture.truth["calls"])
    for said in fixture.truth["calls"]:
        stages = matching(said, calls)
        assert list(stages) in (["request", "ack", "response"], ["ack", "request", "response"])
        request, ack, response = stages["request"], stages["ack"], stages["response"]
        assert (request.dir, request.sender, request.destination) == ("sent", fixture.truth["own"], said["destination"])
        for answer in (ack, response):
            ends = (answer.dir, answer.sender, answer.destination)
            assert ends == ("received", said["destination"], fixture.truth["own"])
        assert request.payload_bytes == said["request"]["bytes"]
        assert request.transport == ("v1" if name == "v1" else "v2")
        assert request.version == (1 if name == "v1" else 2)
        assert ack.transport is None
        if "error" in said:
            error = response.error
            assert {"code": error.code, "message": error.message, "data": error.data} == said["error"]
            assert response.payload is None
        else:
            assert response.error is None
            assert same_text(response.payload, said["response"])
            assert response.payload_bytes == said["response"]["bytes"]


@pytest.mark.parametrize("name", CALLS)
def test_times_lie_within_the_call_and_in_order(name):
    fixture = load(name)
    decoder, events = fixture.decode()
    assert decoder.stamps_trusted is not False
    calls = stages_by_id(events)
    for said in fixture.truth["calls"]:
        stages = matching(said, calls)
        request, ack, response = stages["request"], stages["ack"], stages["response"]
        assert said["started"] - ROUNDING <= request.time <= ack.time <= response.time
        assert (response.end or response.time) <= said["ended"] + ROUNDING


@pytest.mark.parametrize("name", CALLS)
def test_the_callee_was_told_the_same_and_handled_it_in_between(name):
    fixture = load(name)
    calls = stages_by_id(fixture.decode()[1])
    for handled in fixture.truth["handled"]:
        stages = calls[handled["id"]]
        assert stages["request"].told_ms == handled["told_ms"]
        assert stages["request"].time - ROUNDING <= handled["at"] <= stages["response"].time + ROUNDING


def test_chromium_tells_the_same_on_its_stderr():
    fixture = load("chromium")
    own, peer = fixture.truth["own"], fixture.truth["peer"]
    decoder, events = fixture.decode()
    assert [(event.stage, event.dir) for event in events if event.complete] == [
        ("request", "sent"),
        ("ack", "received"),
        ("response", "received"),
        ("request", "received"),
        ("ack", "sent"),
        ("response", "sent"),
    ]
    outgoing = stages_by_id(events)[fixture.truth["handled"][0]["id"]]
    [said] = fixture.truth["calls"]
    assert (outgoing["request"].sender, outgoing["request"].destination) == (own, peer)
    assert (outgoing["request"].method, outgoing["request"].told_ms) == ("echo", fixture.truth["handled"][0]["told_ms"])
    assert same_text(outgoing["request"].payload, said["request"])
    assert same_text(outgoing["response"].payload, said["response"])
    between = (outgoing["request"].time - ROUNDING, outgoing["response"].time + ROUNDING)
    assert between[0] <= fixture.truth["handled"][0]["at"] <= between[1]  # Chromium's clock is ours
    assert events[-1].payload == f"hello {peer}"
    assert decoder.stamps_trusted is True


def test_a_stream_in_several_packets_is_told_at_its_header_and_again_when_whole():
    _, events = load("chunks").decode()
    begun, whole = [event for event in events if event.stage == "request"]
    assert (begun.complete, begun.payload, begun.end, begun.packets) == (False, None, None, 1)
    assert begun.payload_bytes == 30_000
    assert (whole.complete, whole.id, whole.time) == (True, begun.id, begun.time)
    assert len(whole.payload) == 30_000
    assert whole.packets == 4  # header, two chunks, trailer
    assert whole.compressed
    assert whole.bytes < 30_000  # base64 deflates to three quarters
    assert whole.end > whole.time
    ack = next(event for event in events if event.stage == "ack")
    assert ack.time <= whole.end  # it answers the header


def test_a_compressed_payload_is_small_on_the_wire():
    _, events = load("compressed").decode()
    request = events[0]
    assert request.payload == "a" * 100_000
    assert request.compressed
    assert request.packets == 1
    assert request.bytes < 1_000


def test_a_v1_packet_in_several_fragments_has_an_end():
    _, events = load("v1").decode()
    request = events[0]
    assert (request.transport, request.packets, request.complete) == ("v1", 1, True)
    assert request.end is not None
    assert 5_000 < request.bytes < 5_300


def test_an_unknown_identity_is_a_v1_request_and_nothing_else():
    fixture = load("unknown_identity")
    _, events = fixture.decode()
    assert [event.stage for event in events] == ["request"]
    assert (events[0].destination, events[0].transport, events[0].payload) == ("nobody", "v1", "anybody there?")
    assert fixture.truth["calls"][0]["error"]["code"] == 1501


def test_an_incoming_call_is_seen_from_the_callee():
    fixture = load("incoming")
    own, peer = fixture.truth["own"], fixture.truth["peer"]
    _, events = fixture.decode()
    assert [(event.stage, event.dir) for event in events] == [
        ("request", "received"),
        ("ack", "sent"),
        ("response", "sent"),
    ]
    assert {event.caller for event in events} == {peer}
    assert {event.callee for event in events} == {own}
    assert events[0].payload == "from the peer"
    assert events[2].payload == f"hello {peer}"


def test_encrypted_packets_pass_without_their_content():
    fixture = load("encrypted")
    own, peer = fixture.truth["own"], fixture.truth["peer"]
    _, events = fixture.decode()
    assert all(isinstance(event, EncryptedEvent) for event in events)
    assert [(event.dir, event.sender, event.destination) for event in events] == [
        ("sent", own, peer),
        ("received", peer, own),
        ("received", peer, own),
    ]
    assert all(event.bytes > 0 for event in events)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_over_or_not_understood(name):
    fixture = load(name)
    decoder, events = fixture.decode()
    counts = decoder.counts
    assert counts.records == len(fixture.records)
    assert counts.packets == sum(looks_like_packet(text) for _, text in fixture.records)
    assert counts.events == len(events)
    assert counts.bad_lines == counts.bad_packets == counts.bad_messages == counts.failures == 0
    assert decoder._messages.pending == decoder._messages.pending_bytes == 0
    assert decoder._packets.streams.pending == decoder._packets.streams.held == 0


def test_the_stamps_of_a_whole_session_are_trusted():
    fixture = load("chunks")
    decoder, events = fixture.decode()
    assert decoder.stamps_trusted is True
    assert {event.precision for event in events} == {1.0}
