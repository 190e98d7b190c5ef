"""The part of LiveKit's RoomService that staging and watching a room needs, as twirp (JSON and protobuf)."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from livekit.api.access_token import Claims
from livekit.protocol import models
from livekit.protocol import room as proto

from rpc_inspector.server.errors import RefusedError
from rpc_inspector.server.registry import Registry
from rpc_inspector.server.rooms import Participant, Room, UpdateRefusedError
from rpc_inspector.server.tokens import TokenGate, require_admin, require_create, require_list

PREFIX = "/twirp/livekit.RoomService/"
_CODES = {400: "invalid_argument", 401: "unauthenticated", 403: "permission_denied", 404: "not_found"}
_JSON = "application/json"
_PROTOBUF = "application/protobuf"


class RoomService:
    """Answers RoomService requests about the rooms of one server.

    Args:
        registry: the rooms.
        gate: verifies the tokens.
    """

    def __init__(self, registry: Registry, gate: TokenGate) -> None:
        self._registry = registry
        self._gate = gate
        self._methods: dict[str, tuple[type[Message], Callable[[Claims, Any], Message]]] = {
            "CreateRoom": (proto.CreateRoomRequest, self._create_room),
            "DeleteRoom": (proto.DeleteRoomRequest, self._delete_room),
            "GetParticipant": (proto.RoomParticipantIdentity, self._get_participant),
            "ListParticipants": (proto.ListParticipantsRequest, self._list_participants),
            "ListRooms": (proto.ListRoomsRequest, self._list_rooms),
            "RemoveParticipant": (proto.RoomParticipantIdentity, self._remove_participant),
            "UpdateParticipant": (proto.UpdateParticipantRequest, self._update_participant),
        }

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one twirp request."""
        name = request.match_info["method"]
        if name not in self._methods:
            return _error(404, f"This server has no RoomService.{name}: it serves {', '.join(self._methods)}.")
        message_type, method = self._methods[name]
        try:
            claims = self._gate.claims(request)
            return _response(request, method(claims, await _read(request, message_type())))
        except RefusedError as refused:
            return _error(refused.status, refused.message)

    def _create_room(self, claims: Claims, request: proto.CreateRoomRequest) -> Message:
        require_create(claims)
        if not request.name:
            raise RefusedError("A room needs a name.", status=400)
        room = self._registry.keep(request.name)
        if request.metadata:
            room.info.metadata = request.metadata
        return room.describe()

    def _delete_room(self, claims: Claims, request: proto.DeleteRoomRequest) -> Message:
        require_create(claims)
        self._registry.delete(self._room(request.room).info.name)
        return proto.DeleteRoomResponse()

    def _list_rooms(self, claims: Claims, request: proto.ListRoomsRequest) -> Message:
        require_list(claims)
        rooms = [room for room in self._registry.rooms() if not request.names or room.info.name in request.names]
        return proto.ListRoomsResponse(rooms=[room.describe() for room in rooms])

    def _list_participants(self, claims: Claims, request: proto.ListParticipantsRequest) -> Message:
        room = self._registry.find(require_admin(claims, request.room))
        everybody = room.participants.values() if room else ()
        return proto.ListParticipantsResponse(participants=[one.info for one in everybody])

    def _get_participant(self, claims: Claims, request: proto.RoomParticipantIdentity) -> Message:
        require_admin(claims, request.room)
        return self._participant(request.room, request.identity)[1].info

    def _remove_participant(self, claims: Claims, request: proto.RoomParticipantIdentity) -> Message:
        require_admin(claims, request.room)
        room, participant = self._participant(request.room, request.identity)
        room.remove(participant, models.PARTICIPANT_REMOVED)
        return proto.RemoveParticipantResponse()

    def _update_participant(self, claims: Claims, request: proto.UpdateParticipantRequest) -> Message:
        require_admin(claims, request.room)
        room, participant = self._participant(request.room, request.identity)
        try:
            room.update(
                participant,
                name=request.name,
                metadata=request.metadata,
                attributes=request.attributes,
                permission=request.permission if request.HasField("permission") else None,
            )
        except UpdateRefusedError as error:
            raise RefusedError(f"The update is too large: {error}.", status=400) from None
        return participant.info

    def _room(self, name: str) -> Room:
        room = self._registry.find(name)
        if room is None:
            raise RefusedError("The requested room does not exist.", status=404)
        return room

    def _participant(self, room_name: str, identity: str) -> tuple[Room, Participant]:
        room = self._room(room_name)
        if identity not in room.participants:
            raise RefusedError("The participant is not in the room.", status=404)
        return room, room.participants[identity]


async def _read(request: web.Request, message: Message) -> Message:
    body = await request.read()
    try:
        if request.content_type == _JSON:
            json_format.Parse(body, message, ignore_unknown_fields=True)
        elif request.content_type == _PROTOBUF:
            message.ParseFromString(body)
        else:
            raise RefusedError(f"The body must be {_JSON} or {_PROTOBUF}.", status=400)
    except (json_format.ParseError, DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError("The body cannot be read as this method's request.", status=400) from None
    return message


def _response(request: web.Request, message: Message) -> web.Response:
    if request.content_type == _JSON:
        text = json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None)
        return web.Response(text=text, content_type=_JSON)
    return web.Response(body=message.SerializeToString(), content_type=_PROTOBUF)


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"code": _CODES.get(status, "internal"), "msg": message}, status=status)
