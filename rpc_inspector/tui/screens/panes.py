"""Going round the panes, giving one the whole screen, hiding the sidebar."""

from textual import getters
from textual.screen import Screen
from textual.widget import Widget

from rpc_inspector.tui.widgets.call_pane import CallPane
from rpc_inspector.tui.widgets.participants import ParticipantList, ParticipantsPane
from rpc_inspector.tui.widgets.trace.pane import TracePane
from rpc_inspector.tui.widgets.trace.section import TraceSection

_PANES = ("participants", "request", "response", "trace")


class PanedScreen(Screen[None]):
    """A screen of the four panes, of which request and response share one frame."""

    participants = getters.query_one(ParticipantsPane)
    call_pane = getters.query_one(CallPane)
    trace_section = getters.query_one(TraceSection)
    trace = getters.query_one(TracePane)

    @property
    def is_saved(self) -> bool:
        """What is shown is a file: nothing is composed or sent."""
        return False

    def refused(self) -> bool:
        """Say why nothing is sent, where what is shown is a file."""
        if self.is_saved:
            self.notify("This is a saved trace: there is no room to send to.", markup=False)
        return self.is_saved

    def action_focus_pane(self, name: str) -> None:
        """Go to a pane, showing it if it was not."""
        if name == "request" and self.refused():
            return
        panes = self.query_one("#panes")
        if name in ("request", "response"):
            self.call_pane.turn_to("response" if name == "response" else "request")
        if name == "participants":
            panes.remove_class("-no-sidebar")
        if panes.has_class("-zoomed"):
            self.zoom_on(name)
        self._focus_widget(name).focus()

    def _focus_widget(self, name: str) -> Widget:
        if name == "participants":
            return self.query_one(ParticipantList)
        if name == "request":
            return self.call_pane.composer.body.focus_target
        if name == "response":
            return self.call_pane.response.focus_target
        return self.trace_section.focus_target

    @property
    def focused_pane(self) -> str:
        """The name of the pane that has the focus."""
        for name in _PANES:
            if self.query_one(f"#{name}").has_focus_within:
                return name
        return "participants"

    def action_next_pane(self, step: int) -> None:
        """Go round the panes."""
        names = [name for name in _PANES if self._is_reachable(name)]
        here = self.focused_pane
        at = names.index(here) if here in names else 0
        self.action_focus_pane(names[(at + step) % len(names)])

    def _is_reachable(self, name: str) -> bool:
        if name == "request" and self.is_saved:
            return False
        return name != "participants" or not self.query_one("#panes").has_class("-no-sidebar")

    def action_sidebar(self) -> None:
        """Show or hide the participants."""
        panes = self.query_one("#panes")
        panes.toggle_class("-no-sidebar")
        if panes.has_class("-no-sidebar") and self.focused_pane == "participants":
            self.action_focus_pane("request")

    def action_zoom(self) -> None:
        """Give the focused pane the whole screen, or take it back."""
        self.zoom_on(None if self.query_one("#panes").has_class("-zoomed") else self.focused_pane)

    def zoom_on(self, name: str | None) -> None:
        """Give a pane the whole screen; ``None`` gives it back to all."""
        panes = self.query_one("#panes")
        panes.set_class(name is not None, "-zoomed")
        shown = "call" if name in ("request", "response") else name
        for pane in panes.children:
            pane.set_class(pane.id == shown, "-zoom")
