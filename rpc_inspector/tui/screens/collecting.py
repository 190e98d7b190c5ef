"""Requests kept as files: into the composer, and out of it."""

import os
from typing import TYPE_CHECKING

from rpc_inspector.core.budgets import DEFAULT_RESPONSE_MS
from rpc_inspector.core.session import Invocation
from rpc_inspector.tui.screens.sharing import SharingScreen

if TYPE_CHECKING:
    from rpc_inspector.core.templates import Sources
    from rpc_inspector.storage.collections import Request


class CollectingScreen(SharingScreen):
    """A screen that composes calls and keeps them."""

    _sources: "Sources | None" = None
    _environment = ""

    @property
    def sources(self) -> "Sources":
        """What placeholders stand for: in the environment that was chosen last, otherwise the process's variables."""
        from rpc_inspector.core.templates import Sources  # noqa: PLC0415 - not before the first paint

        if self._sources is None:
            self._sources = Sources(environment=os.environ)
        return self._sources

    def action_collection(self) -> None:
        """Open a collection of requests."""
        from rpc_inspector.tui.screens.collections import CollectionScreen, Picked  # noqa: PLC0415 - when asked for

        if self.refused():
            return

        def take(picked: Picked | None) -> None:
            if picked is not None:
                self._sources, self._environment = picked.sources, picked.environment
                self._load(picked.request)

        self.app.push_screen(CollectionScreen(self._composed(), self.concealing), take)

    def _load(self, request: "Request") -> None:
        from rpc_inspector.core.templates import resolve  # noqa: PLC0415 - as above

        to = request.to.resolved(self.sources)
        meant = (someone.identity for someone in self._roster if not someone.is_self and to.fits(someone))
        identity = to.identity if to.is_exact else min(meant, default=str(to))
        method = resolve(request.method, self.sources, plain=True).text
        self.compose_request(identity, method, request.payload, request.response_ms, request.ack_ms)

    def compose_request(self, identity: str, method: str, payload: str, response_ms: int, ack_ms: int) -> None:
        """Put a call into the composer, and go there.

        Args:
            identity: whom to call.
            method: what.
            payload: with placeholders.
            response_ms: how long the answer may take.
            ack_ms: how long the ack may take.
        """
        composer = self.call_pane.composer
        self.participants.select(identity, method)
        composer.aim(identity, method, self.participant(identity))
        composer.write(payload)
        composer.limit(response_ms, ack_ms)
        self.call_pane.retitle()
        self.action_focus_pane("request")

    def _composed(self) -> Invocation | None:
        composer = self.call_pane.composer
        if not composer.identity or not composer.method:
            return None
        limit = composer.timeout_ms or DEFAULT_RESPONSE_MS
        text = composer.editor.payload
        return Invocation(
            destination=composer.identity,
            method=composer.method,
            payload=text,
            response_ms=limit,
            ack_ms=composer.ack_ms,
        )
