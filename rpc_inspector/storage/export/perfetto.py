"""Perfetto: Chrome's trace event format, as JSON objects, for ui.perfetto.dev and chrome://tracing.

A process for each participant, in it a track for each peer and direction, more of them where calls overlap. A slice is
a call at its caller, or a request's stay at its callee: as it was seen there or, named so, as the server saw it. Arrows
lead from one to the other.
Times are in microseconds since the first row.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from rpc_inspector.core.callobject import call_object, rounded
from rpc_inspector.core.model import Call, RoomEvent, Sighting, TraceRow
from rpc_inspector.storage.export import About
from rpc_inspector.storage.export.wording import about_lines, event_words, name, outcome, when

#: Arguments of a slice are for reading: more of a payload is in the other formats.
_LONGEST_PAYLOAD = 2000

#: Whose events are nobody's in particular.
_ROOM = ""

Event = dict[str, Any]


def write(rows: Iterable[TraceRow], stream: TextIO, about: About) -> None:
    """Write one JSON object, an event on each line; ASCII."""
    tracks = _Tracks()
    start: float | None = None
    stream.write('{"displayTimeUnit": "ms", "traceEvents": [')
    separator = "\n"
    for row in rows:
        began = row.started if isinstance(row, Call) else row.time
        if start is None:
            start, begins_at = began, when(row.wall)
        for event in _events(row, start, tracks):
            stream.write(separator + json.dumps(event))
            separator = ",\n"
    other = dict(about_lines(about)) | ({"Time zero": begins_at} if start is not None else {})
    stream.write(f'\n], "otherData": {json.dumps(other)}}}\n')


class _Tracks:
    """Numbers for processes and tracks. Slices of a track must nest, so those that overlap get tracks of their own."""

    def __init__(self) -> None:
        self._processes: dict[str | None, int] = {}
        self._lanes: dict[tuple[int, str], list[tuple[int, float]]] = {}
        self._used = 0

    def process(self, identity: str | None) -> tuple[int, list[Event]]:
        """A participant's process, and the events that name it if it is new."""
        known = self._processes.get(identity)
        if known is not None:
            return known, []
        number = self._processes[identity] = len(self._processes) + 1
        return number, [_named("process_name", number, 0, name(identity) if identity != _ROOM else "room")]

    def lane(self, identity: str | None, label: str, start: float, end: float) -> tuple[int, int, list[Event]]:
        """Process and track for a slice from ``start`` to ``end`` (us), and the events that name them if new."""
        process, new = self.process(identity)
        lanes = self._lanes.setdefault((process, label), [])
        for index, (track, free_from) in enumerate(lanes):
            if free_from <= start:
                lanes[index] = (track, end)
                return process, track, new
        self._used += 1
        lanes.append((self._used, end))
        shown = label if len(lanes) == 1 else f"{label} ({len(lanes)})"
        return process, self._used, [*new, _named("thread_name", process, self._used, shown)]


def _named(what: str, process: int, track: int, text: str) -> Event:
    return {"ph": "M", "name": what, "pid": process, "tid": track, "args": {"name": text}}


def _events(row: TraceRow, start: float, tracks: _Tracks) -> Iterator[Event]:
    if isinstance(row, Call):
        yield from _call(row, start, tracks)
    else:
        yield from _room_event(row, start, tracks)


def _room_event(event: RoomEvent, start: float, tracks: _Tracks) -> Iterator[Event]:
    process, new = tracks.process(_ROOM if event.identity is None else event.identity)
    yield from new
    scope = "p" if event.identity else "g"
    yield {"ph": "i", "s": scope, "cat": "room", "name": event_words(event), "ts": _us(event.time - start),
           "pid": process, "tid": 0}  # fmt: skip


def _call(call: Call, start: float, tracks: _Tracks) -> Iterator[Event]:
    began, ended = _us(call.started - start), _us(_end(call) - start)
    process, track, new = tracks.lane(call.caller, f"→ {name(call.callee)}", began, ended)
    yield from new
    yield {"ph": "X", "cat": call.outcome, "name": name(call.method), "ts": began, "dur": round(ended - began, 1),
           "pid": process, "tid": track, "args": _arguments(call)}  # fmt: skip
    yield from _stages(call, start, process, track)
    seen = {view.at: view for view in call.views if view.stage("request")}
    view = seen.get("callee") or seen.get("server")
    if view is not None:
        yield from _at_callee(call, view, start, tracks, (process, track, began, ended))


def _stages(call: Call, start: float, process: int, track: int) -> Iterator[Event]:
    """The packets seen, as marks on the call's track."""
    for view in call.views:
        for stage in view.stages:
            seen = {"from": view.source, "at": view.at, "precision_ms": stage.precision, "bytes": stage.bytes,
                    "packets": stage.packets, "retransmissions": stage.retransmissions}  # fmt: skip
            yield {"ph": "i", "s": "t", "cat": "packet", "name": f"{stage.stage} {stage.dir}", "pid": process,
                   "ts": _us(stage.time - start), "tid": track, "args": seen}  # fmt: skip


def _at_callee(
    call: Call, view: Sighting, start: float, tracks: _Tracks, caller: tuple[int, int, float, float]
) -> Iterator[Event]:
    """The request's stay at the callee, and arrows to it and back."""
    request, response = view.stage("request"), view.stage("response")
    if request is None:
        return
    got = _us((request.end or request.time) - start)
    left = _us(response.time - start) if response else got
    process, track, new = tracks.lane(call.callee, f"← {name(call.caller)}", got, left)
    yield from new
    shown = name(call.method) + ("" if view.at == "callee" else " (as the server saw it)")
    yield {"ph": "X", "cat": "handler", "name": shown, "ts": got, "dur": round(max(left - got, 0), 1), "pid": process,
           "tid": track, "args": {"from": view.source, "precision_ms": request.precision}}  # fmt: skip
    yield from _arrow(f"{call.seq}", (caller[0], caller[1], caller[2]), (process, track, got))
    if response:
        yield from _arrow(f"{call.seq}r", (process, track, left), (caller[0], caller[1], caller[3]))


def _arrow(identifier: str, source: tuple[int, int, float], target: tuple[int, int, float]) -> Iterator[Event]:
    for phase, (process, track, at) in (("s", source), ("f", target)):
        # An arrow binds to the slice around its ends; "e" lets it end at the one that encloses the time.
        end = {"bp": "e"} if phase == "f" else {}
        yield {
            "ph": phase,
            "id": identifier,
            "cat": "rpc",
            "name": "rpc",
            "ts": at,
            "pid": process,
            "tid": track,
            **end,
        }


def _end(call: Call) -> float:
    """When the call ended, in seconds of CLOCK_MONOTONIC; where that is not known, when it was last seen."""
    last = max((stage.end or stage.time for view in call.views for stage in view.stages), default=call.started)
    return max(call.started, last if call.ended is None else call.ended)


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 1)


def _arguments(call: Call) -> Event:
    """What a click on the slice shows; durations as the call object has them, with source and precision."""
    made = call_object(call)
    kept = ("id", "direction", "caller", "callee", "transport", "outcome", "error", "ms", "precision_ms", "source",
            "budget_ms", "note", "comment")  # fmt: skip
    shown = {key: made[key] for key in kept if made.get(key) is not None}
    for side in ("request", "response"):
        payload = getattr(call, side)
        if payload:
            text = payload.text and payload.text[:_LONGEST_PAYLOAD]
            shown[side] = {"bytes": payload.bytes, "payload": text} | ({"redacted": True} if payload.redacted else {})
    return shown | {"ended": outcome(call), "duration_ms": call.duration and rounded(
        call.duration.ms, call.duration.precision)}  # fmt: skip
