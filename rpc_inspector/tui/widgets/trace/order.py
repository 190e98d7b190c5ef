"""How the list is arranged: what is shown of the rows, sorted by which column, grouped by what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rpc_inspector.core.model import Call, Measure, Outcome, Payload, RoomEvent, TraceRow
from rpc_inspector.core.statistics.summary import outcome_of
from rpc_inspector.tui.widgets.trace.row_index import Place, begun, in_time

Grouping = Literal["", "method", "peer", "outcome"]
NEXT_GROUPING: Mapping[Grouping, Grouping] = {"": "method", "method": "peer", "peer": "outcome", "outcome": ""}
Predicate = Callable[[TraceRow], bool]
_OUTCOMES: Mapping[Outcome, int] = {"ok": 0, "open": 1, "cancelled": 2, "lost": 3, "error": 4}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the list shows of all rows, and in which order.

    Attributes:
        matches: the filter, compiled; ``None`` lets everything through. words: its text, unsanitised.
        internal: pings and describes too. only_marked: nothing that is not marked.
        sort: the column to sort by; ``time`` is the order in which rows began. descending: the largest first.
        group: calls under headings, by time in each; then ``sort`` does not count.
    """

    matches: Predicate | None = None
    words: str = ""
    internal: bool = False
    only_marked: bool = False
    sort: str = "time"
    descending: bool = False
    group: Grouping = ""

    def accepts(self, row: TraceRow) -> bool:
        """Whether a row is shown and counted."""
        if not self.internal and isinstance(row, Call) and row.purpose != "call":
            return False
        if self.only_marked and not row.marked:
            return False
        return self.matches is None or self.matches(row)

    def sorting_by(self, column: str) -> tuple[str, bool]:
        """What to sort by when a column is asked for, and whether the largest come first; asked again: turned round."""
        column = column if column in SORTABLE else "time"
        turned = column == self.sort and not self.group
        return column, not self.descending if turned else column in _AMOUNTS

    @property
    def is_by_time(self) -> bool:
        """The newest row is the last."""
        return self.sort == "time" and not self.descending and not self.group

    @property
    def has_filter(self) -> bool:
        """Something may be hidden that is there."""
        return self.matches is not None or self.only_marked


def _ms(measure: Measure | None) -> float | None:
    return None if measure is None else measure.ms


def _bytes(*payloads: Payload | None) -> int | None:
    known = [payload.bytes for payload in payloads if payload is not None]
    return sum(known) if known else None


#: What a column sorts by; ``None`` where a call has nothing there.
_VALUES: Mapping[str, Callable[[Call], Any]] = {
    "caller": lambda call: call.caller,
    "callee": lambda call: call.callee,
    "method": lambda call: call.method,
    "size": lambda call: _bytes(call.request, call.response),
    "request": lambda call: _bytes(call.request),
    "response": lambda call: _bytes(call.response),
    "ack": lambda call: _ms(call.ack),
    "handler": lambda call: _ms(call.handler),
    "total": lambda call: None if call.is_open else _ms(call.duration),
    "outcome": lambda call: (_OUTCOMES[call.outcome], call.error.code if call.error else 0),
    "version": lambda call: call.transport,
    "id": lambda call: call.id,
    "direction": lambda call: call.direction,
    "room": lambda call: call.room,
    "comment": lambda call: call.comment,
}
SORTABLE = ("time", *_VALUES)
#: Sorted by these the largest come first, unless asked otherwise.
_AMOUNTS = {"size", "request", "response", "ack", "handler", "total"}


def placing(column: str, *, descending: bool) -> Callable[[TraceRow], Place]:
    """What gives a row its place by a column, equals by time; where nothing is known the row comes last either way."""
    value_of = _VALUES.get(column)
    if value_of is None:
        return in_time
    unknown, known = (0, 1) if descending else (1, 0)

    def place(row: TraceRow) -> Place:
        value = value_of(row) if isinstance(row, Call) else None
        return (unknown if value is None else known, value, begun(row)), row.seq

    return place


def group_of(row: TraceRow, by: Grouping) -> str | None:
    """The heading that a row stands under; ``None``: that of room events, and of calls that lack what counts."""
    if isinstance(row, RoomEvent):
        return None
    if by == "method":
        return row.method
    if by == "outcome":
        return outcome_of(row)
    # The other side, seen from us; between others, who answered.
    return row.caller if row.direction == "incoming" else row.callee
