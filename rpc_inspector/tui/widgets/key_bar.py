"""The last line: the keys that matter where the focus is."""

from textual.binding import Binding
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Static

from rpc_inspector.tui.actions import NEEDS_ROOM, key_name

MOST = 7
#: Always the last ones, wherever the focus is.
_ALWAYS = ("app.palette", "app.help")


class KeyBar(Static):
    """At most seven keys of the focused pane, the most important first, as many as fit."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._spans: list[tuple[int, int, str]] = []
        self._keys: tuple[list[Binding], list[Binding]] = ([], [])

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        """Keys bright, words muted; the ways to everything else always fit."""
        self._spans = []
        if self.screen.is_current:
            # Behind a dialog the keys stay as they were: Textual asks the dialog which of them hold.
            self._keys = self._shown()
        here, always = self._keys
        line, room = Content(" "), self.size.width - sum(_entry(binding).cell_length + 3 for binding in always)
        for binding in here:
            if line.cell_length + _entry(binding).cell_length + 3 <= room:
                line = self._add(line, binding)
        for binding in always:
            line = self._add(line, binding)
        return line

    def _add(self, line: Content, binding: Binding) -> Content:
        entry, start = _entry(binding), line.cell_length
        self._spans.append((start, start + entry.cell_length, binding.key))
        return Content.assemble(line, entry, "   ")

    def _shown(self) -> tuple[list[Binding], list[Binding]]:
        active = [found.binding for found in self.screen.active_bindings.values() if found.binding.show]
        if self.screen.has_class("-opened"):
            active = [binding for binding in active if binding.id not in NEEDS_ROOM]
        unique = {binding.id or binding.action: binding for binding in reversed(active)}
        always = [unique.pop(name) for name in _ALWAYS if name in unique]
        here = list(reversed(unique.values()))
        send = [binding for binding in here if binding.id == "call.send"]
        here = send + [binding for binding in here if binding not in send]
        return here[: MOST - len(always)], always

    def on_click(self, event: Click) -> None:
        """A click on a key is the key."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                self.app.simulate_key(key)


def _entry(binding: Binding) -> Content:
    return Content.assemble(
        (key_name(binding.key), "bold $footer-key-foreground"), " ", (binding.description, "$muted")
    )
