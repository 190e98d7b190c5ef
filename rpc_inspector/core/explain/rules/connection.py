"""Our own connection ended, and ends that are no errors."""

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import TELLING_LAG_S, Facts, end_of, has_answer, seen
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.wording import after_start, because, caller_of, method_of, named, span
from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.core.store.concluding import WE_LEFT

GONE, FAILED = ErrorCode.RECIPIENT_DISCONNECTED, ErrorCode.SEND_FAILED

#: A call that waited so long (ms) for its connection was not refused at once.
WAITED_MS = 1_000


def _ended(call: Call, facts: Facts) -> RoomEvent | None:
    """The end of our own connection during the call, if we saw one."""
    lag = TELLING_LAG_S if call.error and call.error.code == GONE else 0.1
    return next(iter(facts.between(call.started - 1.0, end_of(call) + lag, ("disconnected",))), None)


@rule(
    "our-connection-ended",
    GONE,
    FAILED,
    ErrorCode.RECIPIENT_NOT_FOUND,
    ErrorCode.CONNECTION_TIMEOUT,
    ErrorCode.RESPONSE_TIMEOUT,
    about="Our own connection ended: we left, were removed or replaced, or the server went away.",
    signs="\u201cdisconnected\u201d stands in the trace during the call, with the reason.",
    fix="Wait until the connection is back, then call again.",
)
def our_connection_ended(call: Call, facts: Facts) -> Cause | None:
    """The end was on our side."""
    ended = _ended(call, facts)
    over = facts.state.status in ("closed", "offline")
    if call.direction != "outgoing" or not (ended or (over and not facts.is_saved)):
        return None
    if call.error and call.error.code not in (GONE, FAILED, ErrorCode.RECIPIENT_NOT_FOUND) and ended is None:
        return None
    why = facts.state.detail if over else ended.text if ended else ""
    told = [f"the connection ended {after_start(call, ended.time)}" if ended else "we are not connected now"]
    unsent = call.error is not None and call.error.code == FAILED
    if unsent and call.duration and call.duration.ms >= WAITED_MS:
        waited = span(call.duration.ms / 1000)
        told.append(f"the call waited {waited} for the connection: its limits count from the send on")
    what = f"so the request to {named(call)} was not sent" if unsent else f"before {named(call)} answered"
    return Cause(
        text=f"our own connection ended{',' if unsent else ''} {what}" + (f": {why.rstrip('.')}" if why else ""),
        weight=Weight.PROVEN + 1,
        evidence_for=tuple(told),
    )


@rule(
    "sdk-tells-why",
    FAILED,
    about="The SDK could not send the request. It says why in the error's data.",
    signs="The error's data tells the reason.",
    fix="Wait for the connection, then send again.",
)
def sdk_tells_why(call: Call, _facts: Facts) -> Cause | None:
    """Its reason."""
    if call.error is None:
        return None
    reason = call.error.data or call.error.message
    return Cause(
        text=f"the request to {named(call)} could not be sent; the SDK says: {reason or 'nothing'}",
        weight=Weight.STRONG,
        actions=(Action("resend", call.callee or ""),),
    )


@rule(
    "somebody-disconnected",
    GONE,
    about="The caller's SDK saw one of the two sides disconnect; which one, we were not told.",
    signs="The trace tells of no leave of the callee and of no end of our connection.",
    fix="Look at the callee's join history, then call again.",
)
def somebody_disconnected(call: Call, facts: Facts) -> Cause | None:
    """No leave was seen."""
    if facts.left_during(call.callee, call) or facts.left_before(call.callee, call) or _ended(call, facts):
        return None
    here = facts.state.status == "connected" and facts.knows_room(call)
    broke = facts.between(call.started, end_of(call), ("reconnecting",))
    if here and not broke and call.direction == "outgoing":
        return Cause(
            text=f"{named(call)} disconnected before it answered {method_of(call)}; its leave is yet to be told",
            weight=Weight.STRONG - 5,
            evidence_for=("no break of our own connection was told", "livekit-server tells of leaves up to 3 s late"),
            actions=(Action("history", call.callee or ""), Action("resend", call.callee or "")),
        )
    return Cause(
        text=f"{named(call)} or we disconnected before {method_of(call)} was answered",
        weight=Weight.POSSIBLE,
        actions=(Action("history", call.callee or ""), Action("resend", call.callee or "")),
    )


@rule(
    "we-stopped",
    "cancelled",
    about="We stopped waiting. Cancelling does not travel: the handler runs on.",
    signs="The outcome is cancelled; a later ack or answer is only a line in the SDK's log.",
    fix="Look at the callee if the call has an effect: it may have had it.",
)
def we_stopped(call: Call, _facts: Facts) -> Cause | None:
    """Cancelled by us."""
    acked = (f"{named(call)} had acknowledged",) if seen(call, "ack") else ()
    return Cause(
        text=f"we stopped waiting for {method_of(call)}; {named(call)}'s handler runs on",
        weight=Weight.PROVEN,
        evidence_for=acked,
    )


@rule(
    "we-left",
    "lost",
    about="We left the room before the call ended, so nobody saw its end.",
    signs="The note of the call says so.",
    fix="Stay in the room, or watch from the server.",
)
def we_left(call: Call, _facts: Facts) -> Cause | None:
    """Out of sight."""
    if call.note is None or WE_LEFT not in call.note:
        return None
    return Cause(
        text=f"we left the room before {caller_of(call)}'s call of {method_of(call)} ended",
        weight=Weight.PROVEN,
        evidence_for=(call.note,),
    )


@rule(
    "caller-left",
    "lost",
    about="The caller left the room before the answer came.",
    signs="Its leave stands in the trace during the call.",
    fix="Look at the caller's leave in the trace.",
)
def caller_left(call: Call, facts: Facts) -> Cause | None:
    """Nobody to answer to."""
    gone = facts.left_during(call.caller, call)
    if gone is None or call.direction == "outgoing" or facts.left_during(call.callee, call):
        return None
    return Cause(
        text=f"the caller {caller_of(call)} left the room {after_start(call, gone.time)}{because(gone)}",
        weight=Weight.PROVEN,
        evidence_for=(f"{caller_of(call)} left",),
        actions=(Action("history", call.caller or ""),),
    )


@rule(
    "packets-lost",
    "lost",
    about="Packets were lost to us, and the answer may have been among them.",
    signs="The title bar counts lost packets.",
    fix="Watch fewer calls at once; the count stands in the title bar.",
)
def packets_lost(call: Call, facts: Facts) -> Cause | None:
    """We may have missed it."""
    if not facts.state.lost_packets:
        return None
    return Cause(
        text=f"{facts.state.lost_packets:,} packets were lost to us, {method_of(call)}'s answer perhaps among them",
        weight=Weight.POSSIBLE,
        evidence_for=(f"{facts.state.lost_packets:,} lost packets",),
    )


@rule(
    "callee-silent",
    "lost",
    about="The callee did not acknowledge, so the caller gets 1501.",
    signs="The request was seen, and no ack anywhere.",
    fix="Ping the callee.",
)
def callee_silent(call: Call, _facts: Facts) -> Cause | None:
    """A request and nothing else."""
    if has_answer(call) or not seen(call, "request"):
        return None
    return Cause(
        text=f"{named(call)} did not answer {method_of(call)}: {caller_of(call)} was not acknowledged",
        weight=Weight.FITS,
        evidence_for=("the request was seen, and no ack",),
        actions=(Action("ping", call.callee or ""),),
    )


RULES = (
    our_connection_ended,
    sdk_tells_why,
    somebody_disconnected,
    we_stopped,
    we_left,
    caller_left,
    packets_lost,
    callee_silent,
)
