"""What a request's payload is written in: the raw editor and, where a schema is known, a form of the same text."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import UNSET
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static, TextArea

from rpc_inspector.core.model import Method
from rpc_inspector.core.payload.text import json_problem
from rpc_inspector.core.schema import NoSuchPlace, NotJson, Schema, SchemaUnusable, infer, read
from rpc_inspector.core.schema.inferring import LONGEST_PAYLOAD, MOST_PAYLOADS
from rpc_inspector.core.schema.syntax import parsed
from rpc_inspector.core.templates import placeholders
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.bodies import PLAIN_ABOVE
from rpc_inspector.tui.drafts import first_draft
from rpc_inspector.tui.widgets.form.completing import Completion
from rpc_inspector.tui.widgets.form.form import Edit, PayloadForm
from rpc_inspector.tui.widgets.form.literally import taken_literally
from rpc_inspector.tui.widgets.form.popup import Popup
from rpc_inspector.tui.widgets.form.validating import Validation
from rpc_inspector.tui.widgets.payload.area import RequestArea

#: After the last key: the form follows, and the payload is checked.
FOLLOW_S = 0.12
FOLLOW_LARGE_S = 0.6
#: Columns of a screen that has room for both.
BESIDE_FROM = 150
#: A larger payload is edited as text alone.
LARGEST = 1_000_000


class RequestBody(Vertical):
    """The editor and the form, always in step.

    Attributes:
        observed: payloads that were seen for a method, the newest first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("request")]
    DEFAULT_CSS = """
    RequestBody {
        height: 1fr;
        & > #request-views { height: 1fr; }
        & PayloadForm { display: none; width: 5fr; }
        & RequestArea { width: 4fr; }
        &.-beside RequestArea { margin-left: 1; }
        & > #schema-problem { height: auto; max-height: 2; display: none; }
    }
    """

    class Checked(Message):
        """It is known anew what is wrong by the schema."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.observed: Callable[[str], Sequence[str]] = lambda _method: ()
        self._method: Method | None = None
        self._called = ""
        self._schema: Schema | None = None
        self._prefers_raw = self._raw_here = False
        self._obstacle = ""
        self._follow: Timer | None = None
        self._followed: str | None = None

    def compose(self) -> ComposeResult:
        """The form beside or instead of the editor, and what is wrong by the schema."""
        with Horizontal(id="request-views"):
            yield PayloadForm(id="form")
            yield RequestArea(id="editor")
        yield Static(id="schema-problem")
        yield Popup(id="completions")

    def on_mount(self) -> None:
        """What helps with the editor needs it to be there."""
        popup = self.query_one("#completions", Popup)
        popup.can_focus = False
        self._completion = Completion(self.editor, popup)
        line = self.query_one("#schema-problem", Static)
        self._validation = Validation(self, self.editor, self.form, line, lambda: self.post_message(self.Checked()))

    async def on_unmount(self) -> None:
        """End what checks."""
        await self._validation.close()

    @property
    def editor(self) -> RequestArea:
        """The raw text."""
        return self.query_one(RequestArea)

    @property
    def form(self) -> PayloadForm:
        """The same as fields."""
        return self.query_one(PayloadForm)

    @property
    def verdict(self) -> str:
        """How the payload is by its schema, in a few words; empty where that is not known."""
        count = self._validation.count
        if count is None:
            return ""
        return f"{count:,} problem{'' if count == 1 else 's'} against the schema" if count else "fits the schema"

    @property
    def problems(self) -> int:
        """How many problems it is known to have by its schema."""
        return self._validation.count or 0

    @property
    def shows_form(self) -> bool:
        """The form is what is filled in."""
        return self._schema is not None and not (self._prefers_raw or self._raw_here or self._obstacle)

    @property
    def focus_target(self) -> Widget:
        """Where typing goes."""
        return self.form.fields if self.shows_form else self.editor

    # What is called

    def describe(self, name: str, method: Method | None) -> None:
        """Take what is known of the method that is called; the payload is the editor's now."""
        if (name, method) == (self._called, self._method):
            self._catch_up()
            return
        same = self._called == name
        # Who leaves takes nothing along: the form stays as it is for the one who comes back.
        kept = same and (method is None or self._made_from(self._method) == self._made_from(method))
        self._called, self._method = name, method or (self._method if same else None)
        if not kept:
            # What comes to be known while somebody types does not take the editor away.
            self._raw_here = same and self.editor.has_focus
            self._use(*self._read(method))
        self._catch_up()

    @staticmethod
    def _made_from(method: Method | None) -> tuple[str | None, tuple[str, ...]]:
        """What a form of it is made from."""
        return (method.request_schema or None, method.examples) if method is not None else (None, ())

    @staticmethod
    def _read(method: Method | None) -> tuple[Schema | None, str]:
        if method is None or not method.request_schema:
            return None, ""
        try:
            return taken_literally(read(method.request_schema)), ""
        except SchemaUnusable as error:
            return None, f"No form: {error.what}"

    def _use(self, schema: Schema | None, note: str) -> None:
        """Begin with another schema, or with none; ``note`` says where it comes from, or why there is none."""
        self._schema, self._followed, self._obstacle = schema, None, ""
        self._completion.schema = schema
        self._validation.begin(schema, note if schema is None else "")
        if schema is not None:
            self.form.show_schema(schema, self._example(schema), note)
            self._catch_up()
        else:
            self._show()

    def _example(self, schema: Schema) -> object:
        """An example's values, shown where nothing is typed."""
        for text in (first_draft(self._method) if self._method and self._method.examples else "", schema.example()):
            try:
                return parsed(text)
            except NotJson:
                continue
        return UNSET

    def _show(self) -> None:
        """The form beside the raw text where there is room, else one of them. At once, as a hidden one has no focus."""
        beside, filled_in = self._is_beside, self.shows_form
        out_of_form = bool(self._obstacle) and self.form.has_focus_within
        out_of_editor = self.editor.has_focus and filled_in and not beside
        self.form.display = beside or filled_in
        self.editor.display = beside or not filled_in
        self.set_class(beside, "-beside")
        self._validation.about_form = "" if beside else self._about_form
        self._validation.say()
        if out_of_form or out_of_editor:
            self.focus_target.focus()

    @property
    def _is_beside(self) -> bool:
        return self._schema is not None and self.app.size.width >= BESIDE_FROM

    @property
    def _about_form(self) -> str:
        """Why the raw text is shown though there is a schema, where its user did not choose so."""
        if self._schema is None or self._prefers_raw:
            return ""
        return self._obstacle or ("There is a form of it: alt+v." if self._raw_here else "")

    def on_resize(self) -> None:
        """There may be more room now, or less; an editor that is typed in stays."""
        self._stay()
        self._show()

    def _stay(self) -> None:
        self._raw_here = self._raw_here or (self.shows_form and self.editor.has_focus)

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        """Nobody types in the editor any more: the form may come back. Another window is no other place."""
        if event.widget is self.editor and self._raw_here and self.app.app_focus:
            self._raw_here = False
            self._show()

    # In step

    @on(TextArea.Changed, "#editor")
    def _changed(self) -> None:
        if self._follow:
            self._follow.stop()
        large = self.editor.is_large
        if large and self._schema is not None:
            self.form.say_later("Large: the form follows, and the payload is checked, when you pause.")
        self._follow = self.set_timer(FOLLOW_LARGE_S if large else FOLLOW_S, self._catch_up)
        self._completion.typed()

    def _catch_up(self) -> None:
        """Have the form show what the raw text says now."""
        if self._follow:
            self._follow.stop()
        text = self.editor.payload
        if self._schema is None or text == self._followed:
            return
        self._followed = text
        self.form.at_once = len(text) <= PLAIN_ABOVE
        if len(text) > LARGEST or self.editor.is_aside:
            self._validation.forget()
            self._fall_back("No form: the payload is too large for one.")
            return
        try:
            value = parsed(text) if text.strip() else UNSET
        except NotJson as error:
            line = text.count("\n", 0, error.at) + 1
            column = error.at - text.rfind("\n", 0, error.at)
            self._validation.mark_broken(line, column, error.length)
            self._fall_back(_why_no_form(text))
        else:
            if self._obstacle:
                self._obstacle = ""
                self._stay()
            self.form.take(value)
            self._validation.check(text)
            self._show()

    def _fall_back(self, why: str) -> None:
        self._obstacle = why
        self.form.stop(why)
        self._show()

    def replaced(self) -> None:
        """Another payload was put into the editor: show it, in the form if it can be."""
        self._catch_up()
        self._raw_here = False
        self._show()

    def settle(self) -> None:
        """Have in the raw text what is being typed into the form: in a large one it is put there only at the end."""
        if (edit := self.form.take_typed()) is not None:
            self._apply(edit)

    @on(PayloadForm.Edited)
    def _edited(self, event: PayloadForm.Edited) -> None:
        event.stop()
        self._apply(event.edit)

    def _apply(self, edit: Edit) -> None:
        text = self.editor.payload
        try:
            changed = edit(text)
        except (NotJson, NoSuchPlace):
            self.notify("The raw text is no JSON now, so nothing was changed in it.", severity="warning", markup=False)
            return
        if not self.form.is_editing:
            self.editor.history.checkpoint()
        self.editor.change(*difference(text, changed))
        self._catch_up()

    @on(PayloadForm.UndoAsked)
    def _undo_asked(self, event: PayloadForm.UndoAsked) -> None:
        event.stop()
        if event.again:
            self.editor.action_redo()
        else:
            self.editor.action_undo()
        self._catch_up()

    # Keys

    async def action_switch_view(self) -> None:
        """From the form to the raw text and back; without a schema one is inferred from what was seen."""
        self._raw_here = False
        self._catch_up()
        if self._obstacle:
            self._prefers_raw = False
            self.notify(self._obstacle, markup=False, timeout=4)
        elif self._schema is None:
            self._prefers_raw = not await self._infer()
        elif self.form.has_focus_within or self.editor.has_focus:
            self._prefers_raw = self.form.has_focus_within
        else:
            self._prefers_raw = self.shows_form
        self._show()
        self._catch_up()
        self.focus_target.focus()

    async def _infer(self) -> bool:
        """Make a form from what was seen; whether there was anything."""
        payloads = self.observed(self._called) if self._called else ()
        name = self._called
        try:
            text, count = await asyncio.to_thread(_inferred, payloads)
            schema = taken_literally(read(text))
        except SchemaUnusable:
            said = "No schema of this method is known and no JSON payload of it was seen, so there is no form."
            self.notify(said, markup=False, timeout=4)
            return False
        if name == self._called and self._schema is None:
            seen = f"{count:,} payload{'' if count == 1 else 's'} that {'was' if count == 1 else 'were'} seen"
            self._use(schema, f"inferred from {seen}: nobody describes it")
        return True

    async def action_write_skeleton(self) -> None:
        """Write the least payload; undo brings back what was there."""
        await self._write(lambda schema: schema.skeleton())

    async def action_write_example(self) -> None:
        """Write an example; undo brings back what was there."""
        draft = first_draft(self._method) if self._method is not None and self._method.examples else ""
        await self._write(lambda schema: draft or schema.example())

    async def _write(self, make: Callable[[Schema], str]) -> None:
        schema = self._schema
        if schema is None and await self._infer():
            schema = self._schema
        if schema is not None:
            self.editor.history.checkpoint()
            self.editor.rewrite(make(schema))
            self._catch_up()

    def action_complete(self) -> None:
        """Offer what may be typed at the cursor."""
        if self._schema is None:
            self.notify("No schema of this method is known, so nothing can be completed.", markup=False, timeout=3)
        elif self.editor.has_focus:
            self._completion.ask()


def _why_no_form(text: str) -> str:
    """Of a text that is no JSON."""
    bare = next((one.name for one in placeholders(text) if one.whole), "")
    if bare:
        return f"No form: ${{{sanitise(bare, limit=40)}}} stands outside of quotes, so it is JSON only once filled in."
    return "No form as long as the text is not JSON."


def _inferred(payloads: Sequence[str]) -> tuple[str, int]:
    """A schema, and how many of the payloads it is made from: those that are JSON.

    Raises:
        SchemaUnusable: there are none.
    """
    usable = [one for one in payloads if len(one) <= LONGEST_PAYLOAD and one and json_problem(one) is None]
    return infer(usable[:MOST_PAYLOADS]), len(usable[:MOST_PAYLOADS])


def difference(old: str, new: str) -> tuple[int, int, str]:
    """The least stretch of ``old`` that is to be replaced, its start and end, and by what."""
    least = min(len(old), len(new))
    start = _first(least, lambda count: old[:count] != new[:count])
    rest = least - start
    end = _first(rest, lambda count: old[len(old) - count :] != new[len(new) - count :])
    return start, len(old) - end, new[start : len(new) - end]


def _first(most: int, differs: Callable[[int], bool]) -> int:
    """How many signs are the same: texts are compared whole, as that is many times faster than one by one."""
    return bisect_left(range(1, most + 1), True, key=differs)
