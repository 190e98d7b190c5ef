"""Noting something about a call."""

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from rpc_inspector.core.model import Call
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.cells import clock
from rpc_inspector.tui.widgets.outcomes import mark_of

#: A note is a line, not a text.
LONGEST = 500


class CommentScreen(Dialog[str]):
    """Gives what was written, empty to take a note away; ``None`` changes nothing."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def compose(self) -> ComposeResult:
        """Which call, and a field."""
        call = self._call
        ends = f"{sanitise_name(call.caller or '?')} {G.to} {sanitise_name(call.callee or '?')}"
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Note"
            box.border_subtitle = "enter keep   esc close"
            yield Static(
                Content.assemble(
                    (f"{clock(call.wall)}  ", "$muted"), ends, "  ", (sanitise_name(call.method or "?"), "bold"),
                    (f"  {mark_of(call).short}", "$muted"),
                )
            )  # fmt: skip
            yield Input(call.comment or "", placeholder="what is to be remembered of it", compact=True, id="comment",
                        max_length=LONGEST)  # fmt: skip

    def on_mount(self) -> None:
        """Begin to write."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
