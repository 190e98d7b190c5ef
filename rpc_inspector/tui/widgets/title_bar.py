"""The first line: which room, as whom, in what state, and from where we see."""

from pathlib import PurePath

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rpc_inspector.core.session import SessionState
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.glyphs import G

_STATUS = {
    "offline": (G.off, "$muted", "not connected"),
    "connecting": (G.waiting, "$text-primary", "connecting"),
    "connected": (G.on, "$text-success", "connected"),
    "reconnecting": (G.waiting, "$text-warning", "reconnecting"),
    "opened": (G.on, "$text-primary", "opened"),
    "closed": (G.failed, "$text-error", "closed"),
}


class TitleBar(Static):
    """One line that drops the least important first when it gets narrow."""

    state: reactive[SessionState] = reactive(SessionState(), layout=False)
    title: reactive[str] = reactive("")

    def render(self) -> Content:
        """What fits."""
        state, width = self.state, self.size.width - 2
        left = self._left(state)
        right = self._right(state)
        # Dropped in this order: where it came from, the url, the vantage points, the identity, the program's name.
        for part in ("origin", "url", "seeing", "identity", "program", "room"):
            if _join(left, 3).cell_length + _join(right, 2).cell_length + 3 <= width:
                break
            left = [entry for entry in left if entry[0] != part]
            right = [entry for entry in right if entry[0] != part]
        left_text, right_text = _join(left, 3), _join(right, 2)
        gap = max(width - left_text.cell_length - right_text.cell_length, 1)
        return Content.assemble(" ", left_text, " " * gap, right_text)

    def _left(self, state: SessionState) -> list[tuple[str, Content]]:
        name = Content.assemble((G.program, "$primary"), " ", ("rpc-inspector", "bold $text-primary"))
        parts = [("program", name)]
        if state.status == "opened":
            file = "standard input" if state.journal == "-" else PurePath(state.journal).name
            parts.append(("room", Content.styled(sanitise(file, limit=60), "bold")))
            if state.room:
                parts.append(("url", Content.styled(f"room {sanitise_name(state.room)}", "$muted")))
        elif room := state.room or self.title:
            parts.append(("room", Content.styled(sanitise_name(room), "bold")))
        if state.url and state.status != "opened":
            parts.append(("url", Content.styled(sanitise(state.url, limit=60), "$muted")))
            origin = "embedded" if state.embedded else sanitise(state.origin, limit=30)
            if origin:
                parts.append(("origin", Content.styled(origin, "$muted")))
        if state.identity:
            parts.append(("identity", Content.assemble(("as ", "$muted"), sanitise_name(state.identity))))
        return parts

    def _right(self, state: SessionState) -> list[tuple[str, Content]]:
        sign, style, word = _STATUS[state.status]
        parts = [("status", Content.assemble((sign, style), " ", word))]
        if state.status == "connected":
            parts.append(("seeing", Content.styled(seeing(state), "$muted")))
        return parts


def seeing(state: SessionState) -> str:
    """From where packets are seen, and why acks are not where they are not."""
    places = " + ".join(sanitise_name(place) for place in state.vantage) or "nothing"
    if state.encrypted:
        return f"seeing: {places} (encrypted)"
    if state.capture in ("not_understood", "clock_unknown"):
        return f"seeing: {places} (no acks)"
    return f"seeing: {places}"


def _join(parts: list[tuple[str, Content]], blanks: int) -> Content:
    return Content(" " * blanks).join([text for _, text in parts])
