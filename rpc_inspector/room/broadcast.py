"""Telling listeners what changed, in batches, and letting coroutines wait for the next change."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from rpc_inspector.core.model import Participant, TraceRow
from rpc_inspector.core.session import Listener, SessionState, Update
from rpc_inspector.core.store.trace import TraceStore

log = logging.getLogger(__name__)

#: At most 30 batches a second.
INTERVAL_S = 1 / 30


class Broadcast:
    """Batches changes for listeners.

    Args:
        store: the trace. state, roster: what they are now.
        digest: gets the changed rows before they are sent, and may change the roster by what it learns.
    """

    def __init__(
        self,
        store: TraceStore,
        state: Callable[[], SessionState],
        roster: Callable[[], tuple[Participant, ...]],
        digest: Callable[[Sequence[TraceRow]], None],
    ) -> None:
        self._store = store
        self._state = state
        self._roster = roster
        self._digest = digest
        self._loop = asyncio.get_running_loop()
        self._listeners: dict[int, Listener] = {}
        self._new: set[int] = set()
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._last = self._loop.time() - INTERVAL_S
        self._sent_state: SessionState | None = None
        self._sent_roster: tuple[Participant, ...] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._closed = False

    @property
    def has_listeners(self) -> bool:
        """Somebody looks."""
        return bool(self._listeners)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called, at first with everything; returns what ends it."""
        self._number += 1
        number = self._number
        self._listeners[number] = listener
        self._new.add(number)
        self.touch()

        def end() -> None:
            self._listeners.pop(number, None)
            self._new.discard(number)

        return end

    def touch(self) -> None:
        """Something changed: wake who waits for it, and have a batch sent soon."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        if self._timer is None and not self._closed:
            self._timer = self._loop.call_at(max(self._loop.time(), self._last + INTERVAL_S), self._send)

    async def next_change(self) -> None:
        """Wait until :meth:`touch` is called next."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(future)
        await future

    def flush(self) -> None:
        """Send now what waits to be sent."""
        if self._timer:
            self._timer.cancel()
            self._send()

    def close(self) -> None:
        """Send what is left, and nothing after it."""
        self.flush()
        self._closed = True
        self._listeners.clear()

    def _send(self) -> None:
        self._timer = None
        self._last = self._loop.time()
        changes = self._store.drain()
        self._digest(changes.rows)
        state, roster = self._state(), self._roster()
        batch = Update(
            state=state if state != self._sent_state else None,
            roster=roster if roster is not self._sent_roster and roster != self._sent_roster else None,
            rows=changes.rows,
            dropped=changes.dropped,
            logs=changes.logs,
        )
        self._sent_state, self._sent_roster = state, roster
        changed = bool(batch.state or batch.roster is not None or batch.rows or batch.dropped or batch.logs)
        for number, listener in list(self._listeners.items()):
            if number in self._new:
                self._new.discard(number)
                everything = Update(
                    state=state, roster=roster, rows=tuple(self._store.rows()), logs=tuple(self._store.logs())
                )
                self._call(listener, everything)
            elif changed:
                self._call(listener, batch)

    def _call(self, listener: Listener, update: Update) -> None:
        try:
            listener(update)
        except Exception:  # a listener's defect must not keep the others from their update
            log.exception("a listener of the session failed")
