"""The fields of a form, painted: 200 of them cost as much as those in view. It is edited by :class:`PayloadForm`."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import UNSET, Struct
from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message

from rpc_inspector.core.query.paths import Way
from rpc_inspector.core.schema import Problem, get
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import cut, left
from rpc_inspector.tui.widgets.form.rows import FOLDING, TYPED, Row
from rpc_inspector.tui.widgets.form.words import hint, value_text
from rpc_inspector.tui.widgets.trace.line_list import LineList, Piece

#: From so many cells on, a field's description stands beside it.
_DESCRIBED_FROM = 64
_LEAST_LABEL, _MOST_LABEL = 8, 26
_LABEL_SHARE = 0.4
_VALUE_SHARE = 0.45


class _Line(Struct, frozen=True):
    """A line is a row's own, or tells what is wrong with it."""

    row: int
    error: str = ""


class FieldList(LineList, inherit_bindings=False):
    """Rows with a cursor that goes from field to field. What is done to one is posted as :class:`Asked`."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("form")]
    DEFAULT_CSS = """
    FieldList { height: 1fr; }
    """

    class Asked(Message):
        """Something is to be done with the row under the cursor; ``text`` was typed at once."""

        def __init__(self, what: str, text: str = "") -> None:
            super().__init__()
            self.what, self.text = what, text

    class Moved(Message):
        """The cursor is on another field, or the view was scrolled."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self._lines: list[_Line] = []
        self._errors: dict[int, list[str]] = {}
        self._refused: dict[Way, str] = {}
        self._problems: Sequence[Problem] = ()
        self._example: object = UNSET
        self._wanted_label = _LEAST_LABEL
        self._typing: Way | None = None

    # What it shows

    def show(self, rows: Sequence[Row], example: object) -> None:
        """Take other rows; the cursor stays on its field."""
        here = self.current
        self.rows, self._example = rows, example
        wanted = [cell_len(row.label) + 2 * row.depth + 4 for row in rows[:MOST_MEASURED]]
        self._wanted_label = min(max([_LEAST_LABEL, *wanted]), _MOST_LABEL)
        self._lay_out()
        if here is not None:
            self._go_to(here)

    def tell(self, problems: Sequence[Problem], refused: dict[Way, str]) -> None:
        """Show what is wrong under its fields: by the schema, and what was typed and not taken."""
        self._problems, self._refused = problems, dict(refused)
        here = self.current
        self._lay_out()
        if here is not None:
            self._go_to(here)

    def _lay_out(self) -> None:
        errors = self._errors = self._by_row()
        self._lines = []
        for index in range(len(self.rows)):
            self._lines.append(_Line(index))
            if index in errors:
                more = f" ({len(errors[index]) - 1:,} more)" if len(errors[index]) > 1 else ""
                self._lines.append(_Line(index, errors[index][0] + more))
        self.lines_changed()

    def _by_row(self) -> dict[int, list[str]]:
        """What is wrong, at the innermost row that is shown of it."""
        if not self._problems and not self._refused:
            return {}
        at = {
            row.way: index for index, row in reversed(list(enumerate(self.rows))) if row.control not in ("add", "key")
        }
        found: dict[int, list[str]] = {}
        told = [(way, text) for way, text in self._refused.items()]
        told += [(one.path, sanitise(one.message, limit=300)) for one in self._problems if one.about == "payload"]
        for way, text in told:
            inner = next((way[:depth] for depth in range(len(way), -1, -1) if way[:depth] in at), None)
            if inner is not None:
                found.setdefault(at[inner], []).append(text)
        return found

    @property
    def untold(self) -> list[str]:
        """Problems that no row is there for."""
        shown = sum(len(texts) for texts in self._errors.values()) - len(self._refused)
        return [problem.message for problem in self._problems if problem.about == "payload"][max(shown, 0) :]

    @property
    def current(self) -> Row | None:
        """The row that the cursor is on."""
        return self.rows[self._lines[self.cursor].row] if self.cursor < len(self._lines) else None

    def _go_to(self, row: Row) -> None:
        index = next((at for at, one in enumerate(self.rows) if one.key == row.key), None)
        if index is None:
            index = next((at for at, one in enumerate(self.rows) if one.way == row.way), None)
        if index is not None:
            self.put_cursor(self._line_of(index))

    def go_to(self, way: Way) -> None:
        """Move the cursor to the row of a value, if it is shown."""
        index = next((at for at, row in enumerate(self.rows) if row.way == way), None)
        if index is not None:
            self.put_cursor(self._line_of(index))
            self.moved()

    @property
    def _label_width(self) -> int:
        return min(self._wanted_label, max(int(self.scrollable_content_region.width * _LABEL_SHARE), _LEAST_LABEL))

    def _line_of(self, row: int) -> int:
        return next((at for at, line in enumerate(self._lines) if line.row == row), 0)

    @property
    def cell(self) -> Region:
        """Where the value under the cursor is painted, within the list."""
        width = self.scrollable_content_region.width
        return Region(self._label_width, self.cursor - self.scroll_offset.y, max(width - self._label_width, 4), 1)

    # Painting

    def line_count(self) -> int:
        """Fields and what is wrong with them."""
        return len(self._lines)

    def line(self, index: int, width: int) -> list[Piece]:
        """A field: its name, its value or a hint, and what it is for where there is room."""
        line = self._lines[index]
        row = self.rows[line.row]
        if line.error:
            indent = " " * min(2 * row.depth + 2, 12)
            return [(f"{indent}{cut(f'{G.failed} {line.error}', max(width - len(indent), 1))}", "error")]
        if row.control == "note":
            return [("  " * row.depth + "  " + cut(row.text, max(width - 2, 1)), "muted")]
        pieces = self._label(row)
        room = max(width - self._label_width, 0)
        described = row.field.description if width >= _DESCRIBED_FROM and row.control not in ("add", "key") else ""
        room_value = max(int(room * _VALUE_SHARE), 12) if described else room
        shown = value_text(row)
        text, style = (shown, "strong") if shown else (hint(row, self.example_of(row)), "muted")
        if row.control in FOLDING:
            style = "muted"
        pieces.append((left(f"{self._mark(row)}{text}", room_value - 1) + " ", style))
        if described:
            pieces.append((cut(sanitise(described, limit=200), max(room - room_value, 1)), "muted"))
        return pieces

    def _label(self, row: Row) -> list[Piece]:
        fold = f"{G.folded if row.folded else G.unfolded} " if row.control in FOLDING else "  "
        sign = "+ " if row.control in ("add", "key") else fold
        start = "  " * row.depth + sign
        mark = "*" if row.field.required and row.way and row.control not in ("add", "key") else ""
        room = max(self._label_width - cell_len(start) - len(mark) - 1, 1)
        label = cut(sanitise(row.label, limit=80), room)
        style = "muted" if row.control in ("add", "key") or row.foreign else "name"
        gap = " " * max(self._label_width - cell_len(start) - cell_len(label) - len(mark), 1)
        return [(start, "muted"), (label, style), (mark, "us"), (gap, "name")]

    @staticmethod
    def _mark(row: Row) -> str:
        """What shows that it is chosen, not typed."""
        if row.control == "flag":
            return f"{G.on if row.value is True else G.off} "
        return f"{G.unfolded} " if row.control in ("choice", "shape") and len(row.options) > 1 else ""

    def example_of(self, row: Row) -> object:
        """The value that the example has there; ``UNSET`` for none."""
        return UNSET if self._example is UNSET else get(self._example, row.way)

    # The cursor goes from field to field

    def action_move(self, step: int) -> None:
        """To a field further down or up; the lines between that tell what is wrong are passed over."""
        here = self._lines[self.cursor].row if self._lines else 0
        target = min(max(here + step, 0), max(len(self.rows) - 1, 0))
        self.put_cursor(self._line_of(target))
        self.moved()

    @property
    def is_last(self) -> bool:
        """The cursor is on the last field."""
        return self.current is None or self.rows[-1] is self.current

    def moved(self) -> None:
        """Say so."""
        self.post_message(self.Moved())

    def enter(self, _index: int) -> None:
        """A double click edits."""
        self.action_ask("edit")

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What lies over the list follows it."""
        super().watch_scroll_y(old_value, new_value)
        self.moved()

    # Keys

    def action_ask(self, what: str) -> None:
        """Have something done with the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Asked(what))

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Letters are typed into the field under the cursor, where it can be typed into."""
        del key
        row = self.current
        return row is not None and row.control in TYPED and bool(character) and str(character).isprintable()

    def on_focus(self) -> None:
        """Nothing is typed any more."""
        self._typing = None

    async def on_key(self, event: events.Key) -> None:
        """Type at once; space is a key of its own where nothing is typed.

        Keys may come faster than the focus moves to the field. They are its own: bound, they would be lost, since
        bindings are looked up where the focus is by then.
        """
        row = self.current
        if row is not None and row.way == self._typing and event.key == "backspace":
            event.stop()
            event.prevent_default()
            self.post_message(self.Asked("clear"))
        if row is None or not event.is_printable or not event.character:
            return
        if row.control in TYPED and (event.character != " " or row.way == self._typing):
            event.stop()
            event.prevent_default()
            self._typing = row.way
            self.post_message(self.Asked("type", event.character))
        elif row.control == "choice" and event.character.isalnum():
            event.stop()
            event.prevent_default()
            self.post_message(self.Asked("jump", event.character))


#: Rows whose names decide how wide the names' column is.
MOST_MEASURED = 500
