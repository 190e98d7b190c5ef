"""A call as the JSON object that ``call --json``, ``trace --json`` and ``open --json`` print. Version 1.

Lossless: ASCII escapes, never the display sanitiser. Fields may be added, never renamed.
"""

import json
from datetime import UTC, datetime

from rpc_inspector.core.model import Call, CallError, Measure, Payload, Sighting

VERSION = 1


def call_line(call: Call) -> str:
    """The call as one line of ASCII JSON, without a line feed."""
    return json.dumps(call_object(call), ensure_ascii=True, separators=(", ", ": "))


def call_object(call: Call) -> dict[str, object]:
    """The call as a dictionary of JSON types; durations in ms, ``started_at`` in UTC."""
    ack, answer, total, handler = call.ack, call.answer, call.duration, call.handler
    origin = next((stage.time for view in call.views if (stage := view.stage("request"))), call.started)
    return {
        "v": VERSION,
        "id": call.id,
        "room": call.room,
        "direction": call.direction,
        "caller": call.caller,
        "callee": call.callee,
        "method": call.method,
        "transport": call.transport,
        "outcome": call.outcome,
        "error": _error(call.error),
        "request": _payload(call.request),
        "response": _payload(call.response),
        "started_at": datetime.fromtimestamp(call.wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ms": {"ack": _ms(ack), "response": _ms(answer), "total": _ms(total), "handler": _ms(handler)},
        "precision_ms": {
            "ack": ack and ack.precision,
            "response": answer and answer.precision,
            "total": total and total.precision,
            "handler": handler and handler.precision,
        },
        "source": {
            "ack": ack and ack.source,
            "response": answer and answer.source,
            "total": total and total.source,
            "handler": handler and handler.source,
        },
        "budget_ms": {
            "ack": call.budget and call.budget.ack,
            "response": call.budget and call.budget.response,
            "told": call.told_ms,
        },
        "views": [_view(view, origin) for view in call.views],
        "note": call.note,
    }


def _ms(measure: Measure | None) -> float | None:
    return None if measure is None else rounded(measure.ms, measure.precision)


def rounded(ms: float, precision: float) -> float:
    """``ms`` with no more decimals than its source has: 0 for 1 ms, 1 for 0.1 ms, 2 for 0.01 ms."""
    digits = 0 if precision >= 1 else 1 if precision >= 0.1 else 2
    return round(ms, digits)


def _error(error: CallError | None) -> dict[str, object] | None:
    if error is None:
        return None
    return {
        "code": error.code,
        "name": error.name,
        "message": error.message,
        "data": error.data,
        "raised_by": error.raised_by,
        "causes": list(error.causes),
    }


def _payload(payload: Payload | None) -> dict[str, object] | None:
    if payload is None:
        return None
    shown: dict[str, object] = {"bytes": payload.bytes, "payload": payload.text}
    if payload.broken:
        shown["broken"] = payload.broken
    return shown


def _view(view: Sighting, origin: float) -> dict[str, object]:
    return {
        "at": view.at,
        "from": view.source,
        "stages": [
            {
                "stage": stage.stage,
                "dir": stage.dir,
                "ms": rounded((stage.time - origin) * 1000, stage.precision),
                "end_ms": None if stage.end is None else rounded((stage.end - origin) * 1000, stage.precision),
                "bytes": stage.bytes,
            }
            for stage in view.stages
        ],
    }
