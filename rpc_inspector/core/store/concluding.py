"""What packets say of a call as a whole: that it is the same call, when it began, how and when it ended."""

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.methods import internal
from rpc_inspector.core.model import Call, CallError, replace
from rpc_inspector.core.store.fold import is_first_answer

#: A request so long (s) after that of a call with the same id is another call: SDKs send a packet again only when they
#: reconnect, which takes seconds.
REUSED_AFTER_S = 60.0
#: By so much (s) the clocks of two vantage points may differ in the order of what they report.
CLOCKS_DIFFER_S = 1.0
#: Said of a call of ours that was not joined to its packets, until they come after all.
NOT_SEEN = "its packets were not seen"
#: Said of a call of which other packets were seen, until its request is.
NO_REQUEST = "its request was not seen"
#: Said of calls of others that were in flight when we left.
WE_LEFT = "we left the room before it ended"


def may_be_of(call: Call, time: float) -> bool:
    """Whether a request at ``time`` can be that of ``call``, or the same sent again."""
    requests = [stage.time for view in call.views if (stage := view.stage("request"))]
    if requests:
        return time - min(requests) <= REUSED_AFTER_S
    return call.budget is not None or time <= call.started + CLOCKS_DIFFER_S


def ours(before: Call, call: Call, event: RpcEvent) -> Call:
    """What the SDK told of our call stands; a packet that came after its end is said to have done so."""
    if before.outcome == "ok":
        call = replace(call, response=before.response)
    if call.ended is None or event.stage == "request" or event.time <= call.ended + event.precision / 1000:
        return call
    if any(view.stage(event.stage) for view in before.views):
        return call
    what = "ack" if event.stage == "ack" else "answer"
    late = f"its {what} came {event.time - call.ended:.1f} s after we had stopped waiting"
    return replace(call, note=f"{call.note}; {late}" if call.note and call.note != NOT_SEEN else late)


def of_others(before: Call, call: Call, event: RpcEvent, us: str | None) -> Call:
    """Everything about a call of others is read from its packets."""
    changes: dict[str, object] = {}
    if event.time < call.started:
        changes["started"] = event.time
        changes["wall"] = call.wall - (call.started - event.time)
    if us is not None and us in (call.caller, call.callee):
        changes["direction"] = "outgoing" if call.caller == us else "incoming"
    if event.stage == "request":
        if call.note == NO_REQUEST:
            changes["note"] = None
        if call.method is not None and internal(call.method):
            changes["purpose"] = "describe" if call.method.endswith("describe") else "ping"
    elif event.stage == "response" and event.complete and call.note == WE_LEFT:
        changes["note"] = None
    return _conclude(before, replace(call, **changes) if changes else call, event)


def _conclude(before: Call, call: Call, event: RpcEvent) -> Call:
    """The outcome of a call that others made, once its whole response was seen; ``call`` itself otherwise.

    Args:
        before: the call without ``event``.
        call: the same with it, by :func:`fold`.
        event: the packet.
    """
    if event.stage != "response" or not event.complete:
        return call
    # Read from the views in their order, so that it is the same whichever vantage point reports first.
    last = next(stage for view in call.views if (stage := view.stage("response")) and stage.complete)
    ended = last.time if last.end is None else last.end
    if not is_first_answer(before, event):
        return call if call.ended == ended else replace(call, ended=ended)
    if event.error is None:
        return replace(call, outcome="ok", error=None, ended=ended)
    error = CallError(
        code=event.error.code, message=event.error.message, data=event.error.data or None, raised_by="callee"
    )
    return replace(call, outcome="error", error=error, ended=ended)
