"""Folding: what one more packet makes of a call. Pure functions on immutable values."""

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call, CallError, Payload, Place, Sighting, Stage, replace


def place_of(event: RpcEvent) -> Place:
    """Where the packet was seen: at the caller, at the callee, or on its way through the server."""
    if event.source == "server" or event.dir == "forwarded":
        return "server"
    return "caller" if (event.stage == "request") == (event.dir == "sent") else "callee"


#: The order of views: durations are read from the first that saw both ends, so the caller's own comes first.
_VIEW_ORDER: dict[Place, int] = {"caller": 0, "server": 1, "callee": 2}


def fold(call: Call, event: RpcEvent) -> Call:
    """The call with what ``event`` adds: a stage of a sighting, payload, method, transport.

    The outcome is not touched: for our own calls it is the SDK's to say, for others :func:`conclude` reads it.
    """
    views, repeated = _with_stage(call.views, event)
    changes: dict[str, object] = {"views": views}
    if repeated:
        changes["repeats"] = call.repeats + 1
    for field in ("caller", "callee", "transport"):
        if getattr(call, field) is None and (value := getattr(event, field)) is not None:
            changes[field] = value
    if event.stage == "request":
        changes |= _request(call, event)
    elif event.stage == "response" and event.transport and not event.error and call.transport is None:
        changes["transport"] = event.transport
    if event.stage == "response" and (payload := _payload(event)) and (call.response is None or event.complete):
        changes["response"] = payload
    return replace(call, **changes)


def conclude(call: Call, event: RpcEvent) -> Call:
    """The outcome of a call that others made, once its whole response was seen; the call itself otherwise.

    Its end is read from the views in their order, so that it is the same whichever vantage point reports first.
    """
    if event.stage != "response" or not event.complete:
        return call
    last = next(stage for view in call.views if (stage := view.stage("response")))
    ended = last.time if last.end is None else last.end
    if event.error is None:
        return replace(call, outcome="ok", ended=ended)
    error = CallError(
        code=event.error.code, message=event.error.message, data=event.error.data or None, raised_by="callee"
    )
    return replace(call, outcome="error", error=call.error or error, ended=ended)


def _request(call: Call, event: RpcEvent) -> dict[str, object]:
    changes: dict[str, object] = {}
    if call.method is None and event.method is not None:
        changes["method"] = event.method
    if call.told_ms is None and event.told_ms is not None:
        changes["told_ms"] = event.told_ms
    if event.transport:
        changes["transport"] = event.transport
    payload = _payload(event)
    if payload and (call.request is None or call.request.text is None):
        changes["request"] = payload
    return changes


def _payload(event: RpcEvent) -> Payload | None:
    if event.payload is None and event.payload_bytes is None and event.broken is None:
        return None
    return Payload(event.payload_bytes or 0, event.payload, event.broken)


def _with_stage(views: tuple[Sighting, ...], event: RpcEvent) -> tuple[tuple[Sighting, ...], bool]:
    """The views with the event's stage in the right one, and whether that stage had been seen already."""
    stage = Stage(
        stage=event.stage,
        dir=event.dir,
        time=event.time,
        end=event.end,
        precision=event.precision,
        bytes=event.bytes,
        packets=event.packets,
        retransmissions=event.retransmissions,
        complete=event.complete,
        compressed=event.compressed,
    )
    at = place_of(event)
    for index, view in enumerate(views):
        if (view.at, view.source, view.place) != (at, event.source, event.place):
            continue
        same = next((n for n, have in enumerate(view.stages) if have.stage == event.stage), None)
        if same is None:
            stages = tuple(sorted((*view.stages, stage), key=lambda have: have.time))
        elif view.stages[same].complete:
            return views, True
        else:
            stages = (*view.stages[:same], stage, *view.stages[same + 1 :])
        return (*views[:index], replace(view, stages=stages), *views[index + 1 :]), False
    new = Sighting(at=at, source=event.source, place=event.place, stages=(stage,))
    return tuple(sorted((*views, new), key=lambda view: _VIEW_ORDER[view.at])), False
