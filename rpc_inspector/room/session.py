"""The real session: one participant of ours in one room at a time, with all that it sees."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from livekit import rtc

from rpc_inspector.core.budgets import DEFAULT_ACK_MS
from rpc_inspector.core.explain import facts_of
from rpc_inspector.core.methods import DESCRIBE_METHOD
from rpc_inspector.core.model import Call, Participant, RoomEventKind, replace
from rpc_inspector.core.ping import Pinged
from rpc_inspector.core.secrets.redaction import shown_url
from rpc_inspector.core.session import (
    CloseReason,
    ConnectFailed,
    Invocation,
    NotConnected,
    RoomSummary,
    SessionError,
    SessionState,
    Target,
)
from rpc_inspector.core.store.rows import DEFAULT_BYTES, DEFAULT_ROWS
from rpc_inspector.core.store.trace import TraceStore
from rpc_inspector.room.broadcast import Broadcast
from rpc_inspector.room.clock import wall_offset
from rpc_inspector.room.connection import Connection
from rpc_inspector.room.failures import end_of
from rpc_inspector.room.hints import Hints, Saved
from rpc_inspector.room.intake import Intake, Tap
from rpc_inspector.room.invoking import Invoker, Surroundings
from rpc_inspector.room.kept_trace import KeptTrace
from rpc_inspector.room.people import People
from rpc_inspector.room.pinging import Caller, Pinger
from rpc_inspector.room.presence import Presence
from rpc_inspector.room.roster import from_sdk
from rpc_inspector.room.service import is_taken, list_rooms
from rpc_inspector.room.tasks import Latest, Tasks
from rpc_inspector.room.tokens import Pass, expiry, pass_for
from rpc_inspector.room.vantage import CAPTURE_NOTICES, VantagePoints

#: Limits of an ``rpc.describe``: together the 3 s that it may take.
DESCRIBE_ACK_MS, DESCRIBE_RESPONSE_MS = 1_000, 2_000
TICK_S = 1.0
#: Said before we join as somebody who is there.
TAKEN = "was in the room already: a room has one of each identity, so our joining sends the other away"
#: Seconds that a join waits for the server's stream, so that it sees the first call whole.
ATTACH_S = 0.3
#: Seconds for calls in flight to end by the SDK's own error once we have left; then we stop waiting for them.
DRAIN_S = 3.0
#: Seconds for an attempt to connect that was given up to come to its end, so that no ghost stays in the room.
GIVEN_UP_S = 0.5


class RoomSession(KeptTrace):
    """The owner of all mutable state; everything else gets immutable values. See ``core.session.Session``.

    It belongs to the loop in which it is made.

    Args:
        keep: rows of the trace to keep; beyond it the oldest that have ended are dropped.
        keep_bytes: the same for the memory that they take, estimated.
        capture: read our own SDK's packets and log; without it acks of our calls are not known.
        keep_packets: put the DataPackets themselves into what ``tap`` gets (``RpcEvent.raw``); the trace never keeps
            them.
        tap: called with each packet that a vantage point reports, before it is folded into its call.
        saved: keeps the methods that are called, to offer them again.
    """

    def __init__(
        self,
        *,
        keep: int = DEFAULT_ROWS,
        keep_bytes: int = DEFAULT_BYTES,
        capture: bool = True,
        keep_packets: bool = False,
        tap: Tap | None = None,
        saved: Saved | None = None,
    ) -> None:
        self._store = TraceStore(wall_offset(), keep, keep_bytes)
        self._intake = Intake(self._store, lambda: self._state, self._changed, tap)
        self._state = SessionState()
        self._target = Target(url="")
        self._connection: Connection | None = None
        self._joining = Latest()
        self._in_room = Tasks()
        self._always = Tasks()
        self._given_up = Tasks()
        self._hints = Hints(saved, self.notice)
        self._people = People(self._ask, self._note, self._changed, self._hints)
        self._broadcast = Broadcast(
            self._store, lambda: self._state, lambda: self._people.everybody, self._people.digest
        )
        self._presence = Presence(self._people, self._broadcast, lambda text: self._note("notice", None, text))
        self._vantage = VantagePoints(
            self._intake.observe, self._intake.logged, self._refresh, capture=capture, keep_packets=keep_packets
        )
        self._invoker = Invoker(
            self._store,
            Surroundings(
                state=lambda: self._state,
                speaker=self._speaker,
                present=self._presence.present,
                facts=lambda call: facts_of(self, call),
                read_packets=self._vantage.read_now,
                behind_s=lambda: self._vantage.behind_s,
                next_packets=self._vantage.next_packets,
                next_change=self._broadcast.next_change,
                changed=self._broadcast.touch,
            ),
        )
        self._pinger = Pinger(
            Caller(
                start=self._invoker.start,
                finished=self._invoker.finished,
                cancel=self._invoker.cancel,
                roster=lambda: self.roster,
                next_change=self._broadcast.next_change,
            )
        )
        self._pinging: asyncio.Task[None] | None = None
        self._always.start(self._tick(), "session tick")

    # What is known

    @property
    def state(self) -> SessionState:
        """The state now."""
        return self._state

    @property
    def roster(self) -> tuple[Participant, ...]:
        """The participants now, ourselves first."""
        return self._people.everybody

    async def list_rooms(self, target: Target) -> Sequence[RoomSummary]:
        """The server's rooms; needs an API key.

        Raises:
            ConnectFailed, NotAuthorised: likewise.
        """
        return await list_rooms(target)

    # Joining and leaving

    async def join(self, target: Target) -> None:
        """Leave the present room, if any, and join this one. The trace goes on.

        Raises:
            ConnectFailed: unreachable, refused, TLS; or another join, a leave or a close came in between.
            NotAuthorised: the server's own words are in ``what``.
        """
        if not await self._joining.run(lambda: self._join(target), "join"):
            raise ConnectFailed("Joining was given up for something else.")

    async def leave(self) -> None:
        """Leave the room; calls in flight end with 1503 as the SDK reports it. The session can join again."""
        await self._joining.stop()
        await self._leave()

    async def close(self) -> None:
        """Leave, stop every task and free everything. The session cannot be used afterwards."""
        await self.leave()
        await self._invoker.cancel_all()
        await self._always.stop()
        await self._given_up.wait(GIVEN_UP_S)
        await self._given_up.stop()
        self._vantage.stop()
        self._refresh()
        self._broadcast.close()

    async def _join(self, target: Target) -> None:
        await self._leave()
        self._target = target
        self._vantage.start()
        self._state = SessionState(
            status="connecting",
            url=shown_url(target.url),
            room=target.room,
            identity=target.identity,
            origin=target.origin,
            embedded=target.embedded,
            has_key=target.has_key,
            encrypted=bool(target.passphrase),
            journal=self._state.journal,
        )
        self._refresh()
        self._note("connecting", None, target.url)
        connection = Connection(self, self._given_up)
        try:
            await self._hints.begin(target.catalogues)
            entry = pass_for(target)
            self._set(room=entry.room, identity=entry.identity)
            if (target.identity or target.token) and await is_taken(target, entry.room, entry.identity):
                self._note("notice", entry.identity, TAKEN)
            self._vantage.joining(entry.identity)
            await connection.open(target.url, entry.token, target.passphrase, lambda: self._vantage.last_warning)
        except SessionError as failure:
            self._set(status="closed", reason="failed", detail=str(failure))
            self._note("disconnected", None, failure.what)
            raise
        except asyncio.CancelledError:
            self._set(status="closed", reason="left", detail="Joining was given up.")
            raise
        self._entered(entry, connection)
        await self._vantage.server_answered(ATTACH_S)

    def _entered(self, entry: Pass, connection: Connection) -> None:
        room, target = connection.room, self._target
        self._connection = connection
        us = from_sdk(room.local_participant)
        self._set(
            status="connected",
            room=room.name or entry.room,
            identity=us.identity or entry.identity,
            room_was_empty=not room.remote_participants,
            permissions=us.permissions,
        )
        self._note("connected", None, f"{self._state.room} as {self._state.identity}")
        self._people.entered(room, target.url, asking=target.describe and us.permissions.can_publish_data)
        self._in_room.start(self._hints.watch(self._people.refresh), "catalogues")
        self._in_room.start(self._learn_sid(room), "room sid")
        self._presence.entered(target, self._state.room, self._in_room)
        self._vantage.watch_server(target, self._state.room, self._in_room)

    async def _learn_sid(self, room: rtc.Room) -> None:
        self._set(room_sid=await room.sid)

    async def _leave(self) -> None:
        connection = self._connection
        if connection:
            self._broadcast.flush()  # while everybody is there of whom calls teach something
            # First: whoever asks why a call ended with 1503 meanwhile shall learn that we left.
            self._ended("left", "We left the room.")
            await connection.close()
            await self._invoker.drained(DRAIN_S)
        await self._invoker.cancel_all()
        await self._in_room.stop()
        await self._people.settle()

    def _ended(self, reason: CloseReason, detail: str) -> None:
        """The connection is over, by us or by the server."""
        self._connection = None
        self._presence.left()
        self._in_room.cancel()
        self._pinging = None
        self._set(status="closed", reason=reason, detail=detail, pinging=None)
        self._note("disconnected", None, detail)
        self._store.abandon(self._state.room)
        self._people.left_room()
        self._refresh()

    # Calls

    def start_call(self, invocation: Invocation) -> int:
        """Begin a call in a task that the session owns; returns its row's number at once.

        Raises:
            NotConnected, NotAuthorised, CannotSend: nothing was begun.
        """
        return self._invoker.start(invocation)

    async def ended(self, seq: int) -> Call:
        """Wait for the outcome of a call begun with :meth:`start_call`, without its last packets and causes."""
        return await self._invoker.ended(seq)

    async def finished(self, seq: int) -> Call:
        """Wait for a call begun with :meth:`start_call`: its outcome, and up to 50 ms more for its packets."""
        return await self._invoker.finished(seq)

    def cancel(self, seq: int) -> bool:
        """Stop waiting for a call. The remote handler runs on: cancelling does not travel. False if it had ended."""
        return self._invoker.cancel(seq)

    async def ping(self, identity: str, *, ack_ms: int = DEFAULT_ACK_MS, anyway: bool = False) -> Pinged:
        """Ask whether a participant's SDK answers, and how fast; no user code of its runs.

        Raises:
            NotConnected, NotAuthorised, CannotSend: nothing was sent.
        """
        return await self._pinger.ping(identity, ack_ms, anyway=anyway)

    async def ping_all(
        self, *, ack_ms: int = DEFAULT_ACK_MS, told: Callable[[Pinged], None] | None = None
    ) -> Sequence[Pinged]:
        """Ping everybody in the room but ourselves, at most 8 at once; ``told`` gets each result as it comes.

        Raises:
            NotConnected, NotAuthorised: nothing was sent.
        """
        self._require_connection()
        return await self._pinger.ping_all(ack_ms, told)

    def keep_pinging(self, interval_s: float | None) -> None:
        """Ping everybody who is active every so many seconds, or no longer (``None``); leaving the room ends it.

        Raises:
            NotConnected: there is no room.
        """
        if self._pinging:
            self._pinging.cancel()
            self._pinging = None
        if interval_s is not None:
            self._require_connection()
            self._pinging = self._in_room.start(self._pinger.watch(interval_s), "pings")
        self._set(pinging=interval_s)

    def notice(self, text: str) -> None:
        """Put a remark of the program's own into the trace, e.g. that the journal ended."""
        self._note("notice", None, text)

    def recorded_in(self, path: str) -> None:
        """Say in the state in which file this session is recorded."""
        self._set(journal=path)

    async def wait_for_participant(self, identity: str, seconds: float) -> Participant | None:
        """Wait until ``identity`` is active, at most so long; ``None`` if it is not by then."""
        return await self._presence.wait_for(identity, seconds)

    async def describe(self, identity: str, method: str | None = None) -> None:
        """Ask a participant for its methods now (``rpc.describe``); the roster shows what came of it.

        With ``method``, about that one alone, if it was left out because the participant has so many.

        Raises:
            NotConnected, NotAuthorised: it cannot be asked.
        """
        self._require_connection()
        await self._people.describe(identity, method)

    def _require_connection(self) -> None:
        if self._connection is None:
            raise NotConnected("There is no connection to a room.", "Join a room first.")

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
        return await self._invoker.ended(seq)

    def _speaker(self) -> rtc.LocalParticipant | None:
        return self._connection.room.local_participant if self._connection else None

    # What the connection tells (ConnectionObserver)

    def participant_event(self, kind: RoomEventKind, someone: rtc.Participant, text: str) -> None:
        """``someone`` joined, left, became active or changed."""
        if someone.identity == self._state.identity:
            self._set(permissions=from_sdk(someone).permissions)
        self._people.happened(kind, someone, text)

    def room_event(self, kind: RoomEventKind, text: str) -> None:
        """Something of the room itself changed."""
        self._note(kind, None, text)

    def reconnecting(self) -> None:
        """The connection broke; the SDK tries to get it back."""
        self._set(status="reconnecting")
        self._note("reconnecting", None, "")
        self._people.reconnecting()

    def reconnected(self) -> None:
        """It is back."""
        self._set(status="connected")
        self._note("reconnected", None, "")
        self._people.reconnected()
        self._vantage.watch_server(self._target, self._state.room, self._in_room)

    def disconnected(self, reason: int) -> None:
        """It ended, by an ``rtc.DisconnectReason``."""
        if self._connection is None:
            return
        expires = expiry(self._connection.token)
        self._ended(*end_of(reason, expired=expires is not None and expires < time.time()))

    # What else reports

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            if told := self._intake.read_clock():
                self._note("notice", None, told)
            self._store.expire(now)
            self._vantage.tick(now)
            for passed, sender, text in self._vantage.encrypted.take():
                self._store.note("capture", passed, self._state.room, sender, text)
            self._people.refresh()
            self._refresh()

    # State

    def _changed(self) -> None:
        self._broadcast.touch()

    def _note(self, kind: RoomEventKind, identity: str | None, text: str) -> None:
        self._store.note(kind, time.monotonic(), self._state.room, identity, text)
        self._broadcast.touch()

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        self._broadcast.touch()

    def _refresh(self) -> None:
        """Bring what the vantage points say of themselves into the state."""
        before = self._state
        seen = self._vantage.seen_in(before, live=self._connection is not None)
        self._state = replace(seen, unassigned=self._store.unassigned, dropped_calls=self._store.dropped_calls)
        if self._state.capture != before.capture and self._state.capture in CAPTURE_NOTICES:
            self._note("notice", None, CAPTURE_NOTICES[self._state.capture])
        self._broadcast.touch()
