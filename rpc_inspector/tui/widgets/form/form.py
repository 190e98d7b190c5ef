"""The form: a painted list of fields, with one live editor over the field that is being filled in."""

from collections.abc import Callable, Sequence
from functools import partial

from msgspec import UNSET, UnsetType
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static

from rpc_inspector.core.query.paths import Way
from rpc_inspector.core.schema import Problem, Schema, get
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.widgets.form import changes
from rpc_inspector.tui.widgets.form.field_input import FieldInput
from rpc_inspector.tui.widgets.form.field_list import FieldList
from rpc_inspector.tui.widgets.form.popup import Popup
from rpc_inspector.tui.widgets.form.rows import CHOSEN, FOLDING, TYPED, Row, Rows, element_around
from rpc_inspector.tui.widgets.form.values import LONGEST, NotTaken, typed, value_of
from rpc_inspector.tui.widgets.form.words import about, hint, next_beginning_so, option_text

#: Raw text to raw text.
Edit = Callable[[str], str]


class PayloadForm(Vertical):
    """Fields of a payload. Posts :class:`Edited`; whoever holds the raw text applies it and calls :meth:`take`.

    Attributes:
        at_once: what is typed is posted with every key, not only when a field is left.
    """

    HELP = "Type to fill a field in, space to choose. What you change stands in the raw text at once."
    DEFAULT_CSS = """
    PayloadForm {
        layers: base over;
        & > #form-head { height: auto; max-height: 3; color: $muted; }
        & > #form-about { height: 2; color: $muted; text-overflow: ellipsis; }
        & > FieldInput { layer: over; position: absolute; display: none; }
    }
    """

    class Edited(Message):
        """The raw text is to be changed."""

        def __init__(self, edit: Edit) -> None:
            super().__init__()
            self.edit = edit

    class UndoAsked(Message):
        """The last change is to be taken back, or made again."""

        def __init__(self, *, again: bool) -> None:
            super().__init__()
            self.again = again

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.at_once = True
        self._schema: Schema | None = None
        self._example: object = UNSET
        self._value: object | UnsetType = UNSET
        self._folds: dict[Way, bool] = {}
        self._shapes: dict[Way, int] = {}
        self._refused: dict[Way, str] = {}
        self._problems: Sequence[Problem] = ()
        self._editing: Row | None = None
        self._was = self._note = self._stopped = ""
        self._wanted: Way | None = None

    def compose(self) -> ComposeResult:
        """What it is made from, the fields, and what the one under the cursor is for."""
        yield Static(id="form-head")
        yield FieldList(id="fields")
        yield Static(id="form-about")
        yield FieldInput(compact=True, select_on_focus=False, id="field")
        yield Popup(id="choices")

    @property
    def fields(self) -> FieldList:
        """The list, which has the focus when nothing is typed."""
        return self.query_one(FieldList)

    # What it shows

    def show_schema(self, schema: Schema, example: object, note: str) -> None:
        """Begin with another schema; ``note`` says where it comes from. What is typed was taken before."""
        self._stop_editing(write=False)
        self._schema, self._example, self._note = schema, example, note
        self._folds, self._shapes, self._refused, self._problems = {}, {}, {}, ()
        self.fields.show((), example)

    def take(self, value: object | UnsetType) -> None:
        """Show a payload; ``UNSET`` is none yet."""
        self._value, self._stopped = value, ""
        self._rebuild()

    def stop(self, why: str) -> None:
        """There is nothing to fill in, as the raw text stands."""
        self._stop_editing(write=False)
        self._stopped = why
        self.fields.show((), UNSET)
        self._say()

    def say_later(self, sentence: str) -> None:
        """Tell that the form follows the raw text later."""
        head = self.query_one("#form-head", Static)
        head.display = True
        head.update(Content.styled(sentence, "$muted"))

    def tell(self, problems: Sequence[Problem]) -> None:
        """Show what is wrong by the schema, under its fields."""
        self._problems = problems
        self.fields.tell(problems, self._refused)
        self._say()
        self._place_editor()

    def _rebuild(self) -> None:
        if self._schema is None:
            return
        rows = Rows(self._schema.fields(), self._value, self._folds, self._shapes).all()
        self.fields.show(rows, self._example)
        self.fields.tell(self._problems, self._refused)
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.fields.go_to(wanted)
        self._say()
        self._place_editor()

    def _say(self) -> None:
        head, line = self.query_one("#form-head", Static), self.query_one("#form-about", Static)
        empty = "" if self._stopped or self.fields.rows else "Nothing to fill in: it takes no fields."
        said = self._stopped or " ".join(part for part in (self._note, empty) if part)
        head.display = bool(said)
        head.update(Content.styled(said, "$muted"))
        row = self.fields.current
        line.update(Content.styled(about(row) if row else "", "$muted"))

    # What is done with the field under the cursor

    @on(FieldList.Moved)
    def _moved(self, event: FieldList.Moved) -> None:
        event.stop()
        row = self.fields.current
        if self._editing is not None and row is not None and row.way != self._editing.way:
            self._stop_editing()
        self._say()
        self._place_editor()

    @on(FieldList.Asked)
    def _asked(self, event: FieldList.Asked) -> None:
        event.stop()
        row = self.fields.current
        if row is None or row.control == "note":
            return
        if self._editing is not None and self._editing.way == row.way:
            self._typed_ahead(event)
        elif event.what == "type":
            self._begin(row, event.text)
        elif event.what == "jump":
            self._jump(row, event.text.casefold())
        elif event.what in ("undo", "redo"):
            self.post_message(self.UndoAsked(again=event.what == "redo"))
        else:
            getattr(self, f"_do_{event.what}")(row)

    def _typed_ahead(self, event: FieldList.Asked) -> None:
        """Keys that came before the field had the focus are the field's."""
        if event.what == "edit":
            self._stop_editing()
            self.fields.focus()
        else:
            self.query_one(FieldInput).take_key(event.what, event.text)

    def _do_edit(self, row: Row) -> None:
        if row.control in TYPED:
            self._begin(row)
        elif row.control in ("choice", "shape") and len(row.options) > 1:
            names = [(option_text(row, index), "") for index in range(len(row.options))]
            popup = self.query_one(Popup)
            popup.open(self.fields.cell.translate(self.fields.content_region.offset), names, row.chosen)
            popup.focus()
        else:
            self._do_toggle(row)

    def _do_toggle(self, row: Row) -> None:
        if row.control == "flag":
            self._put(row, row.value is not True)
        elif row.control in CHOSEN:
            self._choose(row, (row.chosen + 1) % len(row.options))
        elif row.control in FOLDING:
            self._fold(row, folded=not row.folded)
        elif row.control == "add":
            self._do_add(row)
        else:
            self._begin(row)

    def _do_clear(self, row: Row) -> None:
        """To null where that is allowed, else away, where nothing demands it; a text to nothing."""
        self._refused.pop(row.way, None)
        if row.value is UNSET or row.control in ("add", "key"):
            return
        if row.field.nullable and row.value is not None:
            self._put(row, None)
        elif not row.field.required or row.stays or not row.way:
            self._put(row, UNSET)
        elif row.control == "text":
            self._put(row, "")
        else:
            self.notify("It is required. Type another value, or choose one.", markup=False, timeout=3)

    def _do_add(self, row: Row) -> None:
        """Another element of the list that the row is, or is in."""
        if row.control == "list":
            self._folds[row.way] = False
            self._add_to(row)
            return
        holders = {one.way: one for one in self.fields.rows if one.control == "add"}
        way = next((row.way[:depth] for depth in range(len(row.way), -1, -1) if row.way[:depth] in holders), None)
        if way is not None:
            self._add_to(holders[way])

    def _add_to(self, holder: Row) -> None:
        have = get(self._value, holder.way)
        self._wanted = (*holder.way, len(have) if isinstance(have, list) else 0)
        self._edit(partial(changes.add, way=holder.way, field=holder.field))

    def _do_up(self, row: Row) -> None:
        self._move(row, -1)

    def _do_down(self, row: Row) -> None:
        self._move(row, 1)

    def _do_left(self, row: Row) -> None:
        if row.control in FOLDING and not row.folded:
            self._fold(row, folded=True)
        elif row.control in ("choice", "shape") and row.options:
            self._choose(row, (max(row.chosen, 0) - 1) % len(row.options))
        elif row.way:
            self.fields.go_to(row.way[:-1])

    def _do_right(self, row: Row) -> None:
        if row.control in FOLDING:
            self._fold(row, folded=False)
        elif row.control in CHOSEN:
            self._do_toggle(row)
        elif row.control in TYPED:
            self._begin(row)

    def _move(self, row: Row, by: int) -> None:
        """An element moves; from inside one, the one around it does."""
        way = element_around(row.way)
        if way and isinstance(way[-1], int) and way[-1] + by >= 0:
            self._wanted = (*way[:-1], way[-1] + by, *row.way[len(way) :])
            self._edit(partial(changes.move, way=way, by=by))

    def _fold(self, row: Row, *, folded: bool) -> None:
        self._folds[row.way] = folded
        self._rebuild()

    def _jump(self, row: Row, start: str) -> None:
        """The next choice that begins so."""
        if (found := next_beginning_so(row, start)) is not None:
            self._choose(row, found)

    def _choose(self, row: Row, index: int) -> None:
        if row.control == "shape":
            self._shapes[row.way] = index
            self._edit(partial(changes.reshape, way=row.way, shape=row.field.variants[index]))
            self._rebuild()
        else:
            self._put(row, row.options[index])

    def _put(self, row: Row, value: object | UnsetType) -> None:
        self._refused.pop(row.way, None)
        self._edit(partial(changes.put, way=row.way, value=value))

    def _edit(self, edit: Edit) -> None:
        self.post_message(self.Edited(edit))

    # Choosing from a list

    @on(OptionList.OptionSelected)
    def _popup_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one(Popup).hide()
        self.fields.focus()
        if (row := self.fields.current) is not None and event.option_index < len(row.options):
            self._choose(row, event.option_index)

    @on(Popup.Closed)
    def _popup_closed(self, event: Popup.Closed) -> None:
        event.stop()
        if self.screen.focused is None or isinstance(self.screen.focused, Popup):
            self.fields.focus()

    # Typing

    @property
    def is_editing(self) -> bool:
        """A field is being typed into."""
        return self._editing is not None

    def _begin(self, row: Row, text: str | None = None) -> None:
        self._was = typed(row)
        if len(self._was) > LONGEST:
            self.notify(f"It has {len(self._was):,} characters. Edit it in the raw text: alt+v.", markup=False)
            return
        self._editing = row
        field = self.query_one(FieldInput)
        field.placeholder = hint(row, self.fields.example_of(row))
        with field.prevent(Input.Changed):
            field.value = self._was
        if text is not None:
            field.value = text
        field.cursor_position = len(field.value)
        field.display = True
        self._place_editor()
        field.focus()

    def _place_editor(self) -> None:
        if self._editing is None:
            return
        cell = self.fields.cell.translate(self.fields.content_region.offset - self.content_region.offset)
        field = self.query_one(FieldInput)
        field.styles.offset = (cell.x, cell.y)
        field.styles.width = cell.width
        below = cell.y - (self.fields.content_region.y - self.content_region.y)
        field.styles.visibility = "visible" if 0 <= below < self.fields.content_region.height else "hidden"

    @on(Input.Changed, "#field")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        row = self._editing
        if row is not None and self.at_once and row.control != "key":
            self._write(row, event.value)

    def _write(self, row: Row, text: str) -> None:
        if (edit := self._edit_of(row, text)) is not None:
            self._edit(edit)

    def _edit_of(self, row: Row, text: str) -> Edit | None:
        if row.control == "key":
            return self._key_added(row, text)
        if text == self._was:
            return None
        try:
            value = value_of(row, text)
        except NotTaken as refusal:
            self._refused[row.way] = str(refusal)
            self.tell(self._problems)
            return None
        self._was = text
        self._refused.pop(row.way, None)
        return partial(changes.put, way=row.way, value=value)

    def take_typed(self) -> Edit | None:
        """What is being typed and does not stand in the raw text yet; ``None`` where all does."""
        row = self._editing
        if row is None:
            return None
        if row.control == "key":  # it is named now; going on would name another
            self._stop_editing(write=False)
            self.fields.focus()
        return self._edit_of(row, self.query_one(FieldInput).value)

    @on(FieldInput.Left)
    def _left(self, event: FieldInput.Left) -> None:
        event.stop()
        self._stop_editing()
        self.fields.focus()
        if event.step:
            self.fields.action_move(event.step)

    @on(events.DescendantBlur)
    def _blurred(self, event: events.DescendantBlur) -> None:
        if event.widget is self.query_one(FieldInput) and self._editing is not None:
            self._stop_editing()

    def _stop_editing(self, *, write: bool = True) -> None:
        row, self._editing = self._editing, None
        if row is None:
            return
        field = self.query_one(FieldInput)
        field.display = False
        if write:
            self._write(row, field.value)

    def _key_added(self, row: Row, name: str) -> Edit | None:
        inner = row.field.child(name) if name else None
        if name and inner is None:
            self.notify(f"{sanitise(name, limit=80)} is not allowed as a key here.", markup=False, timeout=3)
        if inner is None:
            return None
        self._wanted = (*row.way, name)
        return partial(changes.put, way=(*row.way, name), value=changes.made(inner))
