"""What the command palette offers beside the actions: calls of every method, every participant, saved filters."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.storage.filters import FilterFile, default_path
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.main import MainScreen

#: More are not offered before anything was typed.
_DISCOVERED = 30


class CallsProvider(Provider):
    """Calls of every method that is known, all that is known of every participant, and the saved filters."""

    _saved: tuple[tuple[str, str], ...] = ()

    async def startup(self) -> None:
        """Read the saved filters; a file that cannot be read is told where filters are typed."""
        with suppress(FileUnusable):
            filters = await asyncio.to_thread(FilterFile(default_path()).read)
            self._saved = tuple(sorted(filters.saved.items()))

    def _entries(self) -> Iterator[tuple[str, str, Any]]:
        main = next((screen for screen in self.app.screen_stack if isinstance(screen, MainScreen)), None)
        if main is None or main.session is None:
            return
        for someone in main.session.roster:
            if someone.is_self:
                continue
            name = sanitise_name(someone.identity)
            for method in () if main.session.state.status == "opened" else someone.methods:
                label = f"call {name} {G.into} {sanitise_name(method.name)}"
                about = sanitise(method.description or method.provenance, limit=100)
                yield label, about, partial(main.aim, someone.identity, method.name)
            yield f"participant {name}", "All that is known of it.", partial(main.open_participant, someone.identity)
        for saved, text in self._saved:
            by = partial(main.trace_section.filter_by, text)
            yield f"filter {sanitise(saved, limit=60)}", sanitise(text, limit=100), by

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
