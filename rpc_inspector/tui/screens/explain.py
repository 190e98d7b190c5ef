"""An error code, in words."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.codes import CODES
from rpc_inspector.tui.screens.dialog import Dialog


class ExplainScreen(Dialog[None]):
    """What a code means, what people misread about it, what to do."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self._code = code

    def compose(self) -> ComposeResult:
        """One box of text."""
        info = CODES.get(self._code)
        with VerticalScroll(classes="dialog") as box:
            box.border_title = f"{self._code} {info.code.name}" if info else f"{self._code}"
            box.border_subtitle = "esc close"
            if info is None:
                yield Static("This code is not among LiveKit's: the application's own handler chose it.")
                return
            yield Static(
                Content("\n\n").join(
                    [
                        Content.styled(info.meaning, "bold"),
                        Content.assemble(("What confuses\n", "$muted"), info.confuses),
                        Content.assemble(("What to do\n", "$muted"), info.next_step),
                    ]
                )
            )
