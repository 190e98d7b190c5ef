"""Choosing the list's columns, their order, and what to sort by."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.trace.columns import COLUMNS, USUAL
from rpc_inspector.tui.widgets.trace.order import Arrangement


@dataclass(frozen=True, slots=True)
class ColumnsChosen:
    """Which columns are to be shown, in order (``None``: by the width), and how to sort."""

    columns: tuple[str, ...] | None
    sort: str
    descending: bool


class ColumnsScreen(Dialog[ColumnsChosen]):
    """Gives what was chosen, ``None`` if it was left.

    Args:
        shown: the columns shown now, in order.
        sort, descending: how the list is sorted now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "show_or_hide", "show or hide", tooltip="Show the column or hide it."),
        Binding("s", "sort", "sort", tooltip="Sort by the column; again: the other way round."),
        Binding("shift+up,K", "move(-1)", "earlier", tooltip="Move the column to the left."),
        Binding("shift+down,J", "move(1)", "later", tooltip="Move the column to the right."),
        Binding("r", "reset", "usual", tooltip="The usual columns, chosen by the width, in the order of time."),
        Binding("enter", "done", "done", priority=True, tooltip="Take what was chosen."),
    ]

    def __init__(self, shown: tuple[str, ...], sort: str, *, descending: bool) -> None:
        super().__init__()
        self._shown = set(shown)
        self._order = [*shown, *(column for column in COLUMNS if column not in shown)]
        self._sort, self._descending = sort, descending
        self._usual = False

    def compose(self) -> ComposeResult:
        """A line for each column."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Columns"
            box.border_subtitle = "space show  s sort  JK move  r usual  enter  esc"
            yield OptionList(id="columns", compact=True)

    def on_mount(self) -> None:
        """Begin at the first."""
        self._list(0)
        self.query_one(OptionList).focus()

    def _list(self, at: int) -> None:
        options = self.query_one(OptionList)
        options.set_options([Option(self._line(column)) for column in self._order])
        options.highlighted = at

    def _line(self, column: str) -> Content:
        known = COLUMNS[column]
        sign = G.on if column in self._shown else G.off
        sorted_by = (G.unfolded if self._descending else G.rising) if column == self._sort else " "
        style = "bold" if column in self._shown else "$muted"
        return Content.assemble(f"{sign} ", (f"{known.heading:<9}", style), f" {sorted_by} ", (known.tells, "$muted"))

    @property
    def _at(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def action_show_or_hide(self) -> None:
        """Show the column or hide it; one at least is shown."""
        column = self._order[self._at]
        self._usual = False
        if column not in self._shown:
            self._shown.add(column)
        elif len(self._shown) > 1:
            self._shown.discard(column)
        self._list(self._at)

    def action_sort(self) -> None:
        """Sort by the column, or the other way round; the bar stands for the time."""
        how = Arrangement(sort=self._sort, descending=self._descending)
        self._sort, self._descending = how.sorting_by(self._order[self._at])
        self._list(self._at)

    def action_move(self, step: int) -> None:
        """Move the column among the others."""
        at, to = self._at, self._at + step
        if 0 <= to < len(self._order):
            self._usual = False
            self._order[at], self._order[to] = self._order[to], self._order[at]
            self._list(to)

    def action_reset(self) -> None:
        """The usual columns, as the width allows, in the order of time."""
        self._usual = True
        self._shown = set(USUAL)
        self._order = [*USUAL, *(column for column in COLUMNS if column not in USUAL)]
        self._sort, self._descending = "time", False
        self._list(0)

    def action_done(self) -> None:
        """Take what was chosen."""
        columns = tuple(column for column in self._order if column in self._shown)
        self.dismiss(ColumnsChosen(None if self._usual else columns, self._sort, self._descending))
