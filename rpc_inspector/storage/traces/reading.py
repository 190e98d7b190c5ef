"""Reading traces: our journals, lines or an array of call objects, saved selections, each packed with gzip or not.

What can be read is read, batch by batch, so that the first rows are there early; what cannot is counted, with the first
reasons and where they are. Nothing in a file can make reading fail half-way.
"""

from collections import deque
from collections.abc import Callable, Iterator
from io import BufferedReader
from itertools import chain
from pathlib import Path

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.storage.journal.files import parts_of
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.storage.traces.foreign import guess
from rpc_inspector.storage.traces.rows import Batch, Report, Rows
from rpc_inspector.storage.traces.source import LONGEST_LINE, blocks, lines, open_source
from rpc_inspector.storage.traces.values import spans_lines, values


class Reading:
    """A trace being read: iterate over it once for its batches; ``report`` grows meanwhile.

    Args:
        path: of the file, ``-`` for standard input. Of a journal in parts, the last: all are read.
        objects: takes the lines that are no journal's instead of making rows of them.

    Raises:
        FileUnusable: it cannot be opened.
    """

    def __init__(self, path: str, objects: Callable[[bytes], Call | None] | None = None) -> None:
        self.path = path
        self.report = Report()
        parts = [str(part) for part in parts_of(Path(path))] if path != "-" else [path]
        # Opened now, so that a mistaken name is told before anything else happens; the rest as they come.
        self._first, self._rest = open_source(parts[0]), parts[1:]
        self._start = b""
        self._rows = Rows(self.report, objects)
        self._early: deque[Batch] = deque()
        self._batches = self._read()

    def begin(self) -> None:
        """Read until something was understood, so that what is no trace is told before anything is shown.

        Raises:
            FileUnusable: the file is empty, or no trace at all.
        """
        while not self.report.understood:
            self._early.append(next(self._batches))

    def __iter__(self) -> Iterator[Batch]:
        """Read it, or the rest of it; raises as :meth:`begin` does where that was not called."""
        while self._early:
            yield self._early.popleft()
        yield from self._batches

    def _read(self) -> Iterator[Batch]:
        yield from self._file(self._first)
        for path in self._rest:
            try:
                file = open_source(path)
            except FileUnusable as error:  # removed meanwhile
                self.report.remark(f"a part is missing: {error.what.rstrip('.')}")
            else:
                yield from self._file(file)
        if not self.report.understood:
            raise self._foreign()
        if last := self._rows.end():
            yield Batch(rows=last)

    def _file(self, file: BufferedReader) -> Iterator[Batch]:
        with file:
            for entries in self._entries(blocks(file, self.report.remark)):
                yield self._rows.batch(entries)
                if not self.report.understood and self._rows.looks_foreign:
                    raise self._foreign()

    def _entries(self, content: Iterator[bytes]) -> Iterator[list[bytes | None]]:
        start = next(content, b"")
        self._start = self._start or start[:512]
        whole = chain([start], content)
        if spans_lines(start):
            self.report.unit = "item"
            return values(whole, LONGEST_LINE)
        return lines(whole)

    def _foreign(self) -> FileUnusable:
        name = "Standard input" if self.path == "-" else self.path
        if not self._start:
            return FileUnusable(f"{name} is empty.", "Name a journal, or a file of call objects.")
        why = "".join(f" Line {number}: {why}." for number, why in self.report.reasons[:1])
        return FileUnusable(
            f"{name} is no trace: it is {guess(self._start)}.{why}",
            "Name a journal, or lines of call objects as call --json, trace --json and open --json print them.",
        )


def read_rows(path: str) -> tuple[list[TraceRow], Report]:
    """All rows of a trace as they were in the end, in the order of their times.

    Raises:
        FileUnusable: it cannot be opened, or is no trace.
    """
    reading = Reading(path)
    rows: dict[int, TraceRow] = {}
    for batch in reading:
        rows.update((row.seq, row) for row in batch.rows)
    return sorted(rows.values(), key=lambda row: row.started if isinstance(row, Call) else row.time), reading.report
