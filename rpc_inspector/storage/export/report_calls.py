"""What the report's template is given of each row: sanitised texts, and bars as positions on a width of 1000."""

from typing import Any

from msgspec import Struct

from rpc_inspector.core.breakdown import Leg, breakdown
from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.codes import CODES
from rpc_inspector.core.explain import raised_in_words, who_raised
from rpc_inspector.core.model import Call, Payload, RoomEvent, Sighting, Stage
from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import duration, size
from rpc_inspector.storage.export.report_figures import Axis, end_of
from rpc_inspector.storage.export.wording import clock, event_words, name, outcome, payload_size, when

#: Characters of one payload, and of all payloads of a page.
LONGEST_PAYLOAD = 20_000
MOST_PAYLOADS = 10_000_000
_LONGEST_TEXT = 2_000


class EventView(Struct, frozen=True):
    """A room event."""

    clock: str
    text: str
    is_event: bool = True


class CallView(Struct, frozen=True, kw_only=True):
    """A call; the template's names for what is shown of it."""

    seq: int
    kind: str
    marked: bool
    clock: str
    caller: str
    callee: str
    method: str
    sizes: str
    ack: str
    total: str
    outcome: str
    bar: list[dict[str, Any]]
    comment: str
    note: str
    error: dict[str, Any] | None
    request: dict[str, str] | None
    response: dict[str, str] | None
    legs: list[dict[str, Any]]
    unseen: str
    stages: list[dict[str, str]]
    facts: str
    is_event: bool = False


class Payloads:
    """Shows payloads until the page holds enough of them."""

    def __init__(self) -> None:
        self._left = MOST_PAYLOADS

    def show(self, payload: Payload | None) -> dict[str, str] | None:
        """Its size, its text indented if it is JSON and cut if it is long, and what is to be known about it."""
        if payload is None:
            return None
        notes = [sanitise(payload.broken, limit=200)] if payload.broken else []
        notes += ["redacted"] if payload.redacted else []
        text = payload.text or ""
        shown = pretty(text) or text
        if len(shown) > (most := min(LONGEST_PAYLOAD, self._left)):
            shown = shown[:most]
            notes.append(f"the first {most:,} characters")
        self._left -= len(shown)
        return {"size": size(payload.bytes), "note": ", ".join(notes), "text": sanitise(shown, multiline=True)}


def event_view(event: RoomEvent) -> EventView:
    """What is shown of a room event."""
    return EventView(clock(event.wall), event_words(event))


def call_view(call: Call, axis: Axis, payloads: Payloads) -> CallView:
    """What is shown of a call."""
    found = breakdown(call)
    legs = [_leg(leg, found.total) for leg in found.legs]
    unseen = [f"{one.stage}: {one.why}" for one in found.unseen] + ([found.doubt] if found.doubt else [])
    return CallView(
        seq=call.seq,
        kind=call.outcome,
        marked=call.marked,
        clock=clock(call.wall),
        caller=name(call.caller),
        callee=name(call.callee),
        method=name(call.method),
        sizes=" / ".join(filter(None, (payload_size(call.request), payload_size(call.response)))),
        ack=duration(call.ack, ""),
        total=duration(call.duration, ""),
        outcome=outcome(call),
        bar=_bar(call, axis),
        comment=sanitise(call.comment or "", limit=_LONGEST_TEXT, multiline=True),
        note=sanitise(call.note or "", limit=_LONGEST_TEXT),
        error=_error(call),
        request=payloads.show(call.request),
        response=payloads.show(call.response),
        legs=legs,
        unseen="; ".join(unseen),
        stages=[_stage(view, stage, call) for view in call.views for stage in view.stages],
        facts=_facts(call),
    )


def _leg(leg: Leg, total: float) -> dict[str, Any]:
    own = set(leg.parts) <= {"queue", "return"}
    ack = leg.name == "until the ack"
    kind = "own" if own else "ack" if ack else "handler" if "handler" in leg.parts else "transit"
    whole = total or 1.0
    return {
        "kind": kind,
        "name": leg.name,
        "ms": f"{rounded(leg.ms, leg.precision):g} ms",
        "precision": f"{leg.precision:g}",
        "source": leg.source,
        "x": round(leg.begin / whole * 1000, 1),
        "width": round(max(leg.ms, 0.0) / whole * 1000, 1),
    }


def _bar(call: Call, axis: Axis) -> list[dict[str, Any]]:
    """The call on the time axis; its ack, where one was seen, parts it in two."""
    end = end_of(call)
    x, width = axis.place(call.started, end)
    if call.ack is None or end <= call.started:
        return [{"kind": "whole", "x": x, "width": width}]
    waiting = min(max(call.ack.ms / 1000 / (end - call.started), 0.0), 1.0) * width
    return [
        {"kind": "waiting", "x": x, "width": round(waiting, 1)},
        {"kind": "answered", "x": round(x + waiting, 1), "width": round(width - waiting, 1)},
    ]


def _error(call: Call) -> dict[str, Any] | None:
    error = call.error
    if error is None:
        return None
    info = CODES.get(error.code)
    raised_by, known_by = who_raised(call)
    who = raised_in_words(error.raised_by or raised_by, known_by)
    return {
        "title": outcome(call),
        "what": info.meaning if info else "The handler answered with an error of the application's own.",
        "who": f"{who[:1].upper()}{who[1:]}.",
        "message": sanitise(error.message, limit=_LONGEST_TEXT),
        "data": sanitise(error.data or "", limit=_LONGEST_TEXT),
        "causes": [sanitise(cause, limit=_LONGEST_TEXT) for cause in error.causes],
        "next_step": info.next_step if info else "",
    }


def _stage(view: Sighting, stage: Stage, call: Call) -> dict[str, str]:
    request = view.stage("request")
    after = stage.time - (request.time if request else call.started)
    remarks = [
        f"{stage.packets:,} packets" if stage.packets > 1 else "",
        f"until +{rounded((stage.end - stage.time) * 1000, stage.precision):g} ms" if stage.end is not None else "",
        f"{stage.retransmissions:,} sent again" if stage.retransmissions else "",
        "compressed" if stage.compressed else "",
        "" if stage.complete else "not all of it was seen",
    ]
    return {
        "where": f"{view.at} ({view.source}{f' {name(view.place)}' if view.place else ''})",
        "what": f"{stage.stage} {stage.dir}",
        "after": f"+{rounded(after * 1000, stage.precision):g} ms" if request else "request not seen here",
        "precision": f"{stage.precision:g}",
        "size": size(stage.bytes) if stage.bytes else "",
        "remarks": ", ".join(filter(None, remarks)),
    }


def _facts(call: Call) -> str:
    budget = call.budget
    facts = [
        when(call.wall),
        call.direction,
        f"room {name(call.room)}",
        f"protocol {call.transport}" if call.transport else "",
        f"id {name(call.id)}" if call.id else "id not known",
        f"total by {call.duration.source}, ±{call.duration.precision:g} ms" if call.duration else "total not known",
        f"caller waits {budget.response:,} ms, for the ack {budget.ack:,} ms" if budget else "",
        f"callee told {call.told_ms:,} ms" if call.told_ms is not None else "",
        f"{call.repeats:,} repeated packets" if call.repeats else "",
    ]
    return " · ".join(filter(None, facts))
