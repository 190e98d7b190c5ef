"""Groups of calls in a table: counts, errors by code, percentiles of whichever measures fit, in an order to choose."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from textual.message import Message

from rpc_inspector.core.statistics.sketch import Durations, Sketch
from rpc_inspector.core.statistics.summary import Group
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import count, cut, left, milliseconds, right
from rpc_inspector.tui.widgets.names import UNKNOWN
from rpc_inspector.tui.widgets.trace.line_list import LineList, Piece

Order = Literal["calls", "errors", "p50", "p99", "max", "name"]
ORDERS: tuple[Order, ...] = ("calls", "errors", "p50", "p99", "max", "name")
#: The measures that a group has percentiles of, with the width of their columns. The first are in ms, then bytes.
MEASURES = ("total", "ack", "handler", "request", "response")
_SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
_WIDTHS = {"total": 10, "ack": 10, "handler": 12, "request": 9, "response": 9}
_SHORT = {"request": "req", "response": "resp"}
_BYTES = tuple(_SHORT)
_CALLS, _ERRORS = 7, 8
_NAME_LEAST, _NAME_MOST = 14, 40
_CODES_LEAST = 18


class GroupRow(NamedTuple):
    """A group and the name it is shown by; ``key`` is ``None`` for all further groups together."""

    key: str | None
    name: str
    group: Group


class Plan(NamedTuple):
    """What fits: cells of the name, the measures shown, and cells for the codes (0: not shown)."""

    name: int
    measures: tuple[str, ...]
    codes: int


def plan(width: int, widest: int, first: int) -> Plan:
    """Lay the columns out; ``first`` is the number of the measure that is shown first."""
    name = min(max(widest, _NAME_LEAST), _NAME_MOST, max(width // 3, _NAME_LEAST))
    room = width - 1 - name - _CALLS - _ERRORS
    shown: list[str] = []
    for step in range(len(MEASURES)):
        measure = MEASURES[(first + step) % len(MEASURES)]
        needs = len(_SHARES) * _WIDTHS[measure] + 1
        # The codes are worth more than a third measure.
        if shown and needs + (_CODES_LEAST if len(shown) > 1 else 0) > room:
            break
        shown.append(measure)
        room -= needs
    return Plan(name, tuple(shown), room if room >= _CODES_LEAST else 0)


def error_share(group: Group) -> str:
    """Which share of the calls failed: ``3 %``; less than 1 % with a decimal; empty if none did."""
    if not group.errors:
        return ""
    share = 100 * group.errors / group.count
    return f"{share:.1f} %" if share < 1 else f"{share:.0f} %"


def codes_in_words(group: Group) -> str:
    """What became of the calls, the most frequent first, other than ``ok``: ``1502 x3 · lost x1``."""
    others = [(outcome, number) for outcome, number in group.outcomes.most_common() if outcome != "ok"]
    return f" {G.dot} ".join(f"{outcome} x{number:,}" for outcome, number in others)


def figure(sketch: Sketch, share: float) -> str:
    """A percentile for a column: ms as the source knows them, or bytes."""
    if isinstance(sketch, Durations):
        return milliseconds(sketch.measure(share))
    value = sketch.percentile(share)
    return "n/a" if value is None else count(round(value))


class GroupTable(LineList):
    """The table. Posts :class:`Entered` for the line that was entered."""

    heading = True
    HELP = "Figures of the calls that the filter lets through, one line for each group."

    class Entered(Message):
        """A line was entered. ``key`` of its group."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Moved(Message):
        """The cursor is on another line."""

    class Sorted(Message):
        """A heading was clicked. ``order`` to sort by."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    _SORTS: ClassVar[dict[Order, Callable[["GroupTable", GroupRow], tuple[float, str]]]] = {
        "calls": lambda _table, row: (-row.group.count, row.name),
        "errors": lambda _table, row: (-row.group.errors, row.name),
        "p50": lambda table, row: (-table.value(row, "p50"), row.name),
        "p99": lambda table, row: (-table.value(row, "p99"), row.name),
        "max": lambda table, row: (-table.value(row, "max"), row.name),
        "name": lambda _table, row: (0, row.name.casefold()),
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.order: Order = "calls"
        self.first_measure = 0
        self.title = "method"
        self._rows: list[GroupRow] = []

    def show(self, groups: Sequence[tuple[str | None, Group]], title: str, others: int = 0) -> None:
        """Show these groups; the cursor stays on its own. ``others``: how many the group ``None`` stands for."""
        kept = self.current
        self.title = title
        rows = [GroupRow(key, _name(key, others), group) for key, group in groups]
        self._rows = sorted(rows, key=lambda row: (row.key is None, self._SORTS[self.order](self, row)))
        if kept is not None:
            self.cursor = next((at for at, row in enumerate(self._rows) if row.key == kept.key), self.cursor)
        self.lines_changed()

    def sort(self, order: Order) -> None:
        """Another order."""
        self.order = order
        others = next((row for row in self._rows if row.key is None), None)
        rows = [row for row in self._rows if row.key is not None]
        self._rows = sorted(rows, key=lambda row: self._SORTS[order](self, row)) + ([others] if others else [])
        self.put_cursor(0)

    @property
    def current(self) -> GroupRow | None:
        """The group under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def measure(self) -> str:
        """The measure shown first, by which the table is sorted."""
        return MEASURES[self.first_measure]

    def value(self, row: GroupRow, share: str) -> float:
        """A percentile of the first measure; -1 where there is none."""
        found: float | None = getattr(row.group, self.measure).percentile(_SHARES[share])
        return -1 if found is None else found

    # Lines

    def line_count(self) -> int:
        """One a group."""
        return len(self._rows)

    def moved(self) -> None:
        """Tell where the cursor is."""
        self.post_message(self.Moved())

    def enter(self, index: int) -> None:
        """Ask for the calls of the group."""
        key = self._rows[index].key
        if key is None:
            self.notify("These are all further groups together. Filter for one of them.", markup=False)
        else:
            self.post_message(self.Entered(key))

    def _plan(self, width: int) -> Plan:
        found = plan(width, max((cell_len(row.name) for row in self._rows), default=0), self.first_measure)
        return found._replace(codes=0) if self.title == "outcome" else found

    def heading_line(self, width: int) -> list[Piece]:
        """What the columns hold; the one that the table is sorted by is bright."""
        return [
            (text, "us" if order == self.order and order is not None else "header")
            for text, order in self._headings(width)
        ]

    def _headings(self, width: int) -> list[tuple[str, Order | None]]:
        layout = self._plan(width)
        cells: list[tuple[str, Order | None]] = [
            (f" {left(self.title, layout.name)}", "name"),
            (right("calls", _CALLS), "calls"),
            (right("errors", _ERRORS), "errors"),
        ]
        for at, measure in enumerate(layout.measures):
            unit = "B" if measure in _BYTES else "ms"
            for share in _SHARES:
                name = {"p50": f"{_SHORT.get(measure, measure)} p50", "max": f"max {unit}"}.get(share, share)
                order = next((order for order in ORDERS if order == share), None) if not at else None
                cells.append((right(name, _WIDTHS[measure]), order))
            cells.append((" ", None))
        if layout.codes:
            cells.append((f" {left('not ok', layout.codes - 1)}", None))
        return cells

    def heading_clicked(self, x: int) -> None:
        """Sort by the column that was clicked."""
        start = 0
        for text, order in self._headings(self.scrollable_content_region.width):
            if start <= x < start + len(text) and order is not None:
                self.post_message(self.Sorted(order))
            start += len(text)

    def line(self, index: int, width: int) -> list[Piece]:
        """One group."""
        row, layout = self._rows[index], self._plan(width)
        group = row.group
        pieces: list[Piece] = [
            (f" {left(row.name, layout.name)}", "strong" if row.key is not None else "muted"),
            (right(f"{group.count:,}", _CALLS), "name"),
            (right(error_share(group), _ERRORS), "error"),
        ]
        for measure in layout.measures:
            sketch: Sketch = getattr(group, measure)
            for share in _SHARES.values():
                text = figure(sketch, share)
                pieces.append((right(text, _WIDTHS[measure]), "name" if sketch.count else "muted"))
            pieces.append((" ", "name"))
        if layout.codes:
            pieces.append((f" {cut(codes_in_words(group), layout.codes - 1)}", "muted"))
        return pieces

    def empty_lines(self) -> list[str]:
        """Why there is nothing."""
        return ["", " No calls yet: what passes our vantage points is counted here."]


def _name(key: str | None, others: int) -> str:
    if key is None:
        return f"{others:,} more"
    return sanitise_name(key) or UNKNOWN
