"""The main screen: participants, the call pane, the trace."""

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.model import Call, RoomEvent, replace
from rpc_inspector.core.session import Invocation, SessionError, SessionState, Update
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.screens.composing import ComposingScreen
from rpc_inspector.tui.screens.probing import ProbingScreen
from rpc_inspector.tui.state_words import banner_text, emptiness
from rpc_inspector.tui.widgets.call_pane import CallPane
from rpc_inspector.tui.widgets.composer import Composer
from rpc_inspector.tui.widgets.key_bar import KeyBar
from rpc_inspector.tui.widgets.participants import ParticipantList, ParticipantsPane
from rpc_inspector.tui.widgets.title_bar import TitleBar
from rpc_inspector.tui.widgets.trace.section import TraceSection

#: How often what runs down is drawn, in seconds.
_TICK_S = 0.1
#: From so many calls a schema is inferred.
_MOST_PAYLOADS = 500


class MainScreen(ProbingScreen, ComposingScreen):
    """Everything at once. The app hands it the session's updates; it asks the session for calls."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("main")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-widest")]  # noqa: RUF012 - Textual reads it from the class
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-tall")]  # noqa: RUF012 - likewise

    title_bar = getters.query_one(TitleBar)

    def __init__(self, title: str = "", state: SessionState | None = None) -> None:
        super().__init__()
        self._state = state or self._state
        self._title = title
        self._furnished = False
        self._just_sent: int | None = None
        self._last_sent: Invocation | None = None
        self._similar: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The frame as it stays: title, banner, the three panes, keys. :meth:`furnish` mounts what is in the panes."""
        yield TitleBar(id="title-bar")
        yield Static(id="banner")
        with Container(id="panes"):
            yield ParticipantsPane(id="participants")
            yield CallPane(id="call")
            yield TraceSection(id="trace")
        yield KeyBar(id="key-bar")

    def on_mount(self) -> None:
        """Say that the connection is being made, or which file is read."""
        self.set_class(self.is_saved, "-opened")
        self.title_bar.title = self._title
        self.title_bar.state = self._state
        self.query_one("#banner").display = False

    async def furnish(self) -> None:
        """Mount lists and editors, which the first paint need not wait for; begin at the participants."""
        await self.participants.furnish()
        await self.call_pane.furnish()
        self.call_pane.composer.body.observed = self._payloads_of
        self.furnish_probes()
        self.furnish_composing()
        self._furnished = True
        self._describe_emptiness()
        self.set_interval(_TICK_S, self._tick)
        if self.is_saved:
            self.trace.following = False  # reading begins at the beginning
            self.action_focus_pane("trace")
        else:
            self.query_one(ParticipantList).focus()

    def _payloads_of(self, method: str) -> Sequence[str]:
        """What the trace saw the method called with, the newest first."""
        calls = reversed(self.session.find(method=method) if self.session else ())
        seen = (call.request for call in calls if isinstance(call, Call) and call.request is not None)
        return [sent.text for sent in islice(seen, _MOST_PAYLOADS) if sent.text and not sent.redacted]

    @property
    def is_whole(self) -> bool:
        """All panes are there: not before they are furnished, nor while they are being removed."""
        return self._furnished and bool(self.query(TraceSection)) and bool(self.query(KeyBar))

    # What the session says

    def apply(self, update: Update) -> None:
        """Take in one batch of the session's."""
        if update.state is not None:
            self._take_state(update.state)
        if update.roster is not None:
            self._roster = update.roster
        if update.roster is not None or update.state is not None:
            self._describe_emptiness()
            self.call_pane.composer.update_callee(self.participant(self.call_pane.composer.identity))
        self.apply_probes(update)
        self.note_ended(update.rows)
        self.trace_section.apply(update)
        if any(row.seq == self._shown for row in update.rows):
            self._show_call()
            self._offer_what_to_do()

    def _take_state(self, state: SessionState) -> None:
        if (state.room, state.status) != (self._state.room, self._state.status):
            self._similar = ()
        self._state = state
        self.title_bar.state = state
        banner = self.query_one("#banner", Static)
        text = banner_text(state)
        banner.display = text is not None
        banner.set_class(state.status == "closed", "-closed")
        if text is not None:
            banner.update(text)

    def similar_rooms(self, names: tuple[str, ...]) -> None:
        """The room was empty; these have similar names."""
        self._similar = names
        self._describe_emptiness()

    def _describe_emptiness(self) -> None:
        self.participants.show(self._roster, emptiness(self._state, self._similar))

    # Choosing what to call

    @on(ParticipantsPane.MethodChosen)
    def _method_chosen(self, event: ParticipantsPane.MethodChosen) -> None:
        if self.is_saved:
            return
        self._look_closer(event.identity, event.method)
        self.call_pane.composer.aim(event.identity, event.method, self.participant(event.identity))
        if event.edit:
            self.action_focus_pane("request")

    @on(ParticipantsPane.MethodOpened)
    def _method_opened(self, event: ParticipantsPane.MethodOpened) -> None:
        from rpc_inspector.tui.screens.method import MethodScreen  # noqa: PLC0415 - only when asked for

        identity, method = event.identity, event.method
        calls = partial(self.session.find, participant=identity, method=method) if self.session else tuple
        self._look_closer(identity, method)

        def closed(call_it: bool | None) -> None:
            if call_it:
                self.aim(identity, method)

        made = MethodScreen(method, lambda: self.participant(identity), calls, can_call=not self.is_saved)
        self.app.push_screen(made, closed)

    @on(ParticipantsPane.ParticipantOpened)
    def _participant_opened(self, event: ParticipantsPane.ParticipantOpened) -> None:
        self.open_participant(event.identity)

    def open_participant(self, identity: str) -> None:
        """Show all that is known of a participant."""
        from rpc_inspector.tui.screens.participant import ParticipantScreen  # noqa: PLC0415 - only when asked for

        self.app.push_screen(ParticipantScreen(lambda: self.participant(identity), lambda: self._events_of(identity)))

    def _events_of(self, identity: str) -> Sequence[RoomEvent]:
        return self.session.events_of(identity) if self.session else ()

    @on(ParticipantsPane.DescribeAsked)
    def _describe_asked(self, event: ParticipantsPane.DescribeAsked) -> None:
        self.run_worker(self._describe(event.identity), exit_on_error=False)

    def _look_closer(self, identity: str, method: str) -> None:
        """Of participants with many methods most are known by name only, until they are looked at."""
        if not self.is_saved:
            self.run_worker(self._describe(identity, method), exit_on_error=False)

    async def _describe(self, identity: str, method: str | None = None) -> None:
        if self.session is None:
            return
        try:
            await self.session.describe(identity, method)
        except SessionError as error:
            self.tell(error)

    @on(Composer.TargetChanged)
    def _target_changed(self) -> None:
        self.call_pane.retitle()
        self._show_call()

    @on(Composer.TargetTyped)
    def _target_typed(self) -> None:
        composer = self.call_pane.composer
        composer.update_callee(self.participant(composer.identity))
        self.call_pane.retitle()
        self.action_focus_pane("request")

    def aim(self, identity: str, method: str) -> None:
        """Take a method as the target and go to the editor."""
        self.participants.select(identity, method)
        self.call_pane.composer.aim(identity, method, self.participant(identity))
        self.action_focus_pane("request")

    def action_target(self) -> None:
        """Type whom and what to call."""
        if self.refused():
            return
        self.call_pane.turn_to("request")
        self.call_pane.composer.ask_target()

    def action_format(self) -> None:
        """Indent the request."""
        self.call_pane.composer.format()

    def action_timeout(self) -> None:
        """Go to the timeout."""
        self.call_pane.composer.query_one("#timeout").focus()

    # Calling

    @on(Composer.SendPressed)
    def action_send(self) -> None:
        """Send what the request half holds."""
        if self.refused():
            return
        invocation = self.call_pane.composer.invocation()
        if isinstance(invocation, str):
            self.notify(invocation, severity="warning", markup=False)
        else:
            self.send(invocation, self.call_pane.composer.payload)

    def send(self, invocation: Invocation, typed: str | None = None) -> None:
        """Make a call and show it; ``typed`` is what was typed for its payload, with placeholders."""
        if self.session is None:
            self.notify("Not connected yet. Wait for the connection, or ^t to choose another.", markup=False)
            return
        try:
            seq = self.session.start_call(invocation)
        except SessionError as error:
            self.tell(error)
            return
        self._last_sent = invocation
        self.note_sent(seq, invocation, typed)
        self._shown = self._just_sent = seq
        if self.has_class("-narrow") and self.focused_pane == "request":
            # The response takes the request's place there, and so the focus.
            self._show_call()
            self.action_focus_pane("response")
        self.call_pane.turn_to("response")
        self._show_call()
        self._offer_what_to_do()

    def _offer_what_to_do(self) -> None:
        """Where nothing was sent, what to do about it are single keys: they must not go into the editor."""
        if self._just_sent == self._shown and self._is_unknown_destination(self.shown_call):
            self._just_sent = None
            if self.focused_pane == "request":
                self.action_focus_pane("response")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the shown call; nothing before there is anything to do it with."""
        if not self._furnished:
            return False
        call = self.shown_call
        if action in ("anyway", "closest"):
            nearest = action == "anyway" or bool(self.call_pane.response.closest) if call else False
            return self._is_unknown_destination(call) and nearest
        if action == "cancel":
            return call is not None and call.is_open and call.direction == "outgoing"
        if action == "toggle_form":
            return self.call_pane.response.has_forms
        return super().check_action(action, parameters)

    def action_resend(self) -> None:
        """Send the shown call of ours once more."""
        if self.refused():
            return
        call = self.shown_call
        resent = self.resent(call) if call else "There is no call to send again. Send one with ^j."
        if call is None or isinstance(resent, str):
            self.notify(f"{resent}", markup=False)
            return
        budget = call.budget or budget_for()
        self.send(
            Invocation(
                destination=call.callee or "",
                method=call.method or "",
                payload=resent.payload,
                response_ms=budget.response,
                ack_ms=budget.ack,
            ),
            resent.template,
        )

    def action_anyway(self) -> None:
        """Send although the destination is not in the room."""
        if self._last_sent and self._is_unknown_destination(self.shown_call):
            self.send(replace(self._last_sent, anyway=True), self._last_typed)

    def action_closest(self) -> None:
        """Send it to the participant whose name is closest."""
        name = self.call_pane.response.closest
        if self._last_sent and name:
            composer = self.call_pane.composer
            payload = composer.payload
            self.aim(name, self._last_sent.method)
            composer.write(payload)
            self.send(replace(self._last_sent, destination=name, anyway=False), self._last_typed)

    def action_cancel(self) -> None:
        """Stop waiting for the shown call."""
        if self.session and (call := self.shown_call):
            self.session.cancel(call.seq)

    @staticmethod
    def _is_unknown_destination(call: Call | None) -> bool:
        return bool(call and call.error and call.error.code == ErrorCode.RECIPIENT_NOT_FOUND and not call.views)

    # One step back

    async def action_back(self) -> None:
        """One step back."""
        composer = self.call_pane.composer
        if self.participants.has_focus_within and self.participants.close_filter():
            return
        if composer.close_target() or self.query_one("#timeout").has_focus:
            self.action_focus_pane("request")
        elif composer.has_focus_within:
            self.action_focus_pane("response" if self.shown_call else "participants")
        elif self.focused_pane == "trace" and await self.trace_section.step_back():
            return
        elif self.query_one("#panes").has_class("-zoomed"):
            self.zoom_on(None)
        elif self.check_action("cancel", ()):
            self.action_cancel()
