"""How a call ended, why, and when what was seen of it, as text with style. No widget in it."""

from typing import Literal

from textual.content import Content

from rpc_inspector.core.breakdown import breakdown
from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.events import Source, StageKind
from rpc_inspector.core.explain import Explanation, Facts, explain
from rpc_inspector.core.model import Call, Measure, Place, Sighting, Stage
from rpc_inspector.core.session import SessionState
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, left, right
from rpc_inspector.tui.widgets.detail.breakdown import breakdown_lines
from rpc_inspector.tui.widgets.outcomes import mark_of
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
_BY: dict[Place, str] = {"caller": "by caller", "callee": "by callee", "server": "by server"}
_SHORT: dict[Source, str] = {"sdk": "our SDK", "app": "an app", "browser": "browser", "file": "a file"}
_CLOCKS: dict[Literal["capture", "server", "sdk"], str] = {
    "sdk": "our clock around the SDK's call",
    "capture": "from the packets",
    "server": "from the packets that the server forwards",
}
_STYLES = {"ok": "$text-success", "error": "$text-error", "warning": "$text-warning", "open": "$text-primary"}

#: Where the room's state is not known, packets and code alone explain.
_NOTHING_ELSE = Facts(state=SessionState(status="opened"))


def overview(call: Call, explanation: Explanation | None = None, width: int = 78) -> Content:
    """What is asked first: how it ended, why, where its time went, what was seen when.

    Args:
        call: as it is now.
        explanation: why it failed, where the caller could ask the room's state; without it the code alone explains.
        width: cells of a line.
    """
    said = Content.assemble(("comment  ", "$muted"), safe(call.comment)) if call.comment else Content("")
    noted = Content.assemble(("note  ", "$muted"), safe(call.note)) if call.note else Content("")
    together = not breakdown(call).doubt and len(call.views) > 1
    sections = [
        heading(call),
        why(call, explanation),
        said,
        noted,
        breakdown_lines(call, width),
        timeline(call) if together else stages(call),
    ]
    return Content("\n\n").join(section for section in sections if section.plain)


def timing(call: Call) -> Content:
    """Everything about time: what each vantage point saw, the limits, and where durations come from."""
    return Content("\n\n").join([stages(call), limits(call)])


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


def why(call: Call, explanation: Explanation | None) -> Content:
    """Why it failed, or what its end means; empty for a call that went well."""
    if call.outcome in ("ok", "open"):
        return Content("")
    told = failure(call, explanation or explain(call, _NOTHING_ELSE), evidence=True)
    if explanation is None:
        return told
    return Content.assemble(told, "\n\n", ("x", "bold $text-primary"), (" what can be done about it", "$muted"))


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


def timeline(call: Call) -> Content:
    """The stages of all views in one row of time, where their stamps are of one clock."""
    seen = sorted(
        ((stage, view) for view in call.views for stage in view.stages), key=lambda pair: (pair[0].time, pair[1].at)
    )
    head = f"{left('time', 13)}{left('stage', 9)}{left('where', 20)}{right('ms', 8)}{right('+ms', 9)}"
    lines = [Content.styled("Stages", "bold"), Content.styled(f"{head}  {'to'}", "$muted")]
    before: Stage | None = None
    origin = seen[0][0].time
    for stage, view in seen:
        precision = stage.precision if before is None else max(stage.precision, before.precision)
        delta = "" if before is None else _number((stage.time - before.time) * 1000, precision, sign="+")
        lines.append(
            Content.assemble(
                (left(clock(call.wall + stage.time - call.started), 13), "$muted"),
                (left(stage.stage, 9), _STAGE_STYLE[stage.stage]),
                left(f"{stage.dir} {_BY[view.at]}", 20),
                right(_number((stage.time - origin) * 1000, stage.precision), 8),
                right(delta, 9),
                (f"  {stage.precision:g} ms{_short(view)}", "$muted"),
            )
        )
        before = stage
    return Content("\n").join(lines)


def _short(view: Sighting) -> str:
    """Whose packets they are, where the place does not say it already."""
    return f" {G.dot} {_SHORT[view.source]}" if view.source in _SHORT else ""


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


def title_of(call: Call) -> str:
    """What a pane that shows the call is called: its method, sanitised."""
    return sanitise_name(call.method or "call")
