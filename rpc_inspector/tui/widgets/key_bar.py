"""The last line: the keys that matter where the focus is."""

from textual.binding import Binding
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Static

from rpc_inspector.tui.actions import key_name

MOST = 7
#: Always the last ones, wherever the focus is.
_ALWAYS = ("app.palette", "app.help")


class KeyBar(Static):
    """At most seven keys of the focused pane, the most important first, as many as fit."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._spans: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        """Keys bright, words muted."""
        self._spans = []
        line, width = Content(" "), self.size.width
        for binding in self._shown():
            key = key_name(binding.key)
            entry = Content.assemble((key, "bold $footer-key-foreground"), " ", (binding.description, "$muted"))
            if line.cell_length + entry.cell_length > width:
                break
            self._spans.append((line.cell_length, line.cell_length + entry.cell_length, binding.key))
            line = Content.assemble(line, entry, "   ")
        return line

    def _shown(self) -> list[Binding]:
        active = [found.binding for found in self.screen.active_bindings.values() if found.binding.show]
        unique = {binding.id or binding.action: binding for binding in reversed(active)}
        always = [unique.pop(name) for name in _ALWAYS if name in unique]
        here = list(reversed(unique.values()))
        send = [binding for binding in here if binding.id == "call.send"]
        here = send + [binding for binding in here if binding not in send]
        return here[: MOST - len(always)] + always

    def on_click(self, event: Click) -> None:
        """A click on a key is the key."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                self.app.simulate_key(key)
