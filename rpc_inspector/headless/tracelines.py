"""Calls and room events as aligned lines for people."""

from datetime import datetime

import click

from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.headless.report import OUTCOME_COLOURS, mark, sizes, width

#: Widths to begin with, in cells: caller → callee, method, sizes, ack, total.
_FIRST = (26, 14, 10, 6, 7)
#: A column grows with what it has to hold, up to this; what is wider stands out.
_WIDEST = 60


def new_columns() -> list[int]:
    """Widths of columns, to be given to :func:`call_text` for one line after the other."""
    return list(_FIRST)


def call_text(call: Call, columns: list[int]) -> str:
    """``12:00:01.123  web-1 → weather-agent  get_weather  38/310 B  12 ms  41.2 ms  ✓ ok``, with our styles."""
    cells = (
        f"{sanitise_name(call.caller or '?')} → {sanitise_name(call.callee or '?')}",
        sanitise_name(call.method or "?"),
        sizes(call),
        duration(call.ack),
        duration(call.duration),
    )
    padded = []
    for index, cell in enumerate(cells):
        columns[index] = max(columns[index], min(width(cell), _WIDEST))
        space = " " * (columns[index] - width(cell))
        # Numbers stand on the right.
        padded.append(cell + space if index < 2 else space + cell)
    outcome = click.style(mark(call), fg=OUTCOME_COLOURS[call.outcome])
    return "  ".join((click.style(clock(call.wall), dim=True), *padded, outcome))


def event_text(event: RoomEvent) -> str:
    """``12:00:02.800  billing left (client initiated)``, dim."""
    if event.kind in ("notice", "capture"):
        return click.style(f"{clock(event.wall)}  {sanitise(event.text, limit=200)}", dim=True)
    said = f" ({sanitise(event.text, limit=200)})" if event.text else ""
    whom = f"{sanitise_name(event.identity)} " if event.identity else ""
    return click.style(f"{clock(event.wall)}  {whom}{event.kind}{said}", dim=True)


def clock(wall: float) -> str:
    """Local time of day, ``HH:MM:SS.mmm``; ``wall`` in seconds since the epoch."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%H:%M:%S.%f")[:-3]
