"""All that is known of one call, as text with style: what the detail shows. No widget in it."""

from typing import Literal

from textual.content import Content

from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.codes import CODES
from rpc_inspector.core.diagnosis import Diagnosis, who_raised
from rpc_inspector.core.events import Source, StageKind
from rpc_inspector.core.model import Call, Measure, Place, Sighting, Stage
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, left, right
from rpc_inspector.tui.widgets.outcomes import mark_of
from rpc_inspector.tui.widgets.payload_text import data_lines, payload_lines
from rpc_inspector.tui.wording import failure, safe, whose

_STAGES: tuple[StageKind, ...] = ("request", "ack", "response")
_STAGE_STYLE = {"request": "$text-primary", "ack": "$stage-ack", "response": "$stage-answer"}
_AT: dict[Place, str] = {"caller": "at the caller", "callee": "at the callee", "server": "at the server"}
_FROM: dict[Source, str] = {
    "sdk": "our own SDK's packet log",
    "app": "the packet log of an app",
    "browser": "the packet log of a browser",
    "server": "what the embedded server forwards",
    "file": "a file",
}
_CLOCKS: dict[Literal["capture", "server", "sdk"], str] = {
    "sdk": "our clock around the SDK's call",
    "capture": "from the packets",
    "server": "from the packets that the server forwards",
}
_STYLES = {"ok": "$text-success", "error": "$text-error", "warning": "$text-warning", "open": "$text-primary"}


def call_text(call: Call, diagnosis: Diagnosis | None = None, *, raw: bool = False) -> Content:
    """Everything about a call, the most asked for first.

    Args:
        call: as it is now.
        diagnosis: why it failed, where the caller could ask the room's state; without it the code alone explains.
        raw: payloads as they came, not indented.
    """
    sections = [
        heading(call),
        why(call, diagnosis),
        stages(call),
        limits(call),
        payload_lines("Request", call.request, raw=raw),
        payload_lines("Response", call.response, raw=raw),
        error_data(call, raw=raw),
        about(call),
    ]
    return Content("\n\n").join(section for section in sections if section.plain)


def heading(call: Call) -> Content:
    """``✓ ok  41.2 ms  ack 12 ms`` and who called whom."""
    mark = mark_of(call)
    took = "" if call.duration is None else duration(call.duration)
    first = Content.assemble(
        (mark.full, f"bold {_STYLES.get(mark.style, '$muted')}"),
        (f"   {took}" if took else "", "bold"),
        (f"   ack {duration(call.ack)}", "$muted"),
    )
    return Content("\n").join([first, whose(call)])


def why(call: Call, diagnosis: Diagnosis | None) -> Content:
    """Why it failed, or what its end means; empty for a call that went well."""
    if call.outcome in ("ok", "open"):
        return Content("")
    if call.error is None or diagnosis is not None:
        return failure(call, diagnosis)
    raised_by, known_by = who_raised(call)
    info = CODES.get(call.error.code)
    explained = Diagnosis(
        what=info.meaning if info else "The handler answered with an error of the application's own.",
        raised_by=raised_by or call.error.raised_by,
        known_by=known_by,
        next_steps=(info.next_step,) if info else (),
    )
    return failure(call, explained)


def stages(call: Call) -> Content:
    """The stages as each vantage point saw them, with those that it did not see."""
    title = Content.styled("Stages", "bold")
    if not call.views:
        return Content("\n").join([title, Content.styled("none of its packets was seen from here", "$muted")])
    views = [Content("\n").join(_view(call, view)) for view in call.views]
    return Content("\n").join([title, Content("\n\n").join(views)])


def _view(call: Call, view: Sighting) -> list[Content]:
    precision = max((stage.precision for stage in view.stages), default=1.0)
    place = f" {sanitise(view.place, limit=40)}" if view.place else ""
    about = f"{_AT[view.at]} {G.dot} {_FROM[view.source]}{place} {G.dot} to {precision:g} ms"
    columns = f"{left('time', 12)}{right('ms', 10)}{right('+ms', 10)}{right('bytes', 11)}"
    lines = [Content.styled(about, "$muted"), Content.styled(f"  {left('', 19)}{columns}", "$muted")]
    before: Stage | None = None
    for kind in _order(view):
        stage = view.stage(kind)
        if stage is None:
            seen = "not seen yet" if call.is_open and kind != "request" else "not seen from here"
            lines.append(Content.assemble("  ", left(kind, 9), (seen, "$muted")))
            continue
        lines.append(_stage(call, view, stage, before))
        if extra := _extra(view, stage):
            lines.append(Content.styled(f"    {extra}", "$muted"))
        before = stage
    return lines


def _order(view: Sighting) -> list[StageKind]:
    """The stages seen by their times, those not seen where they belong."""
    order = [stage.stage for stage in view.stages]
    for place, kind in enumerate(_STAGES):
        if kind not in order:
            order.insert(place, kind)
    return order


def _stage(call: Call, view: Sighting, stage: Stage, before: Stage | None) -> Content:
    origin = view.stages[0].time
    delta = "" if before is None else _number((stage.time - before.time) * 1000, stage.precision, sign="+")
    return Content.assemble(
        "  ",
        (left(stage.stage, 9), _STAGE_STYLE[stage.stage]),
        (left(stage.dir, 10), "$muted"),
        (clock(call.wall + stage.time - call.started), "$muted"),
        right(_number((stage.time - origin) * 1000, stage.precision), 10),
        right(delta, 10),
        (right(f"{stage.bytes:,}", 11), "$muted"),
    )


def _number(ms: float, precision: float, sign: str = "-") -> str:
    digits = 0 if precision >= 1 else 1 if precision >= 0.1 else 2
    return f"{rounded(ms, precision):{sign},.{digits}f}"


def _extra(view: Sighting, stage: Stage) -> str:
    """What is unusual about how a stage travelled."""
    parts = []
    if stage.packets > 1:
        parts.append(f"{stage.packets:,} packets")
    if stage.end is not None:
        parts.append(f"the last at {_number((stage.end - view.stages[0].time) * 1000, stage.precision)} ms")
    if stage.compressed:
        parts.append("compressed")
    if stage.retransmissions:
        parts.append(f"{stage.retransmissions:,} sent again")
    if not stage.complete:
        parts.append("not complete")
    return f" {G.dot} ".join(parts)


def limits(call: Call) -> Content:
    """How long each side waits, and where the durations come from."""
    lines = [Content.styled("Time", "bold")]
    if call.budget is not None:
        lines.append(Content(call.budget.in_words()))
        after = f"at most {seconds(call.budget.ack)} to the ack, then {seconds(call.budget.response)} to the answer"
        lines.append(Content.styled(after, "$muted"))
    elif call.told_ms is not None:
        lines.append(Content(f"the callee was told {seconds(call.told_ms)}"))
    measures = (("total", call.duration), ("ack", call.ack), ("answer", call.answer), ("handler", call.handler))
    lines += [_measure(name, measure) for name, measure in measures if measure is not None]
    if call.ack is None:
        lines.append(Content.assemble((left("ack", 9), "$muted"), right("n/a", 10), ("  not seen from here", "$muted")))
    return Content("\n").join(lines)


def _measure(name: str, measure: Measure) -> Content:
    source = f"  {_CLOCKS[measure.source]}, to {measure.precision:g} ms"
    return Content.assemble((left(name, 9), "$muted"), right(duration(measure), 10), (source, "$muted"))


def error_data(call: Call, *, raw: bool) -> Content:
    """The data that an error carries."""
    if call.error is None or not call.error.data:
        return Content("")
    return data_lines("Error data", call.error.data, raw=raw)


def about(call: Call) -> Content:
    """Ids, room, version, what was odd."""
    known = [
        ("id", call.id if call.id is not None else "not known"),
        ("room", call.room),
        ("direction", call.direction),
        ("protocol", call.transport or "not known"),
        ("began", f"{clock(call.wall)} local time"),
        ("repeats", f"{call.repeats:,} packets that had been seen before or came late" if call.repeats else ""),
        ("note", call.note or ""),
    ]
    rows = [Content.assemble((left(name, 11), "$muted"), safe(value)) for name, value in known if value]
    return Content("\n").join([Content.styled("Call", "bold"), *rows])


def title_of(call: Call) -> str:
    """What a pane that shows the call is called: its method, sanitised."""
    return sanitise_name(call.method or "call")
