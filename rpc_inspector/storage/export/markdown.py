"""Markdown: a table of the calls, in the dialect of GitHub and GitLab. Text from elsewhere stands in code spans."""

import re
from collections.abc import Iterable
from typing import TextIO

from rpc_inspector.core.model import Call, Payload, TraceRow
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.storage.export import About
from rpc_inspector.storage.export.wording import about_lines, clock, event_words, measured, name, outcome, when

_LONGEST_PAYLOAD = 80
_HEADING = ("time", "from", "to", "method", "outcome", "ack", "total", "request", "response", "comment")


def write(rows: Iterable[TraceRow], stream: TextIO, about: About) -> None:
    """Write what the file is, then the table; room events are rows of it too."""
    stream.write("## RPC calls\n\n")
    stream.writelines(f"- {label}: {code(text)}\n" for label, text in about_lines(about))
    stream.write(f"\n| {' | '.join(_HEADING)} |\n|{'---|' * len(_HEADING)}\n")
    day = ""
    for row in rows:
        if (today := when(row.wall)[:10]) != day:
            day = today
            stream.write(_row([f"**{day}**"]))
        stream.write(_row(_call(row) if isinstance(row, Call) else [clock(row.wall), code(event_words(row))]))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join([*cells, *[''] * (len(_HEADING) - len(cells))])} |\n"


def _call(call: Call) -> list[str]:
    ended = outcome(call)
    return [
        clock(call.wall),
        code(name(call.caller)),
        code(name(call.callee)),
        code(name(call.method)),
        ended + (f": {code(sanitise(call.error.message, limit=200))}" if call.error and call.error.message else ""),
        measured(call.ack),
        measured(call.duration),
        _payload(call.request),
        _payload(call.response),
        code(sanitise(call.comment, limit=1000)) if call.comment else "",
    ]


def _payload(payload: Payload | None) -> str:
    if payload is None:
        return ""
    what = code(sanitise(payload.text, limit=_LONGEST_PAYLOAD)) if payload.text else "redacted" * payload.redacted
    return f"{size(payload.bytes)} {what}".rstrip()


def code(text: str) -> str:
    """Sanitised text as a code span: no markup in it works, no link, no mention; pipes do not end the cell."""
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    # In a table a pipe is escaped even within code; a backslash before it would escape that escape.
    text = re.sub(r"(?<=\\)\|", r"\\u{7c}", text).replace("|", "\\|")
    space = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{space}{text}{space}{fence}"
