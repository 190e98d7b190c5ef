"""What is asked and told before a call: the preflight of what is composed, and pings."""

import time

from rpc_inspector.core.budgets import DEFAULT_RESPONSE_MS, budget_for
from rpc_inspector.core.model import Call
from rpc_inspector.core.ping import MONITOR_INTERVAL_S, Pings
from rpc_inspector.core.preflight import Facts, Preflight, preflight
from rpc_inspector.core.session import Invocation, SessionError, Update
from rpc_inspector.tui.screens.sharing import SharingScreen
from rpc_inspector.tui.widgets.preflight_line import PreflightLine


class ProbingScreen(SharingScreen):
    """A screen that looks ahead of the call and pings participants."""

    def __init__(self) -> None:
        super().__init__()
        self._pings = Pings()

    def furnish_probes(self) -> None:
        """The panes are there: let them look."""
        self.query_one(PreflightLine).look = self._look_ahead
        self.query_one(PreflightLine).changed()
        self.participants.tally_of = lambda identity: self._pings[identity] if self._state.pinging else None

    def apply_probes(self, update: Update) -> None:
        """Take in what a batch of the session's tells of calls, pings and the room."""
        self.query_one(PreflightLine).changed()
        if update.roster is not None:
            self._pings.keep({someone.identity for someone in update.roster})
        if self._pings.take(update.rows) and self._state.pinging:
            self.participants.redraw()

    # Before the call

    def _look_ahead(self) -> tuple[Preflight, str] | str:
        composer = self.call_pane.composer
        timeout = composer.timeout_ms
        if timeout is None:
            return "type the timeout as seconds above 0"
        limits = budget_for(timeout, composer.ack_ms).in_words()
        if not composer.identity or not composer.method:
            return Preflight((), limits), limits
        return self._preflight(), limits

    def _preflight(self) -> Preflight:
        composer = self.call_pane.composer
        invocation = Invocation(
            destination=composer.identity,
            method=composer.method,
            payload=composer.resolved.text,
            response_ms=composer.timeout_ms or DEFAULT_RESPONSE_MS,
            ack_ms=composer.ack_ms,
        )
        facts = Facts(
            state=self._state, roster=self._roster, now=time.time(), in_flight=self._in_flight(composer.identity)
        )
        return preflight(invocation, facts)

    def _in_flight(self, identity: str) -> int:
        rows = self.session.find(participant=identity, outcome="open") if self.session else ()
        return sum(isinstance(row, Call) and row.callee == identity and row.purpose == "call" for row in rows)

    def action_preflight(self) -> None:
        """What speaks for and against the call that is composed."""
        from rpc_inspector.tui.screens.preflight import PreflightScreen  # noqa: PLC0415 - only when asked for

        composer = self.call_pane.composer
        if self.refused():
            return
        if not composer.identity or not composer.method:
            self.notify("There is nothing to call yet. Choose a method on the left, or type one with ^l.", markup=False)
        else:
            self.app.push_screen(PreflightScreen(composer.identity, composer.method, self._preflight))

    # Pings

    def action_ping(self) -> None:
        """Ask whether a participant's SDK is alive: nobody has a method of that name, so no user code runs."""
        from rpc_inspector.tui.screens.ping import PingScreen  # noqa: PLC0415 - only when asked for

        if self.refused():
            return
        row = self.participants.current if self.participants.has_focus_within else None
        identity = row.identity if row else self.call_pane.composer.identity
        if self.session is None or not identity:
            self.notify("Choose a participant first.", markup=False)
            return
        self.app.push_screen(PingScreen(identity, lambda: self._roster, self.session.ping))

    def action_keep_pinging(self) -> None:
        """Ping everybody every few seconds, drawn in the list; or no longer."""
        if self.refused() or self.session is None:
            return
        begin = self._state.pinging is None
        try:
            self.session.keep_pinging(MONITOR_INTERVAL_S if begin else None)
        except SessionError as error:
            self.tell(error)
            return
        every = f"Everybody is pinged every {MONITOR_INTERVAL_S:g} s now: no code of theirs runs. I ends it."
        self.notify(every if begin else "Nobody is pinged any more.", markup=False, timeout=4)
