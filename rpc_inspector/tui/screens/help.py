"""The keys, from the registry of actions and the panes' own bindings."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.tui.actions import ACTIONS, PLACES, all_key_names
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.trace_bindings import TRACE_BINDINGS

_KEYS_WIDTH = 15


class HelpScreen(Dialog[None]):
    """Every key with what it does; the focused pane's first."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """One box of text."""
        with VerticalScroll(classes="dialog") as box:
            box.border_title = "Keys"
            box.border_subtitle = "↑ ↓ scroll   esc close"
            yield Static(Content("\n").join(list(help_lines(self._place))))


def help_lines(first: str) -> Iterable[Content]:
    """The keys of every place, that of the focus first."""
    for place in sorted(PLACES, key=lambda place: place != first):
        if place == "trace":
            keys = [(binding.key, binding.tooltip) for binding in TRACE_BINDINGS if isinstance(binding, Binding)]
        else:
            keys = [(action.keys, action.help) for action in ACTIONS if action.where == place and action.keys]
        if not keys:
            continue
        yield Content.styled(PLACES[place], "bold $text-primary")
        for names, sentence in keys:
            yield Content.assemble((f"{all_key_names(names):<{_KEYS_WIDTH}} ", "bold"), (sentence, ""))
        yield Content("")
