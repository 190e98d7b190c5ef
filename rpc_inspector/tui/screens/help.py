"""The keys, from the registry of actions and the panes' own bindings."""

from collections.abc import Iterable
from textwrap import wrap

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.tui.actions import ACTIONS, PLACES, all_key_names
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.trace_bindings import TRACE_BINDINGS
from rpc_inspector.tui.widgets.trace_section import SECTION_BINDINGS

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
            yield Static(id="keys")

    def on_resize(self) -> None:
        """Lines are broken by ourselves, so that sentences stay in their column; the box has its width only then."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        width = self.query_one(".dialog").content_region.width
        self.query_one("#keys", Static).update(Content("\n").join(list(help_lines(self._place, width - 2))))


def help_lines(first: str, width: int) -> Iterable[Content]:
    """The keys of every place, that of the focus first, in ``width`` cells."""
    for place in sorted(PLACES, key=lambda place: place != first):
        if place == "trace":
            keys = [(binding.key, binding.tooltip) for binding in [*SECTION_BINDINGS, *TRACE_BINDINGS]]
        else:
            keys = [(action.keys, action.help) for action in ACTIONS if action.where == place and action.keys]
        if not keys:
            continue
        yield Content.styled(PLACES[place], "bold $text-primary")
        for names, sentence in keys:
            first_line, *more = wrap(sentence, max(width - _KEYS_WIDTH - 1, 20)) or [""]
            yield Content.assemble((f"{all_key_names(names):<{_KEYS_WIDTH}} ", "bold"), first_line)
            yield from (Content(" " * (_KEYS_WIDTH + 1) + line) for line in more)
        yield Content("")
