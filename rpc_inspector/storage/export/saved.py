"""A saved trace: everything that the rows hold, room events too, in the journal's format, for ``open``."""

import json
import secrets
from collections.abc import Iterable
from typing import TextIO

from rpc_inspector import __version__
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.storage.export import About
from rpc_inspector.storage.export.wording import when
from rpc_inspector.storage.journal import lines as journal_lines
from rpc_inspector.storage.journal.lines import Header, Line


def write(rows: Iterable[TraceRow], stream: TextIO, about: About) -> None:
    """Write a header, which says how payloads were kept, and a line for each row."""
    header: Header | None = None
    for row in rows:
        began = row.started if isinstance(row, Call) else row.time
        if header is None:
            header = _header(about, row.room, row.wall - began)
            _write(header, stream)
        _write(Line(call=row) if isinstance(row, Call) else Line(event=row), stream)
    if header is None:
        _write(_header(about, "", 0.0), stream)
    _write(Line(end=when(about.made)), stream)


def _header(about: About, room: str, wall_offset: float) -> Header:
    return Header(
        program=__version__,
        session=secrets.token_hex(8),
        room=room,
        started_at=when(about.made),
        wall_offset=wall_offset,
        payloads=about.rules.payloads,
    )


def _write(line: Header | Line, stream: TextIO) -> None:
    text = journal_lines.encode(line).decode()
    # Escaped, it can go to a terminal too.
    stream.write(text if text.isascii() else json.dumps(json.loads(text), separators=(",", ":")) + "\n")
