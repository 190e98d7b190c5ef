"""The call pane: request and response side by side, or one at a time where it is narrow."""

from typing import Literal

from textual.containers import Horizontal
from textual.content import Content

from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.composer import Composer, target_title
from rpc_inspector.tui.widgets.response import ResponsePane

Half = Literal["request", "response"]


class CallPane(Horizontal):
    """Holds both halves; its border says what is called and what is known of that."""

    BORDER_TITLE = "Call"

    async def furnish(self) -> None:
        """Mount both halves; begin with the request."""
        await self.mount(Composer(id="request"), ResponsePane(id="response"))
        self.turn_to("request")
        self.retitle()

    @property
    def composer(self) -> Composer:
        """The request half."""
        return self.query_one(Composer)

    @property
    def response(self) -> ResponsePane:
        """The response half."""
        return self.query_one(ResponsePane)

    @property
    def half(self) -> Half:
        """The half that is shown where there is room for one."""
        return "response" if self.has_class("-response") else "request"

    def turn_to(self, half: Half) -> None:
        """Show this half where there is room for one."""
        self.set_class(half == "response", "-response")

    def retitle(self) -> None:
        """Title and subtitle for the present target."""
        if self.screen.has_class("-opened"):
            return
        composer = self.composer
        self.border_title = target_title(composer.identity, composer.method)
        known = composer.described
        if not composer.identity:
            self.border_subtitle = Content("choose a method, or ^l to type one")
        elif known is None:
            self.border_subtitle = Content("typed")
        else:
            about = f" {G.dot} {sanitise(known.description, limit=100)}" if known.description else ""
            self.border_subtitle = Content(f"{known.provenance}{about}")
