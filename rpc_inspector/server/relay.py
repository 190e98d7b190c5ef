"""Forwarding of data packets between the participants of a room, as livekit-server does it."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from aiortc import RTCDataChannel
from google.protobuf.message import DecodeError
from livekit.protocol import models

if TYPE_CHECKING:  # rooms imports this module
    from rpc_inspector.server.rooms import Participant, Room

log = logging.getLogger(__name__)

MAX_HELD_PACKETS = 1000
MAX_HELD_BYTES = 4 * 1024 * 1024
"""What waits for a destination whose channel is not open yet."""
MAX_BUFFERED_BYTES = 64 * 1024 * 1024
"""What waits for a destination that reads more slowly than it is written to."""

_STREAM_PACKETS = frozenset({"stream_header", "stream_chunk", "stream_trailer", "transcription"})

Sent = Callable[[], None]


class Mailbox:
    """The way to one participant: its data channels, and what waits for them to open."""

    def __init__(self) -> None:
        self.reliable: RTCDataChannel | None = None
        self.lossy: RTCDataChannel | None = None
        self._held: deque[tuple[bytes, Sent | None]] = deque()
        self._held_bytes = 0

    def attach(self, channel: RTCDataChannel) -> None:
        """Takes a channel that the client opened; what was held for the reliable one goes out now."""
        if channel.label == "_lossy":
            self.lossy = channel
        elif channel.label == "_reliable":
            self.reliable = channel
            held, self._held, self._held_bytes = self._held, deque(), 0
            for packet, sent in held:
                self.deliver(packet, sent, reliable=True)

    def deliver(self, packet: bytes, sent: Sent | None, *, reliable: bool) -> None:
        """Sends a packet, or holds it while the reliable channel is not open yet.

        Args:
            packet: a serialised DataPacket.
            sent: called once the packet has gone to the transport.
            reliable: which of the two channels.
        """
        channel = self.reliable if reliable else self.lossy
        if channel is None:
            if reliable:
                self._hold(packet, sent)
            return
        if channel.readyState != "open" or channel.bufferedAmount > MAX_BUFFERED_BYTES:
            log.debug("packet of %d bytes dropped: channel %s, or full", len(packet), channel.readyState)
            return
        try:
            channel.send(packet)
        except ValueError:
            log.debug("packet of %d bytes dropped: larger than the destination accepts", len(packet))
            return
        if sent is not None:
            # send() leaves the writing to a task of its own; this runs right after that task.
            asyncio.get_running_loop().call_soon(sent)

    def _hold(self, packet: bytes, sent: Sent | None) -> None:
        if len(self._held) >= MAX_HELD_PACKETS or self._held_bytes + len(packet) > MAX_HELD_BYTES:
            log.debug("packet of %d bytes dropped: too much waits for a channel to open", len(packet))
            return
        self._held.append((packet, sent))
        self._held_bytes += len(packet)


def forward(room: "Room", sender: "Participant", data: bytes, *, reliable: bool) -> None:
    """Relays one packet that a participant sent.

    The sender's identity and sid are the server's word, not the client's. Repeats of reliable packets are dropped,
    and so is, silently, whatever comes without permission to publish data: that is what livekit-server 1.13.5 does.

    Args:
        room: where it was sent.
        sender: who sent it.
        data: a serialised DataPacket.
        reliable: whether it came on the reliable channel.
    """
    received = time.monotonic()
    if not sender.info.permission.can_publish_data:
        return
    try:
        packet = models.DataPacket.FromString(data)
    except DecodeError:
        log.debug("%d bytes that are no DataPacket dropped", len(data))
        return
    if reliable and packet.sequence:
        if packet.sequence <= sender.last_sequence:
            return
        sender.last_sequence = packet.sequence
    _sign(packet, sender, reliable=reliable)
    signed = packet.SerializeToString()
    watched = room.feed.watchers
    for target in _targets(room, sender, packet):
        sent = partial(room.feed.record, received, sender.name_tag, target.name_tag, signed) if watched else None
        target.mailbox.deliver(signed, sent, reliable=reliable)


def _sign(packet: models.DataPacket, sender: "Participant", *, reliable: bool) -> None:
    info = sender.info
    identity = "" if info.permission.hidden else info.identity
    value = packet.WhichOneof("value")
    on_behalf = info.kind == models.ParticipantInfo.AGENT and value in _STREAM_PACKETS and packet.participant_identity
    if not on_behalf:  # an agent may send a transcription in the name of the one who spoke
        packet.participant_identity = identity
    packet.participant_sid = info.sid
    packet.kind = models.DataPacket.RELIABLE if reliable else models.DataPacket.LOSSY
    if value == "user":
        _sign_user(packet, identity, info.sid if identity else "")


def _sign_user(packet: models.DataPacket, identity: str, sid: str) -> None:
    """User packets carry sender and destinations a second time, for older clients."""
    user = packet.user
    user.participant_identity = identity
    user.participant_sid = sid
    if packet.destination_identities:
        user.destination_identities[:] = packet.destination_identities
    else:
        packet.destination_identities.extend(user.destination_identities)


def _targets(room: "Room", sender: "Participant", packet: models.DataPacket) -> list["Participant"]:
    identities = packet.destination_identities
    if not identities:
        return [one for one in room.participants.values() if one is not sender and one.reachable]
    found = (room.participants.get(identity) for identity in dict.fromkeys(identities))
    return [one for one in found if one is not None and one is not sender and one.reachable]
