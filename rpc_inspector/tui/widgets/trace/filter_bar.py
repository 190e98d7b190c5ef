"""The filter of the trace, typed in one line above it: results while typing, errors where they are, completion."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input, Static

from rpc_inspector.core.query import Completions, Query, QueryError, Vocabulary, complete, parse
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.filters import LONGEST, LONGEST_NAME, FilterFile, Filters
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.widgets.trace.filter_hint import error_line, goes_on_as, may_become_field, offers_line

#: Seconds after the last key before the rows are filtered; longer while what is typed may become a field's name.
DEBOUNCE_S = 0.1
HOLD_S = 0.6
#: Cells before the text.
_INDENT = 2
_NAME_LABEL = "name "


class FilterBar(Vertical):
    """One line to type into, one that answers. Posts :class:`Changed` and :class:`Closed`.

    Args:
        file: where filters are kept.
        vocabulary: what to complete with, asked for when the bar is opened.

    Attributes:
        filters: what the file held when it was last read.
    """

    HELP = "Typed text filters the trace at once. f1 shows the fields."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("filter")]
    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        display: none;
        background: $panel;
        padding: 0 1;
        &.-open { display: block; }
        & > Horizontal { height: 1; }
        & .label { width: auto; color: $text-primary; text-style: bold; }
        & Input { width: 1fr; background: $panel; padding: 0; &:focus { background-tint: $background 0%; } }
        & #filter-hint { height: 1; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & #filter-naming { display: none; }
        &.-naming #filter-naming { display: block; }
        &.-naming #filter-hint { display: none; }
    }
    """

    class Changed(Message):
        """Another filter is to be applied; ``None`` for none."""

        def __init__(self, query: Query | None) -> None:
            super().__init__()
            self.query = query

    class Closed(Message):
        """The bar went away, by enter or escape: the trace takes the focus."""

    def __init__(
        self,
        file: FilterFile,
        vocabulary: Callable[[], Vocabulary],
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id)
        self._file = file
        self._ask_vocabulary = vocabulary
        self._vocabulary = Vocabulary()
        self.filters = Filters()
        self._applied = ""
        self._error: QueryError | None = None
        self._timer: Timer | None = None
        self._can_parse = False
        self._offered_at = ("", -1)
        self._offers = Completions(0, 0)
        self._back = 0
        self._draft = ""

    def compose(self) -> ComposeResult:
        """The line for the filter, the line for its name, and what is said of either."""
        with Horizontal():
            yield Static("/ ", classes="label")
            yield Input(
                id="filter-text", compact=True, select_on_focus=False, max_length=LONGEST,
                highlighter=_Underline(self), suggester=_Ghost(self),
            )  # fmt: skip
        with Horizontal(id="filter-naming"):
            yield Static(_NAME_LABEL, classes="label")
            yield Input(
                id="filter-name", compact=True, max_length=LONGEST_NAME, placeholder="enter saves, esc does not"
            )
        yield Static(id="filter-hint")

    # Opening and closing

    @property
    def text(self) -> Input:
        """Where the filter is typed."""
        return self.query_one("#filter-text", Input)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    def open(self) -> None:
        """Show the bar and go to its end."""
        self._vocabulary = self._ask_vocabulary()
        self._offered_at = ("", -1)
        self._back = 0
        self.add_class("-open")
        self.text.cursor_position = len(self.text.value)
        self.text.focus()
        self._hint()
        self.run_worker(self._prepare(), group="filters", exit_on_error=False)

    async def _prepare(self) -> None:
        """Read what was used before; load the parser, and filter by what was typed meanwhile."""
        await self._with_file(self._file.read)
        if not self._can_parse:
            await self._load_parser()
            self._apply()

    async def _load_parser(self) -> None:
        """Have the parser made, which takes a moment once, without keeping the loop."""
        await asyncio.to_thread(parse, "ready")
        self._can_parse = True

    async def _with_file(self, work: Callable[[], Filters]) -> None:
        try:
            self.filters = await asyncio.to_thread(work)
        except FileUnusable as error:
            self.notify(sanitise(f"{error}", limit=400), severity="warning", markup=False)

    async def write(self, text: str) -> bool:
        """Put another filter into the line and apply it, open or not; False if it is wrong."""
        await self._load_parser()
        with self.prevent(Input.Changed):
            self.text.value = text
        self.text.cursor_position = len(text)
        return self._apply()

    def _close(self) -> None:
        self.remove_class("-open", "-naming")
        self.post_message(self.Closed())

    def action_close(self) -> None:
        """One step back: the name, then the text, then the bar."""
        if self.has_class("-naming"):
            self.remove_class("-naming")
            self.text.focus()
        elif self.text.value:
            self.text.value = ""
            self._apply()
        else:
            self._close()

    # Typing

    @on(Input.Changed, "#filter-text")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._hint()
        if self._timer is not None:
            self._timer.stop()
        if not self._can_parse:
            return
        held = may_become_field(self._completions(), self.text.value, self.text.cursor_position)
        self._timer = self.set_timer(HOLD_S if held else DEBOUNCE_S, self._apply)

    def _apply(self, *, insisting: bool = False) -> bool:
        """Filter by what is in the line; False if it is wrong, which leaves the former result as it is.

        What goes on as a completion does is called wrong only by somebody ``insisting`` on it.
        """
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        text = self.text.value.strip()
        try:
            query = parse(self.text.value) if text else None
        except QueryError as error:
            offers = self._completions()
            goes_on = error.unfinished or goes_on_as(offers, self.text.value, self.text.cursor_position)
            self._tell(None if goes_on and offers.words and not insisting else error)
            return False
        self._tell(None)
        if text != self._applied:
            self._applied = text
            self.post_message(self.Changed(query))
        return True

    def _tell(self, error: QueryError | None) -> None:
        self._error = error
        self.text.refresh()
        self._hint()

    @on(Input.Submitted, "#filter-text")
    async def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        await self._load_parser()
        if not self._apply(insisting=True):
            self.app.bell()
            return
        text = self.text.value.strip()
        self._close()
        if text:
            self.run_worker(self._with_file(lambda: self._file.remember(text)), group="filters", exit_on_error=False)

    # What is said below the line

    def _hint(self) -> None:
        if self.is_mounted:
            offers = self._completions()
            error, line = self._error, offers_line(offers)
            if error is not None:
                column = cell_len(self.text.value[: error.column]) - round(self.text.scroll_offset.x)
                line = error_line(error, column + _INDENT, self.content_size.width)
            self.query_one("#filter-hint", Static).update(line)

    # Completion

    def _completions(self) -> Completions:
        """What may be typed at the cursor; several ask for it after each key."""
        at = (self.text.value, self.text.cursor_position)
        if at != self._offered_at:
            self._offered_at, self._offers = at, complete(*at, self._vocabulary)
        return self._offers

    def completed(self) -> str | None:
        """The whole text with the first completion in it; ``None`` without one."""
        offers = self._completions()
        value = self.text.value
        return value[: offers.start] + offers.words[0] + value[offers.end :] if offers.words else None

    def action_complete(self) -> None:
        """Take the first completion; without one, go to the next pane."""
        offers = self._completions()
        whole = self.completed()
        if whole is None or whole == self.text.value:
            self.run_worker(self.run_action("screen.next_pane(1)"), exit_on_error=False)
            return
        self.text.value = whole
        self.text.cursor_position = offers.start + len(offers.words[0])

    # Filters of before, and those with names

    def action_history(self, step: int) -> None:
        """An older filter, or a newer one; the newest is what was being typed."""
        used = self.filters.used
        if not self._back:
            self._draft = self.text.value
        self._back = min(max(self._back + step, 0), len(used))
        self.text.value = used[-self._back] if self._back else self._draft
        self.text.cursor_position = len(self.text.value)

    def action_save(self) -> None:
        """Ask for a name."""
        if not self.text.value.strip() or not self._apply(insisting=True):
            self.notify("There is no filter to save yet.", markup=False)
            return
        self.add_class("-naming")
        self.query_one("#filter-name", Input).focus()

    @on(Input.Submitted, "#filter-name")
    async def _named(self, event: Input.Submitted) -> None:
        event.stop()
        name, text = event.value.strip(), self.text.value.strip()
        if not name:
            return
        await self._with_file(lambda: self._file.save(name, text))
        event.input.value = ""
        self.action_close()
        if self.filters.saved.get(name) == text:
            self.notify(f"Saved as {sanitise(name, limit=LONGEST_NAME)}.", markup=False)

    def action_pick(self) -> None:
        """Choose among saved filters and those used before."""
        from rpc_inspector.tui.screens.filters import FiltersScreen  # noqa: PLC0415 - only when asked for

        async def chosen(text: str | None) -> None:
            if text is not None:
                await self.write(text)
            self.text.focus()

        self.app.push_screen(FiltersScreen(self._file, self.filters), chosen)

    def action_keep(self) -> None:
        """Enter, where the line does not take it itself."""
        self.text.post_message(Input.Submitted(self.text, self.text.value))

    def action_help(self) -> None:
        """The fields and examples."""
        from rpc_inspector.tui.screens.filter_help import FilterHelpScreen  # noqa: PLC0415 - only when asked for

        self.app.push_screen(FilterHelpScreen())

    @property
    def error_column(self) -> int | None:
        """Where the text is wrong."""
        return self._error.column if self._error else None


class _Underline(Highlighter):
    """Underlines what is wrong, so that it is seen without colour and while the line is scrolled."""

    def __init__(self, bar: FilterBar) -> None:
        self._bar = bar

    def highlight(self, text: Text) -> None:
        column = self._bar.error_column
        if column is not None:
            start = min(column, max(len(text) - 1, 0))
            blank = text.plain.find(" ", start + 1)
            text.stylize("underline bold", start, len(text) if blank < 0 else blank)


class _Ghost(Suggester):
    """Shows the first completion dim behind the cursor, where it continues what was typed."""

    def __init__(self, bar: FilterBar) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._bar = bar

    async def get_suggestion(self, value: str) -> str | None:
        whole = self._bar.completed()
        return whole if whole is not None and whole.startswith(value) and whole != value else None
