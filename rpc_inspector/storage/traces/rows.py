"""What each line of a trace says: rows, people, the state; and what later lines change of it."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from rpc_inspector.core.callobject import VERSION as CALL_VERSION
from rpc_inspector.core.callobject import CallObject, call_from
from rpc_inspector.core.model import Call, LogLine, Participant, RoomEvent, TraceRow, replace
from rpc_inspector.core.session import SessionState
from rpc_inspector.storage.journal import lines as journal_lines
from rpc_inspector.storage.journal.lines import HEADER_KEY, Header
from rpc_inspector.storage.traces.sharing import Sharing
from rpc_inspector.storage.traces.source import LONGEST_LINE

#: So many lines at the beginning that are none of ours make a file foreign, and so many bytes.
FOREIGN_AFTER_LINES = 1_000
FOREIGN_AFTER_BYTES = 16 << 20
REASONS = 5
CUT_OFF = "the recording ended before it did"
SAVED_OPEN = "it was still running when it was saved"
_FIRST_KEY = re.compile(rb'\s*\{\s*"([^"\\]{1,20})"')
_JOURNAL_KEYS = frozenset(name.encode() for name in journal_lines.Line.__struct_fields__)
#: Seconds since the epoch beyond which there is no date (the year 10000).
_LATEST = 253_402_300_800.0
_calls = msgspec.json.Decoder(CallObject)
Row = TypeVar("Row", Call, RoomEvent)


@dataclass(slots=True)
class Batch:
    """What came next. ``rows``: new ones, and later versions of rows that came before, by their number."""

    rows: list[TraceRow] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    logs: list[LogLine] = field(default_factory=list)
    state: SessionState | None = None


@dataclass(slots=True)
class Report:
    """What was read and what was not; complete once reading has ended.

    Attributes:
        unit: what is counted: lines, or the items of an array.
        lines: of all files, empty ones too. understood: those that said something to us.
        skipped: those that did not, with the first ``reasons``: the line's number and why.
        remarks: what else is to be said, each a clause.
    """

    unit: str = "line"
    lines: int = 0
    understood: int = 0
    skipped: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def skip(self, number: int, why: str) -> None:
        """A line could not be understood."""
        self.skipped += 1
        if len(self.reasons) < REASONS:
            self.reasons.append((number, why))

    def remark(self, words: str) -> None:
        """Something else, said once."""
        if words not in self.remarks:
            self.remarks.append(words)

    def see_version(self, version: int) -> None:
        """A call object is of this version."""
        if version > CALL_VERSION:
            self.remark(f"some objects are of version {version}: what is new in them is not shown")

    def sentences(self) -> list[str]:
        """For people, unsanitised; empty if all is well."""
        said = [f"{remark[:1].upper()}{remark[1:]}." for remark in self.remarks]
        if self.skipped:
            said.insert(0, f"{self.skipped:,} of {self.lines:,} {self.unit}s could not be read.")
            said += [f"{self.unit.capitalize()} {number}: {why}." for number, why in self.reasons]
        return said


class Rows:
    """Makes rows of lines, and keeps what later lines may change.

    Args:
        report: of what could not be read.
        objects: takes the lines that are no journal's; a call that it returns becomes a row.
    """

    def __init__(self, report: Report, objects: Callable[[bytes], Call | None] | None = None) -> None:
        self.header: Header | None = None
        self._report = report
        self._objects = objects or self._call_object
        self._sharing = Sharing()
        self._open: dict[int, Call] = {}
        self._last = 0
        self._before = 0
        self._shift = 0.0
        self._bytes = 0

    @property
    def looks_foreign(self) -> bool:
        """So much was read that a trace would have shown itself."""
        return self._report.skipped >= FOREIGN_AFTER_LINES or self._bytes >= FOREIGN_AFTER_BYTES

    def batch(self, entries: Iterable[bytes | None]) -> Batch:
        """What these lines say."""
        batch, report = Batch(), self._report
        for entry in entries:
            report.lines += 1
            if entry is None:
                report.skip(report.lines, f"longer than {LONGEST_LINE >> 20} MiB, or damaged")
            elif entry and not entry.isspace():
                self._bytes += len(entry)
                try:
                    self._line(entry, batch)
                except (ValueError, RecursionError, OverflowError) as error:
                    report.skip(report.lines, _why(error))
                else:
                    report.understood += 1
        return batch

    def _line(self, line: bytes, batch: Batch) -> None:
        first = _FIRST_KEY.match(line)
        key = first[1] if first else b""
        if key == b"packet":
            return  # what it says is in its call's row
        if key in _JOURNAL_KEYS:
            self._take(journal_lines.decode(line), batch)
        elif key == HEADER_KEY.encode():
            self._begin(journal_lines.decode_header(line))
        elif call := self._objects(line):
            batch.rows.append(call)

    def _begin(self, header: Header) -> None:
        """A file begins: another part of the same journal, or another journal put behind the first."""
        if header.v > journal_lines.VERSION:
            self._report.remark(
                f"a newer rpc-inspector ({header.program}) wrote this: what is new in format {header.v} is not shown"
            )
        if self.header is None:
            self.header = header
        elif header.session != self.header.session:
            self._before, self._open = self._last, {}
            self._shift = header.wall_offset - self.header.wall_offset

    def _call_object(self, line: bytes) -> Call:
        found = decode_object(line)
        self._report.see_version(found.v)
        self._last += 1
        call = call_from(found, self._last)
        if call.is_open:
            call = replace(call, outcome="lost", note=call.note or SAVED_OPEN)
        return self._sharing.share(_sane(call))

    def _take(self, line: journal_lines.Line, batch: Batch) -> None:
        if line.call is not None:
            call = self._sharing.share(_sane(line.call))
            call = self._placed(moved(call, self._shift) if self._shift else call)
            if call.is_open:
                self._open[call.seq] = call
            else:
                self._open.pop(call.seq, None)
            batch.rows.append(call)
        elif line.event is not None:
            event = line.event
            _see_time(event.wall, event.time)
            batch.rows.append(self._placed(replace(event, time=event.time + self._shift) if self._shift else event))
        elif line.state is not None:
            batch.state = line.state
        elif line.log is not None:
            batch.logs.append(line.log)
        elif line.lost:
            self._report.remark(f"{line.lost:,} records could not be written in time")
        batch.participants += line.participants
        batch.gone += line.gone

    def _placed(self, row: Row) -> Row:
        """Numbers of a journal put behind another go on where those ended."""
        if self._before:
            row = replace(row, seq=row.seq + self._before)
        self._last = max(self._last, row.seq)
        return row

    def end(self) -> list[TraceRow]:
        """The recording is over: what was running then, as far as it is known."""
        left = [replace(call, outcome="lost", note=call.note or CUT_OFF) for call in self._open.values()]
        self._open.clear()
        return list(left)


def decode_object(line: bytes) -> CallObject:
    """A call object.

    Raises:
        ValueError: it is none; its text says why.
    """
    try:
        return _calls.decode(line)
    except msgspec.DecodeError:
        if b"\\ud" not in line and b"\\uD" not in line:
            raise
        # A lone surrogate, which msgspec refuses and Python reads.
        return msgspec.convert(json.loads(line), CallObject)


def moved(call: Call, seconds: float) -> Call:
    """The call on another monotonic clock."""
    views = tuple(
        replace(
            view,
            stages=tuple(
                replace(stage, time=stage.time + seconds, end=None if stage.end is None else stage.end + seconds)
                for stage in view.stages
            ),
        )
        for view in call.views
    )
    ended = None if call.ended is None else call.ended + seconds
    return replace(call, started=call.started + seconds, ended=ended, views=views)


def _sane(call: Call) -> Call:
    """The call, if its times can be shown.

    Raises:
        ValueError: they cannot.
    """
    _see_time(call.wall, call.started)
    for view in call.views:
        for stage in view.stages:
            _see_time(call.wall, stage.time)
    return call


def _see_time(wall: float, monotonic: float) -> None:
    if not (0 <= wall < _LATEST and -_LATEST < monotonic < _LATEST):
        raise ValueError("it has a time that is none")


def _why(error: Exception) -> str:
    """One clause of what a decoder says, without what is in the file."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).rstrip(".").split("\n", 1)[0][:200]
