"""The main screen: participants, the call pane, the trace."""

import secrets
import time
from typing import ClassVar, cast

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.diagnosis import Diagnosis, Facts, diagnose
from rpc_inspector.core.methods import PING_PREFIX
from rpc_inspector.core.model import Call, Participant, RoomEvent, replace
from rpc_inspector.core.names import closest
from rpc_inspector.core.session import Invocation, Session, SessionError, SessionState, Update
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.clipboard import command_line
from rpc_inspector.tui.screens.panes import PanedScreen
from rpc_inspector.tui.state_words import banner_text, emptiness
from rpc_inspector.tui.widgets.call_pane import CallPane
from rpc_inspector.tui.widgets.composer import Composer
from rpc_inspector.tui.widgets.key_bar import KeyBar
from rpc_inspector.tui.widgets.participants import ParticipantList, ParticipantsPane
from rpc_inspector.tui.widgets.title_bar import TitleBar
from rpc_inspector.tui.widgets.trace_list import TracePane

#: How often what runs down is drawn, in seconds.
_TICK_S = 0.1


class MainScreen(PanedScreen):
    """Everything at once. The app hands it the session's updates; it asks the session for calls."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("main")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-widest")]  # noqa: RUF012 - Textual reads it from the class
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-tall")]  # noqa: RUF012 - likewise

    title_bar = getters.query_one(TitleBar)

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title
        # What the program does first, until the session speaks for itself.
        self._state = SessionState(status="connecting")
        self._furnished = False
        self._roster: tuple[Participant, ...] = ()
        self._shown: int | None = None
        self._just_sent: int | None = None
        self._last_sent: Invocation | None = None
        self._similar: tuple[str, ...] = ()
        self.session: Session | None = None

    def compose(self) -> ComposeResult:
        """The frame as it stays: title, banner, the three panes, keys. :meth:`furnish` mounts what is in the panes."""
        yield TitleBar(id="title-bar")
        yield Static(id="banner")
        with Container(id="panes"):
            yield ParticipantsPane(id="participants")
            yield CallPane(id="call")
            yield TracePane(id="trace")
        yield KeyBar(id="key-bar")

    def on_mount(self) -> None:
        """Say that the connection is being made."""
        self.title_bar.title = self._title
        self.title_bar.state = self._state
        self.query_one("#banner").display = False

    async def furnish(self) -> None:
        """Mount lists and editors, which the first paint need not wait for; begin at the participants."""
        await self.participants.furnish()
        await self.call_pane.furnish()
        self._furnished = True
        self._describeemptiness()
        self.set_interval(_TICK_S, self._tick)
        self.query_one(ParticipantList).focus()

    @property
    def is_whole(self) -> bool:
        """All panes are there: not before they are furnished, nor while they are being removed."""
        return self._furnished and bool(self.query(TracePane)) and bool(self.query(KeyBar))

    # What the session says

    def apply(self, update: Update) -> None:
        """Take in one batch of the session's."""
        if update.state is not None:
            self._take_state(update.state)
        if update.roster is not None:
            self._roster = update.roster
        if update.roster is not None or update.state is not None:
            self._describeemptiness()
            self.call_pane.composer.update_callee(self.participant(self.call_pane.composer.identity))
        self.trace.apply(update)
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
        self._describeemptiness()

    def _describeemptiness(self) -> None:
        self.participants.show(self._roster, emptiness(self._state, self._similar))

    def participant(self, identity: str) -> Participant | None:
        """Who has that identity now."""
        return next((someone for someone in self._roster if someone.identity == identity), None)

    # Choosing what to call

    @on(ParticipantsPane.MethodChosen)
    def _method_chosen(self, event: ParticipantsPane.MethodChosen) -> None:
        self.call_pane.composer.aim(event.identity, event.method, self.participant(event.identity))
        if event.edit:
            self.action_focus_pane("request")

    @on(ParticipantsPane.ParticipantOpened)
    def _participant_opened(self, event: ParticipantsPane.ParticipantOpened) -> None:
        self.open_participant(event.identity)

    def open_participant(self, identity: str) -> None:
        """Show all that is known of a participant."""
        from rpc_inspector.tui.screens.participant import ParticipantScreen  # noqa: PLC0415 - only when asked for

        self.app.push_screen(ParticipantScreen(lambda: self.participant(identity), lambda: self._events_of(identity)))

    def _events_of(self, identity: str) -> list[RoomEvent]:
        rows = self.session.rows() if self.session else ()
        return [row for row in rows if isinstance(row, RoomEvent) and row.identity == identity]

    @on(ParticipantsPane.DescribeAsked)
    def _describe_asked(self, event: ParticipantsPane.DescribeAsked) -> None:
        self.run_worker(self._describe(event.identity), exit_on_error=False)

    async def _describe(self, identity: str) -> None:
        if self.session is None:
            return
        try:
            await self.session.describe(identity)
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
        invocation = self.call_pane.composer.invocation()
        if isinstance(invocation, str):
            self.notify(invocation, severity="warning", markup=False)
        else:
            self.send(invocation)

    def send(self, invocation: Invocation) -> None:
        """Make a call and show it."""
        if self.session is None:
            self.notify("Not connected yet. Wait for the connection, or ^t to choose another.", markup=False)
            return
        try:
            seq = self.session.start_call(invocation)
        except SessionError as error:
            self.tell(error)
            return
        self._last_sent = invocation
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
        call = self.shown_call
        if call is None or call.direction != "outgoing" or call.request is None or call.request.text is None:
            self.notify("Only a call of ours can be sent again. Send one with ^j.", markup=False)
        else:
            budget = call.budget or budget_for()
            self.send(
                Invocation(
                    destination=call.callee or "",
                    method=call.method or "",
                    payload=call.request.text,
                    response_ms=budget.response,
                    ack_ms=budget.ack,
                )
            )

    def action_ping(self) -> None:
        """Ask whether a participant's SDK is alive: nobody has a method of that name, so no user code runs."""
        row = self.participants.current if self.participants.has_focus_within else None
        identity = row.identity if row else self.call_pane.composer.identity
        if not identity:
            self.notify("Choose a participant first.", markup=False)
            return
        method = f"{PING_PREFIX}{secrets.token_hex(4)}"
        self.send(Invocation(destination=identity, method=method, purpose="ping"))

    def action_anyway(self) -> None:
        """Send although the destination is not in the room."""
        if self._last_sent and self._is_unknown_destination(self.shown_call):
            self.send(replace(self._last_sent, anyway=True))

    def action_closest(self) -> None:
        """Send it to the participant whose name is closest."""
        name = self.call_pane.response.closest
        if self._last_sent and name:
            composer = self.call_pane.composer
            payload = composer.editor.text
            self.aim(name, self._last_sent.method)
            composer.write(payload)
            self.send(replace(self._last_sent, destination=name, anyway=False))

    def action_cancel(self) -> None:
        """Stop waiting for the shown call."""
        if self.session and (call := self.shown_call):
            self.session.cancel(call.seq)

    @staticmethod
    def _is_unknown_destination(call: Call | None) -> bool:
        return bool(call and call.error and call.error.code == ErrorCode.RECIPIENT_NOT_FOUND and not call.views)

    # Showing a call

    @property
    def shown_call(self) -> Call | None:
        """The call in the response half."""
        row = self.session.row(self._shown) if self.session and self._shown is not None else None
        return row if isinstance(row, Call) else None

    def show(self, seq: int) -> None:
        """Show another call."""
        self._shown = seq
        self.call_pane.turn_to("response")
        self._show_call()

    @property
    def _acks_seen(self) -> bool:
        return self._state.capture == "on" and not self._state.encrypted

    def _show_call(self) -> None:
        call, composer = self.shown_call, self.call_pane.composer
        foreign = call is not None and (call.callee, call.method) != (composer.identity, composer.method)
        names = [someone.identity for someone in self._roster if not someone.is_self]
        self.call_pane.response.show(
            call,
            time.monotonic(),
            acks_seen=self._acks_seen,
            foreign=foreign or (call is not None and call.direction != "outgoing"),
            diagnosis=self._diagnose(call) if call else None,
            closest=next(iter(closest(call.callee, names)), None) if call and call.callee else None,
        )

    def _tick(self) -> None:
        call = self.shown_call
        if call is not None and call.is_open:
            self.call_pane.response.redraw(time.monotonic(), acks_seen=self._acks_seen)

    @on(TracePane.Selected)
    def _call_selected(self, event: TracePane.Selected) -> None:
        if self.trace.has_focus_within:
            self.show(event.seq)

    @on(TracePane.Opened)
    def _call_opened(self, event: TracePane.Opened) -> None:
        from rpc_inspector.tui.screens.call import CallScreen  # noqa: PLC0415 - only when asked for

        if self._look(event.seq) is not None:
            self.app.push_screen(CallScreen(event.seq, self._look, self._neighbour))

    def _look(self, seq: int) -> tuple[Call, Diagnosis | None] | None:
        row = self.session.row(seq) if self.session else None
        return (row, self._diagnose(row)) if isinstance(row, Call) else None

    def _neighbour(self, seq: int, step: int) -> int | None:
        """The next or previous call of the trace as it is listed; the cursor goes along."""
        self.trace.select(seq)
        while True:
            before = self.trace.cursor_index
            self.trace.action_move(step)
            if self.trace.cursor_index == before:
                return None
            if call := self.trace.selected_call:
                return call.seq

    def _diagnose(self, call: Call) -> Diagnosis | None:
        return diagnose(call, Facts(state=self._state, roster=self._roster))

    def action_toggle_form(self) -> None:
        """Raw or indented."""
        self.call_pane.response.toggle_form()
        self._show_call()

    # One step back, copying, explaining

    def action_back(self) -> None:
        """One step back."""
        composer = self.call_pane.composer
        if self.participants.has_focus_within and self.participants.close_filter():
            return
        if composer.close_target() or self.query_one("#timeout").has_focus:
            self.action_focus_pane("request")
        elif composer.has_focus_within:
            self.action_focus_pane("response" if self.shown_call else "participants")
        elif self.query_one("#panes").has_class("-zoomed"):
            self.zoom_on(None)
        elif self.check_action("cancel", ()):
            self.action_cancel()

    def action_copy(self) -> None:
        """Copy the request or the response, whichever has the focus; of a trace row the answer."""
        if self.focused_pane == "request":
            what, text = "the request", self.call_pane.composer.editor.text
        else:
            what, text = "the response", self.call_pane.response.shown_text
        self._copy(what, text)

    def action_copy_command(self) -> None:
        """Copy the call as a command line."""
        composer = self.call_pane.composer
        self._copy("the command", command_line(composer.identity, composer.method, composer.editor.text, self._state))

    def _copy(self, what: str, text: str) -> None:
        from rpc_inspector.tui.app import InspectorApp  # noqa: PLC0415 - the app imports this screen

        cast("InspectorApp", self.app).copy(what, text)

    def action_explain(self) -> None:
        """What the shown call's error code means."""
        from rpc_inspector.tui.screens.explain import ExplainScreen  # noqa: PLC0415 - only when asked for

        call = self.shown_call
        if call is None or call.error is None:
            self.notify("There is no error to explain. Choose a failed call.", markup=False)
        else:
            self.app.push_screen(ExplainScreen(call.error.code))

    def tell(self, error: SessionError) -> None:
        """Say what went wrong and what to do."""
        self.notify(sanitise(f"{error.what} {error.advice}".strip(), limit=400), severity="error", markup=False)
