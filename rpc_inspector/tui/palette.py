"""What the command palette offers beside the actions: every method that can be called, every participant."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.main import MainScreen

#: More are not offered before anything was typed.
_DISCOVERED = 30


class CallsProvider(Provider):
    """Calls of every method that is known, and all that is known of every participant."""

    def _entries(self) -> Iterator[tuple[str, str, Any]]:
        main = next((screen for screen in self.app.screen_stack if isinstance(screen, MainScreen)), None)
        if main is None or main.session is None:
            return
        for someone in main.session.roster:
            if someone.is_self:
                continue
            name = sanitise_name(someone.identity)
            for method in someone.methods:
                label = f"call {name} {G.into} {sanitise_name(method.name)}"
                about = sanitise(method.description or method.provenance, limit=100)
                yield label, about, partial(main.aim, someone.identity, method.name)
            yield f"participant {name}", "All that is known of it.", partial(main.open_participant, someone.identity)

    async def discover(self) -> Hits:
        """Before anything was typed."""
        for _, (label, about, command) in zip(range(_DISCOVERED), self._entries(), strict=False):
            yield DiscoveryHit(label, command, help=about)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for label, about, command in self._entries():
            score = matcher.match(label)
            if score > 0:
                yield Hit(score, matcher.highlight(label), command, help=about)
