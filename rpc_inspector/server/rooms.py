"""Rooms and the participants in them: the one place where their state changes."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from livekit.protocol import models, rtc

from rpc_inspector.server.events import Feed, NameTag
from rpc_inspector.server.joining import new_sid
from rpc_inspector.server.relay import Mailbox

MAX_ATTRIBUTES_BYTES = 64 * 1024
MAX_METADATA_BYTES = 64 * 1024
MAX_NAME_BYTES = 256


class Signal(Protocol):
    """The way to a participant's client that is not data: its WebSocket."""

    def send(self, response: rtc.SignalResponse) -> None:
        """Queues a message."""

    def end(self, reason: "models.DisconnectReason", action: "rtc.LeaveRequest.Action") -> None:
        """Tells the client to leave, and closes."""

    def drop(self) -> None:
        """Cuts the connection without a word."""


class Participant:
    """One session of one identity in a room.

    Attributes:
        info: what the others get told about it.
        signal: its WebSocket.
        mailbox: its data channels.
        last_sequence: the highest sequence number of a reliable packet that came from it.
        reachable: whether packets are forwarded to it; false stages a peer that never acknowledges.
    """

    def __init__(self, info: models.ParticipantInfo, signal: Signal) -> None:
        self.info = info
        self.signal = signal
        self.mailbox = Mailbox()
        self.last_sequence = 0
        self.reachable = True

    @property
    def hidden(self) -> bool:
        """Whether the others are not told about it."""
        return self.info.permission.hidden

    @property
    def name_tag(self) -> NameTag:
        """Identity, sid, and whether hidden."""
        return self.info.identity, self.info.sid, self.info.permission.hidden


class UpdateRefusedError(Exception):
    """An update that is too large; the text says which part and the limit."""


class Room:
    """A room with its participants.

    Args:
        name: its name.
        feed: where its forwarded packets are recorded.
        emptied: called when the last participant has left.

    Attributes:
        info: what clients get told about it.
        participants: by identity.
    """

    def __init__(self, name: str, feed: Feed, emptied: Callable[["Room"], None]) -> None:
        now_ms = time.time_ns() // 1_000_000
        self.info = models.Room(
            sid=new_sid("RM"), name=name, creation_time=now_ms // 1000, creation_time_ms=now_ms, departure_timeout=20
        )
        self.feed = feed
        self.participants: dict[str, Participant] = {}
        self._emptied = emptied

    def describe(self) -> models.Room:
        """Returns the room's description with the number of participants that are not hidden."""
        self.info.num_participants = sum(not one.hidden for one in self.participants.values())
        return self.info

    def join(self, participant: Participant) -> list[models.ParticipantInfo]:
        """Takes a participant in; an older session of the same identity has to leave.

        Returns:
            The others that it may know about, as they are now.
        """
        identity = participant.info.identity
        older = self.participants.get(identity)
        if older is not None:
            self.remove(older, models.DUPLICATE_IDENTITY)
        others = [one.info for one in self.participants.values() if not one.hidden]
        self.participants[identity] = participant
        self._tell_others(participant)
        return others

    def activate(self, participant: Participant) -> None:
        """Says that a participant's peer connection is up."""
        if participant.info.state == models.ParticipantInfo.JOINED:
            participant.info.state = models.ParticipantInfo.ACTIVE
            self._announce_change(participant)

    def remove(
        self,
        participant: Participant,
        reason: "models.DisconnectReason",
        action: "rtc.LeaveRequest.Action" = rtc.LeaveRequest.DISCONNECT,
    ) -> None:
        """Takes a participant out, tells the others why, and ends its connection. Harmless when it is out already."""
        info = participant.info
        if self.participants.get(info.identity) is not participant:
            return
        del self.participants[info.identity]
        info.state = models.ParticipantInfo.DISCONNECTED
        info.disconnect_reason = reason
        info.version += 1
        self._tell_others(participant)
        participant.signal.end(reason, action)
        if not self.participants:
            self._emptied(self)

    def close(self, reason: "models.DisconnectReason") -> None:
        """Ends the connection of everybody."""
        for participant in list(self.participants.values()):
            self.remove(participant, reason)

    def update(
        self,
        participant: Participant,
        *,
        name: str = "",
        metadata: str = "",
        attributes: Mapping[str, str] | None = None,
        permission: models.ParticipantPermission | None = None,
    ) -> None:
        """Changes what a participant is; empty fields stay as they are, an attribute set to "" goes away.

        Raises:
            UpdateRefusedError: a part is longer than livekit-server's limits; nothing was changed.
        """
        info = participant.info
        merged = {key: value for key, value in {**info.attributes, **(attributes or {})}.items() if value}
        _check_sizes(name, metadata, merged)
        info.name = name or info.name
        info.metadata = metadata or info.metadata
        info.attributes.clear()
        info.attributes.update(merged)
        if permission is not None:
            info.permission.CopyFrom(permission)
        self._announce_change(participant)

    def drop_connection(self, identity: str) -> None:
        """Cuts a participant's connection as a failing network would; its client will reconnect.

        Raises:
            KeyError: it is not in the room.
        """
        self.participants[identity].signal.drop()

    def set_reachable(self, identity: str, *, reachable: bool) -> None:
        """Stops or resumes forwarding of packets to a participant.

        Raises:
            KeyError: it is not in the room.
        """
        self.participants[identity].reachable = reachable

    def _announce_change(self, participant: Participant) -> None:
        participant.info.version += 1
        participant.signal.send(_update_of(participant))
        self._tell_others(participant)

    def _tell_others(self, participant: Participant) -> None:
        if participant.hidden:
            return
        update = _update_of(participant)
        for other in self.participants.values():
            if other is not participant:
                other.signal.send(update)


def _update_of(participant: Participant) -> rtc.SignalResponse:
    return rtc.SignalResponse(update=rtc.ParticipantUpdate(participants=[participant.info]))


def _check_sizes(name: str, metadata: str, attributes: Mapping[str, str]) -> None:
    total = sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items())
    if total > MAX_ATTRIBUTES_BYTES:
        raise UpdateRefusedError(f"all attributes together have more than {MAX_ATTRIBUTES_BYTES} bytes")
    if len(metadata.encode()) > MAX_METADATA_BYTES:
        raise UpdateRefusedError(f"the metadata has more than {MAX_METADATA_BYTES} bytes")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise UpdateRefusedError(f"the name has more than {MAX_NAME_BYTES} bytes")
