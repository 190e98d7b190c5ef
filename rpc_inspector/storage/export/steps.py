"""Calls as steps between participants, in words: for the sequence diagram and the report's ladder."""

from collections.abc import Iterable
from typing import NamedTuple

from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.ladder.arrows import Step, since, steps_of
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.units import size
from rpc_inspector.storage.export.wording import event_words, name, outcome


class Said(NamedTuple):
    """A step and its words, sanitised."""

    step: Step
    text: str


def said(row: TraceRow) -> list[Said]:
    """The row's steps in the order of time; each after the first says how long after the call's request it was."""
    steps = steps_of(row)
    return [Said(step, _words(step, steps[0])) for step in steps]


def lifelines(steps: Iterable[Step]) -> list[str | None]:
    """Whom the steps are between, in the order in which they appear; ``None`` for ends that are not known."""
    ends = (end for step in steps for end in (step.sender, step.receiver) if end is not None or step.is_arrow)
    return list(dict.fromkeys(ends))


def _words(step: Step, first: Step) -> str:
    call = step.call
    if call is None:
        return event_words(step.event) if step.event else ""
    what = _what(step, call)
    if step is not first and first.kind == "request":
        what += f" {_after(step, first)}"
    return what + (" late" if step.late else "") + (" (packet not seen)" if step.is_inferred else "")


def _what(step: Step, call: Call) -> str:
    """Each names the method: calls run at the same time."""
    method = name(call.method)
    if step.kind == "request":
        return f"{method} {size(call.request.bytes)}" if call.request else method
    if step.kind == "ack":
        return f"{method} ack"
    if step.kind == "response":
        return f"{method} ✓ ok {size(call.response.bytes)}" if call.response else f"{method} ✓ ok"
    by = {"us": ", nothing was sent", "caller": " raised by the caller's SDK"}
    who = by.get(call.error.raised_by or "", "") if call.error and step.kind == "end" else ""
    return f"{method} {outcome(call)}{who}"


def _after(step: Step, first: Step) -> str:
    """``+12 ms (sdk)``: with who saw it; across two clocks that are not the same, about."""
    delta = since(step, first)
    source = f" ({step.seen[0].view.source})" if step.seen else ""
    return f"{'about ' if delta.mixed else ''}+{rounded(delta.ms, delta.precision):g} ms{source}"
