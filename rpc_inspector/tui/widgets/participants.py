"""The participants and their methods, live."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.model import Participant
from rpc_inspector.core.ping import Tally
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.widgets.participant_rows import Folding, Row, best_position, rows_of
from rpc_inspector.tui.widgets.ping_marks import marked

#: A participant with more methods than this begins folded.
_FOLD_ABOVE = 40


class ParticipantList(OptionList):
    """The list itself; all keys of the pane belong to it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("participants")]

    class Asked(Message):
        """A key of the pane: ``open``, ``about``, ``filter``, ``fold``, ``unfold`` or ``describe``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def action_open(self) -> None:
        """Enter."""
        self.post_message(self.Asked("open"))

    def action_about(self) -> None:
        """Space."""
        self.post_message(self.Asked("about"))

    def action_filter(self) -> None:
        """Slash."""
        self.post_message(self.Asked("filter"))

    def action_fold(self) -> None:
        """Left."""
        self.post_message(self.Asked("fold"))

    def action_unfold(self) -> None:
        """Right."""
        self.post_message(self.Asked("unfold"))

    def action_describe(self) -> None:
        """``d``."""
        self.post_message(self.Asked("describe"))


class ParticipantsPane(Vertical):
    """Everybody in the room with their methods and how we know them.

    Posts :class:`MethodChosen` when the cursor comes to a method (``edit`` when it was entered or clicked),
    :class:`MethodOpened` when all about it is asked for, and :class:`ParticipantOpened` likewise of a participant.
    """

    BORDER_TITLE = "Participants"

    class MethodChosen(Message):
        """A method became the target."""

        def __init__(self, identity: str, method: str, *, edit: bool) -> None:
            super().__init__()
            self.identity, self.method, self.edit = identity, method, edit

    class MethodOpened(Message):
        """Everything known of a method is asked for."""

        def __init__(self, identity: str, method: str) -> None:
            super().__init__()
            self.identity, self.method = identity, method

    class ParticipantOpened(Message):
        """Everything known of a participant is asked for."""

        def __init__(self, identity: str) -> None:
            super().__init__()
            self.identity = identity

    class DescribeAsked(Message):
        """A participant should be asked for its methods."""

        def __init__(self, identity: str) -> None:
            super().__init__()
            self.identity = identity

    #: The pings of a participant, where they are to be drawn.
    tally_of: Callable[[str], Tally | None] | None = None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._roster: tuple[Participant, ...] = ()
        self._rows: list[Row] = []
        self._folded: dict[str, bool] = {}
        self._own_shown: set[str] = set()
        self._placeholder = ""
        self._clicked_before: Row | None = None
        self._touched = False

    async def furnish(self) -> None:
        """Mount a search field, hidden until asked for, the list, and what stands there when it is empty."""
        search = Input(placeholder="search", compact=True, id="participants-filter")
        search.display = False
        listed = ParticipantList(id="participants-list", compact=True, markup=False)
        await self.mount(search, listed, Static(id="participants-empty"))

    def on_resize(self) -> None:
        """Names are cut to what fits."""
        if self.children:
            self._rebuild()

    @property
    def current(self) -> Row | None:
        """The line under the cursor."""
        index = self._list.highlighted
        return self._rows[index] if index is not None and index < len(self._rows) else None

    @property
    def _list(self) -> ParticipantList:
        return self.query_one(ParticipantList)

    def show(self, roster: tuple[Participant, ...], placeholder: str = "") -> None:
        """Show these participants; the cursor stays on what it was on. ``placeholder`` explains an empty list."""
        self._roster, self._placeholder = roster, placeholder
        self._rebuild()

    def select(self, identity: str, method: str | None) -> None:
        """Put the cursor on a line, if it is there."""
        self._touched = True
        for index, row in enumerate(self._rows):
            if row.key == (identity, method):
                self._list.highlighted = index
                return

    def _rebuild(self) -> None:
        wanted = self.query_one("#participants-filter", Input).value.casefold()
        folding = Folding(self._is_folded, lambda identity: identity not in self._own_shown)
        width = self._list.scrollable_content_region.width
        rows = [self._with_pings(row, width) for row in rows_of(self._roster, wanted, folding, width)]
        others = sum(not someone.is_self for someone in self._roster)
        self.border_title = f"Participants {others}" if self._roster else "Participants"
        empty = self.query_one("#participants-empty", Static)
        empty.update(Content("Nothing matches; esc shows all." if wanted and not rows else self._placeholder))
        empty.display = others == 0 or not rows
        if rows == self._rows:
            return
        kept = None if self._may_choose else self.current
        self._rows = rows
        listed = self._list
        with self.prevent(OptionList.OptionHighlighted):
            listed.set_options([Option(row.text) for row in rows])
            listed.highlighted = best_position(rows, kept)
        if kept is None and listed.highlighted is not None:
            self._announce(edit=False)

    def redraw(self) -> None:
        """What is drawn of pings changed."""
        self._rebuild()

    def _with_pings(self, row: Row, width: int) -> Row:
        tally = None if row.method is not None or self.tally_of is None else self.tally_of(row.identity)
        name = len(sanitise_name(row.identity))
        return replace(row, text=marked(row.text, tally, width, name)) if tally else row

    @property
    def _may_choose(self) -> bool:
        """The cursor is where we put it, on what nobody vouches for: something better may take its place."""
        row = self.current
        return row is None or (not self._touched and not row.sure and self._list.has_focus)

    def _is_folded(self, someone: Participant) -> bool:
        return self._folded.get(someone.identity, len(someone.methods) > _FOLD_ABOVE)

    def _announce(self, *, edit: bool) -> None:
        row = self.current
        if row and row.method:
            self.post_message(self.MethodChosen(row.identity, row.method, edit=edit))

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._touched = True
        self._announce(edit=False)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        # The first click on a participant brings the cursor there, the second opens it.
        event.stop()
        row, before = self.current, self._clicked_before
        self._clicked_before = row
        if row and row.is_group:
            self._fold_own(row.identity, folded=row.identity in self._own_shown)
        elif row and row.method is None and row == before:
            self.post_message(self.ParticipantOpened(row.identity))
        else:
            self._announce(edit=False)

    @on(ParticipantList.Asked)
    def _asked(self, event: ParticipantList.Asked) -> None:
        event.stop()
        self._touched = True
        row = self.current
        if event.what == "filter":
            field = self.query_one("#participants-filter", Input)
            field.display = True
            field.focus()
        elif row is not None:
            self._do(event.what, row)

    def _do(self, what: str, row: Row) -> None:
        """What a key does with a line. Right goes deeper: into a fold, then into a method."""
        if what == "describe":
            self.post_message(self.DescribeAsked(row.identity))
        elif row.is_group:
            hide = row.identity in self._own_shown if what in ("open", "about") else what == "fold"
            self._fold_own(row.identity, folded=hide)
        elif row.method and what in ("about", "unfold"):
            self.post_message(self.MethodOpened(row.identity, row.method))
        elif row.method and what == "open":
            self._announce(edit=True)
        elif what in ("open", "about"):
            self.post_message(self.ParticipantOpened(row.identity))
        else:
            self._folded[row.identity] = what == "fold"
            self.select(row.identity, None)
            self._rebuild()

    def _fold_own(self, identity: str, *, folded: bool) -> None:
        (self._own_shown.discard if folded else self._own_shown.add)(identity)
        self._rebuild()

    @on(Input.Changed, "#participants-filter")
    def _filtering(self, event: Input.Changed) -> None:
        event.stop()
        self._rebuild()

    @on(Input.Submitted, "#participants-filter")
    def _filtered(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    def close_filter(self) -> bool:
        """Show all again; whether there was anything to close."""
        field = self.query_one("#participants-filter", Input)
        if not field.display:
            return False
        field.value = ""
        field.display = False
        self._list.focus()
        return True
