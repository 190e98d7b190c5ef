"""``open --json``: a saved trace as lines of call objects, all or those that a filter lets through."""

import codecs
import json
import sys
from collections.abc import Callable
from functools import partial

from rpc_inspector.core.callobject import call_from, call_line
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.query import Query
from rpc_inspector.core.statistics.sifting import end_of, sift
from rpc_inspector.headless.output import Output
from rpc_inspector.storage.traces.reading import Reading
from rpc_inspector.storage.traces.rows import decode_object

#: Bytes that are written at once.
_WRITE = 1 << 16


class Converter:
    """Writes the calls of one trace to stdout, in the order of the file.

    A line that is a call object already is passed on as it is, after a look at what the filter asks: a million of them
    take seconds and no memory. Calls of a journal, which later lines may change, follow when all was read.

    Args:
        path: as of :class:`Reading`.
        query: which calls.
    """

    def __init__(self, path: str, query: Query) -> None:
        self._path = path
        self._query = query
        self._timed = query.depends_on_now
        self._matches: Callable[[TraceRow], bool] = query.compile(0.0)
        self._waiting: list[bytes] = []
        self._size = 0
        # What is read on a terminal must not hold what a terminal obeys; escaped, it cannot.
        self._plain = sys.stdout.isatty()
        self._reading = Reading(path, self._object)
        self.read = self.written = 0

    def run(self, out: Output) -> None:
        """Convert; remarks go to stderr.

        Raises:
            FileUnusable: the file is empty or no trace.
            BrokenPipeError: nobody reads any more.
        """
        if self._timed:
            self._matches = self._query.compile(self._end())
        calls: dict[int, Call] = {}
        for batch in self._reading:
            calls.update((row.seq, row) for row in batch.rows if isinstance(row, Call))
            self._flush()  # what comes slowly through a pipe goes on at once
        for call in calls.values():
            self._pass(call, partial(_line_of, call))
        self._flush()
        for sentence in self._reading.report.sentences():
            out.warn(sentence)
        if self._query:
            out.say(f"{self.written:,} of {self.read:,} calls match", dim=True)

    def _object(self, line: bytes) -> None:
        found = _sifted(line, timed=self._timed, see_version=self._reading.report.see_version)
        self._pass(found, lambda: _as_ascii(line) if self._plain or not line.isascii() else line.strip())

    def _pass(self, call: Call, line: Callable[[], bytes]) -> None:
        self.read += 1
        if not self._matches(call):
            return
        self.written += 1
        self._waiting.append(line())
        self._size += len(self._waiting[-1])
        if self._size > _WRITE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._waiting.append(b"")
            sys.stdout.buffer.write(b"\n".join(self._waiting))
            sys.stdout.buffer.flush()
            self._waiting, self._size = [], 0

    def _end(self) -> float:
        """When the trace ends, from which ages count: it is read once more for that."""
        latest = 0.0

        def see(line: bytes) -> None:
            nonlocal latest
            latest = max(latest, end_of(line))

        for batch in Reading(self._path, see):
            latest = max([latest, *(_end(row) if isinstance(row, Call) else row.wall for row in batch.rows)])
        return latest


def _sifted(line: bytes, *, timed: bool, see_version: Callable[[int], None] = lambda _version: None) -> Call:
    """The call of an object; what the fast way refuses (a lone surrogate) is read in the thorough one."""
    try:
        found = sift(line, timed=timed)
    except ValueError:
        whole = decode_object(line)
        see_version(whole.v)
        return call_from(whole)
    see_version(found.v)
    return found


def _end(call: Call) -> float:
    return call.wall + (0.0 if call.ended is None else call.ended - call.started)


def _line_of(call: Call) -> bytes:
    return call_line(call).encode()


def _as_ascii(line: bytes) -> bytes:
    """The line with escapes for what is not ASCII, which in JSON only text holds; nothing else of it changes."""
    return line.strip().decode("utf-8", "replace").encode("ascii", _ESCAPES).replace(b"\x7f", b"\\u007f")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_ESCAPES = "rpc-inspector-json"
codecs.register_error(_ESCAPES, _escaped)
