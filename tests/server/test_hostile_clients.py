"""Whatever a client sends, the server answers or cuts that client off, and goes on serving the others."""

import base64
import gzip
import logging
from contextlib import asynccontextmanager

import aiohttp
import pytest
from livekit.protocol import models
from livekit.protocol import rtc as proto

from rpc_inspector.server.joining import MAX_JOIN_REQUEST_BYTES
from tests.support.rooms import SECRET, embedded_server, join, token, until


def wrapped(data, *, compression=proto.WrappedJoinRequest.NONE):
    request = proto.WrappedJoinRequest(join_request=data, compression=compression)
    return base64.urlsafe_b64encode(request.SerializeToString()).decode().rstrip("=")


JUNK = {
    "no base64": "%%%",
    "no protobuf": base64.urlsafe_b64encode(b"\xff" * 40).decode(),
    "a bomb": wrapped(gzip.compress(b"\0" * (MAX_JOIN_REQUEST_BYTES * 50)), compression=proto.WrappedJoinRequest.GZIP),
    "cut gzip": wrapped(gzip.compress(b"x" * 500)[:-20], compression=proto.WrappedJoinRequest.GZIP),
}


@pytest.mark.parametrize("what", JUNK)
async def test_a_junk_join_request_gets_400(what):
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        query = {"join_request": JUNK[what], "access_token": token("eve")}
        async with http.get(server.url.replace("ws", "http", 1) + "/rtc/v1", params=query) as answer:
            assert answer.status == 400
            assert "join request" in await answer.text()


@asynccontextmanager
async def raw(server, identity="eve", **query):
    """A WebSocket of our own, after its JoinResponse."""
    query["access_token"] = token(identity)
    async with aiohttp.ClientSession() as http, http.ws_connect(server.url + "/rtc/v1", params=query) as ws:
        proto.SignalResponse.FromString(await ws.receive_bytes())
        yield ws


async def last_message(ws):
    last = None
    async for message in ws:
        if message.type == aiohttp.WSMsgType.BINARY:
            last = proto.SignalResponse.FromString(message.data)
    return last


MESSAGES = {
    "no SignalRequest": b"\xff\xff\xff\xff",
    "an offer of junk": proto.SignalRequest(offer=proto.SessionDescription(sdp="v=0\r\nm=audio", type="offer")),
    "an empty offer": proto.SignalRequest(offer=proto.SessionDescription()),
    "a vast offer": proto.SignalRequest(offer=proto.SessionDescription(sdp="a=" * 200_000)),
    "more than a WebSocket message may have": b"\0" * 600_000,
}


@pytest.mark.parametrize("what", MESSAGES)
async def test_a_junk_message_ends_that_session_only(what):
    message = MESSAGES[what]
    data = message if isinstance(message, bytes) else message.SerializeToString()
    async with embedded_server() as server, join(server.url, "alice") as alice:
        async with raw(server) as ws:
            await until(lambda: "eve" in alice.remote_participants)
            await ws.send_bytes(data)
            last = await last_message(ws)
            assert last is None or last.WhichOneof("message") in ("leave", "update")
        await until(lambda: "eve" not in alice.remote_participants)
        async with join(server.url, "bob"):
            await until(lambda: "bob" in alice.remote_participants)


async def test_junk_candidates_do_not_end_a_session():
    async with embedded_server() as server, raw(server) as ws:
        junk = [
            "",
            "{",
            "[]",
            '{"candidate": "candidate:x"}',
            '{"candidate": "candidate:1 1 udp 1 a.local 5 typ host"}',
        ]
        for init in junk * 50:
            await ws.send_bytes(
                proto.SignalRequest(trickle=proto.TrickleRequest(candidateInit=init)).SerializeToString()
            )
        await ws.send_bytes(proto.SignalRequest(ping_req=proto.Ping(timestamp=7)).SerializeToString())
        pong = proto.SignalResponse.FromString(await ws.receive_bytes()).pong_resp
        assert pong.last_ping_timestamp == 7


async def test_a_resume_is_answered_by_a_request_to_reconnect():
    request = proto.JoinRequest(reconnect=True, participant_sid="PA_gone")
    query = {"join_request": wrapped(request.SerializeToString()), "access_token": token("eve")}
    async with (
        embedded_server() as server,
        aiohttp.ClientSession() as http,
        http.ws_connect(server.url + "/rtc/v1", params=query) as ws,
    ):
        leave = proto.SignalResponse.FromString(await ws.receive_bytes()).leave
        assert (leave.reason, leave.action) == (models.STATE_MISMATCH, proto.LeaveRequest.RECONNECT)


async def test_attributes_beyond_the_limit_are_refused_with_the_limit():
    async with embedded_server() as server, raw(server) as ws:
        update = proto.UpdateParticipantMetadata(attributes={"k": "v" * 70_000}, request_id=5)
        await ws.send_bytes(proto.SignalRequest(update_metadata=update).SerializeToString())
        response = proto.SignalResponse.FromString(await ws.receive_bytes()).request_response
        assert (response.request_id, response.reason) == (5, proto.RequestResponse.LIMIT_EXCEEDED)
        assert "65536" in response.message


async def test_nothing_secret_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    bearer = token("eve")
    async with embedded_server() as server, raw(server) as ws, aiohttp.ClientSession() as http:
        await ws.send_bytes(b"\xff")
        await last_message(ws)
        async with http.get(server.url.replace("ws", "http", 1) + f"/rtc/v1?access_token={bearer[:-3]}abc") as answer:
            assert answer.status == 401
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "participant PA_" in logged
    assert SECRET not in logged
    assert bearer.split(".")[1] not in logged
