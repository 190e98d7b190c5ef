"""Who may not send, or cannot be answered: the server drops packets without a word."""

from rpc_inspector.core.budgets import DEFAULT_ACK_MS
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import Facts, has_answer, seen
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.rules.channel import ON_ITS_WAY_MS
from rpc_inspector.core.explain.wording import caller_of, named
from rpc_inspector.core.model import Call

NO_ACK = ErrorCode.CONNECTION_TIMEOUT
_RAN = "The handler may have run: repeat the call only if that does no harm."


def _not_forwarded(call: Call, facts: Facts) -> tuple[str, ...]:
    """Said where we see what the server forwards, and it did not forward the request."""
    watched = "server" in facts.state.vantage and not facts.is_saved
    return ("the server did not forward the request",) if watched and not seen(call, "request", "server") else ()


@rule(
    "caller-may-not-send",
    NO_ACK,
    about="The caller's token lacks canPublishData, so the server drops the request without a word.",
    signs="The list of participants says that the caller may not send data. The server did not forward the request.",
    fix="Use a token with canPublishData.",
)
def caller_may_not_send(call: Call, facts: Facts) -> Cause | None:
    """The request is dropped."""
    if facts.may_send(call.caller, call) is not False or has_answer(call) or seen(call, "request", "server"):
        return None
    whose = "our token" if call.direction == "outgoing" else f"{caller_of(call)}'s token"
    return Cause(
        text=f"{whose} lacks canPublishData, so the server dropped the request to {named(call)}",
        weight=Weight.PROVEN,
        evidence_for=(f"{caller_of(call)} may not send data", *_not_forwarded(call, facts)),
    )


@rule(
    "callee-may-not-send",
    NO_ACK,
    "lost",
    about="The callee's token lacks canPublishData: its handler runs, and the server drops its ack and its answer.",
    signs="The list of participants says that the callee may not send data.",
    fix="Give its token canPublishData. Do not assume that the handler did not run.",
)
def callee_may_not_send(call: Call, facts: Facts) -> Cause | None:
    """The answer is dropped."""
    if facts.may_send(call.callee, call) is not False or has_answer(call):
        return None
    callee = named(call)
    arrived = ("the server forwarded the request to it",) if seen(call, "request", "server") else ()
    return Cause(
        text=f"{callee} lacks canPublishData: its handler runs and its answer is dropped",
        weight=Weight.PROVEN,
        evidence_for=(f"{callee} may not send data", *arrived),
        actions=(Action("history", call.callee or ""),),
    )


@rule(
    "hidden-caller",
    NO_ACK,
    "lost",
    about="The caller is hidden: the handler runs, and its answer has no address.",
    signs="The caller's permissions say hidden, or it sends and is not among the participants.",
    fix="Call as a participant that is not hidden. Do not assume that the handler did not run.",
)
def hidden_caller(call: Call, facts: Facts) -> Cause | None:
    """The answer finds nobody."""
    if any(view.stage("ack") for view in call.views if view.at in ("caller", "server")):
        return None
    caller = facts.participant(call.caller)
    callee = named(call)
    if call.direction == "outgoing":
        hidden = facts.state.permissions.hidden
        evidence: tuple[str, ...] = ("our own token says hidden",)
    elif caller is not None:
        hidden = caller.permissions.hidden
        evidence = (f"{call.caller}'s permissions say hidden",)
    else:
        unlisted = seen(call, "request", "server") and not facts.is_saved and not facts.left_during(call.caller, call)
        hidden = unlisted and call.direction == "observed" and facts.left_before(call.caller, call) is None
        evidence = (f"the server forwarded a request of {caller_of(call)}, whom the roster does not list",)
    if not hidden:
        return None
    arrived = (f"the request reached {callee}",) if seen(call, "request", "server") or _at_callee(call) else ()
    answered = (f"{callee} answered, and the answer reached nobody",) if _at_callee(call, "response") else ()
    return Cause(
        text=f"the caller {caller_of(call)} is hidden: {callee}'s handler runs, and its answer has no address",
        weight=Weight.PROVEN if facts.was_there(call.callee, call) else Weight.STRONG,
        evidence_for=(*evidence, *arrived, *answered),
    )


@rule(
    "handler-ran",
    NO_ACK,
    about="The handler ran and answered; only its packets did not reach the caller.",
    signs="The ack or answer was seen at the callee or at the server, and not at the caller.",
    fix="Repeat the call only if that does no harm: it had its effect. Look at the caller's side.",
)
def handler_ran(call: Call, facts: Facts) -> Cause | None:
    """The answer was on its way."""
    limit = call.started + ((call.budget.ack if call.budget else DEFAULT_ACK_MS) - ON_ITS_WAY_MS) / 1000
    away = [
        (view, stage)
        for view in call.views
        if view.at != "caller"
        for stage in view.stages
        if stage.stage != "request" and stage.time <= limit
    ]
    arrived = any(stage.time <= limit for view in call.views if view.at == "caller" for stage in view.stages[1:])
    if not away or arrived or facts.may_send(call.callee, call) is False:
        return None
    view, stage = away[0]
    place = "the server forwarded" if view.at == "server" else f"{named(call)} sent"
    return Cause(
        text=f"{named(call)} had answered: its {stage.stage} was lost on the way to {caller_of(call)}",
        weight=Weight.STRONG,
        evidence_for=(f"{place} the {stage.stage} {(stage.time - call.started) * 1000:.0f} ms after the call began",),
        next_steps=(_RAN,),
    )


def _at_callee(call: Call, stage: str = "request") -> bool:
    return seen(call, stage, "callee")


RULES = (caller_may_not_send, callee_may_not_send, hidden_caller, handler_ran)
