"""The callee was not there, or not for long."""

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import LOST_REASONS, Facts, end_of, has_answer, seen
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.wording import after_start, because, before_start, named
from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.core.names import closest

NOT_FOUND, NO_ACK = ErrorCode.RECIPIENT_NOT_FOUND, ErrorCode.CONNECTION_TIMEOUT
GONE = ErrorCode.RECIPIENT_DISCONNECTED
#: The reason of a leave that a second session of the same identity caused.
REPLACED = "duplicate identity"
#: A join so soon (s) after a leave of the same identity is what sent the older session away.
AT_ONCE_S = 1.0


def _reached_somebody(call: Call) -> bool:
    """Whether a packet shows that the destination was there: the server hands packets to participants only."""
    return has_answer(call) or seen(call, "request", "server") or seen(call, "request", "callee")


@rule(
    "self-call",
    NOT_FOUND,
    NO_ACK,
    about="A participant cannot call itself: the server does not send packets back.",
    signs="Caller and callee have the same identity.",
    fix="Call another participant.",
)
def self_call(call: Call, _facts: Facts) -> Cause | None:
    """Caller and callee are one."""
    if call.caller is None or call.caller != call.callee:
        return None
    return Cause(
        text=f"{call.callee} called itself: a participant cannot call itself, the server does not send packets back",
        weight=Weight.PROVEN,
        evidence_for=(f"caller and callee are both {call.caller}",),
    )


@rule(
    "unknown-identity",
    NOT_FOUND,
    NO_ACK,
    about="Nobody of that identity is in the room, often because it is mistyped.",
    signs="It was never seen in the room. The name may look like one that is there.",
    fix="Check the identity, or wait until it joins.",
)
def unknown_identity(call: Call, facts: Facts) -> Cause | None:
    """Nobody is called so."""
    here = facts.was_there(call.callee, call)
    if not call.callee or call.caller == call.callee or here or facts.left_before(call.callee, call):
        return None
    if here is None or facts.joined_during(call.callee, call) or _reached_somebody(call):
        return None
    never = f"{call.callee} was never seen in the room"
    near = closest(call.callee, [one.identity for one in facts.others])
    if near:
        return Cause(
            text=f"nobody here is called {call.callee}; did you mean {near[0]}?",
            weight=Weight.PROVEN,
            evidence_for=(never, f"{near[0]} is in the room"),
            next_steps=(f"Send it to {near[0]}.",),
            actions=(Action("send_to", near[0]),),
        )
    return Cause(
        text=f"nobody here is called {call.callee}",
        weight=Weight.PROVEN,
        evidence_for=(never,),
        actions=(Action("wait", call.callee),),
    )


@rule(
    "left-before",
    NOT_FOUND,
    NO_ACK,
    about="The callee had left the room before the call.",
    signs="Its leave stands in the trace, and nobody of that identity has joined since.",
    fix="Wait until it is back, or look at why it left.",
)
def left_before(call: Call, facts: Facts) -> Cause | None:
    """It was there and left."""
    gone = facts.left_before(call.callee, call)
    if gone is None or has_answer(call):
        return None
    callee = named(call)
    return Cause(
        text=f"{callee} has left the room{because(gone)}",
        weight=Weight.PROVEN,
        evidence_for=(f"{callee} left {before_start(call, gone.time)}",),
        actions=(Action("history", call.callee or ""), Action("wait", call.callee or "")),
    )


@rule(
    "not-joined-yet",
    NOT_FOUND,
    NO_ACK,
    about="The callee joined only after the call had been made.",
    signs="Its join stands in the trace below the call.",
    fix="Wait until it is active, then call again.",
)
def not_joined_yet(call: Call, facts: Facts) -> Cause | None:
    """It came later."""
    joined = facts.joined_during(call.callee, call)
    there = facts.was_there(call.callee, call)
    if joined is None or there or has_answer(call) or facts.left_before(call.callee, call):
        return None
    callee = named(call)
    return Cause(
        text=f"{callee} joined only {after_start(call, joined.time)}",
        weight=Weight.PROVEN,
        evidence_for=(f"nobody called {callee} was in the room when the call was made",),
        actions=(Action("wait", call.callee or ""), Action("resend", call.callee or "")),
    )


@rule(
    "replaced",
    GONE,
    NO_ACK,
    ErrorCode.RESPONSE_TIMEOUT,
    "lost",
    about="Another session joined with the callee's identity, and the server sent the older one away.",
    signs="During the call the identity left and joined, or left for \u201cduplicate identity\u201d.",
    fix="Give each session an identity of its own.",
)
def replaced(call: Call, facts: Facts) -> Cause | None:
    """A second session of the identity."""
    gone, came = facts.left_during(call.callee, call), facts.joined_during(call.callee, call)
    there = facts.was_there(call.callee, call)
    doubled = gone is not None and REPLACED in gone.text
    if not there or not (doubled or (came and (gone is None or gone.time <= came.time))):
        return None
    if gone is not None and not doubled and gone.text:
        return None  # it says itself why it left
    at_once = came is not None and gone is not None and came.time - gone.time <= AT_ONCE_S
    callee = named(call)
    when = after_start(call, (gone or came or call_event(call)).time)
    return Cause(
        text=f"another session joined as {callee} {when} and replaced it, and with it the handlers that ran",
        weight=Weight.PROVEN + 1 if doubled or at_once or gone is None else Weight.STRONG,
        evidence_for=tuple(filter(None, (_told(gone, "left"), _told(came, "joined")))),
        actions=(Action("history", call.callee or ""), Action("resend", call.callee or "")),
    )


def call_event(call: Call) -> RoomEvent:
    """The call's beginning as an event, where there is none to tell of."""
    return RoomEvent(seq=call.seq, kind="notice", time=call.started, wall=call.wall, room=call.room)


def _told(event: RoomEvent | None, what: str) -> str:
    return f"{event.identity} {what}{because(event)}" if event else ""


@rule(
    "left-during",
    GONE,
    NO_ACK,
    ErrorCode.RESPONSE_TIMEOUT,
    "lost",
    about="The callee left the room, or lost its connection, before it answered.",
    signs="Its leave stands in the trace during the call, with the reason.",
    fix="Look at its leave in the trace, then call again.",
)
def left_during(call: Call, facts: Facts) -> Cause | None:
    """It left while the call ran."""
    gone = facts.left_during(call.callee, call)
    if gone is None or not facts.was_there(call.callee, call):
        return None
    callee = named(call)
    lost = gone.text in LOST_REASONS
    afterwards = call.error is not None and call.error.code != GONE and gone.time > end_of(call)
    acked = (f"{callee} had acknowledged",) if seen(call, "ack") else ()
    evidence = (f"{callee} left{because(gone)}", *acked)
    return Cause(
        text=f"{callee} left the room {after_start(call, gone.time)}{because(gone)}",
        # It may have left before the call ended: livekit-server tells up to 3 s late.
        weight=Weight.FITS - 5 if afterwards else Weight.STRONG if REPLACED in gone.text else Weight.PROVEN,
        evidence_for=(*evidence, "the reason is that of a lost connection, not of a goodbye") if lost else evidence,
        actions=(Action("history", call.callee or ""), Action("wait", call.callee or "")),
    )


RULES = (unknown_identity, self_call, left_before, not_joined_yet, replaced, left_during)
