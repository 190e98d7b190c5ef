"""CSV: a row per call, for spreadsheets. Cells that a spreadsheet would take for a formula begin with an apostrophe."""

import csv
from collections.abc import Iterable
from typing import TextIO

from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.model import Call, Measure, Payload, TraceRow
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.export import About
from rpc_inspector.storage.export.wording import when

_SPANS = ("ack", "response", "total", "handler")
HEADING = (
    "number", "started_at", "room", "direction", "caller", "callee", "method", "transport", "outcome",
    "code", "error", "raised_by", "message", "data",
    *(f"{span}{what}" for span in _SPANS for what in ("_ms", "_precision_ms", "_source")),
    "told_ms", "request_bytes", "request", "response_bytes", "response", "redacted", "seen_at", "marked", "comment",
    "note", "id",
)  # fmt: skip
#: What makes a spreadsheet compute a cell, also after blanks; the full-width ones too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write(rows: Iterable[TraceRow], stream: TextIO, _about: About) -> None:
    """Write the calls; what is not known is empty."""
    writer = csv.writer(stream)
    writer.writerow(HEADING)
    for row in rows:
        if isinstance(row, Call):
            writer.writerow(_cells(row))


def _cells(call: Call) -> list[object]:
    error = call.error
    spans = (call.ack, call.answer, call.duration, call.handler)
    views = " ".join(f"{view.at}/{view.source}{'/' * bool(view.place)}{view.place}" for view in call.views)
    redacted = (name for name in ("request", "response") if (payload := getattr(call, name)) and payload.redacted)
    return [
        call.seq,
        when(call.wall),
        *map(_cell, (call.room, call.direction, call.caller, call.callee, call.method, call.transport, call.outcome)),
        *((error.code, error.name, error.raised_by, _cell(error.message), _cell(error.data)) if error else [""] * 5),
        *(cell for span in spans for cell in _measure(span)),
        call.told_ms,
        *_payload(call.request),
        *_payload(call.response),
        " ".join(redacted),
        _cell(views),
        "yes" if call.marked else "",
        *map(_cell, (call.comment, call.note, call.id)),
    ]


def _measure(measure: Measure | None) -> tuple[object, ...]:
    return (rounded(measure.ms, measure.precision), measure.precision, measure.source) if measure else ("", "", "")


def _payload(payload: Payload | None) -> tuple[object, str]:
    return (payload.bytes, _cell(payload.text)) if payload else ("", "")


def _cell(text: str | None) -> str:
    """Text from elsewhere, safe to show in a terminal and in a spreadsheet."""
    if text is None:
        return ""
    safe = sanitise(text, multiline=True)
    return f"'{safe}" if safe.lstrip(" \u00a0\u3000").startswith(_FORMULA) else safe
