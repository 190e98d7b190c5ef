"""The keys, from the registry of actions and the panes' own bindings."""

from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.tui.actions import ACTIONS, PLACES, all_key_names
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.screens.ping import PING_BINDINGS
from rpc_inspector.tui.widgets.detail.diff_view import DIFF_BINDINGS
from rpc_inspector.tui.widgets.detail.pane import DETAIL_BINDINGS
from rpc_inspector.tui.widgets.payload.view import PAYLOAD_BINDINGS
from rpc_inspector.tui.widgets.trace.bindings import TRACE_BINDINGS
from rpc_inspector.tui.widgets.trace.section import SECTION_BINDINGS

_KEYS_WIDTH = 15
#: Places whose widgets have their keys themselves: how they are called, and those.
_OWN: dict[str, tuple[str, list[Binding]]] = {
    "trace": ("Trace", [*SECTION_BINDINGS, *TRACE_BINDINGS]),
    "call": ("One call", DETAIL_BINDINGS),
    "payload": ("A payload of it", PAYLOAD_BINDINGS),
    "ping": ("Pinging", PING_BINDINGS),
    "compare": ("Two calls compared", DIFF_BINDINGS),
}


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
        below = self.app.screen_stack[-2]
        place, lines = self._place, list[Content]()
        if isinstance(below, Dialog):
            place = below.HELP_PLACE or "dialog"
            lines += dialog_lines(below, width - 2) if not below.HELP_PLACE else []
        self.query_one("#keys", Static).update(Content("\n").join([*lines, *help_lines(place, width - 2)]))


def dialog_lines(dialog: Dialog[Any], width: int) -> Iterable[Content]:
    """The keys of one dialog, under its title, in ``width`` cells."""
    keys = dialog.own_keys()
    if keys:
        title = dialog.query_one(".dialog").border_title or "This dialog"
        yield Content.styled(Content.from_markup(title).plain, "bold $text-primary")
        yield from _lines(keys, width)
        yield Content("")


def help_lines(first: str, width: int) -> Iterable[Content]:
    """The keys of every place, that of the focus first, in ``width`` cells."""
    titles = {str(place): title for place, title in PLACES.items()}
    titles |= {place: title for place, (title, _bindings) in _OWN.items()}
    for place in sorted(titles, key=lambda place: place != first):
        if place in _OWN:
            keys = [(all_key_names(binding.key), binding.tooltip) for binding in _OWN[place][1]]
        else:
            keys = [
                (all_key_names(action.keys), action.help) for action in ACTIONS if action.where == place and action.keys
            ]
        if not keys:
            continue
        yield Content.styled(titles[place], "bold $text-primary")
        yield from _lines(keys, width)
        yield Content("")


def _lines(keys: Iterable[tuple[str, str]], width: int) -> Iterable[Content]:
    for names, sentence in keys:
        first_line, *more = wrap(sentence, max(width - _KEYS_WIDTH - 1, 20)) or [""]
        yield Content.assemble((f"{names:<{_KEYS_WIDTH}} ", "bold"), first_line)
        yield from (Content(" " * (_KEYS_WIDTH + 1) + line) for line in more)
