"""How a call reads: its outcome, its limits running down, why it failed. Text and style, no widgets."""

from collections.abc import Sequence

from textual.content import Content

from rpc_inspector.core.budgets import seconds
from rpc_inspector.core.codes import DEFAULT_MESSAGES, ErrorCode
from rpc_inspector.core.explain import Cause, Explanation
from rpc_inspector.core.model import Call
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration, size
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.outcomes import mark_of

#: An error's message is cut to 256 bytes on its way; causes quote identities.
_LONGEST_TEXT = 400
#: Causes that are told where there is little room.
_CAUSES = 3


def outcome_line(call: Call, now: float) -> Content:
    """``✓ ok  41.2 ms   ack 12 ms · 34 B``; ``now`` in seconds of CLOCK_MONOTONIC, for a call still open."""
    if call.outcome == "open":
        return Content.assemble(
            (f"{G.waiting} waiting", "$text-primary"), "  ", (f"{max(now - call.started, 0):.1f} s", "bold")
        )
    took = (duration(call.duration), "bold")
    if call.outcome == "ok":
        ack = f"ack {duration(call.ack)}"
        answer = f" {G.dot} {size(call.response.bytes)}" if call.response else ""
        return Content.assemble((f"{G.ok} ok", "$text-success"), "  ", took, "   ", (ack + answer, "$muted"))
    if call.error is not None:
        mark = mark_of(call)
        name = call.error.name or "application error"
        style = f"bold $text-{'warning' if mark.style == 'warning' else 'error'}"
        if call.purpose == "ping" and call.error.code == ErrorCode.UNSUPPORTED_METHOD:
            alive = f"{G.ok} its SDK answers"
            acked = (f"ack {duration(call.ack)}", "$muted")
            return Content.assemble((alive, "$text-success"), "  ", took, "   ", acked)
        what = Content.styled(f"{mark.short} {name}", style)
        # A call that was never sent took no time worth telling.
        return what if call.error.raised_by == "us" else Content.assemble(what, "   ", took)
    return Content.assemble((f"{G.off} {call.outcome}", "$text-warning"), "   ", took if call.duration else "")


def whose(call: Call) -> Content:
    """``web-1 → billing  refund``."""
    return Content.assemble(
        (sanitise_name(call.caller or "?"), "$muted"),
        (f" {G.to} ", "$muted"),
        sanitise_name(call.callee or "?"),
        "  ",
        (sanitise_name(call.method or "?"), "bold"),
    )


def running(call: Call, now: float, width: int, *, acks_seen: bool) -> Content:
    """The limits of a running call, counting down, with a bar of what is left."""
    elapsed = max(now - call.started, 0.0) * 1000
    budget = call.budget
    if budget is None:
        told = f"the callee was told {seconds(call.told_ms)}" if call.told_ms is not None else "its limits are unknown"
        return Content.styled(f"{told}; {elapsed / 1000:.1f} s so far", "$muted")
    ack = call.ack
    if ack is not None:
        since = elapsed - ack.ms
        lines = [
            Content.assemble(("acked", "$stage-ack"), f" after {duration(ack)}"),
            _left("callee has", budget.told - elapsed, budget.told),
            _gauge(1 - elapsed / budget.told, width, "$stage-answer"),
            _left("you wait", budget.response - since, budget.response),
        ]
    elif acks_seen:
        lines = [
            _left("waiting for the ack:", budget.ack - elapsed, budget.ack),
            _gauge(1 - elapsed / budget.ack, width, "$stage-ack"),
            Content.styled(f"then the callee has {seconds(budget.told)}", "$muted"),
        ]
    else:
        lines = [
            _left("you wait", budget.longest - elapsed, budget.longest),
            _gauge(1 - elapsed / budget.longest, width, "$stage-answer"),
            Content.styled("acks are not seen from here", "$muted"),
        ]
    return Content("\n").join(lines)


def _left(what: str, left_ms: float, of_ms: float) -> Content:
    if left_ms < 0:
        return Content.assemble(f"{what} ", ("nothing left", "$text-warning"), (f" of {seconds(of_ms)}", "$muted"))
    return Content.assemble(f"{what} ", (f"{left_ms / 1000:.1f} s", "bold"), (f" of {seconds(of_ms)} left", "$muted"))


def _gauge(share: float, width: int, style: str) -> Content:
    cells = max(min(width, 40), 1)
    filled = round(max(min(share, 1), 0) * cells)
    return Content.assemble((G.bar * filled, style), (G.rest * (cells - filled), "$faint"))


def timing_bar(call: Call, width: int) -> Content | None:
    """Two lines: how long to the ack and from there to the answer, to scale; ``None`` where the ack was not seen."""
    ack, answer = call.ack, call.answer
    if ack is None or answer is None:
        return None
    cells = max(min(width, 32), 4)
    share = min(max(ack.ms / answer.ms, 0), 1) if answer.ms > 0 else 0.5
    first = min(max(round(share * cells), 1), cells - 1)
    rest = max(answer.ms - ack.ms, 0)
    after = f"{rest / 1000:.2f} s" if rest >= 1000 else f"{rest:.0f} ms"
    style = "$text-error" if call.error else "$stage-answer"
    return Content.assemble(
        (G.bar * first, "$stage-ack"),
        (G.bar * (cells - first), style),
        "\n",
        (duration(ack), "$stage-ack"),
        (" to ack   ", "$muted"),
        (after, style),
        (" to answer", "$muted"),
    )


def failure(call: Call, explanation: Explanation | None, *, evidence: bool = False) -> Content:
    """Why a call ended as it did: what happened, who raised it, the likely causes, what to do, what the error carries.

    Args:
        call: as it is now.
        explanation: of it; without one only what the error carries is told.
        evidence: that of every cause; otherwise of the first alone, and no more causes than fit beside an answer.
    """
    error = call.error
    if call.purpose == "ping" and error is not None and error.code == ErrorCode.UNSUPPORTED_METHOD:
        why = "A ping calls a method that nobody has: the refusal proves that its SDK is alive."
        return Content.styled(why, "$muted")
    lines: list[Content] = []
    if explanation:
        lines += _happened(explanation, raised=error is not None)
        lines += _causes(explanation.causes if evidence else explanation.causes[:_CAUSES], evidence=evidence)
    if error and error.message and error.message != DEFAULT_MESSAGES.get(error.code):
        lines += [Content(""), Content.assemble(("message  ", "$muted"), safe(error.message))]
    return Content("\n").join(lines)


def _happened(explanation: Explanation, *, raised: bool) -> list[Content]:
    first, *more = explanation.happened
    lines = [Content(safe(first)), *(Content.styled(safe(one), "$muted") for one in more)]
    return [*lines, Content.styled(safe(explanation.raised_in_words), "$muted")] if raised else lines


def _causes(causes: Sequence[Cause], *, evidence: bool) -> list[Content]:
    """The causes, the likeliest bold with what speaks for it and what to do."""
    if not causes:
        return []
    lines = [Content(""), Content.styled("Most likely", "bold")]
    for number, cause in enumerate(causes, 1):
        first = number == 1
        lines.append(Content.assemble((f"{number} ", "$muted"), (safe(cause.text), "bold" if first else "")))
        if first or evidence:
            lines += [Content.styled(f"  {safe(text)}", "$muted") for text in cause.evidence_for]
        lines += [Content.styled(f"  but {safe(text)}", "$text-warning") for text in cause.evidence_against]
        if first or evidence:
            lines += [Content.assemble((f"  {G.to} ", "$text-primary"), safe(step)) for step in cause.next_steps]
    return lines


def safe(text: str) -> str:
    """One line from elsewhere, at a length that explains and does not flood."""
    return sanitise(text, limit=_LONGEST_TEXT)
