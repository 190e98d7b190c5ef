"""1402 and 1504: version 1 of the protocol carries 15,360 bytes each way."""

from rpc_inspector.core.budgets import V1_PAYLOAD_LIMIT, payload_limit
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import Facts
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.wording import caller_of, method_of, named
from rpc_inspector.core.model import Call
from rpc_inspector.core.names import closest

REQUEST, ANSWER = ErrorCode.REQUEST_PAYLOAD_TOO_LARGE, ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE


def _bytes(call: Call) -> str:
    return f"{call.request.bytes:,} bytes" if call.request else "the request"


@rule(
    "unlisted-counts-as-v1",
    REQUEST,
    about="The destination is not in the room, so the limit of the old version 1 applies: 15,360 bytes.",
    signs="Nobody of that identity is in the room, and the request is larger than 15,360 bytes.",
    fix="Check the identity first.",
)
def unlisted(call: Call, facts: Facts) -> Cause | None:
    """A large payload to nobody."""
    if facts.was_there(call.callee, call) is not False:
        return None
    near = closest(call.callee or "", [one.identity for one in facts.others])
    meant = f"; did you mean {near[0]}?" if near else ""
    return Cause(
        text=f"{named(call)} is not in the room, so version 1 and its limit of {V1_PAYLOAD_LIMIT:,} bytes apply{meant}",
        weight=Weight.PROVEN,
        evidence_for=(f"{named(call)} was not in the room", f"{_bytes(call)} were to be sent"),
        actions=(Action("send_to", near[0]),) if near else (),
    )


@rule(
    "callee-speaks-v1",
    REQUEST,
    about="The callee's SDK speaks the old version 1 of the protocol, which carries 15,360 bytes.",
    signs="What is known of the callee says that it speaks version 1.",
    fix="Send less, or upgrade its SDK.",
)
def callee_v1(call: Call, facts: Facts) -> Cause | None:
    """An old SDK there."""
    callee = facts.participant(call.callee)
    if callee is None or payload_limit(callee.client_protocol) is None:
        return None
    service = callee.listed_by == "service"
    how = "is listed by RoomService alone, so our SDK takes it for version 1" if service else "speaks version 1"
    return Cause(
        text=f"{callee.identity} {how}: {_bytes(call)} do not fit {V1_PAYLOAD_LIMIT:,}",
        weight=Weight.PROVEN,
        evidence_for=(f"the roster says that {callee.identity} speaks version 1",),
    )


@rule(
    "answer-too-large",
    ANSWER,
    about="The handler's answer is larger than the 15,360 bytes of version 1, which one of the two SDKs speaks.",
    signs="The call went by version 1. The handler ran to its end.",
    fix="Answer with less, or upgrade the SDK that speaks version 1.",
)
def answer_too_large(call: Call, facts: Facts) -> Cause | None:
    """The handler ran; its answer did not fit."""
    ends = (facts.participant(call.caller), facts.participant(call.callee))
    old = [one.identity for one in ends if one and one.client_protocol == 0]
    v1 = call.transport == "v1" or bool(old)
    which = f"{old[0]} speaks version 1" if old else "the call went by version 1" if v1 else ""
    against = ("the call went by version 2, which has no limit",) if call.transport == "v2" and not old else ()
    return Cause(
        text=f"the answer of {method_of(call)} from {named(call)} to {caller_of(call)} is over {V1_PAYLOAD_LIMIT:,} "
        "bytes; its handler ran to its end",
        weight=Weight.UNLIKELY if against else Weight.PROVEN if v1 else Weight.FITS,
        evidence_for=(which,) if which else (),
        evidence_against=against,
    )


RULES = (unlisted, callee_v1, answer_too_large)
