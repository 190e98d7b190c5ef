"""The trace's place on the screen: the same rows as a list, as a ladder, as statistics, and the SDK's log beside them.

One view is shown at a time. All of them read the list's ``TraceView``, so a filter holds for each.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from rpc_inspector.core.model import LogLine
from rpc_inspector.core.secrets.naming import Known
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.widgets.ladder.seen_words import SeenWords
from rpc_inspector.tui.widgets.trace.messages import FilterAsked, PauseAsked, RowAsked, RowSelected, RowsFiltered
from rpc_inspector.tui.widgets.trace.pane import TracePane
from rpc_inspector.tui.widgets.trace.view import TraceView

if TYPE_CHECKING:
    from rpc_inspector.tui.widgets.trace.filter_bar import FilterBar

ViewName = Literal["list", "ladder", "statistics", "log"]
#: Where each view beside the list is made: imported when it is first shown.
_MADE_IN: dict[ViewName, tuple[str, str]] = {
    "ladder": ("rpc_inspector.tui.widgets.ladder.pane", "LadderPane"),
    "statistics": ("rpc_inspector.tui.widgets.trace.statistics_pane", "StatisticsPane"),
    "log": ("rpc_inspector.tui.widgets.trace.log_pane", "LogPane"),
}

#: So many lines of the SDK's log are kept, the newest.
MOST_LOG_LINES = 5000

SECTION_BINDINGS: list[Binding] = [
    Binding("slash", "filter", "filter", id="trace.filter", tooltip="Show only what matches; f1 there shows how."),
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
    """Holds the views and shows one of them, and above it the filter that holds for all."""

    BINDINGS: ClassVar[list[BindingType]] = [*SECTION_BINDINGS]
    DEFAULT_CSS = """
    TraceSection { layout: vertical; }
    TraceSection > ContentSwitcher { height: 1fr; }
    TraceSection > ContentSwitcher > * { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        #: Knows secrets by their values; a filter that quotes one is not remembered.
        self.known: Known | None = None
        self._log: list[LogLine] = []
        self._state = SessionState()
        self._words = SeenWords()

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
        self._words.see(update)
        self._state = update.state or self._state
        self._log += update.logs
        del self._log[:-MOST_LOG_LINES]
        self.list.apply(update)
        if side := self._side:
            side.take(update)

    # The views

    async def action_view(self, name: ViewName) -> None:
        """Show a view; the one that is shown already gives way to the list."""
        await self.show_view("list" if name == self.shown else name)

    async def show_view(self, name: ViewName) -> None:
        """Show a view and give it the focus; it begins at the row that was selected in the list."""
        switcher = self.query_one(ContentSwitcher)
        identifier = f"trace-{name}"
        if name != "list" and not switcher.query(f"#{identifier}"):
            module, kind = _MADE_IN[name]
            of: TraceView | Sequence[LogLine] = self._log if name == "log" else self.view
            made: Widget = getattr(import_module(module), kind)(of, id=identifier)
            await switcher.mount(made)
        switcher.current = identifier
        row = self.list.selected_row
        if side := self._side:
            # What the session said of itself while the view was not shown.
            side.take(Update(state=self._state))
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
        """Close the filter's line; from another view back to the list; let all rows in again. False if none was due."""
        bar = self._bar
        if bar is not None and bar.is_open:
            bar.action_close()
        elif self.shown != "list":
            await self.show_view("list")
        elif bar is not None and bar.text.value:
            await bar.write("")
        else:
            return False
        return True

    def on_pause_asked(self, message: PauseAsked) -> None:
        """Freeze the list, and with it all views, or let go again."""
        message.stop()
        self.list.action_pause()
        if side := self._side:
            side.show_anew()

    async def on_row_asked(self, message: RowAsked) -> None:
        """Show a row in the list."""
        message.stop()
        if self.list.select(message.seq):
            await self.show_view("list")
            self.list.post_message(RowSelected(message.seq))
        elif self._filter:
            self.notify("The filter hides that call. esc in the list lets all in again.", markup=False)
        else:
            self.notify("That call is no longer in the trace.", markup=False)

    # The filter

    @property
    def _bar(self) -> "FilterBar | None":
        return next((cast("FilterBar", bar) for bar in self.query("#trace-filter")), None)

    @property
    def _filter(self) -> str:
        return bar.text.value.strip() if (bar := self._bar) else ""

    async def filter_bar(self) -> "FilterBar":
        """The filter's line, made when it is first needed."""
        from rpc_inspector.storage.filters import FilterFile, default_path  # noqa: PLC0415 - when first asked for
        from rpc_inspector.tui.widgets.trace.filter_bar import FilterBar  # noqa: PLC0415 - likewise

        bar = self._bar
        if bar is None:
            file = FilterFile(default_path(), self.known)
            bar = FilterBar(file, lambda: self._words.vocabulary, id="trace-filter")
            await self.mount(bar, before=0)
        return bar

    async def action_filter(self) -> None:
        """Type a filter."""
        (await self.filter_bar()).open()

    async def filter_by(self, text: str) -> None:
        """Show only what matches, as if it had been typed; what is wrong can be corrected there."""
        bar = await self.filter_bar()
        if not await bar.write(text):
            bar.open()

    async def on_filter_asked(self, message: FilterAsked) -> None:
        """Add a term to the filter there is, and show in the list what is left."""
        message.stop()
        now = self._filter
        await self.filter_by(f"({now}) {message.term}" if now else message.term)
        await self.show_view("list")

    def on_filter_bar_changed(self, message: "FilterBar.Changed") -> None:
        """Another filter."""
        message.stop()
        self.list.filter(message.query)

    def on_filter_bar_closed(self) -> None:
        """The trace takes the focus."""
        self.focus_view()

    def on_rows_filtered(self, _message: RowsFiltered) -> None:
        """The filter changed: the view shows other rows now."""
        if side := self._side:
            side.show_anew()
