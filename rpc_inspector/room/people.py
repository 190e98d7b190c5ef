"""The people in the room: who is there and what they can do, and a row in the trace for each change."""

import time
from collections.abc import Callable, Iterable, Sequence

from livekit import rtc
from livekit.protocol import models

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.model import Call, Participant, RoomEventKind, TraceRow
from rpc_inspector.room.asking import Ask
from rpc_inspector.room.changes import changes
from rpc_inspector.room.discovery import Discovery
from rpc_inspector.room.hints import Hints
from rpc_inspector.room.roster import Roster, from_sdk
from rpc_inspector.room.unlisted import UnlistedPeople

#: Puts a room event into the trace: kind, identity, phrase.
Note = Callable[[RoomEventKind, str | None, str], None]
#: Told of who came back with a new session while we reconnected.
ANEW = "with a new session, since our reconnect"


class People:
    """Roster and discovery of the room that we are in.

    Args:
        ask: calls ``rpc.describe``. note: puts a room event into the trace. changed: the roster is another.
        hints: what the user's files tell of methods.
    """

    def __init__(self, ask: Ask, note: Note, changed: Callable[[], None], hints: Hints) -> None:
        self._note = note
        self._changed = changed
        self._hints = hints
        self._discovery = Discovery(ask, self._methods_changed, hints)
        self._roster = Roster(self._discovery.complete)
        self._unlisted = UnlistedPeople()
        #: Sids of those of whom it was told that they are active.
        self._active: set[str] = set()

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """All participants, ourselves first, then in the order in which they were first seen."""
        return self._roster.everybody

    def get(self, identity: str | None) -> Participant | None:
        """Who has that identity now."""
        return next((someone for someone in self.everybody if someone.identity == identity), None)

    def entered(self, room: rtc.Room, url: str, *, asking: bool) -> None:
        """We have joined a room of that server; ``asking``: participants may be asked for ``rpc.describe``."""
        self._discovery.entered(f"{url} {room.name}", asking=asking)
        self._roster.attach(room)
        self._active = {someone.sid for someone in self.everybody if someone.state == "active"}
        self._look_at(self.everybody)

    def left_room(self) -> None:
        """We are in no room; :meth:`settle` must follow."""
        self._unlisted = UnlistedPeople()
        self._roster.detach()
        self._discovery.asking = False

    async def settle(self) -> None:
        """End what was asked and forget what was told."""
        await self._discovery.reset()
        await self._hints.flush()

    async def describe(self, identity: str, method: str | None = None) -> None:
        """Ask somebody for its methods now, or about one left out; nothing if nobody of that identity is there."""
        someone = self.get(identity)
        if someone and not someone.is_self:
            if method is None:
                await self._discovery.describe(someone)
            else:
                await self._discovery.describe_method(someone, method)

    def happened(self, kind: RoomEventKind, someone: rtc.Participant, text: str) -> None:
        """The SDK tells that ``someone`` joined, left, became active or changed."""
        self._roster.changed()
        if kind == "left":
            if text:
                self._gone(someone.identity, someone.sid, text)
            else:
                self._unlisted.dropped(from_sdk(someone), time.monotonic())
        elif kind == "active":
            self._active_is(someone.sid, someone.identity)
        elif kind != "joined":
            self._note(kind, someone.identity, text)
        else:
            self._joined(from_sdk(someone), text)
        listed = self.get(someone.identity)
        if listed and kind in ("attributes", "methods"):
            self._discovery.attributes_changed(listed)
        elif listed:
            self._discovery.appeared(listed)
        self._changed()

    def _joined(self, someone: Participant, text: str) -> None:
        """The SDK lists somebody. What it would have told of changes is in its list by then (livekit-server 1.13.5)."""
        before = self._unlisted.listed(someone.sid) or self._roster.listed_by_service(someone.identity, someone.sid)
        if not self._arrived(someone, text) and before:
            self._compare(before, someone)
        if someone.state == "active":
            self._active_is(someone.sid, someone.identity)

    def _arrived(self, someone: Participant, text: str) -> bool:
        """Tells of a join; false if it had been told."""
        earlier = self._unlisted.earlier(someone.identity)
        if earlier:
            self._forget(earlier.identity, earlier.sid)
        new = self._roster.arrived(someone.identity, someone.sid)
        if new:
            self._note("joined", someone.identity, ANEW if earlier else text)
        return new

    def _compare(self, before: Participant, after: Participant) -> None:
        for kind, text in changes(before, after):
            self._note(kind, after.identity, text)

    def _active_is(self, sid: str, identity: str) -> None:
        if sid not in self._active:
            self._active.add(sid)
            self._note("active", identity, "")

    def reconnecting(self) -> None:
        """Our connection broke: what the SDK tells until it is back is about its own list."""
        self._unlisted.reconnecting()

    def reconnected(self) -> None:
        """It is back."""
        self._unlisted.reconnected(time.monotonic())
        self.refresh()

    def take_service(self, infos: Sequence[models.ParticipantInfo]) -> None:
        """RoomService's list as it is now."""
        before = self._roster.from_service_alone()
        new, gone = self._roster.take_service(infos)
        for sid, someone in self._roster.from_service_alone().items():
            if known := before.get(sid):
                self._compare(known, someone)
        for someone in new:
            self._arrived(someone, "told by RoomService")
            if someone.state == "active":
                self._active_is(someone.sid, someone.identity)
        for someone in gone:
            if someone.sid not in self._unlisted:
                self._gone(someone.identity, someone.sid, "")
        self._look_at(self.everybody)
        self._changed()

    def digest(self, rows: Sequence[TraceRow]) -> None:
        """Learn from calls that ended which methods their callees have."""
        for row in rows:
            if not isinstance(row, Call) or row.purpose != "call" or row.is_open:
                continue
            callee = self.get(row.callee)
            refused = row.error is not None and row.error.code == ErrorCode.UNSUPPORTED_METHOD
            if callee and not refused and _is_worth_saving(row, callee):
                self._hints.called(row, callee)
            if self._discovery.observe(row, callee.sid if callee else ""):
                self._roster.changed()
            if callee and refused:
                self._discovery.unsupported(callee, row.seq)

    def refresh(self) -> None:
        """Look anew: the SDK replaces what it knows of a participant without an event at times (livekit 1.2.0).

        Those of whom it has said no more for too long have left.
        """
        for one, told in self._unlisted.gone(time.monotonic()):
            self._gone(one.identity, one.sid, told)
        self._roster.changed()
        self._changed()

    def _look_at(self, everybody: Iterable[Participant]) -> None:
        for someone in everybody:
            self._discovery.appeared(someone)

    def _gone(self, identity: str, sid: str, reason: str) -> None:
        self._forget(identity, sid)
        self._note("left", identity, reason)

    def _forget(self, identity: str, sid: str) -> None:
        self._unlisted.left(sid)
        self._active.discard(sid)
        self._roster.left(identity, sid)
        self._discovery.left(sid)

    def _methods_changed(self, identity: str, text: str) -> None:
        self._roster.changed()
        if text:
            self._note("methods", identity, text)
        self._changed()


def _is_worth_saving(call: Call, callee: Participant) -> bool:
    """The user called a method of which nobody else tells."""
    known = next((method for method in callee.methods if method.name == call.method), None)
    return call.direction == "outgoing" and (known is None or known.provenance in ("observed", "saved"))
