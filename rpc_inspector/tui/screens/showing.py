"""Showing a call of the session in the response half, in a dialog, and as text to copy."""

import time
from typing import cast

from textual import on

from rpc_inspector.core.explain import Explanation, explain, facts_of, topic_of
from rpc_inspector.core.model import Call, Participant
from rpc_inspector.core.names import closest
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.session import Session, SessionError, SessionState
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.screens.panes import PanedScreen
from rpc_inspector.tui.widgets.trace.messages import (
    CommentAsked,
    CompareAsked,
    ExplainAsked,
    MarkAsked,
    RowOpened,
    RowSelected,
)


class ShowingScreen(PanedScreen):
    """A screen of the panes that knows the session and shows one of its calls.

    Attributes:
        session: as it is shown, secrets masked; ``None`` until it is made, after the first paint.
        concealing: is taught the secrets that are sent.
    """

    def __init__(self) -> None:
        super().__init__()
        # What the program does first, until the session speaks for itself.
        self._state = SessionState(status="connecting")
        self._roster: tuple[Participant, ...] = ()
        self._shown: int | None = None
        self._picked: int | None = None
        self.session: Session | None = None
        self.concealing = Concealing()

    @property
    def is_saved(self) -> bool:
        """What is shown is a file: nothing is composed or sent."""
        return self._state.status == "opened"

    def participant(self, identity: str) -> Participant | None:
        """Who has that identity now."""
        return next((someone for someone in self._roster if someone.identity == identity), None)

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
            explanation=self._explain(call) if call else None,
            closest=next(iter(closest(call.callee, names)), None) if call and call.callee else None,
        )

    def _tick(self) -> None:
        call = self.shown_call
        if call is not None and call.is_open:
            self.call_pane.response.redraw(time.monotonic(), acks_seen=self._acks_seen)

    @on(RowSelected)
    def _call_selected(self, event: RowSelected) -> None:
        if self.trace_section.has_focus_within:
            self.show(event.seq)

    @on(RowOpened)
    def _call_opened(self, event: RowOpened) -> None:
        from rpc_inspector.tui.screens.call import CallScreen  # noqa: PLC0415 - only when asked for

        if self._look(event.seq) is not None:
            screen = CallScreen(event.seq, self._look, self._neighbour, self._pin)
            self.app.push_screen(screen, self._call_closed)

    def _call_closed(self, seq: int | None) -> None:
        if seq is not None:
            self.post_message(ExplainAsked(seq))

    def _pin(self, seq: int, pinned: bool) -> None:
        if self.session:
            self.session.pin(seq, pinned=pinned)

    def _look(self, seq: int) -> tuple[Call, Explanation | None] | None:
        row = self.session.row(seq) if self.session else None
        return (row, self._explain(row)) if isinstance(row, Call) else None

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

    @on(MarkAsked)
    def _mark_asked(self, event: MarkAsked) -> None:
        if self.session:
            self.session.mark(event.seq, marked=event.marked)

    @on(CommentAsked)
    def _comment_asked(self, event: CommentAsked) -> None:
        if self.session:
            self.session.comment(event.seq, event.text)

    # Comparing

    def action_pick(self) -> None:
        """Pick the selected call; where another is picked already, compare the two."""
        call = self.trace.selected_call
        if call is None:
            return
        picked, self._picked = self._picked, None
        if picked == call.seq:
            self.notify("Not picked any more.", timeout=2)
        elif picked is not None and self._look(picked) is not None:
            self.post_message(CompareAsked(picked, call.seq))
        else:
            self._picked = call.seq
            name = sanitise_name(call.method or "call")
            self.notify(f"{name} is picked. Space on another call compares the two.", timeout=4, markup=False)

    def action_compare_previous(self) -> None:
        """Compare the selected call with the one before it of the same method."""
        call, rows = self.trace.selected_call, self.trace.view.rows
        index = None if call is None else rows.index_of(call.seq)
        if call is None or index is None:
            return
        earlier = (row for at in range(index - 1, -1, -1) if isinstance(row := rows[at], Call))
        before = next((row for row in earlier if row.method == call.method), None)
        if before is None:
            self.notify("No earlier call of that method is in the list.", timeout=3)
        else:
            self.post_message(CompareAsked(before.seq, call.seq))

    @on(CompareAsked)
    def _compare_asked(self, event: CompareAsked) -> None:
        from rpc_inspector.tui.screens.compare import CompareScreen  # noqa: PLC0415 - only when asked for

        first, second = self._look(event.first), self._look(event.second)
        if first is None or second is None:
            self.notify("One of the two is no longer in the trace. Pick another.", timeout=3)
        else:
            self.app.push_screen(CompareScreen(first[0], second[0]))

    def _explain(self, call: Call) -> Explanation | None:
        if self.session is None or topic_of(call) is None:
            return None
        return explain(call, facts_of(self.session, call))

    def action_toggle_form(self) -> None:
        """Raw or indented."""
        self.call_pane.response.toggle_form()
        self._show_call()

    # Copying, telling

    def action_copy(self) -> None:
        """Copy the request or the response, whichever has the focus; of a trace row the answer."""
        if self.focused_pane == "request":
            what, text = "the request", self.call_pane.composer.payload
        else:
            what, text = "the response", self.call_pane.response.shown_text
        self._copy(what, text)

    def _copy(self, what: str, text: str) -> None:
        from rpc_inspector.tui.app import InspectorApp  # noqa: PLC0415 - the app imports this screen

        cast("InspectorApp", self.app).copy(what, text)

    def tell(self, error: SessionError) -> None:
        """Say what went wrong and what to do."""
        self.notify(sanitise(f"{error.what} {error.advice}".strip(), limit=400), severity="error", markup=False)
