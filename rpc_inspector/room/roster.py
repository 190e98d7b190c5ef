"""Who is in the room: what the SDK lists, what only RoomService knows so far, and who has left."""

import time
from collections.abc import Callable, Iterable, Mapping

from livekit import rtc
from livekit.protocol import models

from rpc_inspector.core.model import Kind, Participant, Permissions, State, replace

_KINDS: dict[str, Kind] = {
    "STANDARD": "standard", "AGENT": "agent", "SIP": "sip", "INGRESS": "ingress", "EGRESS": "egress",
    "CONNECTOR": "connector", "BRIDGE": "bridge",
}  # fmt: skip
_STATES: tuple[State, ...] = ("joining", "joined", "active", "disconnected")
#: Sids that have left are remembered, so that a late list of RoomService does not bring them back.
_DEPARTED_KEPT = 1000

Complete = Callable[[Participant], Participant]


class Roster:
    """The participants of one room, merged from both sources.

    Args:
        complete: adds what is known of a participant's methods.
    """

    def __init__(self, complete: Complete) -> None:
        self._complete = complete
        self._room: rtc.Room | None = None
        self._service: dict[str, Participant] = {}
        self._order: dict[str, float] = {}
        self._known: dict[str, str] = {}
        self._merged: tuple[Participant, ...] = ()
        self._stale = False
        self._departed: dict[str, None] = {}

    def attach(self, room: rtc.Room) -> None:
        """We have joined ``room``."""
        self._room = room
        self._known = {someone.identity: someone.sid for someone in room.remote_participants.values()}
        self._stale = True

    def detach(self) -> None:
        """We are in no room."""
        self._room = None
        self._service.clear()
        self._order.clear()
        self._known.clear()
        self._merged = ()
        self._stale = False

    def changed(self) -> None:
        """Something changed: merge anew when asked next."""
        self._stale = True

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """All participants, ourselves first, then in the order in which they were first seen."""
        if self._stale:
            self._stale = False
            self._merge()
        return self._merged

    def arrived(self, identity: str, sid: str) -> bool:
        """The SDK or RoomService tells of a join; false if the other did so before."""
        self._stale = True
        if self._known.get(identity) == sid:
            return False
        self._known[identity] = sid
        return True

    def from_service_alone(self) -> dict[str, Participant]:
        """Whom only RoomService lists so far, by sid, as it did last."""
        by_sdk = self._room.remote_participants if self._room else {}
        return {someone.sid: someone for name, someone in self._service.items() if name not in by_sdk}

    def listed_by_service(self, identity: str, sid: str) -> Participant | None:
        """This session of a participant as RoomService listed it last, if it did."""
        listed = self._service.get(identity)
        return listed if listed and listed.sid == sid else None

    def left(self, identity: str, sid: str) -> None:
        """A participant has left."""
        self._departed[sid] = None
        if len(self._departed) > _DEPARTED_KEPT:
            del self._departed[next(iter(self._departed))]
        if self._known.get(identity) == sid:
            del self._known[identity]
            self._order.pop(identity, None)
        listed = self._service.get(identity)
        if listed and listed.sid == sid:
            del self._service[identity]
        self._stale = True

    def take_service(self, infos: Iterable[models.ParticipantInfo]) -> tuple[list[Participant], list[Participant]]:
        """Take RoomService's present list.

        Returns:
            Those that only it knows and that are new, and those that only it knew and that are gone.
        """
        listed = {
            info.identity: from_service(info)
            for info in infos
            if info.identity and info.sid not in self._departed and info.state != models.ParticipantInfo.DISCONNECTED
        }
        if self._room is None:
            return [], []
        by_sdk = self._room.remote_participants
        listed.pop(self._room.local_participant.identity, None)
        before, self._service = self._service, listed
        self._stale = self._stale or before != listed
        new = [one for name, one in listed.items() if name not in by_sdk and self._known.get(name) != one.sid]
        gone = [one for name, one in before.items() if name not in listed and name not in by_sdk]
        return new, gone

    def _merge(self) -> None:
        if self._room is None:
            self._merged = ()
            return
        # The SDK keeps for us the state of our own join, which livekit-server calls "joining".
        us = self._finish(replace(from_sdk(self._room.local_participant), is_self=True, state="active"))
        present = {someone.identity: from_sdk(someone) for someone in self._room.remote_participants.values()}
        for identity, listed in self._service.items():
            have = present.get(identity)
            if have is None and identity != us.identity:
                present[identity] = listed
            elif have is not None and have.sid == listed.sid:
                present[identity] = _with_service(have, listed)
        now = time.time()
        for identity in present:
            self._order.setdefault(identity, now)
        self._merged = (us, *(self._finish(present[identity]) for identity in self._order if identity in present))

    def _finish(self, someone: Participant) -> Participant:
        return self._complete(replace(someone, seen_at=self._order.get(someone.identity)))


def _with_service(have: Participant, listed: Participant) -> Participant:
    """The SDK's entry with what RoomService may know earlier: being active, and the time of the join."""
    state = "active" if listed.state == "active" and have.state in ("joining", "joined") else have.state
    protocol = have.client_protocol if have.client_protocol is not None else listed.client_protocol
    return replace(have, state=state, joined_at=have.joined_at or listed.joined_at, client_protocol=protocol)


def from_sdk(someone: rtc.Participant) -> Participant:
    """A participant as the SDK knows it."""
    # Only the private info has the protocol (livekit 1.2.0); without it nothing is claimed.
    info = getattr(someone, "_info", None)
    protocol = getattr(info, "client_protocol", None)
    return Participant(
        identity=someone.identity,
        sid=someone.sid,
        name=someone.name,
        kind=_kind(rtc.ParticipantKind, someone.kind, "PARTICIPANT_KIND_"),
        state=_state(someone.state),
        metadata=someone.metadata,
        attributes=someone.attributes,
        permissions=_permissions(someone.permissions),
        joined_at=someone.joined_at.timestamp() if someone.joined_at else None,
        client_protocol=protocol if isinstance(protocol, int) else None,
    )


def from_service(info: models.ParticipantInfo) -> Participant:
    """A participant as RoomService lists it."""
    return Participant(
        identity=info.identity,
        sid=info.sid,
        name=info.name,
        kind=_kind(models.ParticipantInfo.Kind, info.kind, ""),
        state=_state(info.state),
        metadata=info.metadata,
        attributes=dict(info.attributes),
        permissions=_permissions(info.permission),
        joined_at=info.joined_at_ms / 1000 if info.joined_at_ms else float(info.joined_at) or None,
        client_protocol=info.client_protocol,
        listed_by="service",
    )


def _kind(enum: object, value: int, prefix: str) -> Kind:
    try:
        name = enum.Name(value)  # type: ignore[attr-defined] # protobuf's enum wrappers share no public type
    except ValueError:
        return "standard"
    return _KINDS.get(str(name).removeprefix(prefix), "standard")


def _state(value: int) -> State:
    return _STATES[value] if 0 <= value < len(_STATES) else "joined"


def _permissions(granted: object) -> Permissions:
    """The permissions in a message of either livekit.rtc or livekit-protocol: their fields have the same names."""
    names: Mapping[str, bool] = {
        name: bool(getattr(granted, name))
        for name in ("can_publish_data", "can_update_metadata", "can_publish", "can_subscribe", "hidden")
    }
    return Permissions(**names)
