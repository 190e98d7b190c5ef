"""What was sent before, newest first: search it and take one into the composer."""

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.budgets import METHOD_NAME_LIMIT
from rpc_inspector.core.model import Measure
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration, size
from rpc_inspector.storage.history import Sent
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.keeping import Keeper
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.cells import cut, left

#: Lines that are listed at once.
_MOST_LISTED = 300
#: Characters of a payload that a line shows.
_SHOWN = 300


class HistoryScreen(Dialog[Sent]):
    """Gives the chosen call, or ``None``.

    Args:
        keeper: has the history.
        target: identity and method to begin with; ``None`` begins with all.
    """

    KEYS = (
        ("enter", "Take it into the editor."),
        ("↑, ↓", "To another one, while typing too."),
        ("letters", "Search: all words must be in it."),
    )
    DEFAULT_CSS = """
    HistoryScreen OptionList { max-height: 24; text-wrap: nowrap; text-overflow: ellipsis; }
    HistoryScreen #history-search { background: $panel; margin-bottom: 1; }
    HistoryScreen #history-empty { height: auto; color: $muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "widen", "all methods", id="history.widen", tooltip="This method's calls, or all."),
        Binding("down", "cursor(1)", "down", show=False),
        Binding("up", "cursor(-1)", "up", show=False),
    ]

    def __init__(self, keeper: Keeper, target: tuple[str, str] | None) -> None:
        super().__init__()
        self._keeper, self._target = keeper, target
        self._all = target is None
        self._entries: tuple[Sent, ...] = ()
        self._listed: list[Sent] = []

    def compose(self) -> ComposeResult:
        """A field to search with, and the list."""
        with Vertical(classes="dialog") as box:
            box.border_subtitle = "enter take   ^r this method / all   f1 help   esc close"
            yield Input(placeholder="search", id="history-search", compact=True)
            yield OptionList(id="history", compact=True, markup=False)
            yield Static(id="history-empty")

    async def on_mount(self) -> None:
        """Read the file."""
        self.query_one("#history").can_focus = False
        self.query_one(Input).focus()
        try:
            self._entries = await self._keeper.read()
        except FileUnusable as error:
            self.notify(sanitise(f"{error}", limit=400), severity="warning", markup=False)
        if self._target and not any(self._is_of_target(entry) for entry in self._entries):
            self._all = True
        self._fill()

    def _is_of_target(self, entry: Sent) -> bool:
        return self._target is not None and entry.method == self._target[1]

    @on(Input.Changed)
    def _searched(self) -> None:
        self._fill()

    def _fill(self) -> None:
        words = self.query_one(Input).value.lower().split()
        found = [
            entry
            for entry in self._entries
            if (self._all or self._is_of_target(entry)) and all(word in _haystack(entry) for word in words)
        ]
        self._listed = found[:_MOST_LISTED]
        listed = self.query_one(OptionList)
        usual = None if self._all or self._target is None else self._target[0]
        listed.set_options(Option(_line(entry, usual)) for entry in self._listed)
        listed.display = bool(self._listed)
        listed.highlighted = 0 if self._listed else None
        empty = self.query_one("#history-empty", Static)
        empty.display = not self._listed
        empty.update("Nothing that was sent has these words." if words else "Nothing was sent yet. ^j sends.")
        what = "all methods" if self._all or self._target is None else sanitise_name(self._target[1])
        cut_off = f", the newest {_MOST_LISTED} shown" if len(found) > _MOST_LISTED else ""
        self.query_one(".dialog").border_title = Content(f"History {G.dot} {what} {G.dot} {len(found)} sent{cut_off}")

    def action_cursor(self, step: int) -> None:
        """Move in the list while typing."""
        listed = self.query_one(OptionList)
        if step > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()

    def action_widen(self) -> None:
        """The method's calls, or all."""
        if self._target is not None:
            self._all = not self._all
            self._fill()

    @on(Input.Submitted)
    def _take(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and self._listed:
            self.dismiss(self._listed[at])

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._listed[event.option_index])


def _haystack(entry: Sent) -> str:
    return f"{entry.destination} {entry.method} {entry.outcome} {entry.payload or ''}".lower()


def _line(entry: Sent, usual: str | None) -> Content:
    """A line; the method and the callee, where that is not the usual one, are in it.

    Args:
        entry: the call.
        usual: whom the method is called of now; ``None`` where methods are mixed.
    """
    symbol, style = _symbol(entry.outcome)
    took = duration(Measure(entry.ms, 0.1, "sdk")) if entry.ms is not None else ""
    parts: list[Content | str | tuple[str, str]] = [
        (f"{_when(entry.at)}  ", "$muted"),
        (left(f"{symbol} {entry.outcome or 'not known'}", 12), style),
        f"{took:>9}  ",
    ]
    if entry.times > 1:
        parts.append((f"x {entry.times:,}  ", "$text-primary"))
    name = sanitise_name(entry.destination)
    if usual is None:
        parts.append((f"{name} {G.into} {cut(sanitise_name(entry.method), METHOD_NAME_LIMIT)}  ", "bold"))
    elif entry.destination != usual:
        parts.append((f"{name}  ", "bold"))
    if entry.payload is None:
        parts.append((f"{size(entry.bytes)}, not kept", "$muted"))
    else:
        shown = " ".join(entry.payload[: 4 * _SHOWN].split())[:_SHOWN]
        parts.append(sanitise(shown, limit=_SHOWN))
    return Content.assemble(*parts)


def _symbol(outcome: str) -> tuple[str, str]:
    if outcome == "ok":
        return G.ok, "$text-success"
    if outcome in ("", "cancelled", "lost", "open"):
        return G.off, "$muted"
    return G.failed, "$text-error"


def _when(at: float) -> str:
    """The time of day today, otherwise day and time."""
    moment, now = datetime.fromtimestamp(at).astimezone(), datetime.now().astimezone()
    return f"{moment:%H:%M:%S}" if moment.date() == now.date() else f"{moment:%m-%d %H:%M}"
