"""RoomService, by livekit-api as users call it, and as JSON."""

from contextlib import asynccontextmanager

import aiohttp
import pytest
from livekit import api, rtc

from tests.support.rooms import KEY, ROOM, SECRET, admin_token, embedded_server, join, token, until


@asynccontextmanager
async def staged(**options):
    """A server with alice and bob in its room, and the API client: (server, alice, bob, client)."""
    async with embedded_server(**options) as server, join(server.url, "alice") as alice, join(server.url, "bob") as bob:
        client = api.LiveKitAPI(server.url.replace("ws", "http", 1), KEY, SECRET)
        try:
            yield alice, bob, client
        finally:
            await client.aclose()


async def test_lists_rooms_and_participants():
    async with staged(rooms=["empty"]) as (alice, _, client):
        rooms = (await client.room.list_rooms(api.ListRoomsRequest())).rooms
        assert {room.name: room.num_participants for room in rooms} == {ROOM: 2, "empty": 0}
        everybody = (await client.room.list_participants(api.ListParticipantsRequest(room=ROOM))).participants
        assert {one.identity: one.client_protocol for one in everybody} == {"alice": 2, "bob": 2}
        one = await client.room.get_participant(api.RoomParticipantIdentity(room=ROOM, identity="alice"))
        assert one.sid == alice.local_participant.sid
        unknown = await client.room.list_participants(api.ListParticipantsRequest(room="nowhere"))
        assert list(unknown.participants) == []
        with pytest.raises(api.TwirpError, match="not in the room") as failure:
            await client.room.get_participant(api.RoomParticipantIdentity(room=ROOM, identity="zoe"))
        assert failure.value.status == 404


async def test_changes_permission_and_attributes_while_connected():
    async with staged() as (alice, bob, client):
        permission = api.ParticipantPermission(can_subscribe=True, can_publish_data=False)
        request = api.UpdateParticipantRequest(
            room=ROOM, identity="bob", attributes={"role": "guest"}, permission=permission
        )
        await client.room.update_participant(request)
        seen = alice.remote_participants["bob"]
        await until(lambda: seen.attributes == {"role": "guest"})
        await until(lambda: not bob.local_participant.permissions.can_publish_data)


async def test_removes_a_participant_and_deletes_a_room():
    async with staged() as (alice, bob, client):
        reasons = {}
        for room in (alice, bob):
            identity = room.local_participant.identity
            room.on("disconnected", lambda reason, identity=identity: reasons.update({identity: reason}))
        await client.room.remove_participant(api.RoomParticipantIdentity(room=ROOM, identity="bob"))
        await until(lambda: "bob" in reasons and "bob" not in alice.remote_participants)
        await client.room.delete_room(api.DeleteRoomRequest(room=ROOM))
        await until(lambda: "alice" in reasons)
        assert reasons == {
            "bob": rtc.DisconnectReason.PARTICIPANT_REMOVED,
            "alice": rtc.DisconnectReason.ROOM_DELETED,
        }
        assert not (await client.room.list_rooms(api.ListRoomsRequest())).rooms


async def test_answers_json_and_refuses_in_twirp_s_words():
    async with embedded_server() as server, join(server.url, "alice"), aiohttp.ClientSession() as http:
        base = server.url.replace("ws", "http", 1) + "/twirp/livekit.RoomService/"
        admin = {"Authorization": f"Bearer {admin_token()}"}
        async with http.post(base + "ListParticipants", json={"room": ROOM}, headers=admin) as answer:
            assert (await answer.json())["participants"][0]["identity"] == "alice"
        guest = {"Authorization": f"Bearer {token('eve')}"}
        refusals = [
            ("ListParticipants", {"json": {"room": ROOM}, "headers": guest}, 403, "permission_denied"),
            ("ListParticipants", {"json": {"room": "other"}, "headers": admin}, 403, "permission_denied"),
            ("ListRooms", {"json": {}, "headers": admin}, 403, "permission_denied"),
            ("ListRooms", {"json": {}}, 401, "unauthenticated"),
            ("ListParticipants", {"data": b"{", "headers": admin | {"Content-Type": "application/json"}}, 400, "i"),
            ("MuteAll", {"json": {}, "headers": admin}, 404, "not_found"),
        ]
        for method, body, status, code in refusals:
            async with http.post(base + method, **body) as answer:
                assert answer.status == status
                assert (await answer.json())["code"].startswith(code)
