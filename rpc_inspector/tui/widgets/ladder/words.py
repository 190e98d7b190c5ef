"""What is written on a ladder: on arrows, at ends, at marks, in the time column. Plain text, safe to show."""

from collections.abc import Iterator
from typing import Literal

from rich.cells import cell_len

from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.ladder.arrows import Delta, Step, since
from rpc_inspector.core.model import Call, Measure, RoomEvent, TraceRow
from rpc_inspector.core.session import SessionState
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import duration, size
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import clock, milliseconds
from rpc_inspector.tui.widgets.ladder.signs import SIGNS
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.trace.row_index import begun
from rpc_inspector.tui.widgets.trace.row_painter import event_words

#: ``stage``: since the stage before, the clock on a call's first row. ``zero``: since the mark or the first row.
LadderTime = Literal["stage", "clock", "zero"]
NEXT_TIME: dict[LadderTime, LadderTime] = {"stage": "clock", "clock": "zero", "zero": "stage"}
#: Cells of an error's own message that an arrow may carry.
LONGEST_MESSAGE = 60
_CALLEE_LIMIT_GRACE_MS = 100
#: The same where there is less room.
_SHORT: dict[int, str] = {
    ErrorCode.UNSUPPORTED_METHOD: "no method",
    ErrorCode.RECIPIENT_NOT_FOUND: "not here",
    ErrorCode.REQUEST_PAYLOAD_TOO_LARGE: "too large",
    ErrorCode.APPLICATION_ERROR: "raised",
    ErrorCode.CONNECTION_TIMEOUT: "no ack",
    ErrorCode.RESPONSE_TIMEOUT: "timeout",
    ErrorCode.RECIPIENT_DISCONNECTED: "left",
    ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE: "too large",
    ErrorCode.SEND_FAILED: "not sent",
}
_WHY: dict[int, str] = {
    ErrorCode.UNSUPPORTED_METHOD: "no such method",
    ErrorCode.RECIPIENT_NOT_FOUND: "not in the room, nothing sent",
    ErrorCode.REQUEST_PAYLOAD_TOO_LARGE: "request too large, nothing sent",
    ErrorCode.UNSUPPORTED_SERVER: "server too old, nothing sent",
    ErrorCode.UNSUPPORTED_VERSION: "version not understood",
    ErrorCode.APPLICATION_ERROR: "handler raised",
    ErrorCode.RECIPIENT_DISCONNECTED: "callee left",
    ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE: "answer too large",
    ErrorCode.SEND_FAILED: "could not be sent",
}


def labels(step: Step, names: Names) -> Iterator[str]:
    """What an arrow, an end or a mark says, from the longest text to the shortest."""
    call = step.call
    if call is None:
        yield from _event_labels(step.event)
    elif step.kind == "request":
        yield from _request_labels(step, call, names)
    elif step.kind == "ack":
        yield _noted("ack", step, call)
        yield "ack"
    elif step.kind == "response":
        yield from _answer_labels(step, call)
    else:
        yield from _failure_labels(step, call)


def _request_labels(step: Step, call: Call, names: Names) -> Iterator[str]:
    method = names.text(call.method)
    sized = f"{method} {size(call.request.bytes)}" if call.request else method
    yield _noted(sized, step, call)
    yield sized
    yield method


def _answer_labels(step: Step, call: Call) -> Iterator[str]:
    took = "" if step.late else duration(call.duration, "")
    payload = size(call.response.bytes) if call.response else ""
    ok = "late" if step.late else "ok"
    full = "  ".join(part for part in (payload, ok, took) if part)
    yield _noted(full, step, call)
    yield full
    yield " ".join(part for part in (ok, took) if part)
    yield took or ok
    yield ok


def _failure_labels(step: Step, call: Call) -> Iterator[str]:
    if call.error is None:
        word = "late error" if step.late else call.outcome
        yield _noted(f"{word} by us" if call.outcome == "cancelled" and not step.late else word, step, call)
        yield word
        return
    code = "late error" if step.late else str(call.error.code)
    why = "" if step.late else why_of(step, call)
    full = f"{code} {why}".rstrip()
    yield _noted(full, step, call)
    yield full
    if not step.late and call.error.code in _SHORT:
        yield f"{code} {_SHORT[call.error.code]}"
    yield code


def _event_labels(event: RoomEvent | None) -> Iterator[str]:
    if event is None:
        return
    text = sanitise(event.text, limit=LONGEST_MESSAGE)
    if event.identity is None:
        yield event_words(event)
        yield event.kind
        return
    if text and event.kind not in ("joined", "active", "methods") and text != event.kind:
        yield f"{event.kind}: {text.removeprefix(event.kind).lstrip(': ')}"
    yield event.kind


def why_of(step: Step, call: Call) -> str:
    """Why a call failed, in a few words, no more than is known."""
    if call.error is None:
        return ""
    code, budget = call.error.code, call.budget
    if code == ErrorCode.CONNECTION_TIMEOUT and step.kind == "end":
        return f"no ack in {seconds(budget.ack)}" if budget else "no ack"
    if code == ErrorCode.RESPONSE_TIMEOUT:
        if step.kind == "end":
            return "no answer in time"
        took = call.duration
        over = call.told_ms is not None and took is not None and took.ms >= call.told_ms - _CALLEE_LIMIT_GRACE_MS
        return f"its {seconds(call.told_ms or 0)} are over" if over else "timed out"
    return _WHY.get(code) or sanitise(call.error.message, limit=LONGEST_MESSAGE)


def _noted(text: str, step: Step, call: Call) -> str:
    """The text with what was unusual about the arrow."""
    return f"  {G.dot} ".join([text, *notes(step, call)])


def notes(step: Step, call: Call) -> list[str]:
    """What was unusual: packets sent again, repeats, an ack that nobody saw, an answer too late."""
    stage, found = step.stage, []
    if stage is not None and stage.retransmissions:
        found.append(f"{SIGNS.again}{stage.retransmissions} sent again")
    if stage is not None and not stage.complete:
        found.append("not complete")
    if step.kind in ("response", "error"):
        if not any(view.stage("ack") for view in call.views):
            found.append("ack not seen")
        if call.repeats:
            found.append(f"{call.repeats:,} repeated")
    return found


# The time column


def time_text(step: Step, before: Step | None, mode: LadderTime, zero: TraceRow | None) -> tuple[str, bool]:
    """The time of a step for its column, and whether it is a clock time.

    Args:
        step: the row.
        before: the step of the same call before it; ``None`` for a call's first and for room events.
        mode: what times count from.
        zero: the row that they count from in mode ``zero``.
    """
    if mode == "zero" and zero is not None:
        return delta_text(Delta((step.time - begun(zero)) * 1000, max(step.precision, 0.1))), False
    if mode == "clock" or before is None:
        return clock(step.wall), True
    return delta_text(since(step, before)), False


def delta_text(delta: Delta) -> str:
    """``+12   ms`` or ``+0.9 ms``, decimal points below each other; ``~``: its ends were stamped at two places."""
    number = milliseconds(Measure(abs(delta.ms), delta.precision, "capture"))
    sign = "~" if delta.mixed else "-" if delta.ms < 0 and number.strip("0. ") else "+"
    return f"{sign}{number} ms"


def gap_text(length: float) -> str:
    """A silence in words: ``733 ms``, ``7.3 s``, ``12 min 5 s``, ``3 h 2 min``."""
    if length < 1:
        return f"{length * 1000:.0f} ms"
    if length < 60:
        return f"{length:.1f} s"
    minutes, rest = divmod(round(length), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"


def fitting(texts: Iterator[str], room: int, names: Names, method: str | None) -> str:
    """The longest of the texts that fits into ``room`` cells; a name at last is cut so that it stays its own."""
    last = ""
    for last in texts:
        if cell_len(last) <= room:
            return last
    return names.fit(method, room) if method is not None and room > 0 else last[: max(room, 0)]


def seen_by(state: SessionState, *, short: bool = False) -> str:
    """``seen by: us, the embedded server``, or shorter; of a saved trace where it came from."""
    if state.status == "opened":
        return "read from a file"
    # Only the embedded server lets anybody see what it forwards.
    server = "server" if short else "the embedded server"
    words = [server if place == "server" else sanitise(place, limit=30) for place in state.vantage]
    return f"seen by: {', '.join(words) or 'nobody'}"
