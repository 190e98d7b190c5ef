"""``export``: a saved trace in another format, all of it or what a filter lets through."""

import sys
from pathlib import Path
from typing import NamedTuple

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.query import Query
from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.headless.output import Output
from rpc_inspector.storage.export import About, Format, export_file
from rpc_inspector.storage.traces.reading import read_rows


class Wish(NamedTuple):
    """What is to be written. ``target``: ``None`` is standard output. ``made``: now, in seconds since the epoch.

    ``internal``: pings and describes too, which only the format that keeps everything has otherwise.
    """

    source: str
    target: Path | None
    form: Format
    query: Query
    rules: Rules
    made: float
    force: bool = False
    internal: bool = False


def export_trace(wish: Wish, out: Output) -> int:
    """Read, filter, write; the exit status. What could not be read is said and left out.

    Raises:
        FileUnusable: the trace cannot be read, or the file not written.
    """
    rows, report = read_rows(wish.source)
    for sentence in report.sentences():
        out.warn(sentence)
    # What was recorded long ago is as old as it was when it ended.
    accepts = wish.query.compile(max((_end(row) for row in rows), default=wish.made))
    if not wish.internal and wish.form.name != "trace":
        rows = [row for row in rows if not isinstance(row, Call) or row.purpose == "call"]
    chosen = [row for row in rows if accepts(row)]
    about = About(made=wish.made, rules=wish.rules, origin=Path(wish.source).name, selection=str(wish.query))
    calls = sum(isinstance(row, Call) for row in chosen)
    if wish.target is None:
        wish.form.write(chosen, sys.stdout, about)
        sys.stdout.flush()
        return 0
    size = export_file(wish.target, chosen, wish.form, about, force=wish.force)
    of = f" of {sum(isinstance(row, Call) for row in rows):,}" if wish.query else ""
    out.say(f"Wrote {calls:,}{of} calls to {wish.target} ({size:,} bytes). {wish.rules.words}")
    return 0


def _end(row: TraceRow) -> float:
    lasted = row.ended - row.started if isinstance(row, Call) and row.ended is not None else 0.0
    return row.wall + lasted
