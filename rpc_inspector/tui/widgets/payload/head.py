"""What stands above a payload: its forms, what is known of it, where a search is."""

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.payload.document import Document, Form, Shown
from rpc_inspector.tui.widgets.payload.search import Search

_NAMES: dict[Form, str] = {
    "pretty": "p Pretty", "fields": "p Fields", "raw": "r Raw", "tree": "t Tree", "hex": "x Hex",
}  # fmt: skip


class PayloadHead(Static):
    """The head; a click on a form asks for it."""

    DEFAULT_CSS = "PayloadHead { height: auto; max-height: 3; margin-bottom: 1; }"

    class FormAsked(Message):
        """Another form is asked for."""

        def __init__(self, form: Form) -> None:
            super().__init__()
            self.form: Form = form

    def __init__(self) -> None:
        super().__init__(classes="head")
        self._spans: list[tuple[int, int, Form]] = []

    def tell(self, document: Document | None, shown: Shown | None, search: Search, *, name: str, reading: bool) -> None:
        """Say what is shown.

        Args:
            document: ``None`` hides the head.
            shown: the form that is.
            search: where it is.
            name: of the document, where it must be told.
            reading: something is being made ready.
        """
        self.display = document is not None
        if document is None:
            return
        forms = self._forms(document, shown)
        facts = [*([name] if name else []), *document.facts, *([shown.note] if shown and shown.note else [])]
        known = Content.styled(f" {G.dot} ".join(facts), "$muted")
        fits = forms.cell_length + known.cell_length <= (self.parent.size.width if self.parent else 0)  # type: ignore[attr-defined] # a widget's parent is one
        lines = [Content.assemble(forms, known)] if fits else [forms, known]
        if reading:
            lines.append(Content.styled("reading…", "$text-warning"))
        elif search.needle:
            lines.append(_searched(search))
        self.update(Content("\n").join(line for line in lines if line.plain))

    def _forms(self, document: Document, shown: Shown | None) -> Content:
        self._spans = []
        line = Content("")
        for form in document.forms:
            name = _NAMES[form]
            style = "bold $text-primary" if shown and form == shown.form else "$muted"
            self._spans.append((line.cell_length, line.cell_length + len(name), form))
            line = Content.assemble(line, (name, style), "   ")
        return line

    def on_click(self, event: Click) -> None:
        """A click on a form asks for it."""
        if event.y == 0:
            for start, end, form in self._spans:
                if start <= event.x < end:
                    self.post_message(self.FormAsked(form))


def _searched(search: Search) -> Content:
    quoted = f'"{sanitise(search.needle, limit=40)}"'
    if not search.places:
        return Content.styled(f"{quoted} is not in it", "$text-warning")
    more = " and more" if search.is_cut else ""
    return Content(f"{quoted}  {search.place + 1:,} of {len(search.places):,}{more}   n next   N previous")
