"""Each rule alone: what makes it speak, and what silences it or sets it back. Facts are made, times are fixed."""

import pytest

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.codes import DEFAULT_MESSAGES
from rpc_inspector.core.explain import Action, Facts, Weight, explain
from rpc_inspector.core.explain.rules import RULES
from rpc_inspector.core.model import (
    Call,
    CallError,
    LogLine,
    Measure,
    Method,
    Participant,
    Payload,
    Permissions,
    RoomEvent,
    Sighting,
    Stage,
)
from rpc_inspector.core.session import SessionState

START = 100.0
CONNECTED = SessionState(status="connected", room="demo", identity="us", capture="on", vantage=("us",))
US = Participant(identity="us", is_self=True, state="active")
AGENT = Participant(
    identity="agent", state="active", client_protocol=2, methods=(Method(name="greet", provenance="advertised"),)
)
MUTE = Permissions(can_publish_data=False)


def view(*stages, at="caller"):
    """Stages as (kind, ms after the start)."""
    out = {"caller": "sent", "server": "forwarded", "callee": "received"}[at]
    seen = tuple(Stage(stage=kind, dir=out, time=START + ms / 1000) for kind, ms in stages)
    return Sighting(at=at, source="server" if at == "server" else "sdk", stages=seen)


SENT = view(("request", 0))
ACKED = view(("request", 0), ("ack", 10))


def call(code=1501, *, took=7000.0, views=(SENT,), seq=9, at=START, **more):
    """A call of ours to agent.greet that failed with `code` after `took` ms; `code=0` went well."""
    budget = more.pop("budget", budget_for())
    message = more.pop("message", DEFAULT_MESSAGES.get(code, "no"))
    error = CallError(code=code, message=message, data=more.pop("data", None)) if code else None
    known = {
        "seq": seq, "room": "demo", "direction": "outgoing", "started": at, "wall": at, "caller": "us",
        "callee": "agent", "method": "greet", "outcome": "error" if error else "ok", "error": error, "budget": budget,
        "told_ms": budget.told if budget else None, "views": views, "ended": at + took / 1000,
        "total": Measure(took, 0.1, "sdk"), "request": Payload(more.pop("size", 2)),
    }  # fmt: skip
    return Call(**(known | more))


def answered(code, took=20.0, **more):
    """A call whose error came in a packet of the callee's."""
    return call(code, took=took, views=(view(("request", 0), ("ack", 5), ("response", took - 1)),), **more)


def earlier(code=0, ago=20.0, **more):
    """A call before it."""
    at = START - ago
    own = Sighting(at="caller", source="sdk", stages=(Stage(stage="request", dir="sent", time=at),))
    return call(code, took=more.pop("took", 20.0), at=at, seq=3, views=more.pop("views", (own,)), **more)


def event(kind, after=-5.0, identity="agent", text=""):
    """A room event, `after` the call's start in seconds."""
    return RoomEvent(seq=1, kind=kind, time=START + after, wall=START, room="demo", identity=identity, text=text)


def facts(*people, state=CONNECTED, events=(), calls=(), log=()):
    return Facts(state=state, roster=(US, *(people or (AGENT,))), events=events, calls=calls, log=log)


ALONE = Facts(state=CONNECTED, roster=(US,))
JOINED = event("joined", -60)


def state(**more):
    return SessionState(**({"status": "connected", "room": "demo", "identity": "us", "capture": "on"} | more))


MUTED = state(permissions=MUTE)
BIG = earlier(0, 1.0, took=9000.0, method="upload", size=4_000_000)
OBSERVED = {"direction": "observed", "caller": "web", "budget": None, "outcome": "lost", "told_ms": 8000}
LOST = {**OBSERVED, "code": 0}

#: rule, call, facts, words of its text
CASES = [
    ("self-call", call(callee="us"), facts(), "us called itself"),
    ("unknown-identity", call(callee="agnet"), facts(), "nobody here is called agnet; did you mean agent?"),
    ("unknown-identity", call(1401, callee="zzz", views=()), facts(), "nobody here is called zzz"),
    ("left-before", call(), Facts(state=CONNECTED, roster=(US,), events=(JOINED, event("left", -3, text="removed"))),
     "agent has left the room (removed)"),
    ("not-joined-yet", call(), facts(events=(event("joined", 1.5),)), "agent joined only 1.5 s after the call began"),
    ("replaced", call(1503, took=2000.0),
     facts(events=(JOINED, event("left", 0.5, text="duplicate identity"), event("joined", 0.5))), "as agent 0.5 s"),
    ("left-during", call(1503, took=4500.0), Facts(
        state=CONNECTED, roster=(US,), events=(JOINED, event("left", 2.5, text="client initiated"))),
     "agent left the room 2.5 s after the call began (client initiated)"),
    ("left-during", call(1503, took=24_000.0), Facts(
        state=CONNECTED, roster=(US,), events=(JOINED, event("left", 22, text="connection timeout"))), "agent left"),
    ("caller-may-not-send", call(), facts(state=state(permissions=MUTE)), "our token lacks canPublishData"),
    ("caller-may-not-send", call(), facts(events=(event("permissions", 0.1, "us", "may not send data"),)), "our token"),
    ("callee-may-not-send", call(), facts(Participant(identity="agent", state="active", permissions=MUTE)),
     "agent lacks canPublishData: its handler runs"),
    ("hidden-caller", call(), facts(state=state(permissions=Permissions(hidden=True))), "the caller us is hidden"),
    ("hidden-caller", call(**LOST, views=(view(("request", 0), at="server"),)), facts(), "the caller web is hidden"),
    ("handler-ran", call(views=(SENT, view(("request", 1), ("ack", 30), at="server"))), facts(),
     "agent had answered: its ack was lost on the way to us"),
    ("not-active", call(), facts(Participant(identity="agent", state="joined")), "agent has joined and was not active"),
    ("not-active", call(), facts(events=(event("joined", -1), event("active", 8))), "agent has joined and was not"),
    ("joined-just-before", call(), facts(events=(event("joined", -2), event("active", -1))), "agent joined 2.0 s"),
    ("encryption-differs", call(), facts(state=state(encrypted=True)), "we encrypt end to end; agent"),
    ("encryption-differs", call(), facts(events=(event("capture", -1, text="1 encrypted packet"),)),
     "agent encrypts end to end and we do not"),
    ("our-reconnect", call(), facts(events=(event("reconnecting", 1, None), event("reconnected", 1.4, None))),
     "our own connection broke 1.0 s after the call began"),
    ("head-of-line", call(), facts(calls=(BIG,)), "the call to agent waited behind 4.0 MB of upload"),
    ("late-ack", call(views=(view(("request", 0), ("ack", 9200)),)), facts(), "agent's ack came after 9.2 s"),
    ("late-ack", call(), facts(log=(LogLine(number=1, time=108.0, wall=0, level=40, call=9,
     text="livekit_rpc::client: Ack received for unexpected RPC request: x"),)), "agent's ack came after 8.0 s"),
    ("many-in-flight", call(), facts(calls=tuple(call(took=8000.0, seq=n) for n in range(10, 120))), "us had 110"),
    ("one-direction", call(), facts(calls=(earlier(1501, 40, took=7000.0), earlier(1501, 30, took=7000.0),
     earlier(0, 20, caller="agent", callee="us"))), "no call to agent was ever acknowledged"),
    ("not-answering", call(), facts(), "agent is in the room, yet its SDK did not answer"),
    ("method-mistyped", answered(1400, method="great"), facts(), "agent has no great; did you mean greet?"),
    ("name-too-long", answered(1400, method="m" * 65), facts(), "the method's name has 65 bytes"),
    ("handlers-lost", answered(1400), facts(events=(event("joined", -5),), calls=(earlier(),)), "agent joined again"),
    ("unregistered", answered(1400), facts(events=(JOINED,), calls=(earlier(),)), "agent has unregistered greet"),
    ("not-registered-yet", answered(1400, method="zzz"), facts(events=(event("joined", -1),)), "agent joined 1.0 s"),
    ("promised-not-registered", answered(1400), facts(), "agent says that it has greet"),
    ("not-registered", answered(1400, method="zzz"), facts(), "agent has no handler called zzz"),
    ("handler-too-slow", answered(1502, 8012.0), facts(), "took longer than the 8 s that agent was told"),
    ("handler-too-slow", call(1502, took=8012.0, views=()), facts(), "took longer than the 8 s"),
    ("handler-still-running", call(1502, took=15_010.0, views=(ACKED,),
     note="its answer came 2.0 s after we had stopped waiting"), facts(), "agent answered, but not within 15 s"),
    ("handler-still-running", call(1502, took=15_010.0, views=(ACKED,), told_ms=15_000), facts(),
     "agent acknowledged and did not answer within 15 s"),
    ("never-answers", answered(1502, 8012.0), facts(calls=(earlier(1502, 60, took=20_000.0, told_ms=20_000),)),
     "the handler of greet waits for something that does not come"),
    ("one-after-another", answered(1502, 8012.0, seq=30), facts(calls=tuple(
     call(0, took=ms, seq=n) for n, ms in enumerate((500.0, 1000.0, 1500.0)))), "agent answers calls of greet one"),
    ("not-a-string", call(1502, took=15_010.0, views=(ACKED,)), facts(), "returned something other than a string"),
    ("callee-blocked", call(1502, took=15_010.0, views=(ACKED,)),
     facts(calls=(call(1502, took=15_020.0, views=(ACKED,), method="other", seq=8),)), "agent's program is blocked"),
    ("no-answer", call(1502, took=3000.0, views=()), facts(), "greet of agent did not answer in time"),
    ("unlisted-counts-as-v1", call(1402, callee="agnet", size=20_000, views=()), facts(), "agnet is not in the room"),
    ("callee-speaks-v1", call(1402, size=20_000, views=()), facts(Participant(identity="agent", client_protocol=0)),
     "agent speaks version 1: 20,000 bytes do not fit 15,360"),
    ("answer-too-large", answered(1504, transport="v1"), facts(), "the answer of greet from agent to us is over"),
    ("raised-by-handler", answered(1501, message="mine"), facts(), "the handler of greet in agent raised it itself"),
    ("raised-by-handler", answered(1400, message="not for you"), facts(), "refused the call itself with code 1400"),
    ("raised-by-handler", answered(1502), facts(), "raised it itself with code 1502"),
    ("exception-in-handler", answered(1500), facts(), "the handler of greet raised an exception"),
    ("application-code", answered(4020, message="declined"), facts(), "own error 4020: \u201cdeclined\u201d"),
    ("application-code", answered(1777), facts(), "own error 1777"),
    ("version-not-understood", answered(1404), facts(), "the SDK of agent does not understand"),
    ("server-too-old", call(1403, views=()), facts(), "the server is older than 1.8.0"),
    ("our-connection-ended", call(1503, took=100.0), facts(
        state=state(status="closed", detail="The server shut down.")), "our own connection ended before"),
    ("our-connection-ended", call(1505, views=()), facts(events=(event("disconnected", -0.1, None, "lost"),)), "lost"),
    ("sdk-tells-why", call(1505, data="not connected", views=()), facts(), "the SDK says: not connected"),
    ("somebody-disconnected", call(1503), facts(), "agent disconnected before it answered greet"),
    ("we-stopped", call(0, outcome="cancelled"), facts(), "we stopped waiting for greet; agent's handler runs on"),
    ("we-left", call(**LOST, note="we left the room before it ended"), facts(), "we left the room before web's call"),
    ("caller-left", call(**LOST), facts(events=(event("joined", -9, "web"), event("left", 1, "web"))), "caller web"),
    ("packets-lost", call(**LOST, views=(ACKED,)), facts(state=state(lost_packets=3)), "3 packets were lost to us"),
    ("callee-silent", call(**LOST, took=17_000.0), facts(AGENT, Participant(identity="web")),
     "agent did not answer greet: web was not acknowledged"),
]  # fmt: skip

#: Rules that never come first where they are the only ones that have nothing to go by.
_SELDOM_FIRST = {"joined-just-before", "many-in-flight", "packets-lost"}


@pytest.mark.parametrize(("rule", "failed", "around", "words"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)])
def test_what_makes_a_rule_speak(rule, failed, around, words):
    causes = explain(failed, around).causes
    named = next((cause for cause in causes if cause.id == rule), None)
    assert named, [cause.id for cause in causes]
    assert words in named.text
    assert named.next_steps
    assert all(step.endswith(".") for step in named.next_steps)
    if rule not in _SELDOM_FIRST:
        assert causes[0].id == rule, [(cause.id, cause.weight) for cause in causes]


def test_every_rule_has_a_case():
    assert {rule.id for rule in RULES} == {case[0] for case in CASES}


#: What silences a rule or sets it back: rule, call, facts
SILENCED = [
    ("unknown-identity", call(callee="ghost", views=(SENT, view(("request", 1), at="server"))), facts()),
    ("callee-may-not-send", call(views=(view(("request", 0), ("ack", 9000)),)),
     facts(Participant(identity="agent", state="active", permissions=MUTE))),
    ("caller-may-not-send", call(views=(SENT, view(("request", 1), at="server"))), facts(state=MUTED)),
    ("hidden-caller", answered(1400), facts(state=state(permissions=Permissions(hidden=True)))),
    ("left-before", call(), facts(events=(event("left", -9), event("joined", -8)))),
    ("left-during", call(1503), facts(events=(event("left", -9), event("joined", -8)))),
    ("not-active", call(), facts(events=(event("joined", -9), event("active", -8)))),
    ("our-reconnect", call(), facts(events=(event("reconnecting", -60, None),))),
    ("our-connection-ended", call(), facts(events=(event("disconnected", 8, None),))),
    ("method-mistyped", answered(1400, method="great"), facts(calls=(earlier(method="great"),))),
    ("exception-in-handler", answered(1500, message="no such order", data="7"), facts()),
    ("not-answering", answered(1501, message="mine"), facts()),
    ("handler-too-slow", answered(1502, 15_000.0), facts()),
    # The caller's own 300 ms were over before the callee's 1 s; our program heard of it after both.
    ("handler-too-slow", answered(1502, 1_030.0, budget=budget_for(300, 200)), facts()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "failed", "around"), SILENCED, ids=[case[0] for case in SILENCED])
def test_a_seen_fact_silences_what_it_contradicts(rule, failed, around):
    assert rule not in {cause.id for cause in explain(failed, around).causes}


#: What ranks below others because of a seen fact, which it names: rule, call, facts, the evidence against
SET_BACK = [
    ("encryption-differs", call(), facts(state=state(encrypted=True), calls=(earlier(),)), "answered 20 s before"),
    ("joined-just-before", call(), facts(events=(event("joined", -9),), calls=(earlier(0, 5.0),)), "answered since"),
    ("not-registered", answered(1400), facts(events=(JOINED,), calls=(earlier(),)), "greet worked 20 s before"),
    ("not-a-string", call(1502, took=15_010.0, views=(ACKED,)), facts(calls=(earlier(),)), "has answered other calls"),
    ("version-not-understood", answered(1404), facts(calls=(earlier(),)), "agent answered 20 s before"),
    ("server-too-old", call(1403, views=()), facts(calls=(earlier(),)), "other calls went through this server"),
    ("answer-too-large", answered(1504, transport="v2"), facts(), "went by version 2"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "failed", "around", "against"), SET_BACK, ids=[case[0] for case in SET_BACK])
def test_what_speaks_against_a_cause_is_told_and_sets_it_back(rule, failed, around, against):
    cause = next(cause for cause in explain(failed, around).causes if cause.id == rule)
    assert cause.weight <= Weight.UNLIKELY
    assert any(against in text for text in cause.evidence_against)


def test_the_session_lets_the_same_thing_be_told_differently_as_more_is_seen():
    failed = call()
    before = explain(failed, facts()).causes[0]
    after = explain(failed, facts(events=(event("left", 22, text="connection timeout"),))).causes[0]
    assert (before.id, after.id) == ("not-answering", "not-answering")
    assert "it left 22 s after the call began (connection timeout)" in after.evidence_for
    assert after.weight > before.weight


def test_what_can_be_done_comes_as_actions_and_the_page_of_the_code_is_always_among_them():
    mistyped = explain(answered(1400, method="great"), facts())
    assert mistyped.actions[0] == Action("call", "greet")
    assert mistyped.actions[-1] == Action("docs", "1400")
    slow = explain(answered(1502, 8012.0), facts())
    assert slow.actions[0] == Action("timeout", "agent", 31_000)
    assert slow.actions[0].label == "send again with 31 s"
    assert explain(call(), facts()).actions[0] == Action("ping", "agent")


def test_only_what_can_be_done_is_offered():
    others = explain(call(1400, **{**OBSERVED, "outcome": "error"}, method="great"), facts())
    assert [one.kind for one in others.actions] == ["methods", "history", "docs"]
    silent = explain(call(**LOST, took=17_000.0), facts(AGENT, Participant(identity="web")))
    assert silent.actions[:2] == (Action("ping", "agent"), Action("history", "agent"))
    to_us = explain(call(1500, **{**OBSERVED, "outcome": "error", "direction": "incoming", "callee": "us"}), facts())
    assert to_us.actions == (Action("history", "web"), Action("docs", "1500"))
    saved = explain(call(), facts(state=SessionState(status="opened", room="demo", identity="us")))
    assert {one.kind for one in saved.actions} <= {"history", "methods", "docs"}
