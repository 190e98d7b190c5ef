"""The real session: one participant of ours in one room at a time, with all that it sees."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from livekit import rtc
from livekit.protocol import models

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.diagnosis import Facts
from rpc_inspector.core.events import EncryptedEvent, WireEvent
from rpc_inspector.core.methods import DESCRIBE_METHOD
from rpc_inspector.core.model import Call, Participant, RoomEventKind, TraceRow, replace
from rpc_inspector.core.session import (
    CloseReason,
    ConnectFailed,
    Invocation,
    Listener,
    NotConnected,
    RoomSummary,
    SessionError,
    SessionState,
    Target,
)
from rpc_inspector.core.trace import TraceStore
from rpc_inspector.room.broadcast import Broadcast
from rpc_inspector.room.connection import Connection
from rpc_inspector.room.discovery import Discovery
from rpc_inspector.room.encrypted import EncryptedTally
from rpc_inspector.room.failures import end_of
from rpc_inspector.room.invoking import Invoker, Surroundings
from rpc_inspector.room.polling import ServicePolling
from rpc_inspector.room.relay_feed import RelayFeed
from rpc_inspector.room.roster import Roster, from_sdk
from rpc_inspector.room.sdk_capture import SdkCapture
from rpc_inspector.room.service import RoomService
from rpc_inspector.room.tasks import Tasks
from rpc_inspector.room.tokens import Pass, admin_token, expiry, pass_for

#: Limits of an ``rpc.describe``: together the 3 s that it may take.
DESCRIBE_ACK_MS, DESCRIBE_RESPONSE_MS = 1_000, 2_000
TICK_S = 1.0
#: Seconds for calls in flight to end by the SDK's own error once we have left; then we stop waiting for them.
DRAIN_S = 3.0


class RoomSession:
    """The owner of all mutable state; everything else gets immutable values. See ``core.session.Session``.

    Args:
        keep: rows of the trace to keep.
        capture: read our own SDK's packets; without it acks of our calls are not known.
    """

    def __init__(self, keep: int = 100_000, *, capture: bool = True) -> None:
        self._store = TraceStore(time.time() - time.monotonic(), keep)
        self._state = SessionState()
        self._target: Target | None = None
        self._connection: Connection | None = None
        self._joining: asyncio.Task[None] | None = None
        self._in_room = Tasks()
        self._always = Tasks()
        self._polling: ServicePolling | None = None
        self._feed: RelayFeed | None = None
        self._feed_task: asyncio.Task[None] | None = None
        self._lost_by_feeds = 0
        self._waiting_for_somebody = 0
        self._tally = EncryptedTally()
        self._discovery = Discovery(self._ask, self._methods_changed)
        self._roster = Roster(self._discovery.methods)
        self._broadcast = Broadcast(self._store, lambda: self._state, lambda: self._roster.everybody, self._digest)
        self._capture = SdkCapture(self._deliver)
        self._wants_capture = capture
        self._invoker = Invoker(
            self._store,
            Surroundings(
                state=lambda: self._state,
                speaker=self._speaker,
                present=self._present,
                facts=self._facts,
                next_change=self._broadcast.next_change,
                changed=self._broadcast.touch,
            ),
        )
        self._always.start(self._tick(), "session tick")

    # What is known

    @property
    def state(self) -> SessionState:
        """The state now."""
        return self._state

    @property
    def roster(self) -> tuple[Participant, ...]:
        """The participants now, ourselves first."""
        return self._roster.everybody

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called with every batch; returns what ends it."""
        return self._broadcast.subscribe(listener)

    def row(self, seq: int) -> TraceRow | None:
        """A row of the trace as it is now; ``None`` if it never was or was dropped."""
        return self._store.get(seq)

    def rows(self) -> Sequence[TraceRow]:
        """All rows of the trace in the order of their numbers."""
        return self._store.rows()

    # Joining and leaving

    async def join(self, target: Target) -> None:
        """Leave the present room, if any, and join this one. The trace goes on.

        Raises:
            ConnectFailed: unreachable, refused, TLS; or another join, a leave or a close came in between.
            NotAuthorised: the server's own words are in ``what``.
        """
        await self._stop_joining()
        task = self._joining = asyncio.create_task(self._join(target), name="join")
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                raise
            raise ConnectFailed("Joining was given up for something else.") from None
        finally:
            if self._joining is task:
                self._joining = None

    async def leave(self) -> None:
        """Leave the room; calls in flight end with 1503 as the SDK reports it. The session can join again."""
        await self._stop_joining()
        await self._leave()

    async def close(self) -> None:
        """Leave, stop every task and free everything. The session cannot be used afterwards."""
        await self.leave()
        await self._invoker.cancel_all()
        await self._always.stop()
        self._capture.stop()
        self._set(capture="off", vantage=())
        self._broadcast.close()

    async def list_rooms(self, target: Target) -> Sequence[RoomSummary]:
        """The server's rooms; needs an API key.

        Raises:
            ConnectFailed, NotAuthorised: as they say.
        """
        if not target.has_key:
            raise ConnectFailed("Listing rooms needs an API key.", "Give a key and its secret, or name the room.")
        service = RoomService(target)
        try:
            return await service.rooms()
        finally:
            await service.close()

    async def _stop_joining(self) -> None:
        if self._joining:
            self._joining.cancel()
            await asyncio.gather(self._joining, return_exceptions=True)

    async def _join(self, target: Target) -> None:
        await self._leave()
        self._target = target
        if self._wants_capture:
            self._capture.start()
        self._capture.forget_warning()
        self._state = SessionState(
            status="connecting",
            url=target.url,
            room=target.room,
            identity=target.identity,
            origin=target.origin,
            embedded=target.embedded,
            has_key=target.has_key,
            capture=self._capture.status,
            encrypted=bool(target.passphrase),
        )
        self._note("connecting", None, target.url)
        connection = Connection(self)
        try:
            entry = pass_for(target)
            self._set(room=entry.room, identity=entry.identity)
            self._capture.joined(entry.identity)
            await connection.open(target.url, entry.token, target.passphrase, lambda: self._capture.last_warning)
        except SessionError as failure:
            self._set(status="closed", reason="failed", detail=str(failure))
            self._note("disconnected", None, failure.what)
            raise
        except asyncio.CancelledError:
            self._set(status="closed", reason="left", detail="Joining was given up.")
            raise
        self._entered(target, entry, connection)

    def _entered(self, target: Target, entry: Pass, connection: Connection) -> None:
        room = connection.room
        self._connection = connection
        self._roster.attach(room)
        self._capture.joined(entry.identity)
        us = from_sdk(room.local_participant)
        self._set(
            status="connected",
            room=room.name or entry.room,
            identity=us.identity or entry.identity,
            room_was_empty=not room.remote_participants,
            permissions=us.permissions,
        )
        self._note("connected", None, f"{self._state.room} as {self._state.identity}")
        self._discovery.asking = target.describe and us.permissions.can_publish_data
        for someone in self.roster:
            self._discovery.appeared(someone)
        self._in_room.start(self._learn_sid(room), "room sid")
        if RoomService.usable(target, self._state.room):
            self._polling = ServicePolling(
                RoomService(target),
                self._state.room,
                wanted=lambda: self._broadcast.has_listeners or self._waiting_for_somebody > 0,
                take=self._take_service,
                notice=lambda text: self._note("notice", None, text),
            )
            self._in_room.start(self._polling.run(), "participants of RoomService")
        self._watch_server()

    def _watch_server(self) -> None:
        """Attach to the server's stream of packets, where we may; a server without one says so at once."""
        if self._target is None or (self._feed_task and not self._feed_task.done()):
            return
        token = admin_token(self._target, self._state.room)
        if token:
            self._feed = RelayFeed(self._target.url, token, self._deliver, self._refresh)
            self._feed_task = self._in_room.start(self._feed.run(), "packets of the server")

    async def _learn_sid(self, room: rtc.Room) -> None:
        self._set(room_sid=await room.sid)

    async def _leave(self) -> None:
        connection = self._connection
        if connection:
            await connection.close()
            await self._invoker.drained(DRAIN_S)
            await self._invoker.cancel_all()
            if self._connection is connection:
                self._ended("left", "We left the room.")
        await self._in_room.stop()
        await self._discovery.reset()

    def _ended(self, reason: CloseReason, detail: str) -> None:
        """The connection is over, by us or by the server."""
        self._connection = None
        self._in_room.cancel()
        self._polling = None
        self._note("disconnected", None, detail)
        self._store.abandon(self._state.room)
        self._roster.detach()
        self._set(status="closed", reason=reason, detail=detail)
        self._refresh()

    # Calls

    def start_call(self, invocation: Invocation) -> int:
        """Begin a call in a task that the session owns; returns its row's number at once.

        Raises:
            NotConnected, NotAuthorised, CannotSend: nothing was begun.
        """
        return self._invoker.start(invocation)

    async def finished(self, seq: int) -> Call:
        """Wait for a call begun with :meth:`start_call`: its outcome, and up to 50 ms more for its packets."""
        return await self._invoker.finished(seq)

    def cancel(self, seq: int) -> bool:
        """Stop waiting for a call. The remote handler runs on: cancelling does not travel. False if it had ended."""
        return self._invoker.cancel(seq)

    async def wait_for_participant(self, identity: str, seconds: float) -> Participant | None:
        """Wait until ``identity`` is active, at most so long; ``None`` if it is not by then."""
        self._waiting_for_somebody += 1
        try:
            async with asyncio.timeout(seconds):
                while True:
                    someone = self._roster.get(identity)
                    if someone and someone.state == "active":
                        return someone
                    await self._broadcast.next_change()
        except TimeoutError:
            return None
        finally:
            self._waiting_for_somebody -= 1

    async def describe(self, identity: str) -> None:
        """Ask a participant for its methods now (``rpc.describe``); the roster shows what came of it.

        Raises:
            NotConnected, NotAuthorised: it cannot be asked.
        """
        if self._speaker() is None:
            raise NotConnected("There is no connection to a room.", "Join a room first.")
        someone = self._roster.get(identity)
        if someone and not someone.is_self:
            await self._discovery.describe(someone)

    async def _ask(self, identity: str, payload: str) -> Call:
        seq = self._invoker.start(
            Invocation(
                destination=identity,
                method=DESCRIBE_METHOD,
                payload=payload,
                response_ms=DESCRIBE_RESPONSE_MS,
                ack_ms=DESCRIBE_ACK_MS,
                anyway=True,
                purpose="describe",
            )
        )
        return await self._invoker.finished(seq)

    def _speaker(self) -> rtc.LocalParticipant | None:
        return self._connection.room.local_participant if self._connection else None

    async def _present(self, identity: str) -> bool:
        """Whether somebody of that identity is there; the SDK may learn it up to 3 s later than RoomService."""
        if self._roster.get(identity) is None and self._polling:
            try:
                await self._polling.refresh()
            except SessionError:
                return False
        return self._roster.get(identity) is not None

    def _facts(self) -> Facts:
        return Facts(
            state=self._state,
            roster=self.roster,
            joined=dict(self._roster.joined),
            departures=dict(self._roster.departures),
        )

    # What the connection tells (ConnectionObserver)

    def participant_event(self, kind: RoomEventKind, someone: rtc.Participant, text: str) -> None:
        """``someone`` joined, left, became active or changed."""
        self._roster.changed()
        if kind == "left":
            self._gone(someone.identity, someone.sid, text)
            return
        if kind != "joined" or self._roster.arrived(someone.identity, someone.sid):
            self._note(kind, someone.identity, text)
        if self._speaker() and someone.identity == self._state.identity:
            self._set(permissions=from_sdk(someone).permissions)
        elif listed := self._roster.get(someone.identity):
            if kind in ("attributes", "methods", "metadata"):
                self._discovery.attributes_changed(listed)
            else:
                self._discovery.appeared(listed)
        self._broadcast.touch()

    def reconnecting(self) -> None:
        """The connection broke; the SDK tries to get it back."""
        self._set(status="reconnecting")
        self._note("reconnecting", None)

    def reconnected(self) -> None:
        """It is back."""
        self._roster.changed()
        self._set(status="connected")
        self._note("reconnected", None)
        self._watch_server()

    def disconnected(self, reason: int) -> None:
        """It ended, by an ``rtc.DisconnectReason``."""
        if self._connection is None:
            return
        token: Any = getattr(self._connection.room, "_token", None)  # the server renews it meanwhile
        expires = expiry(token) if token else None
        self._ended(*end_of(reason, expired=expires is not None and expires < time.time()))

    # What else reports

    def _take_service(self, infos: Sequence[models.ParticipantInfo]) -> None:
        new, gone = self._roster.take_service(infos)
        for someone in new:
            if self._roster.arrived(someone.identity, someone.sid):
                self._note("joined", someone.identity, "told by RoomService")
        for someone in gone:
            self._gone(someone.identity, someone.sid, "")
        for someone in self.roster:
            self._discovery.appeared(someone)
        self._broadcast.touch()

    def _gone(self, identity: str, sid: str, reason: str) -> None:
        self._roster.left(identity, sid, reason)
        self._discovery.left(sid)
        self._note("left", identity, reason)

    def _deliver(self, events: tuple[WireEvent, ...]) -> None:
        """Packets that passed a vantage point."""
        room, us = self._state.room, self._state.identity or None
        for event in events:
            if isinstance(event, EncryptedEvent):
                self._tally.add(event)
            else:
                self._store.observe(event, room, us)
        if self._state.capture != "on":
            self._refresh()
        self._broadcast.touch()

    def _digest(self, rows: Sequence[TraceRow]) -> None:
        """Learn from calls that ended which methods their callees have."""
        for row in rows:
            if not isinstance(row, Call):
                continue
            if self._discovery.observe(row):
                self._roster.changed()
            if row.purpose == "call" and row.error and row.error.code == ErrorCode.UNSUPPORTED_METHOD:
                callee = self._roster.get(row.callee or "")
                if callee:
                    self._discovery.unsupported(callee, row.seq)

    def _methods_changed(self, identity: str, text: str) -> None:
        self._roster.changed()
        if text:
            self._note("methods", identity, text)
        self._broadcast.touch()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            self._store.expire(now)
            self._capture.tick(now)
            for passed, sender, text in self._tally.take():
                self._store.note("capture", passed, self._state.room, sender, text)
            # The SDK replaces what it knows of a participant without an event at times (livekit 1.2.0).
            self._roster.changed()
            self._refresh()
            self._broadcast.touch()

    # State

    def _note(self, kind: RoomEventKind, identity: str | None, text: str = "") -> None:
        self._store.note(kind, time.monotonic(), self._state.room, identity, text)
        self._broadcast.touch()

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        self._broadcast.touch()

    def _refresh(self) -> None:
        """Bring what the vantage points say of themselves into the state."""
        capture = self._capture.status
        attached = bool(self._feed and self._feed.attached)
        live = self._connection is not None
        vantage: tuple[str, ...] = ("us",) if live and capture in ("on", "clock_unknown") else ()
        vantage += ("server",) if live and attached else ()
        lost = self._capture.lost + (self._feed.lost if self._feed else 0)
        before = self._state
        state = replace(before, capture=capture, vantage=vantage, lost_packets=lost, unassigned=self._store.unassigned)
        if state != before:
            self._state = state
            if capture != before.capture and capture in ("not_understood", "clock_unknown"):
                self._note("notice", None, CAPTURE_NOTICES[capture])
            self._broadcast.touch()


CAPTURE_NOTICES = {
    "not_understood": "the SDK's packets are not understood, so acks of our calls are not known",
    "clock_unknown": "the clock of the SDK's packets is not ours, so acks are only as exact as their arrival",
}


def open_session(*, keep: int = 100_000, capture: bool = True) -> RoomSession:
    """A session of its own; called in the loop that it shall belong to.

    Args:
        keep: rows of the trace to keep; the oldest finished are dropped beyond it.
        capture: read our own SDK's packets; without it acks of our calls are not known.
    """
    return RoomSession(keep, capture=capture)
