"""A call as the JSON object that ``call --json``, ``trace --json`` and ``open --json`` print, and back. Version 1.

Lossless: ASCII escapes, never the display sanitiser. Fields may be added, never renamed. The shape is declared once, as
the structs below: a field that is ``UNSET`` is left out, one that a file lacks gets its default.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.codes import RaisedBy
from rpc_inspector.core.events import Direction, Source, StageKind, Transport
from rpc_inspector.core.model import (
    Call,
    CallDirection,
    CallError,
    Measure,
    Outcome,
    Payload,
    Place,
    Purpose,
    Sighting,
    Stage,
)

VERSION = 1

_MeasureSource = Literal["capture", "server", "sdk"]


class _Error(Struct, kw_only=True, frozen=True, gc=False):
    code: int
    name: str | None = None
    message: str = ""
    data: str | None = None
    raised_by: RaisedBy | None = None
    causes: Sequence[str] = ()


class _Payload(Struct, frozen=True, gc=False):
    bytes: int = 0
    payload: str | None = None
    broken: str | UnsetType = UNSET
    redacted: bool | UnsetType = UNSET


class Durations(Struct, frozen=True, gc=False):
    """A number of ms for each duration; ``None`` where it is not known."""

    ack: float | None = None
    response: float | None = None
    total: float | None = None
    handler: float | None = None


class Sources(Struct, frozen=True, gc=False):
    """Where each duration comes from."""

    ack: _MeasureSource | None = None
    response: _MeasureSource | None = None
    total: _MeasureSource | None = None
    handler: _MeasureSource | None = None


class _Budgets(Struct, frozen=True, gc=False):
    ack: int | None = None
    response: int | None = None
    told: int | None = None


class _Stage(Struct, frozen=True, gc=False):
    stage: StageKind
    dir: Direction
    ms: float
    end_ms: float | None = None
    bytes: int = 0
    precision_ms: float | UnsetType = UNSET
    packets: int | UnsetType = UNSET
    retransmissions: int | UnsetType = UNSET
    complete: bool | UnsetType = UNSET
    compressed: bool | UnsetType = UNSET


class _View(Struct, frozen=True, gc=False):
    at: Place
    source: Source = msgspec.field(name="from", default="file")
    stages: Sequence[_Stage] = ()
    place: str | UnsetType = UNSET


class CallSummary(Struct, kw_only=True, frozen=True, gc=False):
    """The fields that say what a call was and how it ended, without the stages that its times are made of."""

    v: int = VERSION
    id: str | None = None
    room: str = ""
    direction: CallDirection = "observed"
    caller: str | None = None
    callee: str | None = None
    method: str | None = None
    transport: Transport | None = None
    outcome: Outcome
    error: _Error | None = None
    request: _Payload | None = None
    response: _Payload | None = None
    started_at: str
    ms: Durations = Durations()
    precision_ms: Durations = Durations()
    source: Sources = Sources()
    budget_ms: _Budgets = _Budgets()
    note: str | None = None
    origin_ms: float | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    repeats: int | UnsetType = UNSET
    marked: bool | UnsetType = UNSET
    comment: str | UnsetType = UNSET


class CallObject(CallSummary, kw_only=True, frozen=True, gc=False):
    """The whole object."""

    views: Sequence[_View] = ()


def call_line(call: Call) -> str:
    """The call as one line of ASCII JSON, without a line feed."""
    made = _object_of(call)
    try:
        line = msgspec.json.encode(made)
    except UnicodeEncodeError:  # a lone surrogate, which has no UTF-8
        line = b"\xff"
    if line.isascii():
        return line.decode("ascii")
    return json.dumps(msgspec.to_builtins(made), ensure_ascii=True, separators=(",", ":"))


def call_object(call: Call) -> dict[str, object]:
    """The call as a dictionary of JSON types; durations in ms, ``started_at`` in UTC."""
    made: dict[str, object] = msgspec.to_builtins(_object_of(call))
    return made


def rounded(ms: float, precision: float) -> float:
    """``ms`` with no more decimals than its source has: 0 for 1 ms, 1 for 0.1 ms, 2 for 0.01 ms."""
    digits = 0 if precision >= 1 else 1 if precision >= 0.1 else 2
    return round(ms, digits)


def _object_of(call: Call) -> CallObject:
    measures = call.ack, call.answer, call.duration, call.handler
    origin = next((stage.time for view in call.views if (stage := view.stage("request"))), call.started)
    budget = call.budget
    return CallObject(
        id=call.id,
        room=call.room,
        direction=call.direction,
        caller=call.caller,
        callee=call.callee,
        method=call.method,
        transport=call.transport,
        outcome=call.outcome,
        error=_error(call.error),
        request=_payload(call.request),
        response=_payload(call.response),
        started_at=datetime.fromtimestamp(call.wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        ms=Durations(*map(_ms, measures)),
        precision_ms=Durations(*[measure.precision if measure else None for measure in measures]),
        source=Sources(*[measure.source if measure else None for measure in measures]),
        budget_ms=_Budgets(budget.ack if budget else None, budget.response if budget else None, call.told_ms),
        views=[_view(view, origin) for view in call.views],
        note=call.note,
        origin_ms=rounded((origin - call.started) * 1000, 0.01) or UNSET,
        purpose=UNSET if call.purpose == "call" else call.purpose,
        repeats=call.repeats or UNSET,
        marked=call.marked or UNSET,
        comment=call.comment or UNSET,
    )


def _ms(measure: Measure | None) -> float | None:
    return None if measure is None else rounded(measure.ms, measure.precision)


def _error(error: CallError | None) -> _Error | None:
    if error is None:
        return None
    return _Error(
        code=error.code,
        name=error.name,
        message=error.message,
        data=error.data,
        raised_by=error.raised_by,
        causes=list(error.causes),
    )


def _payload(payload: Payload | None) -> _Payload | None:
    if payload is None:
        return None
    return _Payload(payload.bytes, payload.text, payload.broken or UNSET, payload.redacted or UNSET)


def _view(view: Sighting, origin: float) -> _View:
    return _View(view.at, view.source, [_stage(stage, origin) for stage in view.stages], view.place or UNSET)


def _stage(stage: Stage, origin: float) -> _Stage:
    return _Stage(
        stage.stage,
        stage.dir,
        rounded((stage.time - origin) * 1000, stage.precision),
        None if stage.end is None else rounded((stage.end - origin) * 1000, stage.precision),
        stage.bytes,
        stage.precision,
        UNSET if stage.packets == 1 else stage.packets,
        stage.retransmissions or UNSET,
        UNSET if stage.complete else False,
        stage.compressed or UNSET,
    )


def call_from(found: CallSummary, seq: int = 0) -> Call:
    """The call that an object tells of: the inverse of :func:`call_object`, as far as the object goes.

    A call of a file has no CLOCK_MONOTONIC: seconds since the epoch stand for it. A :class:`CallSummary` gives a call
    without views, whose total is the one of the object.

    Raises:
        ValueError: ``started_at`` is no time.
    """
    wall = wall_of(found.started_at)
    origin = wall + (found.origin_ms or 0.0) / 1000
    views = tuple(_sighting(view, origin) for view in found.views) if isinstance(found, CallObject) else ()
    total = _total(found, derived=bool(views))
    lasted = found.ms.response if found.ms.total is None else found.ms.total
    budget = found.budget_ms
    ack, response, told = budget.ack, budget.response, budget.told
    return Call(
        seq=seq,
        room=found.room,
        direction=found.direction,
        started=wall,
        wall=wall,
        id=found.id,
        purpose=found.purpose or "call",
        caller=found.caller,
        callee=found.callee,
        method=found.method,
        transport=found.transport,
        outcome=found.outcome,
        error=_call_error(found.error),
        request=_payload_from(found.request),
        response=_payload_from(found.response),
        ended=None if lasted is None or found.outcome == "open" else wall + lasted / 1000,
        total=total,
        told_ms=told,
        budget=None if ack is None or response is None else Budget(ack, response, told or 0),
        views=views,
        repeats=found.repeats or 0,
        note=found.note,
        marked=found.marked or False,
        comment=found.comment or None,
    )


def wall_of(started_at: str) -> float:
    """Seconds since the epoch; a time without zone is UTC.

    Raises:
        ValueError: it is no time.
    """
    at = datetime.fromisoformat(started_at)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _total(found: CallSummary, *, derived: bool) -> Measure | None:
    """Our clock around the call; where it was somebody else's, the views tell, if they are there."""
    ms, precision, source = found.ms.total, found.precision_ms.total, found.source.total
    if ms is None or precision is None or source is None or (derived and source != "sdk"):
        return None
    return Measure(ms, precision, source)


def _call_error(error: _Error | None) -> CallError | None:
    if error is None:
        return None
    return CallError(
        code=error.code, message=error.message, data=error.data, raised_by=error.raised_by, causes=tuple(error.causes)
    )


def _payload_from(payload: _Payload | None) -> Payload | None:
    if payload is None:
        return None
    return Payload(payload.bytes, payload.payload, payload.broken or None, payload.redacted or False)


def _sighting(view: _View, origin: float) -> Sighting:
    # An object that does not say how fine its stages are: the precision that such a vantage point has.
    usual = 0.01 if view.source == "server" else 1.0
    return Sighting(
        at=view.at,
        source=view.source,
        place=view.place or "",
        stages=tuple(
            Stage(
                stage=stage.stage,
                dir=stage.dir,
                time=origin + stage.ms / 1000,
                end=None if stage.end_ms is None else origin + stage.end_ms / 1000,
                precision=usual if stage.precision_ms is UNSET else stage.precision_ms,
                bytes=stage.bytes,
                packets=1 if stage.packets is UNSET else stage.packets,
                retransmissions=stage.retransmissions or 0,
                complete=stage.complete is not False,
                compressed=stage.compressed is True,
            )
            for stage in view.stages
        ),
    )
