"""Why it failed: what is said follows from what was seen, and is never contradicted by it."""

import pytest
from rpc_inspector.core.diagnosis import Departure, Facts, diagnose

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.model import (
    Call,
    CallError,
    Measure,
    Method,
    Participant,
    Payload,
    Permissions,
    Sighting,
    Stage,
)
from rpc_inspector.core.session import SessionState

US = Participant(identity="inspector-7f3", is_self=True, state="active")
AGENT = Participant(
    identity="agent", state="active", client_protocol=2, methods=(Method(name="greet", provenance="advertised"),)
)
REQUEST = Stage(stage="request", dir="sent", time=100.0)
ACK = Stage(stage="ack", dir="received", time=100.01)
ERROR_PACKET = Stage(stage="response", dir="received", time=101.0)


def failed(code, *, callee="agent", method="greet", took=7000.0, stages=(REQUEST,), response_ms=15_000, **more):
    view = Sighting(at="caller", source="sdk", stages=tuple(stages))
    budget = budget_for(response_ms)
    return Call(
        seq=1, room="demo", direction="outgoing", started=100.0, wall=0.0, caller=US.identity, callee=callee,
        method=method, outcome="error", error=CallError(code=code, message="", data=more.get("data")), budget=budget,
        told_ms=budget.told, views=(view,) if stages else (), total=Measure(took, 0.1, "sdk"),
        request=Payload(more.get("size", 2)),
    )  # fmt: skip


def facts(*people, state=None, **more):
    return Facts(state=state or SessionState(status="connected"), roster=(US, *people), **more)


def first_cause(call, around):
    return diagnose(call, around).causes[0].text


@pytest.mark.parametrize(
    ("around", "callee", "cause"),
    [
        (facts(AGENT), "agnet", "nobody here is called agnet; did you mean agent?"),
        (facts(AGENT), "zzz", "nobody here is called zzz"),
        (facts(AGENT), US.identity, "a participant cannot call itself"),
        (facts(departures={"agent": Departure(90.0, "client initiated")}), "agent", "agent has left the room (client"),
        (facts(Participant(identity="agent", state="joined")), "agent", "agent has joined and is not active yet"),
        (
            facts(Participant(identity="agent", state="active", permissions=Permissions(can_publish_data=False))),
            "agent",
            "agent lacks canPublishData: its handler runs",
        ),
        (
            facts(AGENT, state=SessionState(status="connected", permissions=Permissions(can_publish_data=False))),
            "agent",
            "our token lacks canPublishData",
        ),
        (
            facts(AGENT, state=SessionState(status="connected", permissions=Permissions(hidden=True))),
            "agent",
            "the caller is hidden: the handler runs",
        ),
        (facts(AGENT, state=SessionState(status="connected", encrypted=True)), "agent", "we encrypt end to end"),
        (facts(AGENT, joined={"agent": 98.0}), "agent", "agent joined 2.0 s before the call"),
        (facts(AGENT), "agent", "agent is in the room and active, yet its SDK did not answer"),
    ],
)
def test_the_likeliest_cause_of_a_missing_ack(around, callee, cause):
    assert first_cause(failed(ErrorCode.CONNECTION_TIMEOUT, callee=callee), around).startswith(cause)


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        (failed(ErrorCode.UNSUPPORTED_METHOD, method="great"), "it has no great; did you mean greet?"),
        (failed(ErrorCode.UNSUPPORTED_METHOD, method="m" * 65), "the method's name has 65 bytes"),
        (
            failed(ErrorCode.RESPONSE_TIMEOUT, took=8012, stages=(REQUEST, ACK, ERROR_PACKET)),
            "the handler took longer than the 8 s that the callee was told",
        ),
        (failed(ErrorCode.RESPONSE_TIMEOUT, took=8012, stages=()), "the handler took longer than the 8 s"),
        (failed(ErrorCode.RESPONSE_TIMEOUT, took=15_010), "the callee acknowledged and never answered within 15 s"),
        (failed(ErrorCode.REQUEST_PAYLOAD_TOO_LARGE, callee="x", size=20_000, stages=()), "x is not in the room"),
        (failed(ErrorCode.APPLICATION_ERROR), "the handler of greet raised an exception"),
        (failed(ErrorCode.SEND_FAILED, data="not connected", stages=()), "the SDK says: not connected"),
    ],
)
def test_the_likeliest_cause_of_other_errors(call, cause):
    assert first_cause(call, facts(AGENT)).startswith(cause)


def test_a_leave_during_the_call_explains_1503():
    around = facts(departures={"agent": Departure(102.5, "client initiated")})
    call = failed(ErrorCode.RECIPIENT_DISCONNECTED, took=4500)
    assert first_cause(call, around) == "agent left the room 2.5 s after the call began (client initiated)"


@pytest.mark.parametrize(
    ("call", "who"),
    [
        (failed(ErrorCode.RESPONSE_TIMEOUT, stages=(REQUEST, ACK, ERROR_PACKET)), "callee"),
        (failed(ErrorCode.RESPONSE_TIMEOUT, stages=(REQUEST, ACK)), "caller"),
        (failed(ErrorCode.RESPONSE_TIMEOUT, stages=()), "either"),
        (failed(ErrorCode.CONNECTION_TIMEOUT), "caller"),
        (failed(ErrorCode.RECIPIENT_NOT_FOUND, stages=()), "us"),
        (failed(ErrorCode.UNSUPPORTED_METHOD, stages=()), "callee"),
        (failed(4020, stages=()), "callee"),
    ],
)
def test_who_raised_it_is_what_was_seen(call, who):
    assert diagnose(call, facts(AGENT)).raised_by == who


@pytest.mark.parametrize("code", [*ErrorCode, 4020])
def test_every_error_gets_a_sentence_and_a_next_step(code):
    diagnosis = diagnose(failed(code), facts(AGENT))
    assert diagnosis.what.endswith(".")
    assert diagnosis.next_steps
    assert all(step.endswith(".") for step in diagnosis.next_steps)


def test_success_needs_no_explanation():
    assert diagnose(Call(seq=1, room="r", direction="outgoing", started=0, wall=0, outcome="ok"), facts()) is None
