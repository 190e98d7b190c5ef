"""The participants and their methods, live."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.model import Method, Participant
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import elide

#: A participant with more methods than this begins folded.
_FOLD_ABOVE = 40
_SURE = ("advertised", "described")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a participant, or one of its methods; ``sure`` if the participant itself says that it has it."""

    identity: str
    method: str | None
    text: Content
    sure: bool = False

    @property
    def key(self) -> tuple[str, str | None]:
        """What the line is about, whatever it says."""
        return self.identity, self.method


class ParticipantList(OptionList):
    """The list itself; all keys of the pane belong to it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("participants")]

    class Asked(Message):
        """A key of the pane: ``open``, ``filter``, ``fold``, ``unfold`` or ``describe``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def action_open(self) -> None:
        """Enter."""
        self.post_message(self.Asked("open"))

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

    Posts :class:`MethodChosen` when the cursor comes to a method (``edit`` when it was entered or clicked), and
    :class:`ParticipantOpened` on enter on a participant.
    """

    BORDER_TITLE = "Participants"

    class MethodChosen(Message):
        """A method became the target."""

        def __init__(self, identity: str, method: str, *, edit: bool) -> None:
            super().__init__()
            self.identity, self.method, self.edit = identity, method, edit

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

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._roster: tuple[Participant, ...] = ()
        self._rows: list[Row] = []
        self._folded: dict[str, bool] = {}
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
        rows = list(rows_of(self._roster, wanted, self._is_folded, self._list.scrollable_content_region.width))
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
            listed.highlighted = _position(rows, kept)
        if kept is None and listed.highlighted is not None:
            self._announce(edit=False)

    @property
    def _may_choose(self) -> bool:
        """The cursor is where we put it, on what nobody vouches for: something better may take its place."""
        row = self.current
        return row is None or (not self._touched and not row.sure and self._list.has_focus)

    def _is_folded(self, someone: Participant) -> bool:
        return self._folded.get(someone.identity, len(someone.methods) > _FOLD_ABOVE)

    def _announce(self, *, edit: bool) -> None:
        row = self.current
        if row and row.method is not None:
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
        if row and row.method is None and row == before:
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
        elif row is None:
            return
        elif event.what == "describe":
            self.post_message(self.DescribeAsked(row.identity))
        elif event.what == "open":
            if row.method is None:
                self.post_message(self.ParticipantOpened(row.identity))
            else:
                self._announce(edit=True)
        else:
            self._folded[row.identity] = event.what == "fold"
            self.select(row.identity, None)
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


def rows_of(
    roster: Iterable[Participant], wanted: str, folded: Callable[[Participant], bool], width: int = 80
) -> Iterable[Row]:
    """The lines for a roster: others by name, ourselves last; ``wanted`` (case folded) must occur in them."""
    everybody = sorted(roster, key=lambda someone: (someone.is_self, someone.identity.casefold(), someone.identity))
    for someone in everybody:
        named = wanted in someone.identity.casefold() or wanted in someone.kind
        methods = [method for method in someone.methods if named or wanted in method.name.casefold()]
        if not (named or methods):
            continue
        hidden = folded(someone) and not wanted
        yield Row(someone.identity, None, _participant_line(someone, hidden=hidden))
        if not hidden and not someone.is_self:
            for method in methods:
                yield Row(someone.identity, method.name, _method_line(method, width), method.provenance in _SURE)


def _participant_line(someone: Participant, *, hidden: bool) -> Content:
    name = sanitise_name(someone.identity)
    if someone.is_self:
        return Content.styled(f"{name}  you", "$muted")
    sure = any(method.provenance != "known" for method in someone.methods)
    parts: list[tuple[str, str]] = [(name, "bold" if sure else "$muted")]
    if someone.state != "active":
        words = "gone" if someone.state == "disconnected" else "not active"
        parts.append((f"  {G.waiting} {words}", "$text-warning"))
    elif not someone.methods:
        parts.append(("  no methods known", "$muted"))
    else:
        parts.append((f"  {someone.kind}", "$muted"))
    if hidden and someone.methods:
        parts.append((f"  {G.folded} {len(someone.methods):,} methods", "$muted"))
    return Content.assemble(*parts)


def _method_line(method: Method, width: int) -> Content:
    """The name, and how we know it where that is not the participant's own word; both ends of a long name stay."""
    name = sanitise(method.name, limit=80)
    if method.provenance in _SURE:
        return Content(f"   {elide(name, max(width - 3, 8))}")
    name = elide(name, max(width - 5 - len(method.provenance), 8))
    return Content.assemble((f"   {name}", "$muted"), (f"  {method.provenance}", "$muted italic"))


def _position(rows: list[Row], kept: Row | None) -> int | None:
    """Where the cursor goes: the same line, else its participant, else the first method, if possible a sure one."""
    if kept is not None:
        for key in (kept.key, (kept.identity, None)):
            for index, row in enumerate(rows):
                if row.key == key:
                    return index
    methods = [index for index, row in enumerate(rows) if row.method is not None]
    return next((index for index in methods if rows[index].sure), methods[0] if methods else 0 if rows else None)
