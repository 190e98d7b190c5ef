"""What can be told of a call before it is sent, in full."""

from collections.abc import Callable, Iterable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.preflight import LEVELS, Point, Preflight
from rpc_inspector.core.session import Update
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.preflight_line import STYLES, sign

_LONGEST = 500
_VERDICTS = {
    "stop": "As it stands it would not be sent.",
    "warn": "It can be sent; likely it fails.",
    "info": "Nothing speaks against it.",
    "ok": "Nothing speaks against it.",
}


class PreflightScreen(Dialog[None]):
    """All points, the worst first, each with what to do about it; looks again when the room changes.

    Args:
        identity: whom the call is for. method: which.
        look: gives the preflight as it is now.
    """

    def __init__(self, identity: str, method: str, look: Callable[[], Preflight]) -> None:
        super().__init__()
        self._identity, self._method, self._look = identity, method, look

    def compose(self) -> ComposeResult:
        """One box."""
        with VerticalScroll(classes="dialog") as box:
            name, method = sanitise_name(self._identity), sanitise_name(self._method)
            box.border_title = Content(f"Before the call: {name} {G.into} {method}")
            box.border_subtitle = Content("↑ ↓ scroll   esc close")
            yield Static(id="points")

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def take(self, update: Update) -> None:
        """Something changed in the room."""
        if update.state is not None or update.roster is not None:
            self._show()

    def _show(self) -> None:
        self.query_one("#points", Static).update(Content("\n").join(lines_of(self._look())))


def lines_of(found: Preflight) -> Iterable[Content]:
    """The verdict and both sides' limits, then each point in a few words and in full."""
    worst = max((point.level for point in found.points), key=LEVELS.index, default="ok")
    limits = "" if worst == "stop" else f" {found.budget[0].upper()}{found.budget[1:]}."
    yield Content.assemble((_VERDICTS[worst], "bold"), limits)
    for point in sorted(found.points, key=lambda point: -LEVELS.index(point.level)):
        yield Content("")
        yield _headline(point)
        yield Content.styled(
            sanitise(point.detail, limit=_LONGEST), "" if point.level in ("warn", "stop") else "$muted"
        )


def _headline(point: Point) -> Content:
    words = sanitise(point.words, limit=100)
    return Content.assemble(
        (f"{sign(point.level)} ", STYLES[point.level]), (words, "bold"), (f"  {point.kind}", "$muted italic")
    )
