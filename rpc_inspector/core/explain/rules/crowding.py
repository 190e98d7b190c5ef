"""Too many calls at once: they wait for one another, on the way or at the callee."""

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import Facts, has_answer
from rpc_inspector.core.explain.model import Cause, Weight
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.rules.channel import acked_late
from rpc_inspector.core.explain.wording import caller_of, many, method_of, named, span
from rpc_inspector.core.model import Call

#: So many calls of one caller in flight at once are a high rate.
MANY = 100
#: So many answers of one method show whether its calls are answered one after another.
ANSWERS = 2
#: The last of them then took so many times as long as the first.
GROWTH = 1.8


@rule(
    "many-in-flight",
    ErrorCode.CONNECTION_TIMEOUT,
    ErrorCode.RESPONSE_TIMEOUT,
    about="So many calls were in flight that their acks and answers waited for one another.",
    signs="The same caller had a hundred or more other calls in flight.",
    fix="Make fewer calls at once.",
)
def many_in_flight(call: Call, facts: Facts) -> Cause | None:
    """A high rate."""
    beside = [one for one in facts.meanwhile(call) if one.caller == call.caller]
    if len(beside) < MANY:
        return None
    # A callee that answers others all the while is not what holds this one up.
    answering = any(one.callee == call.callee and _ended_during(one, call) and has_answer(one) for one in beside)
    late = acked_late(call) is not None and answering
    return Cause(
        text=f"{caller_of(call)} had {len(beside)} other calls in flight, so this one to {named(call)} had to wait",
        weight=Weight.STRONG + 5 if late else Weight.FITS if has_answer(call) else Weight.POSSIBLE,
        evidence_for=(f"{named(call)} answered others meanwhile",) if answering else (),
    )


@rule(
    "one-after-another",
    ErrorCode.RESPONSE_TIMEOUT,
    about="The callee answers the calls of this method one after another, so each waits for those before it.",
    signs="Calls that began together were answered at growing intervals, the first of them quickly.",
    fix="Make fewer of these calls at once, or let the handler work on several at a time.",
)
def one_after_another(call: Call, facts: Facts) -> Cause | None:
    """They stand in line at the handler."""
    same = [one for one in facts.meanwhile(call) if (one.callee, one.method) == (call.callee, call.method)]
    took = [one.duration.ms for one in same if one.outcome == "ok" and one.duration and _ended_during(one, call)]
    if len(took) < ANSWERS or max(took) < GROWTH * min(took) or not call.duration or min(took) >= call.duration.ms / 2:
        return None
    alike = all(one.request == call.request for one in same)
    return Cause(
        text=f"{named(call)} answers calls of {method_of(call)} one after another, and this one waited in line",
        weight=Weight.PROVEN + 1 if alike else Weight.POSSIBLE,
        evidence_for=(
            f"{many(len(same), 'other call')} of {method_of(call)} in flight at the same time",
            f"the quickest was answered after {span(min(took) / 1000)}, the slowest after {span(max(took) / 1000)}",
        ),
    )


def _ended_during(one: Call, call: Call) -> bool:
    return one.ended is not None and call.ended is not None and call.started < one.ended <= call.ended


RULES = (one_after_another, many_in_flight)
