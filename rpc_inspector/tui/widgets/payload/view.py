"""A payload to be read: indented, as it came, as a tree, in hex; searched, copied, decoded, saved.

Small payloads are made ready at once, large ones in a thread while the head says so.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input
from textual.worker import Worker

from rpc_inspector.core.model import Payload
from rpc_inspector.core.payload.contents import Base64, find_base64
from rpc_inspector.core.payload.json_tree import Node
from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.widgets.copying import copy_text
from rpc_inspector.tui.widgets.payload.document import (
    Document,
    Form,
    Shown,
    base64_in,
    decoded,
    inner_document,
    make_ready,
    payload_document,
)
from rpc_inspector.tui.widgets.payload.head import PayloadHead
from rpc_inspector.tui.widgets.payload.lines import PayloadLines
from rpc_inspector.tui.widgets.payload.search import Search, pattern_for, places_in
from rpc_inspector.tui.widgets.payload.sources import LARGE, HexDump, WrappedText

_KEYS = (
    ("form", "w", "next_form", "form", "Another form: indented, as it came, tree, hex."),
    ("pretty", "p", "form('pretty')", "pretty", "Indented."),
    ("raw", "r", "form('raw')", "raw", "As it came."),
    ("tree", "t", "form('tree')", "tree", "As a tree; enter and arrows fold it."),
    ("hex", "x", "form('hex')", "hex", "Its bytes."),
    ("find", "ctrl+f,slash", "find", "find", "Find text, in hex bytes too."),
    ("next", "n", "found(1)", "next found", "To the next place found."),
    ("previous", "N", "found(-1)", "previous found", "To the previous place found."),
    ("copy", "y", "copy", "copy", "Copy the payload; in the tree the value under the cursor."),
    ("copy_path", "Y", "copy_path", "copy path", "Copy the JSON path of the value under the cursor in the tree."),
    ("decode", "d", "decode", "decode", "Decode base64: the whole payload, or the text under the cursor."),
    ("save", "f", "save", "save", "Save what is shown to a file."),
    ("pager", "f3", "pager", "pager", "Read it in $PAGER."),
    ("back", "escape,backspace", "back", "back", "Back from what was found or decoded."),
)

PAYLOAD_BINDINGS: list[Binding] = [
    Binding(keys, action, label, show=False, id=f"payload.{name}", tooltip=tooltip)
    for name, keys, action, label, tooltip in _KEYS
]
Result = TypeVar("Result")


class PayloadView(Vertical):
    """One payload. :meth:`show` gives it another; what was decoded from it lies over it until ``esc``."""

    HELP = "A payload: indented, as it came, as a tree, in hex. ^f finds, y copies, d decodes base64, f saves."
    BINDINGS: ClassVar[list[BindingType]] = [*PAYLOAD_BINDINGS]
    DEFAULT_CSS = """
    PayloadView {
        height: 1fr;
        & > Input { height: 1; border: none; padding: 0 1; background: $panel; display: none; }
        & > Input.-open { display: block; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._what = "payload"
        self._missing = ""
        self._payload: Payload | None = None
        self._documents: list[Document] = []
        self._wanted: Form | None = None
        self._shown: Shown | None = None
        self._reading = False
        self._search = Search()

    def compose(self) -> ComposeResult:
        """Its forms and facts, its lines, and where a search is typed."""
        yield PayloadHead()
        yield PayloadLines()
        yield Input(placeholder="find; enter searches, esc closes", compact=True)

    def on_mount(self) -> None:
        """Show what was given before there was a place for it."""
        self._load()

    @property
    def lines(self) -> PayloadLines:
        """The lines."""
        return self.query_one(PayloadLines)

    @property
    def document(self) -> Document | None:
        """What is shown: the payload, or what was decoded last."""
        return self._documents[-1] if self._documents else None

    @property
    def is_busy(self) -> bool:
        """A thread makes something ready."""
        return self._reading

    def show(self, what: str, payload: Payload | None, *, missing: str = "") -> None:
        """Show a payload; the same again changes nothing.

        Args:
            what: it is, in words, sanitised.
            payload: ``None`` where there is none.
            missing: why there is none.
        """
        if (what, payload, missing) == (self._what, self._payload, self._missing):
            return
        self._what, self._payload, self._missing = what, payload, missing
        self._documents = [] if payload is None else [payload_document(what, payload)]
        self._forget_search()
        self._load()

    # Forms

    def _load(self, *, keep: bool = False) -> None:
        """Make the present form ready and show it."""
        document = self.document
        if not self.is_mounted:
            return
        if document is None or not document.forms:
            self.workers.cancel_group(self, "payload")
            self._shown, self._reading = None, False
            self.lines.show(None, empty=self._missing)
            self._retitle()
            return
        form = self._wanted if self._wanted in document.forms else document.forms[0]
        width = self.lines.width

        def ready(shown: Shown) -> None:
            if document is self.document:
                self._shown = shown
                self.lines.show(shown.source, keep=keep)

        self._work(lambda: make_ready(document, form, width), ready, large=document.is_large)

    def _work(self, work: Callable[[], Result], then: Callable[[Result], None], *, large: bool) -> None:
        """Do something at once, or in a thread if it is about much; newer work replaces older."""
        if not large:
            self.workers.cancel_group(self, "payload")
            self._done(then, work())
            return

        async def in_thread() -> None:
            try:
                result = await asyncio.to_thread(work)
            except Exception:  # whatever it is, the app says it; here nothing is read any more
                self._reading = False
                self._retitle()
                raise
            self._done(then, result)

        self._reading = True
        self._retitle()
        # The function, not its coroutine: what is replaced before it began would never be awaited.
        _: Worker[None] = self.run_worker(in_thread, group="payload", exclusive=True, exit_on_error=False)

    def _done(self, then: Callable[[Result], None], result: Result) -> None:
        self._reading = False
        then(result)
        self._retitle()

    @on(PayloadLines.Resized)
    def _wrap_anew(self) -> None:
        if self._shown is None or isinstance(self._shown.source, WrappedText | HexDump):
            self._load(keep=True)
        else:
            self.lines.lines_changed()

    @on(PayloadLines.Unfold)
    def _unfold(self, event: PayloadLines.Unfold) -> None:
        tree, document = self.lines.folding, self.document
        if tree is None or document is None or self._reading:
            return
        self._work(lambda: tree.unfold(event.index), lambda _none: self.lines.lines_changed(), large=document.is_large)

    def action_form(self, form: Form) -> None:
        """Show another form."""
        document = self.document
        if document is None or form not in document.forms:
            self.notify(f"There is no {form} form of it.", timeout=2)
            return
        self._wanted = form
        self._forget_search()
        self._load()

    def action_next_form(self) -> None:
        """Show the next form."""
        forms = self.document.forms if self.document else ()
        if forms:
            here = self._shown.form if self._shown and self._shown.form in forms else forms[0]
            self.action_form(forms[(forms.index(here) + 1) % len(forms)])

    @on(PayloadHead.FormAsked)
    def _form_asked(self, event: PayloadHead.FormAsked) -> None:
        self.action_form(event.form)

    def _retitle(self) -> None:
        document = self.document
        name = document.name if document and len(self._documents) > 1 else ""
        head = self.query_one(PayloadHead)
        head.tell(document, self._shown, self._search, name=name, reading=self._reading)

    # Finding

    def action_find(self) -> None:
        """Type what to find."""
        field = self.query_one(Input)
        field.add_class("-open")
        field.value = self._search.needle
        field.focus()

    def _close_find(self) -> None:
        self.query_one(Input).remove_class("-open")
        self.lines.focus()

    def _forget_search(self) -> None:
        self._search = Search()
        if self.is_mounted:
            self.lines.mark_found(None)

    @on(Input.Submitted)
    def _search_for(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_find()
        self._forget_search()
        source, needle, document = self.lines.source, event.value, self.document
        if not needle or source is None or document is None:
            self._retitle()
            return

        def found(search: Search) -> None:
            self._search = search
            self.lines.mark_found(pattern_for(needle))
            self.action_found(1)

        self._work(lambda: Search(needle, places_in(source, needle)), found, large=document.is_large)

    def action_found(self, step: int) -> None:
        """To the next or previous place where it was found."""
        source, document, place = self.lines.source, self.document, self._search.go(step)
        if place is None or source is None or document is None:
            self.notify("It is not in it." if self._search.needle else "Nothing was searched for. ^f does.", timeout=2)
            return

        def go(row: int) -> None:
            self.lines.lines_changed()
            self.lines.put_cursor(row)

        # Only a tree has to read to get there.
        self._work(lambda: source.row_at(place), go, large=document.is_large and self.lines.folding is not None)

    # Copying, decoding, saving

    @property
    def node(self) -> Node | None:
        """The value under the cursor in the tree."""
        tree = self.lines.folding
        return tree.rows[self.lines.cursor].node if tree and tree.rows else None

    def action_copy(self) -> None:
        """Copy the value under the cursor in the tree, otherwise all of it as it came."""
        tree, node, document = self.lines.folding, self.node, self.document
        if tree is not None and node is not None:
            copy_text(self, sanitise(node.path, limit=60), tree.json.string(node))
        elif document is None or document.text is None:
            self.notify("There is no text to copy. f saves the bytes.", timeout=3)
        else:
            copy_text(self, f"the {document.name}", document.text)

    def action_copy_path(self) -> None:
        """Copy the JSON path of the value under the cursor."""
        if self.node is None:
            self.notify("Values have paths in the tree: t shows it.", timeout=3)
        else:
            copy_text(self, "the path", self.node.path)

    def _encoded(self) -> tuple[str, Base64] | None:
        """The base64 that is meant: under the cursor of the tree, else the whole."""
        document, node, tree = self.document, self.node, self.lines.folding
        if tree is not None and node is not None:
            found = find_base64(tree.json.string(node)) if node.kind == "string" else None
            return None if found is None else (sanitise(node.path, limit=60), found)
        found = base64_in(document.text) if document and document.text else None
        return None if found is None or document is None else (document.name, found)

    def action_decode(self) -> None:
        """Show what base64, or what compressed bytes hold."""
        document = self.document
        if document is None or self._reading:
            return
        if document.contents is not None and document.contents.inner is not None:
            self._work(lambda: inner_document(document), self._lay_over, large=True)
        elif (found := self._encoded()) is None:
            where = "" if self.lines.folding else " In the tree (t) d decodes a text of it."
            self.notify(f"That is no base64.{where}", timeout=3)
        else:
            self._work(lambda: _try_decoding(*found), self._lay_over, large=len(found[1].letters) > LARGE)

    def _lay_over(self, document: Document | None) -> None:
        if document is None:
            self.notify("It looks like base64 and is none: a letter of it is wrong.", severity="warning", timeout=4)
            return
        self._documents.append(document)
        self._wanted = None
        self._forget_search()
        self._load()

    def action_save(self) -> None:
        """Ask for a path and save what is shown there."""
        from rpc_inspector.tui.screens.save_file import SaveFileScreen  # noqa: PLC0415 - only when asked for

        document = self.document
        if document is None or not document.forms:
            self.notify("There is nothing to save.", timeout=2)
        else:
            self.app.push_screen(SaveFileScreen(document.name, document.extension, document.bytes))

    def action_pager(self) -> None:
        """Read it in the user's pager: indented where that is what is shown."""
        document = self.document
        if document is None or document.text is None:
            self.notify("There is no text to read. f saves the bytes.", timeout=3)
        else:
            indented = self._shown is not None and self._shown.form == "pretty"
            self.run_worker(self._page(document.text, indented=indented), group="external", exit_on_error=False)

    async def _page(self, text: str, *, indented: bool) -> None:
        from rpc_inspector.tui.external import read_in_pager  # noqa: PLC0415 - only when asked for

        readable = await asyncio.to_thread(pretty, text) if indented else None
        await read_in_pager(self, readable or text)

    # One step back

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Back only as long as something lies over the payload; otherwise the key closes what is around it."""
        if action == "back":
            return self.query_one(Input).has_focus or bool(self._search.needle) or len(self._documents) > 1
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Close the search, then what was decoded last."""
        if self.query_one(Input).has_focus:
            self._close_find()
        elif self._search.needle:
            self._forget_search()
            self._retitle()
        elif len(self._documents) > 1:
            self._documents.pop()
            self._load()


def _try_decoding(name: str, found: Base64) -> Document | None:
    try:
        return decoded(name, found)
    except ValueError:
        return None
