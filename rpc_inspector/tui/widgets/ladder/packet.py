"""What is known of the packet under the ladder's cursor: who saw it, when, its sizes, its fields. Text, no widget."""

from collections.abc import Iterator
from textwrap import wrap

from rich.cells import cell_len
from textual.content import Content

from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.events import Source
from rpc_inspector.core.ladder.arrows import Seen, Step, raised_by_callee, since
from rpc_inspector.core.model import Call, Payload, Place
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, cut, left
from rpc_inspector.tui.widgets.ladder.painter import style_of
from rpc_inspector.tui.widgets.ladder.words import delta_text, why_of
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.trace.row_painter import event_words

Field = tuple[str, str]
#: Characters of a payload or message that are looked at: the call's own view shows all of it.
LONGEST = 600
_NAMES = 12
_COLOURS = {
    "request": "$text-primary", "ack": "$stage-ack", "answer": "$text-success", "error": "$text-error",
    "warning": "$text-warning",
}  # fmt: skip
_AT: dict[Place, str] = {"caller": "at the caller", "callee": "at the callee", "server": "by the server"}
_FROM: dict[Source, str] = {
    "sdk": "our own SDK's packet log", "app": "an app's packet log", "browser": "a browser's packet log",
    "file": "a file",
}  # fmt: skip


def heading(step: Step, names: Names) -> Content:
    """``request  get_weather  inspector → weather-agent``."""
    call = step.call
    if call is None:
        return Content.styled(event_words(step.event) if step.event else "", "bold")
    what = "end at the caller" if step.kind == "end" else f"{step.kind}, not seen" if step.is_inferred else step.kind
    ends = f"{names.text(step.sender)} {G.to} {names.text(step.receiver)}"
    return Content.assemble(
        (what, f"bold {_COLOURS.get(style_of(step), '$muted')}"),
        "  ",
        (names.text(call.method), "bold"),
        "  ",
        (names.text(step.sender) if step.kind == "end" else ends, "$muted"),
    )


def fields(step: Step, before: Step | None) -> Iterator[Field]:
    """Names and values, the most asked for first; ``before``: the stage before it."""
    call = step.call
    yield "time", _time(step)
    if call is None:
        if step.event and step.event.text:
            yield "text", sanitise(step.event.text, limit=LONGEST)
        return
    if before is not None:
        delta = since(step, before)
        mixed = ", stamped at different places" if delta.mixed else ""
        yield "since", f"{' '.join(delta_text(delta).split())} after the {before.kind}{mixed}"
    for seen in step.seen[1:]:
        yield "also", _also(seen, step, call)
    yield from _wire(step)
    yield from _decoded(step, call)


def _time(step: Step) -> str:
    if step.event is not None:
        return clock(step.wall)
    at = f"{clock(step.wall)} to {step.precision:g} ms"
    if step.seen:
        return f"{at}, {_where(step.seen[0])}"
    if step.kind == "end":
        return f"{at}, our clock around the SDK's call: no packet told it"
    return f"{at}, our clock around the SDK's call: the packet was not seen"


def _where(seen: Seen) -> str:
    """``sent at the caller (our own SDK's packet log)``, ``forwarded by the server``."""
    parts = (_FROM.get(seen.view.source, ""), sanitise(seen.view.place, limit=30))
    source = " ".join(part for part in parts if part)
    return f"{seen.stage.dir} {_AT[seen.view.at]}{f' ({source})' if source else ''}"


def _also(seen: Seen, step: Step, call: Call) -> str:
    wall = call.wall + seen.stage.time - call.started
    later = (seen.stage.time - step.time) * 1000
    digits = 1 if seen.stage.precision < 1 else 0
    return f"{clock(wall)} {_where(seen)}, {later:+.{digits}f} ms by its clock"


def _wire(step: Step) -> Iterator[Field]:
    stage = step.stage
    if stage is None:
        return
    packets = f" in {stage.packets:,} packets" if stage.packets > 1 else ""
    parts = [f"{stage.bytes:,} B{packets}" if stage.bytes else f"size not known{packets}"]
    if stage.end is not None and stage.end > stage.time:
        parts.append(f"the last {(stage.end - stage.time) * 1000:,.0f} ms later")
    if stage.compressed:
        parts.append("compressed")
    if stage.retransmissions:
        parts.append(f"{stage.retransmissions:,} sent again")
    if not stage.complete:
        parts.append("not complete")
    if step.late:
        parts.append("after the caller had given up")
    yield "wire", f" {G.dot} ".join(parts)


def _decoded(step: Step, call: Call) -> Iterator[Field]:
    """What the packet says."""
    yield "id", "not known" if call.id is None else sanitise(call.id, limit=80)
    if step.kind == "request":
        if call.told_ms is not None:
            yield "told", f"the callee has {seconds(call.told_ms)}"
        yield "version", {"v1": "1", "v2": "2", None: "not known"}[call.transport]
        yield from _payload(call.request)
    elif step.kind == "response":
        if not any(view.stage("ack") for view in call.views):
            yield "ack", "not seen"
        yield from _payload(call.response)
    elif step.kind in ("error", "end") and call.error is not None:
        error = call.error
        yield "code", f"{error.code} {error.name or why_of(step, call)}".rstrip()
        who = "the callee" if raised_by_callee(call) else {"us": "us", "caller": "the caller's SDK"}.get(
            error.raised_by or "", "")  # fmt: skip
        if who:
            yield "raised by", who
        if error.message and error.message != error.name:
            yield "message", sanitise(error.message, limit=LONGEST)
        if error.data:
            yield "data", sanitise(error.data, limit=LONGEST)
    elif step.kind == "end":
        yield "end", "we stopped waiting; the handler runs on" if call.outcome == "cancelled" else call.outcome


def _payload(payload: Payload | None) -> Iterator[Field]:
    if payload is None:
        yield "payload", "not known"
    elif payload.broken:
        yield "payload", f"{size(payload.bytes)}, cannot be read: {sanitise(payload.broken, limit=80)}"
    elif payload.text is None:
        yield "payload", f"{size(payload.bytes)}, {'redacted' if payload.redacted else 'text not kept'}"
    else:
        yield "payload", f"{size(payload.bytes)}  {sanitise(payload.text, limit=LONGEST)}"


def flowed(found: Iterator[Field], width: int, lines: int) -> list[Content]:
    """Fields side by side, as many as fit into so many lines."""
    rows: list[Content] = []
    row = Content("")
    for name, value in found:
        entry = Content.assemble((f"{name} ", "$muted"), cut(value, max(width - len(name) - 1, 1)))
        if row.cell_length and row.cell_length + 3 + entry.cell_length > width:
            rows.append(row)
            row = Content("")
        row = Content.assemble(row, "   ", entry) if row.cell_length else entry
    return [*rows, row][:lines]


def stacked(found: Iterator[Field], width: int, lines: int) -> list[Content]:
    """Fields below each other, long values broken into lines."""
    rows: list[Content] = []
    room = max(width - _NAMES, 10)
    for name, value in found:
        broken = [part for line in wrap(value, room, break_on_hyphens=False) or [""] for part in _wide(line, room)]
        for at, part in enumerate(broken):
            rows.append(Content.assemble((left(name if not at else "", _NAMES), "$muted"), part))
    return rows[:lines]


def _wide(line: str, room: int) -> Iterator[str]:
    """``wrap`` counts characters; those that are two cells wide need more lines."""
    while cell_len(line) > room:
        part = cut(line, room + 1)[:-1] or line[:1]
        yield part
        line = line[len(part) :]
    yield line
