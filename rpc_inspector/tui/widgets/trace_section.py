"""The trace's place on the screen: the same rows as a list, as a ladder, as statistics, and the SDK's log beside them.

One view is shown at a time. All of them read the list's ``TraceView``, so a filter holds for each.
"""

from importlib import import_module
from typing import ClassVar, Literal, Protocol, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from rpc_inspector.core.session import Update
from rpc_inspector.tui.widgets.trace_list import TracePane
from rpc_inspector.tui.widgets.trace_messages import RowsFiltered
from rpc_inspector.tui.widgets.trace_view import TraceView

ViewName = Literal["list", "ladder", "statistics", "log"]
#: Where each view beside the list is made: imported when it is first shown.
_MADE_IN: dict[ViewName, tuple[str, str]] = {
    "ladder": ("rpc_inspector.tui.widgets.ladder_pane", "LadderPane"),
    "statistics": ("rpc_inspector.tui.widgets.statistics_pane", "StatisticsPane"),
    "log": ("rpc_inspector.tui.widgets.log_pane", "LogPane"),
}

SECTION_BINDINGS: list[Binding] = [
    Binding("l", "view('ladder')", "ladder", id="trace.ladder", tooltip="Lifelines, and packets as arrows."),
    Binding("percent_sign", "view('statistics')", "statistics", show=False, id="trace.statistics",
            tooltip="Counts and percentiles by method, participant and outcome."),
    Binding("L", "view('log')", "SDK log", show=False, id="trace.log", tooltip="What our own SDK logged."),
]  # fmt: skip


class SideView(Protocol):
    """A view of the trace beside the list; made with the list's ``TraceView``, shown and hidden by the section."""

    def take(self, update: Update) -> None:
        """A batch of the session's was put into the ``TraceView``; only while shown."""
        ...

    def show_anew(self) -> None:
        """Shown after having been hidden, or the rows in the ``TraceView`` are others than before."""
        ...

    def select(self, seq: int) -> bool:
        """Put the cursor on a row; False if it is not here."""
        ...


class TraceSection(Container):
    """Holds the views and shows one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [*SECTION_BINDINGS]
    DEFAULT_CSS = """
    TraceSection { layout: vertical; }
    TraceSection > ContentSwitcher { height: 1fr; }
    TraceSection > ContentSwitcher > * { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        """The list; the others are mounted when they are first shown."""
        with ContentSwitcher(initial="trace-list"):
            yield TracePane(id="trace-list")

    @property
    def list(self) -> TracePane:
        """The list, shown or not: it holds what all views show."""
        return self.query_one(TracePane)

    @property
    def view(self) -> TraceView:
        """The rows that all views show."""
        return self.list.view

    @property
    def shown(self) -> ViewName:
        """Which view is shown."""
        current = self.query_one(ContentSwitcher).current or "trace-list"
        return cast("ViewName", current.removeprefix("trace-"))

    @property
    def _side(self) -> SideView | None:
        if self.shown == "list":
            return None
        return cast("SideView", self.query_one(f"#trace-{self.shown}"))

    def apply(self, update: Update) -> None:
        """Take in one batch of the session's."""
        self.list.apply(update)
        if side := self._side:
            side.take(update)

    def on_rows_filtered(self, _message: RowsFiltered) -> None:
        """The filter changed: the view shows other rows now."""
        if side := self._side:
            side.show_anew()

    async def action_view(self, name: ViewName) -> None:
        """Show a view; the one that is shown already gives way to the list."""
        await self.show_view("list" if name == self.shown else name)

    async def show_view(self, name: ViewName) -> None:
        """Show a view and give it the focus; it begins at the row that was selected in the list."""
        switcher = self.query_one(ContentSwitcher)
        identifier = f"trace-{name}"
        if name != "list" and not switcher.query(f"#{identifier}"):
            module, kind = _MADE_IN[name]
            made: Widget = getattr(import_module(module), kind)(self.view, id=identifier)
            await switcher.mount(made)
        switcher.current = identifier
        row = self.list.selected_row
        if side := self._side:
            side.show_anew()
            if row is not None:
                side.select(row.seq)
        self.focus_view()

    @property
    def focus_target(self) -> Widget:
        """What gets the focus in the view that is shown."""
        view = self.query_one(f"#trace-{self.shown}", Widget)
        return next((widget for widget in view.walk_children(Widget, with_self=True) if widget.focusable), self.list)

    def focus_view(self) -> None:
        """Give the shown view the focus."""
        self.focus_target.focus()

    async def step_back(self) -> bool:
        """From another view back to the list; False if it is the list that is shown."""
        if self.shown == "list":
            return False
        await self.show_view("list")
        return True
