"""One connection to a room: making it, telling what happens in it, ending it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from livekit import rtc
from livekit.rtc._ffi_client import FfiClient

from rpc_inspector.core.model import RoomEventKind
from rpc_inspector.room.changes import (
    Change,
    attributes_changed,
    metadata_changed,
    name_changed,
    permissions_changed,
)
from rpc_inspector.room.failures import connect_failure, no_answer, reason_in_words
from rpc_inspector.room.tasks import Tasks

#: Seconds that one attempt to connect may take; the SDK makes four (livekit 1.2.0), so a silent host would take 80 s.
ATTEMPT_LIMIT_S = 5.0
#: Seconds after which we say that it does not answer.
CONNECT_LIMIT_S = 12.0
#: Seconds that a disconnect may take; the SDK waits for the server's goodbye.
DISCONNECT_LIMIT_S = 3.0


class ConnectionObserver(Protocol):
    """Who is told of what happens in a connection; called in the loop."""

    def participant_event(self, kind: RoomEventKind, someone: rtc.Participant, text: str) -> None:
        """``someone`` joined, left, became active or changed; ``text`` is a short phrase."""

    def room_event(self, kind: RoomEventKind, text: str) -> None:
        """Something of the room itself changed; ``text`` is a short phrase."""

    def reconnecting(self) -> None:
        """The connection broke; the SDK tries to get it back."""

    def reconnected(self) -> None:
        """It is back."""

    def disconnected(self, reason: int) -> None:
        """It ended, by an ``rtc.DisconnectReason``."""


class Connection:
    """A connection that the SDK has made.

    Args:
        observer: is told of everything until :meth:`close`.
        owner: ends what an attempt that was given up leaves running.
    """

    def __init__(self, observer: ConnectionObserver, owner: Tasks) -> None:
        self._owner = owner
        self._observer: ConnectionObserver | None = observer
        self.room = rtc.Room()
        self._ended = False
        self._listen()

    async def open(self, url: str, token: str, passphrase: str, last_warning: Callable[[], str]) -> None:
        """Connect.

        Args:
            url: of the server, ws(s) or http(s).
            token: to join with.
            passphrase: of an encrypted room, or empty.
            last_warning: what the SDK complained of last, to explain why nothing came of it.

        Raises:
            ConnectFailed, NotAuthorised: as they say.
        """
        options = rtc.RoomOptions(
            auto_subscribe=False, connect_timeout=ATTEMPT_LIMIT_S, encryption=_encryption(passphrase)
        )
        connecting = asyncio.create_task(self.room.connect(_websocket(url), token, options), name="connect")
        try:
            # Shielded: the SDK cannot be told to give up. If it connects after all, it must be disconnected.
            await asyncio.wait_for(asyncio.shield(connecting), CONNECT_LIMIT_S)
        except rtc.ConnectError as error:
            raise connect_failure(url, error.message) from error
        except (TimeoutError, asyncio.CancelledError) as error:
            self._observer = None
            self._owner.start(self._reap(connecting), "disconnect what connects too late")
            if isinstance(error, TimeoutError):
                raise no_answer(url, CONNECT_LIMIT_S, last_warning()) from error
            raise

    @property
    def token(self) -> str:
        """The token that the connection lives by; the server renews it meanwhile."""
        # Only a private attribute has it (livekit 1.2.0).
        return str(getattr(self.room, "_token", "") or "")

    async def close(self) -> None:
        """Disconnect; nobody is told of anything any more."""
        self._observer = None
        if self.room.isconnected() and not self._ended:
            # A server that is gone says no goodbye; the SDK gives up by itself.
            with suppress(TimeoutError):
                await asyncio.wait_for(self.room.disconnect(), DISCONNECT_LIMIT_S)

    async def _reap(self, connecting: asyncio.Task[None]) -> None:
        try:
            await connecting
            await self.room.disconnect()
        except rtc.ConnectError:
            pass
        except asyncio.CancelledError:
            # The SDK (livekit 1.2.0) leaves its subscription behind when a connect is cancelled: every later event of
            # the process would be put into it.
            subscription = getattr(self.room, "_ffi_queue", None)
            if subscription is not None:
                FfiClient.instance.queue.unsubscribe(subscription)
            raise

    def _listen(self) -> None:
        on: Any = self.room.on  # the SDK types the callback as an untyped Callable
        on("participant_connected", lambda someone: self._tell("joined", someone, _kind_text(someone)))
        on("participant_active", lambda someone: self._tell("active", someone, ""))
        on("participant_disconnected", lambda someone: self._tell("left", someone, _reason_text(someone)))
        on("participant_attributes_changed", self._attributes_changed)
        on("participant_metadata_changed", lambda someone, _old, new: self._changed(someone, metadata_changed(new)))
        on("participant_name_changed", lambda someone, old, new: self._changed(someone, name_changed(old, new)))
        on("participant_permissions_changed", self._permissions_changed)
        on("room_metadata_changed", lambda _old, new: self._room_changed(metadata_changed(new)))
        on("reconnecting", self._reconnecting)
        on("reconnected", self._reconnected)
        on("disconnected", self._disconnected)

    def _tell(self, kind: RoomEventKind, someone: rtc.Participant | None, text: str) -> None:
        if self._observer and someone is not None:
            self._observer.participant_event(kind, someone, text)

    def _changed(self, someone: rtc.Participant | None, change: Change) -> None:
        kind, text = change
        self._tell(kind, someone, text)

    def _room_changed(self, change: Change) -> None:
        if self._observer:
            self._observer.room_event(*change)

    def _attributes_changed(self, changed: dict[str, str], someone: rtc.Participant | None) -> None:
        self._changed(someone, attributes_changed(changed))

    def _permissions_changed(self, someone: rtc.Participant | None, now: Any) -> None:
        self._changed(someone, permissions_changed(can_publish_data=bool(now.can_publish_data)))

    def _reconnecting(self) -> None:
        if self._observer:
            self._observer.reconnecting()

    def _reconnected(self) -> None:
        if self._observer:
            self._observer.reconnected()

    def _disconnected(self, reason: int) -> None:
        self._ended = True
        if self._observer:
            self._observer.disconnected(reason)


def _encryption(passphrase: str) -> rtc.E2EEOptions | None:
    if not passphrase:
        return None
    return rtc.E2EEOptions(key_provider_options=rtc.KeyProviderOptions(shared_key=passphrase.encode()))


def _websocket(url: str) -> str:
    return "ws" + url[4:] if url.startswith("http") else url


def _kind_text(someone: rtc.Participant) -> str:
    kind = str(rtc.ParticipantKind.Name(someone.kind)).rpartition("_")[2].lower()
    return "" if kind == "standard" else kind


def _reason_text(someone: rtc.Participant) -> str:
    reason = someone.disconnect_reason
    return "" if reason is None else reason_in_words(reason)
