"""How calls read as lines of text."""

import unicodedata
from collections.abc import Sequence

import click

from rpc_inspector.core.explain import Explanation
from rpc_inspector.core.model import Call, CallError
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration, size
from rpc_inspector.headless.output import Output

_LONGEST = 400
OUTCOME_COLOURS = {"ok": "green", "error": "red", "cancelled": "yellow", "lost": "yellow", "open": "blue"}


def mark(call: Call) -> str:
    """The outcome as symbol and word: ``✓ ok``, ``✗ 1501 CONNECTION_TIMEOUT``, ``○ cancelled``."""
    if call.outcome == "ok":
        return "✓ ok"
    if call.error:
        return f"✗ {call.error.code} {call.error.name or 'application error'}"
    return f"○ {call.outcome}"


def sizes(call: Call) -> str:
    """Request and response: ``38/34 B``, ``38 B/15.4 kB``; without an answer the request alone."""
    if call.request is None:
        return "? B"
    if call.response is None:
        return size(call.request.bytes)
    asked, answered = size(call.request.bytes), size(call.response.bytes)
    if asked.partition(" ")[2] == answered.partition(" ")[2]:
        asked = asked.partition(" ")[0]
    return f"{asked}/{answered}"


def outcome_line(call: Call) -> str:
    """``✓ ok 41.2 ms · ack 12 ms (capture) · 38/34 B · v2``."""
    ack = call.ack
    parts = [
        f"{mark(call)} {duration(call.duration, '')}".rstrip(),
        f"ack {duration(ack)}{f' ({ack.source})' if ack else ''}",
        sizes(call),
        call.transport or "",
    ]
    return " · ".join(filter(None, parts))


def tell(call: Call, explanation: Explanation | None, out: Output) -> None:
    """Say on stderr how a call ended: its timing, and if it failed who raised it, why, and what to do."""
    out.say(outcome_line(call), fg=OUTCOME_COLOURS[call.outcome], bold=True)
    if call.error:
        _carried(call.error, out)
    if explanation:
        _explain(explanation, out, raised=call.error is not None)
    if call.note and not (explanation and any(call.note[1:] in one for one in explanation.happened)):
        out.say(f"  {sanitise(call.note, limit=_LONGEST)}", dim=True)


def _carried(error: CallError, out: Output) -> None:
    if error.message:
        out.say(f"  {sanitise(error.message, limit=_LONGEST)}")
    if error.data:
        out.say(f"  data: {sanitise(error.data, limit=_LONGEST)}")


def _explain(explanation: Explanation, out: Output, *, raised: bool) -> None:
    for sentence in explanation.happened:
        out.say(f"  {sanitise(sentence, limit=_LONGEST)}")
    if raised:
        out.say(f"  {sanitise(explanation.raised_in_words, limit=_LONGEST)}", dim=True)
    for number, cause in enumerate(explanation.causes):
        out.say(f"  {'also possible' if number else 'likely'}: {sanitise(cause.text, limit=_LONGEST)}", bold=not number)
        for text in cause.evidence_for:
            out.say(f"    {sanitise(text, limit=_LONGEST)}", dim=True)
        for text in cause.evidence_against:
            out.say(f"    but {sanitise(text, limit=_LONGEST)}", dim=True)
        for step in cause.next_steps:
            out.say(f"    to do: {sanitise(step, limit=_LONGEST)}")


def columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Rows of cells as aligned lines; the first row is a heading. ``right``: columns of numbers."""
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for index, cell in enumerate(row):
            space = " " * (widths[index] - width(cell))
            cells.append(space + cell if index in right else cell + space)
        line = "  ".join(cells).rstrip()
        lines.append(click.style(line, bold=True) if number == 0 else line)
    return lines


def width(text: str) -> int:
    """Cells that sanitised text takes in a terminal: none for combining marks, two for wide characters."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def call_cells(call: Call) -> list[str]:
    """A call as cells of a table: who, method, sizes, ack, total, outcome."""
    return [
        sanitise_name(call.callee or "?"),
        sanitise_name(call.method or "?"),
        sizes(call),
        duration(call.ack),
        duration(call.duration),
        mark(call),
    ]


CALL_HEADING = ["callee", "method", "size", "ack", "total", "outcome"]
#: The columns of numbers in that heading.
CALL_NUMBERS = (2, 3, 4)
