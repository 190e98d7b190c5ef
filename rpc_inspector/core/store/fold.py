"""Folding: what one more packet makes of a call. Pure functions on immutable values.

In whatever order the packets of a call are reported, by whatever vantage points, and however often: the call comes out
the same, apart from how many repeats were counted. So where two reports differ, what they say decides and not which
came first: a stage that was seen whole beats its beginning, then the earlier time; a payload that could be read beats
one that could not.
"""

from sys import intern
from typing import Any

from rpc_inspector.core.events import RpcEvent, Source, StageKind
from rpc_inspector.core.model import Call, Payload, Place, Sighting, Stage, replace

#: The order of views: durations are read from the first that saw both ends, so the caller's own comes first.
_PLACES: dict[Place, int] = {"caller": 0, "server": 1, "callee": 2}
_SOURCES: dict[Source, int] = {"sdk": 0, "app": 1, "browser": 2, "server": 3, "file": 4}
_STAGES: dict[StageKind, int] = {"request": 0, "ack": 1, "response": 2}

#: Numbers of bytes and ms repeat from call to call: those up to this are one object each.
_SHARED: dict[int, int] = {}
_SHARED_UP_TO = 20_000


def place_of(event: RpcEvent) -> Place:
    """Where the packet was seen: at the caller, at the callee, or on its way through the server."""
    if event.source == "server" or event.dir == "forwarded":
        return "server"
    return "caller" if (event.stage == "request") == (event.dir == "sent") else "callee"


def fold(call: Call, event: RpcEvent) -> Call:
    """The call with what ``event`` adds: a stage of a sighting, participants, method, payload, transport.

    Outcome and times of the whole are not touched: for our own calls they are the SDK's to say, for others
    ``core.concluding`` reads them.
    """
    views, repeated = _with_stage(call.views, event)
    changes: dict[str, Any] = {"views": views}
    if repeated:
        changes["repeats"] = call.repeats + 1
    if call.caller is None and (caller := event.caller):
        changes["caller"] = intern(caller)
    if call.callee is None and (callee := event.callee):
        changes["callee"] = intern(callee)
    if event.stage == "request":
        _request(call, event, changes)
    elif event.stage == "response":
        if event.transport and call.transport is None:
            changes["transport"] = event.transport
        if better := _better(call.response, _payload(event), first=is_first_answer(call, event)):
            changes["response"] = better
    return replace(call, **changes)


def is_first_answer(call: Call, event: RpcEvent) -> bool:
    """Whether no whole response was seen earlier than this one: of several answers the first counts."""
    if not event.complete:
        return False
    for view in call.views:
        stage = view.stage("response")
        if stage is not None and stage.complete and stage.time <= event.time:
            return False
    return True


def shared(number: int) -> int:
    """``number`` as an object that equal numbers share."""
    return _SHARED.setdefault(number, number) if number <= _SHARED_UP_TO else number


def _request(call: Call, event: RpcEvent, changes: dict[str, Any]) -> None:
    if call.method is None and event.method is not None:
        changes["method"] = intern(event.method)
    if call.told_ms is None and event.told_ms is not None:
        changes["told_ms"] = shared(event.told_ms)
    if event.transport and event.transport != call.transport:
        changes["transport"] = event.transport
    if better := _better(call.request, _payload(event), first=False):
        changes["request"] = better


def _payload(event: RpcEvent) -> Payload | None:
    if event.payload is None and event.payload_bytes is None and event.broken is None:
        return None
    return Payload(shared(event.payload_bytes or 0), event.payload, event.broken)


def _better(have: Payload | None, new: Payload | None, *, first: bool) -> Payload | None:
    """``new`` if it says more than ``have``: its text, else why there is none, else its size. Otherwise ``None``.

    Of two that could be read the new one is better only if it is of the ``first`` answer.
    """
    if new is None or have is None or have == new:
        return new if have is None else None
    if have.text is None or new.text is None:
        said, says = ((p.text is not None, p.broken is not None, p.bytes, p.broken or "") for p in (have, new))
        return new if says > said else None
    return new if first else None


def _stage(event: RpcEvent) -> Stage:
    return Stage(
        stage=event.stage,
        dir=event.dir,
        time=event.time,
        end=event.end,
        precision=event.precision,
        bytes=shared(event.bytes),
        packets=event.packets,
        retransmissions=event.retransmissions,
        complete=event.complete,
        compressed=event.compressed,
    )


def _with_stage(views: tuple[Sighting, ...], event: RpcEvent) -> tuple[tuple[Sighting, ...], bool]:
    """The views with the event's stage in the right one, and whether that stage had been seen already."""
    at = place_of(event)
    for index, view in enumerate(views):
        if view.at == at and view.source == event.source and view.place == event.place:
            stages, repeated = _among(view.stages, event)
            if stages is view.stages:
                return views, repeated
            return (*views[:index], replace(view, stages=stages), *views[index + 1 :]), repeated
    new = Sighting(at=at, source=event.source, place=event.place, stages=(_stage(event),))
    if not views:
        return (new,), False
    order = sorted((*views, new), key=lambda view: (_PLACES[view.at], _SOURCES[view.source], view.place))
    return tuple(order), False


def _among(stages: tuple[Stage, ...], event: RpcEvent) -> tuple[tuple[Stage, ...], bool]:
    """A sighting's stages with the event's, in the order of their times, and whether it was a repeat."""
    repeated = False
    for have in stages:
        if have.stage == event.stage:
            if not _says_more(event, have):
                return stages, have.complete == event.complete
            repeated = have.complete
            stages = tuple(stage for stage in stages if stage is not have)
            break
    # Times of 1 ms are often the same: then the order is that of the protocol.
    return tuple(sorted((*stages, _stage(event)), key=lambda stage: (stage.time, _STAGES[stage.stage]))), repeated


def _says_more(event: RpcEvent, have: Stage) -> bool:
    """Whether a report of a stage is to be kept instead of the one that we have: whole, then earlier, then longer."""
    if event.complete != have.complete:
        return event.complete
    return (event.time, -event.packets, -event.bytes) < (have.time, -have.packets, -have.bytes)
