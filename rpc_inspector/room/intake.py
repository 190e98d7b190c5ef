"""What is reported to the session, on its way into the trace: packets, lines of the SDK's log, and the clock."""

import logging
from collections.abc import Callable

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import replace
from rpc_inspector.core.session import SessionState
from rpc_inspector.core.store.trace import TraceStore
from rpc_inspector.room.clock import SLACK_S, step_in_words, wall_offset

log = logging.getLogger(__name__)

#: Called with each packet that a vantage point reports.
Tap = Callable[[RpcEvent], None]


class Intake:
    """Puts into the trace what is reported.

    Args:
        store: the trace. state: the session's, as it is now.
        changed: tells the session that the trace changed.
        tap: gets each packet before it is folded into its call; if it fails, it gets no more.
    """

    def __init__(
        self, store: TraceStore, state: Callable[[], SessionState], changed: Callable[[], None], tap: Tap | None
    ) -> None:
        self._store = store
        self._state = state
        self._changed = changed
        self._tap = tap

    def observe(self, event: RpcEvent) -> None:
        """A packet was seen. Whoever reports it tells when a batch is over, so nothing is told from here."""
        if self._tap:
            try:
                self._tap(event)
            except Exception:  # a defect of who listens in must not cost us the packet
                log.exception("a tap of the session failed, and gets no more packets")
                self._tap = None
        if event.raw:
            event = replace(event, raw=())
        state = self._state()
        self._store.observe(event, state.room, state.identity or None)

    def logged(self, level: int, text: str, arrival: float) -> None:
        """Our SDK logged a line."""
        self._store.log(level, text, arrival)
        self._changed()

    def read_clock(self) -> str | None:
        """Follow the wall clock for the rows to come; what to say of it, if it was set."""
        offset = wall_offset()
        step = offset - self._store.wall_offset
        if abs(step) <= SLACK_S:
            return None
        self._store.set_wall_offset(offset)
        return step_in_words(step)
