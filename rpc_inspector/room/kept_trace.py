"""What a session lets others do with its trace: listen, look rows up, mark them."""

from collections.abc import Callable, Sequence

from rpc_inspector.core.model import LogLine, Outcome, RoomEvent, TraceRow
from rpc_inspector.core.session import Listener
from rpc_inspector.core.store.trace import TraceStore
from rpc_inspector.room.broadcast import Broadcast


class KeptTrace:
    """The part of a session that others read and mark; see ``core.session.Session``."""

    _store: TraceStore
    _broadcast: Broadcast

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called with every batch; returns what ends it."""
        return self._broadcast.subscribe(listener)

    def row(self, seq: int) -> TraceRow | None:
        """A row of the trace as it is now; ``None`` if it never was or was dropped."""
        return self._store.get(seq)

    def rows(self) -> Sequence[TraceRow]:
        """All rows of the trace in the order of their numbers."""
        return self._store.rows()

    def find(
        self, *, participant: str | None = None, method: str | None = None, outcome: Outcome | None = None
    ) -> Sequence[TraceRow]:
        """The rows that are about all of these, in the order of their numbers."""
        return self._store.find(participant=participant, method=method, outcome=outcome)

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        """The room events about a participant, in the order of their numbers."""
        return self._store.events_of(identity)

    def logs(self) -> Sequence[LogLine]:
        """The lines that our own SDK logged, the oldest first; the latest 5,000."""
        return self._store.logs()

    def mark(self, seq: int, *, marked: bool) -> None:
        """Mark a row or unmark it: a marked row is never dropped. A number that is not in the trace is ignored."""
        self._store.mark(seq, marked=marked)
        self._broadcast.touch()

    def comment(self, seq: int, text: str) -> None:
        """Write something about a call, which its exports show; empty text takes it away."""
        self._store.comment(seq, text)
        self._broadcast.touch()

    def pin(self, seq: int, *, pinned: bool) -> None:
        """Keep a row while somebody looks at it, or no longer. Each pinning needs its own unpinning."""
        self._store.pin(seq, pinned=pinned)
