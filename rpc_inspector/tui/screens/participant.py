"""All that is known of one participant."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.model import Participant, RoomEvent
from rpc_inspector.core.secrets.redaction import mask_attributes, mask_jwts
from rpc_inspector.core.session import Update
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.method_words import describing_words
from rpc_inspector.tui.screens.dialog import Dialog

_PROTOCOLS = {
    0: "version 1: up to 15,360 bytes",
    1: "version 2: no size limit",
    2: "version 2 with inline streams",
}
_LABEL = 13
_LONGEST = 2000


class ParticipantScreen(Dialog[None]):
    """Shows a participant as it is when asked, and again when told that something changed."""

    def __init__(self, look: Callable[[], Participant | None], history: Callable[[], Sequence[RoomEvent]]) -> None:
        super().__init__()
        self._look, self._history = look, history
        self._last = look()

    def compose(self) -> ComposeResult:
        """One box."""
        with VerticalScroll(classes="dialog", id="participant"):
            yield Static(id="about")

    def on_mount(self) -> None:
        """Show it."""
        self.refresh_content()

    def take(self, update: Update) -> None:
        """Something changed in the room."""
        if update.roster is not None:
            self.refresh_content()

    def refresh_content(self) -> None:
        """Look again. Somebody who left is shown as they were last."""
        now = self._look()
        self._last = now or self._last
        box = self.query_one("#participant")
        if self._last is None:
            return
        box.border_title = Content(sanitise_name(self._last.identity))
        box.border_subtitle = Content("↑ ↓ scroll   esc close")
        gone = () if now else (Content.styled("It has left the room; this is how it was last.", "$text-warning"),)
        lines = [*gone, *describe(self._last), *_events(self._history())]
        self.query_one("#about", Static).update(Content("\n").join(lines))


def describe(someone: Participant) -> Iterable[Content]:
    """Everything known, one line each, safe to show; values of secrets are masked."""
    yield _line("identity", sanitise(someone.identity, limit=_LONGEST), "bold")
    if someone.name and someone.name != someone.identity:
        yield _line("name", sanitise(someone.name, limit=_LONGEST))
    yield _line("kind", someone.kind)
    yield _line("state", _state(someone))
    yield _line("sid", sanitise(someone.sid) or "not known")
    protocol = someone.client_protocol
    yield _line("protocol", "not known: counts as version 1" if protocol is None else _protocol(protocol))
    yield _line("joined", _when(someone.joined_at))
    if someone.seen_at is not None:
        yield _line("first seen", _when(someone.seen_at))
    if someone.listed_by == "service":
        yield _line("listed by", "RoomService only: our SDK has not been told of it yet", "$text-warning")
    yield _line("permissions", _permissions(someone))
    yield from _methods(someone)
    yield from _attributes(someone)
    if someone.metadata:
        yield Content("")
        yield Content.styled("Metadata", "bold")
        yield Content(sanitise(mask_jwts(someone.metadata), limit=_LONGEST, multiline=True))


def _line(label: str, value: str, style: str = "") -> Content:
    return Content.assemble((f"{label:<{_LABEL}}", "$muted"), (value, style))


def _state(someone: Participant) -> str:
    if someone.state == "active":
        return "active: packets reach it"
    return f"{someone.state}: packets cannot reach it yet" if someone.state != "disconnected" else "disconnected"


def _protocol(number: int) -> str:
    return _PROTOCOLS.get(number, f"number {number}, newer than this program knows")


def _when(epoch: float | None) -> str:
    return datetime.fromtimestamp(epoch).astimezone().strftime("%Y-%m-%d %H:%M:%S") if epoch else "not known"


def _permissions(someone: Participant) -> str:
    may = someone.permissions
    words = ["may send data" if may.can_publish_data else "may NOT send data: it cannot ack or answer"]
    words += ["hidden"] if may.hidden else []
    words += ["publish tracks"] if may.can_publish else []
    words += ["subscribe"] if may.can_subscribe else []
    words += ["change its metadata"] if may.can_update_metadata else []
    return ", ".join(words)


def _methods(someone: Participant) -> Iterable[Content]:
    yield Content("")
    said = describing_words(someone, brief=False)
    yield Content.assemble((f"Methods {len(someone.methods):,}", "bold"), (f"  {said}" if said else "", "$muted"))
    for remark in someone.remarks:
        yield Content.styled(f"{G.refused} {sanitise(remark, limit=200)}", "$text-warning")
    if not someone.methods:
        yield Content.styled("none known; d in the list asks it", "$muted")
    for method in someone.methods:
        about = f"  {sanitise(method.description, limit=200)}" if method.description else ""
        ways = ", ".join((method.provenance, *method.also))
        yield Content.assemble(f"{sanitise_name(method.name)}", (f"  {ways}", "$muted italic"), (about, "$muted"))
        for conflict in method.conflicts:
            yield Content.styled(f"  {G.refused} {sanitise(conflict, limit=300)}", "$text-warning")


def _attributes(someone: Participant) -> Iterable[Content]:
    if not someone.attributes:
        return
    yield Content("")
    yield Content.styled(f"Attributes {len(someone.attributes)}", "bold")
    for key, value in sorted(mask_attributes(someone.attributes).items()):
        yield Content.assemble((f"{sanitise(key, limit=60)}  ", "$muted"), sanitise(value, limit=300))


def _events(history: Sequence[RoomEvent]) -> Iterable[Content]:
    if not history:
        return
    yield Content("")
    yield Content.styled("History", "bold")
    for event in history[-50:]:
        clock = datetime.fromtimestamp(event.wall).strftime("%H:%M:%S.%f")[:-3]  # noqa: DTZ006 - local by intent
        yield Content.assemble((f"{clock}  ", "$muted"), f"{event.kind}  ", (sanitise(event.text, limit=120), "$muted"))
