"""Recorded sessions decode to what the SDKs themselves said of the calls."""

import pytest

from rpc_inspector.core.events import EncryptedEvent
from tests.wire.fixture import NAMES, load, same_text

CALLS = [name for name in NAMES if name not in {"encrypted", "incoming", "unknown_identity"}]
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
def test_the_callee_saw_the_same_ids_and_budgets(name):
    fixture = load(name)
    calls = stages_by_id(fixture.decode()[1])
    for handled in fixture.truth["handled"]:
        request = calls[handled["id"]]["request"]
        assert (request.method, request.told_ms) == (handled["method"], handled["told_ms"])


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
    assert counts.records == counts.packets == len(fixture.records)
    assert counts.events == len(events)
    assert counts.bad_lines == counts.bad_packets == counts.bad_messages == counts.failures == 0
    assert decoder._messages.pending == decoder._messages.pending_bytes == 0
    assert decoder._packets.streams.pending == decoder._packets.streams.held == 0


def test_the_stamps_of_a_whole_session_are_trusted():
    fixture = load("chunks")
    decoder, events = fixture.decode()
    assert decoder.stamps_trusted is True
    assert {event.precision for event in events} == {1.0}
