"""The packets did not get through, or not in time."""

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, seconds
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import TELLING_LAG_S, Facts, end_of, has_answer, seen
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.raising import who_raised
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.wording import after_start, because, before_start, many, named, span
from rpc_inspector.core.model import Call, Measure
from rpc_inspector.core.units import size

NO_ACK = ErrorCode.CONNECTION_TIMEOUT
#: So long an ack can be on its way from where it was seen to the caller, in ms.
ON_ITS_WAY_MS = 50
#: A join so recent (s) is a likely cause: the peer is not active, or its handlers are not registered yet.
RECENT_JOIN_S = 15.0
#: A payload from so many bytes on can hold up what is sent after it.
LARGE_BYTES = 256_000
#: So many calls to one callee without an ack, and none with, are a pattern.
PATTERN = 2


def acked_late(call: Call) -> Measure | None:
    """The time to the ack, where it came too late; one that the caller's side saw and did not count did."""
    ack = call.ack
    limit = call.budget.ack if call.budget else DEFAULT_ACK_MS
    if ack is None or ack.ms > limit:
        return ack
    uncounted = call.error is not None and call.error.code == NO_ACK and who_raised(call)[0] == "caller"
    return ack if uncounted and (seen(call, "ack", "caller") or ack.ms > limit - ON_ITS_WAY_MS) else None


@rule(
    "not-active",
    NO_ACK,
    "lost",
    about="The callee had joined and was not active yet, so packets could not reach it.",
    signs="Its state in the roster is not active, or it became so only after the call began.",
    fix="Wait until it is active, then call again.",
)
def not_active(call: Call, facts: Facts) -> Cause | None:
    """Joined, with no connection for packets yet."""
    callee = facts.participant(call.callee)
    if has_answer(call) and not acked_late(call):
        return None
    became = facts.active_during(call.callee, call)
    waiting = callee is not None and callee.state in ("joining", "joined")
    if not facts.was_there(call.callee, call) or facts.is_saved or not (waiting or became):
        return None
    if facts.answered_at(call) is not None and facts.joined_before(call.callee, call) is None:
        return None
    name = named(call)
    state = f"{name} is {callee.state}" if callee else ""
    told = f"{name} became active {after_start(call, became.time)}" if became else state
    return Cause(
        text=f"{name} has joined and was not active yet, so packets could not reach it",
        # That it became active is told up to 3 s late.
        weight=Weight.PROVEN if waiting or (became and became.time > call.started + TELLING_LAG_S) else Weight.STRONG,
        evidence_for=(told,),
        actions=(Action("wait", call.callee or ""), Action("history", call.callee or "")),
    )


@rule(
    "joined-just-before",
    NO_ACK,
    about="The callee joined moments before the call; the first calls to a new participant get lost at times.",
    signs="Its join stands in the trace just above the call.",
    fix="Wait until it is active, then call again.",
)
def joined_just_before(call: Call, facts: Facts) -> Cause | None:
    """A fresh participant."""
    joined = facts.joined_before(call.callee, call)
    if joined is None or call.started - joined.time > RECENT_JOIN_S or has_answer(call):
        return None
    name = named(call)
    answered = facts.answered_at(call)
    worked = answered is not None and answered.started > joined.time
    return Cause(
        text=f"{name} joined {before_start(call, joined.time)}",
        weight=Weight.UNLIKELY if worked else Weight.POSSIBLE,
        evidence_for=(f"{name} joined {before_start(call, joined.time)}",),
        evidence_against=(f"{name} has answered since",) if worked else (),
        actions=(Action("resend", call.callee or ""),),
    )


@rule(
    "encryption-differs",
    NO_ACK,
    ErrorCode.RESPONSE_TIMEOUT,
    "lost",
    about="One side encrypts end to end and the other does not, or has another key. They cannot read each other.",
    signs="Encrypted packets came from one side only, or both encrypt and neither answers.",
    fix="Join with the same passphrase on both sides.",
)
def encryption_differs(call: Call, facts: Facts) -> Cause | None:
    """Unreadable to each other."""
    if call.direction != "outgoing" or has_answer(call):
        return None
    callee = named(call)
    theirs = [event for event in facts.events if event.kind == "capture" and event.identity == call.callee]
    worked = facts.answered_at(call)
    against = (f"{callee} answered {before_start(call, worked.started)}",) if worked else ()
    if facts.state.encrypted:
        return Cause(
            text=f"we encrypt end to end; {callee} without the same key cannot read the request",
            weight=Weight.UNLIKELY if worked else Weight.FITS if theirs else Weight.STRONG,
            evidence_for=("our session encrypts", *(() if theirs else (f"no encrypted packet of {callee} was seen",))),
            evidence_against=against,
        )
    if not theirs:
        return None
    return Cause(
        text=f"{callee} encrypts end to end and we do not: its handler ran, and we cannot read its answer",
        weight=Weight.UNLIKELY if worked and worked.started > theirs[-1].time else Weight.PROVEN,
        evidence_for=(f"encrypted packets of {callee} came to us, and our session does not encrypt",),
        evidence_against=against,
    )


@rule(
    "our-reconnect",
    NO_ACK,
    ErrorCode.RESPONSE_TIMEOUT,
    ErrorCode.RECIPIENT_DISCONNECTED,
    ErrorCode.SEND_FAILED,
    about="Our own connection broke during the call, and what was on its way got lost.",
    signs="\u201creconnecting\u201d stands in the trace during the call.",
    fix="Call again if that does no harm: whether the handler ran is not known.",
)
def our_reconnect(call: Call, facts: Facts) -> Cause | None:
    """The connection broke during the call."""
    broke = facts.between(call.started - 1.0, end_of(call), ("reconnecting",))
    if not broke or call.direction != "outgoing":
        return None
    back = facts.between(broke[0].time, end_of(call) + 60.0, ("reconnected",))
    told = f"it was back {span(back[0].time - broke[0].time)} later" if back else "it is not back"
    unsent = call.error is not None and call.error.code == ErrorCode.SEND_FAILED
    what = f"so the request to {named(call)} was not sent" if unsent else f"before {named(call)}'s answer came"
    return Cause(
        text=f"our own connection broke {after_start(call, broke[0].time)}, {what}",
        # If it ended after that, its end is what counts.
        weight=Weight.PROVEN if unsent else Weight.PROVEN + 1,
        evidence_for=(told,),
        next_steps=("Call again once the connection is back: nothing was sent.",) if unsent else (),
        actions=(Action("resend", call.callee or ""),),
    )


@rule(
    "head-of-line",
    NO_ACK,
    about="A large payload was sent just before, and the call had to wait behind it.",
    signs="The same caller was still sending a large payload when this call began.",
    fix="Send large payloads apart from urgent calls, or raise the ack timeout.",
)
def head_of_line(call: Call, facts: Facts) -> Cause | None:
    """Held up by what was sent before."""
    before = [
        one
        for one in facts.meanwhile(call)
        if one.caller == call.caller and one.started <= call.started and one.request
        and one.request.bytes >= LARGE_BYTES
    ]  # fmt: skip
    if not before or (has_answer(call) and not acked_late(call)):
        return None
    biggest = max(before, key=lambda one: one.request.bytes if one.request else 0)
    payload = size(biggest.request.bytes if biggest.request else 0)
    late = acked_late(call)
    arrived = (f"the ack came after {seconds(round(late.ms))}",) if late else ()
    return Cause(
        text=f"the call to {named(call)} waited behind {payload} of {biggest.method} in the same channel",
        weight=Weight.PROVEN if late else Weight.STRONG,
        evidence_for=(f"{biggest.method} with {payload} began {before_start(call, biggest.started)}", *arrived),
        actions=(Action("resend", call.callee or ""),),
    )


@rule(
    "late-ack",
    NO_ACK,
    about="The callee's ack came, but too late: its program was held up, or the network is slow.",
    signs="The ack came after the limit. Our SDK logs \u201cAck received for unexpected RPC request\u201d.",
    fix="Raise the ack timeout. Look at what held the callee up.",
)
def late_ack(call: Call, facts: Facts) -> Cause | None:
    """An ack after its time."""
    late = acked_late(call)
    logged = next((line for line in facts.log if "Ack received for unexpected" in line.text), None)
    if late is None and logged is None:
        return None
    limit = seconds(call.budget.ack if call.budget else DEFAULT_ACK_MS)
    came = seconds(round(late.ms)) if late else span(logged.time - call.started) if logged else ""
    said = ("our SDK's log says that an ack came for a call that was over",) if logged else ()
    return Cause(
        text=f"{named(call)}'s ack came after {came}, later than the {limit} that the call waited",
        weight=Weight.STRONG,
        evidence_for=(*((f"the ack was seen after {came}",) if late else ()), *said),
        actions=(Action("ping", call.callee or ""), Action("resend", call.callee or "")),
    )


@rule(
    "one-direction",
    NO_ACK,
    about="Calls work in one direction only, often since one side's SDK was upgraded.",
    signs="No call to it was ever acknowledged, while its own calls arrive.",
    fix="Compare the SDK versions of both sides. Look in the callee's log for requests that it could not read.",
)
def one_direction(call: Call, facts: Facts) -> Cause | None:
    """Here no, there yes."""
    before = [one for one in facts.to_callee(call) if one.error and one.error.code == NO_ACK]
    back = [one for one in facts.calls if one.caller == call.callee and one.callee == call.caller]
    if len(before) < PATTERN or facts.answered_at(call) or has_answer(call) or not back:
        return None
    return Cause(
        text=f"no call to {named(call)} was ever acknowledged, while its calls to {call.caller} arrive",
        weight=Weight.STRONG,
        evidence_for=(
            f"{many(len(before), 'call')} before had no ack either",
            f"{many(len(back), 'call')} came the other way",
        ),
        actions=(Action("ping", call.callee or ""),),
    )


@rule(
    "not-answering",
    NO_ACK,
    about="The callee is in the room and does not answer: it hangs, was killed, or lost its network.",
    signs="It was active and no ack came. If it was killed, the server notices after some 20 s.",
    fix="Ping it. If it does not answer the ping either, look at its program.",
)
def not_answering(call: Call, facts: Facts) -> Cause | None:
    """There, and silent."""
    callee = facts.participant(call.callee)
    there = facts.was_there(call.callee, call)
    if not there or has_answer(call) or call.caller == call.callee:
        return None
    name = named(call)
    evidence = [f"{name} was active" if callee and callee.state == "active" else f"{name} was listed"]
    if seen(call, "request", "server"):
        evidence.append("the server forwarded the request to it")
    if worked := facts.answered_at(call):
        evidence.append(f"it had answered {before_start(call, worked.started)}")
    vanished = facts.vanished_after(call.callee, call)
    if vanished:
        evidence.append(f"it left {after_start(call, vanished.time)}{because(vanished)}")
    return Cause(
        text=f"{name} is in the room, yet its SDK did not answer: it hangs, was killed, has lost its network or has "
        "too much to send",
        weight=Weight.STRONG if vanished else Weight.FITS,
        evidence_for=tuple(evidence),
        next_steps=(f"Ping {name}.",),
        actions=(Action("ping", call.callee or ""), Action("history", call.callee or "")),
    )


RULES = (
    not_active,
    late_ack,
    head_of_line,
    our_reconnect,
    encryption_differs,
    not_answering,
    one_direction,
    joined_just_before,
)

__all__ = ["RECENT_JOIN_S", "RULES", "acked_late", "seen"]
