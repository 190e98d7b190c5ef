"""What travels around the payloads of a call: ids, version, limits, sizes on the wire. Text and style, no widget."""

from textual.content import Content

from rpc_inspector.core.budgets import V1_PAYLOAD_LIMIT, seconds
from rpc_inspector.core.events import Source, StageKind, Transport
from rpc_inspector.core.model import Call, Payload, Sighting, Stage
from rpc_inspector.core.units import size
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, left, right
from rpc_inspector.tui.wording import safe

_WHY: dict[Transport | None, str] = {
    "v1": f"single packets: payloads of at most {V1_PAYLOAD_LIMIT:,} B (1402, 1504)",
    "v2": "data streams: payloads without limit, in chunks of 15,000 B",
    None: "not known: no request was seen",
}


def headers(call: Call) -> Content:
    """All of it."""
    return Content("\n\n").join([_about(call), _limits(call), _sizes(call)])


def _about(call: Call) -> Content:
    known = [
        ("id", call.id if call.id is not None else "not known: its packets were not seen"),
        ("room", call.room),
        ("caller", call.caller if call.caller is not None else "not known; a hidden caller has no name here"),
        ("callee", call.callee if call.callee is not None else "not known"),
        ("method", call.method if call.method is not None else "not known: its request was not seen"),
        ("direction", call.direction),
        ("version", f"{call.transport or ''} {_WHY[call.transport]}".strip()),
        ("began", f"{clock(call.wall)} local time"),
        ("repeats", f"{call.repeats:,} packets that had been seen before, or came late" if call.repeats else ""),
        ("note", call.note or ""),
    ]
    rows = [Content.assemble((left(name, 11), "$muted"), safe(value)) for name, value in known if value]
    return Content("\n").join([Content.styled("Call", "bold"), *rows])


def _limits(call: Call) -> Content:
    rows = []
    if call.told_ms is not None:
        rows.append(("told", f"the request tells the callee that it has {seconds(call.told_ms)}"))
    if call.budget is not None:
        waits = f"at most {seconds(call.budget.ack)} to the ack, then {seconds(call.budget.response)} to the answer"
        rows.append(("caller", waits))
    if not rows:
        rows.append(("told", "not known: no request was seen"))
    lines = [Content.assemble((left(name, 11), "$muted"), text) for name, text in rows]
    return Content("\n").join([Content.styled("Limits", "bold"), *lines])


def _sizes(call: Call) -> Content:
    """What each vantage point saw on the wire, against the payload in it."""
    title = Content.styled("On the wire", "bold")
    if not call.views:
        return Content("\n").join([title, Content.styled("none of its packets was seen from here", "$muted")])
    head = f"{left('', 26)}{right('wire B', 10)}{right('payload B', 11)}{right('packets', 9)}"
    lines = [title, Content.styled(head, "$muted")]
    for view in call.views:
        lines += [_size(call, view, stage) for stage in view.stages]
    lines.append(Content.styled("wire B: the DataPackets; SCTP, DTLS, UDP and IP come on top", "$muted"))
    return Content("\n").join(lines)


def _size(call: Call, view: Sighting, stage: Stage) -> Content:
    payload = _payload_of(call, stage.stage)
    return Content.assemble(
        (left(_place(view) if stage is view.stages[0] else "", 17), "$muted"),
        left(stage.stage, 9),
        right(f"{stage.bytes:,}", 10),
        (right("" if payload is None else f"{payload.bytes:,}", 11), "$muted"),
        right(f"{stage.packets:,}", 9),
        (f"  {_remarks(stage, payload)}", "$muted"),
    )


_SOURCES: dict[Source, str] = {"sdk": "our SDK", "app": "an app", "browser": "browser", "file": "a file"}


def _place(view: Sighting) -> str:
    source = _SOURCES.get(view.source)
    return f"{view.at} {G.dot} {source}" if source else view.at


def _payload_of(call: Call, stage: StageKind) -> Payload | None:
    if stage == "request":
        return call.request
    return call.response if stage == "response" else None


def _remarks(stage: Stage, payload: Payload | None) -> str:
    parts = []
    if stage.compressed and payload is not None and payload.bytes:
        parts.append(f"compressed to {stage.bytes / payload.bytes:.1%}")
    elif stage.compressed:
        parts.append("compressed")
    elif payload is not None and stage.bytes > payload.bytes:
        parts.append(f"{size(stage.bytes - payload.bytes)} around it")
    if stage.retransmissions:
        parts.append(f"{stage.retransmissions:,} sent again")
    if not stage.complete:
        parts.append("not complete")
    return f" {G.dot} ".join(parts)
