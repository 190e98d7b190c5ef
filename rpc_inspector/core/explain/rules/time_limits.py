"""1502: the answer took too long for one of the two sides."""

from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import Facts, seen
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.raising import raised_by_handler, who_raised
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.wording import before_start, many, method_of, named
from rpc_inspector.core.model import Call

TIMEOUT = ErrorCode.RESPONSE_TIMEOUT
#: How far from a limit (ms, or share of it) an end may be to be that limit's doing.
SLACK_MS, SHARE = 1_500, 0.95
#: So many times the time that the handler had is more time.
LONGER = 1.5
#: The longest timeout that is offered.
LONGEST_MS = 120_000


def _callee_enforces(call: Call, facts: Facts) -> Call | None:
    """An earlier call in which the callee cancelled its handler when its time was over, as Python's SDK does."""
    return next((one for one in facts.to_callee(call) if _is_callees(one) and not raised_by_handler(one)), None)


def _is_callees(call: Call) -> bool:
    took, told = call.duration, call.told_ms
    if call.error is None or call.error.code != TIMEOUT or took is None or told is None:
        return False
    return who_raised(call)[0] != "caller" and told * SHARE <= took.ms <= told + SLACK_MS


def _is_callers(call: Call) -> bool:
    took, budget = call.duration, call.budget
    if took is None or budget is None or who_raised(call)[0] == "callee" or _is_callees(call):
        return False
    return took.ms >= budget.response * SHARE


def _answered_late(call: Call) -> bool:
    return bool(call.note and "its answer came" in call.note)


def longer(call: Call) -> int:
    """A timeout with which the handler has three times as long as it had, in ms."""
    ack = call.budget.ack if call.budget else 7_000
    return min(3 * (call.told_ms or 8_000) + ack, LONGEST_MS)


@rule(
    "handler-too-slow",
    TIMEOUT,
    about="The handler took longer than the time it was given: 8 s by default, although the caller waits 15 s.",
    signs="The error came when the handler's time was over, before the caller's own timeout.",
    fix="Raise the timeout. The handler gets 7 s less than that, and at least 1 s: a timeout of 30 s gives it 23 s.",
)
def handler_too_slow(call: Call, _facts: Facts) -> Cause | None:
    """Cancelled at the callee."""
    told = call.told_ms
    if told is None or not _is_callees(call):
        return None
    own = f", less than your {seconds(call.budget.response)}" if call.budget and told < call.budget.response else ""
    ack = f" less {seconds(call.budget.ack)}" if call.budget else ""
    said = f"{named(call)} itself answered" if who_raised(call)[0] == "callee" else "the call ended"
    return Cause(
        text=f"the handler of {method_of(call)} took longer than the {seconds(told)} that {named(call)} was told{own}",
        weight=Weight.PROVEN,
        evidence_for=(f"{said} when these {seconds(told)} were over",),
        next_steps=(f"Raise the timeout. The handler gets the timeout{ack}, and at least 1 s.",),
        actions=(Action("timeout", call.callee or "", longer(call)),),
    )


@rule(
    "handler-still-running",
    TIMEOUT,
    "lost",
    about="The handler still ran when the caller gave up: it is slow, or waits for something such as speech.",
    signs="The callee acknowledged and did not answer in time, or its answer came later.",
    fix="Look at the callee's log. If the handler is only slow, raise the timeout.",
)
def handler_still_running(call: Call, facts: Facts) -> Cause | None:
    """No answer in the caller's time."""
    lost = call.outcome == "lost" and seen(call, "ack")
    if not (_is_callers(call) or lost):
        return None
    late = _answered_late(call)
    told, enforced = call.told_ms or 0, _callee_enforces(call, facts)
    over = call.budget is not None and call.budget.response > told + SLACK_MS
    against = (
        (f"{named(call)} cancelled a handler when its time was over, {before_start(call, enforced.started)}",)
        if enforced and over and not late
        else ()
    )
    limit = f" within {seconds(call.budget.response)}" if call.budget else ""
    acked = seen(call, "ack")
    evidence = (f"{named(call)} acknowledged",) if acked else ()
    silent = f"{named(call)} {'acknowledged and ' if acked else ''}did not answer{limit}"
    waiting = f"its handler of {method_of(call)} still runs or waits for something"
    return Cause(
        text=f"{named(call)} answered, but not{limit}: its handler of {method_of(call)} is slower than that"
        if late
        else f"{silent}: {waiting}",
        weight=Weight.PROVEN if late else Weight.UNLIKELY if against else Weight.FITS,
        evidence_for=(*evidence, *((call.note or "",) if late else ())),
        evidence_against=against,
        actions=(Action("timeout", call.callee or "", longer(call)), Action("ping", call.callee or "")),
    )


@rule(
    "never-answers",
    TIMEOUT,
    about="The handler waits for something that does not come, such as speech or a person: more time does not help.",
    signs="An earlier call of the method had more time and was not answered either.",
    fix="Look at what the handler waits for. Let it answer at once, or give up by itself.",
)
def never_answers(call: Call, facts: Facts) -> Cause | None:
    """More time did not help."""
    same = [one for one in facts.to_callee(call) if one.method == call.method]
    told = _told(call)
    longer_ones = [one for one in same if _timed_out(one) and _told(one) >= LONGER * told]
    if not told or not longer_ones or any(one.outcome == "ok" for one in same) or _answered_late(call):
        return None
    most = max(map(_told, longer_ones))
    last = before_start(call, longer_ones[-1].started)
    return Cause(
        text=f"the handler of {method_of(call)} waits for something that does not come: more time did not help",
        weight=Weight.PROVEN + 1,
        evidence_for=(
            f"{method_of(call)} was not answered within {seconds(most)} either, {last}",
            f"no call of {method_of(call)} to {named(call)} was answered",
        ),
        actions=(Action("history", call.callee or ""),),
    )


def _told(call: Call) -> int:
    """What the callee was told, seen or by our own limits, in ms; 0 is not known."""
    return call.told_ms or (call.budget.told if call.budget else 0)


def _timed_out(call: Call) -> bool:
    return call.error is not None and call.error.code == TIMEOUT and not raised_by_handler(call)


@rule(
    "not-a-string",
    TIMEOUT,
    about="The handler returned something other than a string. A Python callee then answers nothing at all.",
    signs="The callee acknowledged and did not answer, while it answers other calls.",
    fix="Return a string from the handler, for instance with json.dumps.",
)
def not_a_string(call: Call, facts: Facts) -> Cause | None:
    """The handler's result could not be sent."""
    if not _is_callers(call) or _answered_late(call):
        return None
    over = call.budget is not None and call.budget.response > (call.told_ms or 0) + SLACK_MS / 5
    others = [one for one in facts.calls if one.callee == call.callee and one.method == call.method]
    worked = next((one for one in others if one.outcome == "ok"), None)
    same = [one for one in others if one.error and one.error.code == TIMEOUT]
    evidence = [f"{named(call)} acknowledged and did not answer"] if seen(call, "ack") else []
    if over:
        evidence.append("a Python handler that is only slow would have been cancelled earlier")
    if same:
        evidence.append(f"it is not the first call of {method_of(call)} without an answer")
    return Cause(
        text=f"the handler of {method_of(call)} returned something other than a string, so {named(call)} answered "
        "nothing",
        weight=Weight.UNLIKELY if worked else Weight.FITS + 5 if over else Weight.POSSIBLE,
        evidence_for=tuple(evidence),
        evidence_against=(f"{method_of(call)} has answered other calls",) if worked else (),
    )


@rule(
    "callee-blocked",
    TIMEOUT,
    about="Something blocks the callee's program: its SDK still acknowledges, and no handler gets to run.",
    signs="Calls of several methods were acknowledged and not answered.",
    fix="Look for calls that block in the callee's handlers, such as time.sleep. Run them in a thread.",
)
def callee_blocked(call: Call, facts: Facts) -> Cause | None:
    """Nobody runs its handlers."""
    if not _is_callers(call):
        return None
    others = [one for one in facts.meanwhile(call) if one.callee == call.callee and one.purpose == "call"]
    stuck = [one for one in others if seen(one, "ack") and one.response is None and _unanswered(one)]
    methods = {one.method for one in stuck} | {call.method}
    if len(methods) < 2 or any(_handled_during(one, call) for one in others):
        return None
    return Cause(
        text=f"{named(call)}'s program is blocked: it acknowledged {method_of(call)} and answered none of its calls",
        weight=Weight.STRONG,
        evidence_for=(f"{many(len(stuck), 'other call')} to {named(call)} had an ack and no answer at the same time",),
        actions=(Action("history", call.callee or ""),),
    )


def _handled_during(one: Call, call: Call) -> bool:
    """Whether a handler of the callee answered another call while this one waited; 1400 the SDK answers by itself."""
    error = one.error
    handled = one.outcome == "ok" or (
        error is not None and error.code != ErrorCode.UNSUPPORTED_METHOD and who_raised(one)[0] == "callee"
    )
    return handled and one.ended is not None and call.started < one.ended <= (call.ended or 0)


def _unanswered(call: Call) -> bool:
    return call.is_open or bool(call.error and call.error.code == TIMEOUT and who_raised(call)[0] == "caller")


@rule(
    "no-answer",
    TIMEOUT,
    about="No answer came in time. What was seen does not tell which side gave up.",
    signs="No packet was seen, and the time fits neither side's limit.",
    fix="Raise the timeout. The handler gets 7 s less than that, and at least 1 s.",
)
def no_answer(call: Call, _facts: Facts) -> Cause | None:
    """Neither limit fits."""
    if _is_callees(call) or _is_callers(call):
        return None
    return Cause(
        text=f"{method_of(call)} of {named(call)} did not answer in time",
        weight=Weight.POSSIBLE,
        actions=(Action("timeout", call.callee or "", longer(call)),),
    )


RULES = (handler_too_slow, never_answers, callee_blocked, handler_still_running, not_a_string, no_answer)
