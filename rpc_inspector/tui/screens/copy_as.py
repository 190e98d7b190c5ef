"""Copying a call as text that makes it again."""

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.session import Invocation
from rpc_inspector.core.snippets import LANGUAGES, Language
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog


class CopyAsScreen(Dialog[Language]):
    """Gives the kind of text, or ``None``."""

    KEYS = (
        ("enter", "Copy it."),
        ("↑, ↓", "To another kind."),
    )

    def __init__(self, wanted: Invocation) -> None:
        super().__init__()
        self._wanted = wanted

    def compose(self) -> ComposeResult:
        """Which call, and the kinds."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Copy as"
            box.border_subtitle = "enter copy   ? help   esc close"
            wanted = self._wanted
            names = (sanitise_name(wanted.destination), f" {G.to} ", (sanitise_name(wanted.method), "bold"))
            yield Static(Content.assemble(*names))
            yield OptionList(*[Option(_line(language)) for language in LANGUAGES], id="languages", compact=True)

    def on_mount(self) -> None:
        """Begin at the first."""
        kinds = self.query_one(OptionList)
        kinds.highlighted = 0
        kinds.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(LANGUAGES[event.option_index])


def _line(language: Language) -> Content:
    return Content.assemble((f"{language.name:<12}", "bold"), (language.description, "$muted"))
