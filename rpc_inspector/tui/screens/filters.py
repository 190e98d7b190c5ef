"""Filters that have names, and those that were used before: pick one."""

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.filters import FilterFile, Filters
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.screens.dialog import Dialog


class FiltersScreen(Dialog[str]):
    """Gives the filter's text, or ``None``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "forget", "remove", id="filters.forget", tooltip="Remove the saved filter."),
    ]

    def __init__(self, file: FilterFile, filters: Filters) -> None:
        super().__init__()
        self._file, self._filters = file, filters
        self._names: list[str | None] = []
        self._texts: list[str] = []

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Filters"
            box.border_subtitle = "enter use   delete remove a saved one   esc close"
            yield OptionList(id="filters", compact=True, markup=False)
            yield Static("No filter was used yet. Type one, enter keeps it; ^s gives it a name.", id="filters-empty")

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill()

    def _fill(self) -> None:
        saved = sorted(self._filters.saved.items())
        used = [text for text in reversed(self._filters.used) if text not in self._filters.saved.values()]
        self._names = [name for name, _ in saved] + [None] * len(used)
        self._texts = [text for _, text in saved] + used
        listed = self.query_one(OptionList)
        width = max((len(sanitise(name)) for name, _ in saved), default=0)
        listed.set_options(
            Option(_line(name, text, width)) for name, text in zip(self._names, self._texts, strict=True)
        )
        listed.display = bool(self._texts)
        self.query_one("#filters-empty").display = not self._texts
        if self._texts:
            listed.highlighted = 0
            listed.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._texts[event.option_index])

    async def action_forget(self) -> None:
        """Remove the saved filter under the cursor."""
        at = self.query_one(OptionList).highlighted
        name = self._names[at] if at is not None else None
        if name is None:
            self.notify("Only saved filters are removed; those used before go by themselves.", markup=False)
            return
        try:
            self._filters = await asyncio.to_thread(self._file.forget, name)
        except FileUnusable as error:
            self.notify(sanitise(f"{error}", limit=400), severity="warning", markup=False)
        self._fill()


def _line(name: str | None, text: str, width: int) -> Content:
    shown = sanitise(text, limit=200)
    if name is None:
        return Content.assemble(" " * (width + 2 if width else 0), shown)
    return Content.assemble((f"{sanitise(name):<{width}}  ", "bold"), shown)
