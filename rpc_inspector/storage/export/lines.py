"""JSON: one call object on each line, as ``call --json`` prints it. Room events have no object and are left out."""

from collections.abc import Iterable
from typing import TextIO

from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.storage.export import About


def write(rows: Iterable[TraceRow], stream: TextIO, _about: About) -> None:
    """Write the calls; a payload of which something was taken out says so itself (``"redacted": true``)."""
    for row in rows:
        if isinstance(row, Call):
            stream.write(f"{call_line(row)}\n")
