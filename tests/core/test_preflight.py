"""What is told of a call before it is sent."""

import time

import pytest

from rpc_inspector.core.model import Method, Participant, Permissions
from rpc_inspector.core.preflight import LEVELS, Facts, preflight
from rpc_inspector.core.session import Invocation, SessionState

NOW = 1_795_176_000.0
STATE = SessionState(status="connected", room="demo", identity="us", capture="on", vantage=("us",))


def someone(identity="callee", *names, provenance="advertised", **more):
    methods = tuple(Method(name=name, provenance=provenance) for name in names)
    more = {"state": "active", "client_protocol": 2, "joined_at": NOW - 600} | more
    return Participant(identity=identity, methods=methods, **more)


US = someone("us", is_self=True)


def check(*, state=STATE, people=None, in_flight=0, **call):
    people = (someone("callee", "echo"),) if people is None else people
    call = {"destination": "callee", "method": "echo", "payload": "{}"} | call
    facts = Facts(state=state, roster=(US, *people), now=NOW, in_flight=in_flight)
    return preflight(Invocation(**call), facts)


def against(found):
    return [(point.kind, point.level, point.words) for point in found.points if point.level != "ok"]


def state(**changes):
    return SessionState(**{"status": "connected", "identity": "us", "capture": "on", "vantage": ("us",)} | changes)


def test_nothing_speaks_against_a_good_call():
    found = check()
    assert against(found) == []
    assert found.worst is None
    assert found.budget == "the callee gets 8 s, you wait up to 22 s"
    assert [point.kind for point in found.points] == [
        "connection", "permission", "destination", "method", "size", "budget", "acks",
    ]  # fmt: skip
    assert all(point.words and point.detail.endswith(".") for point in found.points)


NOBODY = {"people": ()}
_ODD = Method(name="echo", provenance="advertised", conflicts=("advertised, but the last call said 1400",))
CONTRADICTED = Participant(identity="callee", state="active", client_protocol=2, methods=(_ODD,))
HIDDEN = Permissions(hidden=True)
MUTE = Permissions(can_publish_data=False)


@pytest.mark.parametrize(
    ("what", "point"),
    [
        (NOBODY, ("destination", "stop", "not in the room")),
        (NOBODY | {"anyway": True}, ("destination", "warn", "not in the room")),
        ({"destination": "calle"}, ("destination", "stop", "not in the room; callee?")),
        ({"destination": "us"}, ("destination", "stop", "that is ourselves")),
        ({"people": (someone(state="joined"),)}, ("destination", "warn", "not active yet")),
        ({"people": (someone(permissions=HIDDEN),)}, ("destination", "info", "it is hidden")),
        ({"people": (someone(joined_at=NOW - 3),)}, ("destination", "info", "joined 3 s ago")),
        ({"people": (someone(joined_at=None, seen_at=NOW - 2),)}, ("destination", "info", "joined 2 s ago")),
        ({"people": (someone(permissions=MUTE),)}, ("answer", "warn", "it may not send data: no answer")),
        ({"state": state(permissions=MUTE)}, ("permission", "stop", "our token may not send data")),
        ({"state": state(permissions=HIDDEN)}, ("permission", "warn", "we are hidden: no answer can reach us")),
        ({"state": state(status="closed")}, ("connection", "stop", "not connected")),
        ({"state": state(status="connecting")}, ("connection", "stop", "connecting")),
        ({"state": state(status="reconnecting")}, ("connection", "warn", "reconnecting")),
        ({"state": state(encrypted=True)}, ("encryption", "info", "encrypted end to end")),
        ({"state": state(encrypted=True)}, ("acks", "info", "the ack will not be seen")),
        ({"state": state(capture="off")}, ("acks", "info", "the ack will not be seen")),
        ({"in_flight": 2}, ("in flight", "info", "2 in flight to it")),
        ({"method": ""}, ("method", "stop", "no method is named")),
        ({"method": "ecco"}, ("method", "warn", "unknown method; echo?")),
        ({"method": "refund"}, ("method", "warn", "unknown method")),
        ({"method": "é" * 33}, ("method", "warn", "name of 66 B")),
        ({"people": (CONTRADICTED,)}, ("method", "warn", "advertised, but the last call said 1400")),
        ({"people": (someone("callee"),)}, ("method", "info", "method not verified")),
        ({"people": (someone("callee", "echo", provenance="observed"),)}, ("method", "info", "observed")),
        ({"people": (someone("callee", "echo", provenance="known"),)}, ("method", "info", "known")),
        ({"response_ms": 7_999}, ("budget", "warn", "the callee gets only 1 s")),
        ({"response_ms": 500}, ("budget", "warn", "the callee gets only 1 s")),
    ],
)  # fmt: skip
def test_each_thing_that_speaks_against_a_call(what, point):
    assert point in against(check(**what))


def test_a_call_through_the_servers_eyes_shows_its_ack():
    assert against(check(state=state(capture="off", vantage=("us", "server")))) == []


@pytest.mark.parametrize(
    ("callee", "payload", "point"),
    [
        (someone(client_protocol=0), "x" * 15_360, ("ok", "15,360 of 15,360 B")),
        (someone(client_protocol=0), "x" * 15_361, ("stop", "15,361 B of 15,360 B")),
        (someone(client_protocol=None), "é" * 7_681, ("stop", "15,362 B of 15,360 B")),
        # The SDK goes by its own list, whatever RoomService tells.
        (someone(listed_by="service"), "x" * 15_361, ("stop", "15,361 B of 15,360 B")),
        (someone(client_protocol=1), "x" * 15_361, ("ok", "15.4 kB, no limit")),
        (someone("other"), "x" * 15_361, ("stop", "15,361 B of 15,360 B")),
        (someone(), "\ud800", ("ok", "3 B, no limit")),
    ],
)
def test_the_limit_is_that_of_the_version_that_will_be_spoken(callee, payload, point):
    found = check(people=(callee,), payload=payload)
    assert [(one.level, one.words) for one in found.points if one.kind == "size"] == [point]


def test_a_timeout_of_eight_seconds_is_not_cut_and_one_of_ten_leaves_three():
    assert not [point for point in check(response_ms=8_000).points if point.kind == "budget" and point.level != "ok"]
    assert check(response_ms=10_000).budget == "the callee gets 3 s, you wait up to 17 s"


def test_the_worst_is_what_keeps_the_call_from_being_sent_before_what_makes_it_fail():
    found = check(state=state(permissions=HIDDEN), destination="nobody", response_ms=1_000)
    assert found.worst.words == "not in the room"
    assert LEVELS.index("stop") > LEVELS.index("warn") > LEVELS.index("info")
    assert check(in_flight=3).worst is None


def test_names_of_any_length_and_kind_are_quoted_short():
    found = check(destination="x" * 10_000 + "\x1b[2J")
    assert all(len(point.detail) < 400 for point in found.points)
    assert preflight(Invocation(destination="", method=""), Facts(state=SessionState())).worst.level == "stop"


def test_it_costs_a_fraction_of_a_key_press():
    """Against a payload of 100 kB, 200 participants and 1,000 methods: less than its size being counted 200 times."""
    names = [f"method_{number:04}" for number in range(1_000)]
    people = (*(someone(f"person-{number}") for number in range(200)), someone("callee", *names))
    payload = '{"a": "é"}' * 10_000

    def best(work):
        taken = []
        for _ in range(15):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
        return min(taken)

    unit = best(payload.encode)
    for wish in ({"method": "method_9999"}, {"method": "method_0001"}, {"destination": "callee-1"}):
        assert best(lambda: check(people=people, payload=payload, **wish)) < 200 * unit  # noqa: B023 - called at once
