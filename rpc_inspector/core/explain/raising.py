"""Who made an error, and how that is known."""

from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.codes import CODES, DEFAULT_MESSAGES, ErrorCode, RaisedBy
from rpc_inspector.core.model import Call, CallError, Stage

#: Codes that an SDK makes for a call of its own: in a packet from the callee they are an application's doing.
CALLERS_OWN = frozenset(
    {
        ErrorCode.RECIPIENT_NOT_FOUND,
        ErrorCode.REQUEST_PAYLOAD_TOO_LARGE,
        ErrorCode.UNSUPPORTED_SERVER,
        ErrorCode.CONNECTION_TIMEOUT,
        ErrorCode.SEND_FAILED,
    }
)
#: A 1502 that came so long (s) after the caller's own limit is not what ended the call: our program heard late of that.
AMPLE_S = 0.2
#: A callee that enforces what it is told answers with 1502 no earlier than this share of it.
EARLIEST_SHARE = 0.9


def who_raised(call: Call) -> tuple[RaisedBy | None, str]:
    """Who made the error, and how that is known.

    A response packet that was seen settles it; where our vantage points saw the request and no response, the error
    was made at the caller; otherwise the code alone tells, as far as it does.
    """
    if call.error is None:
        return None, ""
    if call.error.code == ErrorCode.RECIPIENT_NOT_FOUND and not call.views:
        return "us", ""
    # A payload came with an answer that went well, so that packet is not the error's.
    answers = [stage for view in call.views if (stage := view.stage("response"))] if call.response is None else []
    late = bool(answers) and all(_came_too_late(call, stage) for stage in answers)
    if not late and any(call.ended is None or stage.time <= call.ended + stage.precision / 1000 for stage in answers):
        return "callee", "its error packet was seen"
    if _own_words(call.error):
        return "callee", "its message is not one of the SDKs' own"
    info = CODES.get(call.error.code)
    if any(view.stage("request") for view in call.views) and (info is None or info.raised_by != "callee"):
        came = "no answer was seen to come back" if call.response is None else "what came back is no error"
        return "caller", "its own limit was over before anything came back" if late else came
    return (info.raised_by if info else "callee"), "as its code says"


def _came_too_late(call: Call, answer: Stage) -> bool:
    """Whether the caller's own timer, which runs from the ack on (measured with livekit 1.2.0), had long ended."""
    if call.budget is None or call.error is None or call.error.code != ErrorCode.RESPONSE_TIMEOUT:
        return False
    acks = [stage.time for view in call.views if view.at == "caller" and (stage := view.stage("ack"))]
    waiting_from = max(acks, default=call.started + call.budget.ack / 1000)
    return answer.time > waiting_from + call.budget.response / 1000 + AMPLE_S


def _own_words(error: CallError) -> bool:
    """Whether the message is not the one that SDKs send with that code."""
    usual = DEFAULT_MESSAGES.get(error.code)
    if not error.message or usual is None or error.code == ErrorCode.SEND_FAILED:
        return False
    return not error.message.casefold().startswith(usual.casefold())


def raised_by_handler(call: Call) -> str | None:
    """How we know that the callee's application made the error itself, with a code that SDKs use; ``None`` if not.

    Nothing enforces that codes 1001-1999 are LiveKit's (measured with livekit 1.2.0).
    """
    error = call.error
    if error is None or error.code not in CODES or who_raised(call)[0] != "callee":
        return None
    packet_seen = who_raised(call)[1] == "its error packet was seen"
    if error.code in CALLERS_OWN and packet_seen:
        return f"only a caller's own SDK raises {error.code}, and this came in a packet from the callee"
    usual = DEFAULT_MESSAGES[error.code]
    if _own_words(error):
        return f"its message is not the SDK's own, which is \u201c{usual}\u201d"
    if error.data and error.code != ErrorCode.SEND_FAILED:
        return "it carries data, which the SDK's own does not"
    took, told = call.answer, call.told_ms
    if error.code == ErrorCode.RESPONSE_TIMEOUT and packet_seen and took and told and took.ms < told * EARLIEST_SHARE:
        return f"it came after {seconds(round(took.ms))}, long before the {seconds(told)} that the callee had were over"
    return None
