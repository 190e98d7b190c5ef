"""Why a call failed: who raised it, what the room's state makes likely, what to do next.

Rules are small functions that look at one call and the facts around it and give a cause or nothing; the surest come
first. They state only what was seen; what is not known they leave open. Texts are unsanitised: they quote identities.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from rpc_inspector.core.budgets import (
    DEFAULT_ACK_MS,
    METHOD_NAME_LIMIT,
    V1_PAYLOAD_LIMIT,
    payload_limit,
    seconds,
    utf8_size,
)
from rpc_inspector.core.codes import CODES, ErrorCode, RaisedBy
from rpc_inspector.core.model import Call, Participant
from rpc_inspector.core.names import closest
from rpc_inspector.core.session import SessionState

#: Handlers are often registered a moment after connecting; a join so recent (s) makes that a likely cause.
RECENT_JOIN_S = 15.0


class Departure(Struct, frozen=True):
    """A participant left: ``time`` in seconds of CLOCK_MONOTONIC, ``reason`` as the server gave it."""

    time: float
    reason: str = ""


class Facts(Struct, frozen=True, kw_only=True):
    """What is known around a call. Times in seconds of CLOCK_MONOTONIC.

    Attributes:
        roster: the participants now. joined: when we first saw each identity of it in this room (its present sid).
        departures: the last leave of each identity that we saw.
    """

    state: SessionState
    roster: tuple[Participant, ...] = ()
    joined: Mapping[str, float] = {}
    departures: Mapping[str, Departure] = {}

    def participant(self, identity: str | None) -> Participant | None:
        """Who has that identity now."""
        return next((someone for someone in self.roster if someone.identity == identity), None)


class Cause(Struct, frozen=True):
    """A likely cause: one clause, and what to do about it."""

    text: str
    next_step: str = ""


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What happened (one sentence), who raised it and how we know, the causes ranked, and what to do next."""

    what: str
    raised_by: RaisedBy | None
    known_by: str
    causes: tuple[Cause, ...] = ()
    next_steps: tuple[str, ...] = ()

    @property
    def raised_in_words(self) -> str:
        """Who raised it, for people."""
        who = {
            "callee": "raised by the callee",
            "caller": "raised by the caller's own SDK",
            "either": "raised by one of the two sides",
            "us": "raised by rpc-inspector; nothing was sent",
            "server": "raised by the server",
            None: "not known who raised it",
        }[self.raised_by]
        return f"{who}; {self.known_by}" if self.known_by else who


Rule = Callable[[Call, Facts], Cause | None]


def diagnose(call: Call, facts: Facts) -> Diagnosis | None:
    """Explain a failed call; ``None`` if it did not fail with an error."""
    if call.error is None:
        return None
    info = CODES.get(call.error.code)
    raised_by, known_by = who_raised(call)
    causes = tuple(cause for rule in _RULES.get(call.error.code, ()) if (cause := rule(call, facts)))
    what = info.meaning if info else "The handler answered with an error of the application's own."
    steps = tuple(dict.fromkeys(cause.next_step for cause in causes if cause.next_step))
    if info:
        steps = steps or (info.next_step,)
    else:
        steps = steps or ("Look the code up in the callee's own documentation; the error's data may tell more.",)
    return Diagnosis(what=what, raised_by=raised_by, known_by=known_by, causes=causes, next_steps=steps)


def who_raised(call: Call) -> tuple[RaisedBy | None, str]:
    """Who made the error, and how that is known.

    A response packet that was seen settles it; where our vantage points saw the request and no response, the error
    was made at the caller; otherwise the code alone tells, as far as it does.
    """
    if call.error is None:
        return None, ""
    if call.error.code == ErrorCode.RECIPIENT_NOT_FOUND and not call.views:
        return "us", ""
    answers = [stage for view in call.views if (stage := view.stage("response"))]
    if any(call.ended is None or stage.time <= call.ended + stage.precision / 1000 for stage in answers):
        return "callee", "its error packet was seen"
    info = CODES.get(call.error.code)
    if any(view.stage("request") for view in call.views) and (info is None or info.raised_by != "callee"):
        return "caller", "no answer was seen to come back"
    return (info.raised_by if info else "callee"), "as its code says"


# Rules. Each says one thing; the order in _RULES is the ranking.


def _nobody_of_that_name(call: Call, facts: Facts) -> Cause | None:
    if not call.callee or facts.participant(call.callee) or call.callee in facts.departures:
        return None
    near = closest(call.callee, [someone.identity for someone in facts.roster if not someone.is_self])
    if near:
        return Cause(f"nobody here is called {call.callee}; did you mean {near[0]}?", f"Send it to {near[0]}.")
    return Cause(f"nobody here is called {call.callee}", "Check the identity, or wait until it joins.")


def _has_left(call: Call, facts: Facts) -> Cause | None:
    gone = facts.departures.get(call.callee or "")
    if gone is None or facts.participant(call.callee):
        return None
    reason = f" ({gone.reason})" if gone.reason else ""
    return Cause(f"{call.callee} has left the room{reason}", "Wait until it is back, or look at why it left.")


def _left_meanwhile(call: Call, facts: Facts) -> Cause | None:
    gone = facts.departures.get(call.callee or "")
    if gone is None or gone.time < call.started:
        return None
    after = f"{gone.time - call.started:.1f} s after the call began"
    reason = f" ({gone.reason})" if gone.reason else ""
    return Cause(f"{call.callee} left the room {after}{reason}", "Look at its leave in the trace, then call again.")


def _replaced_meanwhile(call: Call, facts: Facts) -> Cause | None:
    joined = facts.joined.get(call.callee or "")
    if joined is None or joined < call.started:
        return None
    return Cause(
        f"another session joined as {call.callee} meanwhile and replaced it", "Give each session its identity."
    )


def _we_disconnected(_call: Call, facts: Facts) -> Cause | None:
    if facts.state.status == "connected":
        return None
    return Cause("our own connection ended", "Wait until it is back, then call again.")


def _self_call(call: Call, _facts: Facts) -> Cause | None:
    if call.caller is None or call.caller != call.callee:
        return None
    return Cause("a participant cannot call itself: the server does not send packets back", "Call another participant.")


def _not_active(call: Call, facts: Facts) -> Cause | None:
    callee = facts.participant(call.callee)
    if callee is None or callee.state == "active":
        return None
    return Cause(
        f"{callee.identity} has joined and is not active yet, so packets cannot reach it",
        "Wait until it is active, then call again.",
    )


def _we_may_not_publish(call: Call, facts: Facts) -> Cause | None:
    if call.direction != "outgoing" or facts.state.permissions.can_publish_data:
        return None
    return Cause("our token lacks canPublishData, so the server dropped the request", "Use a token that has it.")


def _callee_may_not_publish(call: Call, facts: Facts) -> Cause | None:
    callee = facts.participant(call.callee)
    if callee is None or callee.permissions.can_publish_data:
        return None
    return Cause(
        f"{callee.identity} lacks canPublishData: its handler runs and its answer is dropped",
        "Give its token canPublishData; do not assume that the handler did not run.",
    )


def _hidden_caller(call: Call, facts: Facts) -> Cause | None:
    caller = facts.participant(call.caller)
    hidden = facts.state.permissions.hidden if call.direction == "outgoing" else caller and caller.permissions.hidden
    if not hidden:
        return None
    return Cause("the caller is hidden: the handler runs, and its answer has no address", "Call as a visible one.")


def _encryption(_call: Call, facts: Facts) -> Cause | None:
    if not facts.state.encrypted:
        return None
    return Cause(
        "we encrypt end to end; a callee without the same key cannot read the request",
        "Check that both sides have the same passphrase.",
    )


def _acked_late(call: Call, _facts: Facts) -> Cause | None:
    ack, budget = call.ack, call.budget
    if ack is None or budget is None or ack.ms <= budget.ack:
        return None
    return Cause(f"the ack came after {seconds(round(ack.ms))}, too late", "Raise the ack timeout.")


def _present_but_silent(call: Call, facts: Facts) -> Cause | None:
    callee = facts.participant(call.callee)
    if callee is None or callee.state != "active" or callee.is_self:
        return None
    return Cause(
        f"{callee.identity} is in the room and active, yet its SDK did not answer: it may hang, have lost its "
        "network, or its channel is congested",
        f"Ping {callee.identity}.",
    )


def _joined_recently(call: Call, facts: Facts) -> Cause | None:
    joined = facts.joined.get(call.callee or "")
    if joined is None or not 0 <= call.started - joined <= RECENT_JOIN_S:
        return None
    return Cause(
        f"{call.callee} joined {call.started - joined:.1f} s before the call: it may not have registered its "
        "handlers yet",
        "Call again in a few seconds.",
    )


def _closest_method(call: Call, facts: Facts) -> Cause | None:
    callee = facts.participant(call.callee)
    names = [method.name for method in callee.methods if method.provenance != "known"] if callee else []
    if not names or call.method is None or call.method in names:
        return None
    near = closest(call.method, names)
    if near:
        return Cause(f"it has no {call.method}; did you mean {near[0]}?", f"Call {near[0]}.")
    return Cause(f"{call.method} is not among the methods that it has told of", "Compare with its list of methods.")


def _name_too_long(call: Call, _facts: Facts) -> Cause | None:
    size = utf8_size(call.method or "")
    if size <= METHOD_NAME_LIMIT:
        return None
    return Cause(f"the method's name has {size} bytes; LiveKit documents {METHOD_NAME_LIMIT}", "Use a shorter name.")


def _not_registered(call: Call, _facts: Facts) -> Cause | None:
    return Cause(f"{call.callee or 'the callee'} has no handler called {call.method}")


def _callee_limit(call: Call, _facts: Facts) -> Cause | None:
    took, told = call.duration, call.told_ms
    ack = call.budget.ack if call.budget else DEFAULT_ACK_MS
    if took is None or told is None or who_raised(call)[0] == "caller" or not told * 0.95 <= took.ms <= told + 1500:
        return None
    return Cause(
        f"the handler took longer than the {seconds(told)} that the callee was told, and was cancelled there",
        f"Raise the timeout: the handler gets it less {seconds(ack)}, at least 1 s.",
    )


def _caller_limit(call: Call, _facts: Facts) -> Cause | None:
    took, budget = call.duration, call.budget
    if took is None or budget is None or who_raised(call)[0] == "callee" or took.ms < budget.response * 0.95:
        return None
    return Cause(
        f"the callee acknowledged and never answered within {seconds(budget.response)}: its handler runs on, or it "
        "returned something other than a string (a Python callee then answers nothing)",
        "Look at the callee's log; raise the timeout if it is only slow.",
    )


def _unlisted_is_v1(call: Call, facts: Facts) -> Cause | None:
    callee = facts.participant(call.callee)
    if callee is None:
        return Cause(
            f"{call.callee} is not in the room, so version 1 and its limit of 15,360 bytes apply",
            "Check the identity first.",
        )
    if payload_limit(callee.client_protocol) is None:
        return None
    size = call.request.bytes if call.request else 0
    return Cause(
        f"{callee.identity} speaks version 1: {size:,} bytes do not fit {V1_PAYLOAD_LIMIT:,}",
        "Send less, or upgrade its SDK.",
    )


def _reason_in_data(call: Call, _facts: Facts) -> Cause | None:
    if call.error is None or not call.error.data:
        return None
    return Cause(f"the SDK says: {call.error.data}", "Wait for the connection, then send again.")


def _exception_in_handler(call: Call, _facts: Facts) -> Cause | None:
    return Cause(
        f"the handler of {call.method} raised an exception; its text stayed in {call.callee}'s log",
        f"Read {call.callee}'s log at that time.",
    )


_RULES: dict[int, tuple[Rule, ...]] = {
    ErrorCode.UNSUPPORTED_METHOD: (_name_too_long, _closest_method, _joined_recently, _not_registered),
    ErrorCode.RECIPIENT_NOT_FOUND: (_self_call, _has_left, _nobody_of_that_name),
    ErrorCode.REQUEST_PAYLOAD_TOO_LARGE: (_unlisted_is_v1,),
    ErrorCode.APPLICATION_ERROR: (_exception_in_handler,),
    ErrorCode.CONNECTION_TIMEOUT: (
        _self_call,
        _we_may_not_publish,
        _hidden_caller,
        _has_left,
        _nobody_of_that_name,
        _callee_may_not_publish,
        _not_active,
        _acked_late,
        _encryption,
        _joined_recently,
        _present_but_silent,
    ),
    ErrorCode.RESPONSE_TIMEOUT: (_callee_limit, _caller_limit),
    ErrorCode.RECIPIENT_DISCONNECTED: (_we_disconnected, _replaced_meanwhile, _left_meanwhile),
    ErrorCode.SEND_FAILED: (_reason_in_data, _we_disconnected),
}
