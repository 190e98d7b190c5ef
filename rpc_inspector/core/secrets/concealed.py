"""A session as it may be looked at by many: what it hands out has the secrets masked that were sent in it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from rpc_inspector.core.model import Call, LogLine, Outcome, Participant, RoomEvent, TraceRow, replace
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.session import Listener, Session, Update

#: So many masked rows, and so many lines of the log, are remembered.
_MOST = 20_000

Seen = TypeVar("Seen", bound=Call | RoomEvent | LogLine)


def concealed(session: Session, concealing: Concealing) -> Session:
    """The same session, for eyes."""
    return cast("Session", _ConcealedSession(session, concealing))


def bare(session: Session) -> Session:
    """The session behind a concealed one: what was sent and what came, as it was."""
    return session.bare if isinstance(session, _ConcealedSession) else session


class _ConcealedSession:
    """Hands out values as ``concealing`` masks them; everything else is the session's own."""

    def __init__(self, session: Session, concealing: Concealing) -> None:
        self.bare = session
        self._concealing = concealing
        self._masked: dict[tuple[type, int], tuple[int, object, Any]] = {}
        self._people: tuple[int, object, tuple[Participant, ...]] = (-1, None, ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bare, name)

    # A row is asked for whenever it is drawn, and changes seldom.

    def _mask(self, seen: Seen) -> Seen:
        if self._concealing.is_idle:
            return seen
        key = (LogLine, seen.number) if isinstance(seen, LogLine) else (type(None), seen.seq)
        version = self._concealing.version
        known = self._masked.get(key)
        if known is None or known[0] != version or known[1] is not seen:
            if len(self._masked) >= _MOST:
                self._masked.clear()
            known = self._masked[key] = (version, seen, self._fresh(seen))
        return cast("Seen", known[2])

    def _fresh(self, seen: Call | RoomEvent | LogLine) -> Call | RoomEvent | LogLine:
        if isinstance(seen, Call):
            return self._concealing.call(seen)
        return self._concealing.event(seen) if isinstance(seen, RoomEvent) else self._concealing.log(seen)

    def _roster(self, people: tuple[Participant, ...]) -> tuple[Participant, ...]:
        if self._concealing.is_idle:
            return people
        version = self._concealing.version
        if self._people[0] != version or self._people[1] is not people:
            self._people = version, people, tuple(map(self._concealing.participant, people))
        return self._people[2]

    @property
    def roster(self) -> tuple[Participant, ...]:
        return self._roster(self.bare.roster)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        def pass_on(update: Update) -> None:
            if not self._concealing.is_idle:
                update = replace(
                    update,
                    roster=update.roster and self._roster(update.roster),
                    rows=tuple(map(self._mask, update.rows)),
                    logs=tuple(map(self._mask, update.logs)),
                )
            listener(update)

        return self.bare.subscribe(pass_on)

    def row(self, seq: int) -> TraceRow | None:
        row = self.bare.row(seq)
        return row and self._mask(row)

    def rows(self) -> Sequence[TraceRow]:
        rows = self.bare.rows()
        return rows if self._concealing.is_idle else tuple(map(self._mask, rows))

    def find(
        self, *, participant: str | None = None, method: str | None = None, outcome: Outcome | None = None
    ) -> Sequence[TraceRow]:
        rows = self.bare.find(participant=participant, method=method, outcome=outcome)
        return rows if self._concealing.is_idle else tuple(map(self._mask, rows))

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        events = self.bare.events_of(identity)
        return events if self._concealing.is_idle else tuple(map(self._mask, events))

    def logs(self) -> Sequence[LogLine]:
        lines = self.bare.logs()
        return lines if self._concealing.is_idle else tuple(map(self._mask, lines))

    async def ended(self, seq: int) -> Call:
        return self._mask(await self.bare.ended(seq))

    async def finished(self, seq: int) -> Call:
        return self._mask(await self.bare.finished(seq))
