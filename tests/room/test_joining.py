"""Joining, and every way in which it fails."""

import asyncio
import re
import time
from datetime import timedelta

import jwt
import pytest
from livekit import api

from rpc_inspector.core.session import ConnectFailed, Invocation, NotAuthorised, NotConnected
from rpc_inspector.room import connection, failures
from tests.support.rooms import KEY, ROOM, SECRET, join, token, until


async def test_a_join_with_a_key(session, target, server):
    updates = []
    session.subscribe(updates.append)
    await session.join(target(origin="flags"))
    state = session.state
    assert (state.status, state.room, state.origin, state.has_key) == ("connected", ROOM, "flags", True)
    assert re.fullmatch("inspector-[0-9a-f]{3}", state.identity)
    assert state.room_was_empty
    assert state.permissions.can_publish_data
    assert not state.permissions.can_publish
    assert not server.room(ROOM).participants[state.identity].hidden
    await until(lambda: session.state.room_sid.startswith("RM_"))
    await until(lambda: session.state.vantage == ("us", "server"))
    await until(lambda: any(update.state and update.state.vantage for update in updates))
    assert [someone.identity for someone in session.roster] == [state.identity]
    assert session.roster[0].is_self


async def test_http_urls_and_another_identity(session, target, server):
    await session.join(target(url=server.url.replace("ws://", "http://"), identity="somebody"))
    assert (session.state.status, session.state.identity) == ("connected", "somebody")


async def test_a_token_joins_where_it_says(session, target):
    await session.join(target(room="", api_key="", api_secret="", token=token("given")))
    assert (session.state.room, session.state.identity) == (ROOM, "given")
    assert not session.state.has_key


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ws://127.0.0.1:1", "Nothing listens at 127.0.0.1:1."),
        ("ws://no-such-host.invalid", "The host of no-such-host.invalid is not known."),
        ("gopher://127.0.0.1", "127.0.0.1 is no URL of a server."),
        ("ws://", "is no URL of a server."),
    ],
)
async def test_servers_that_are_not_there(session, target, url, says):
    began = time.monotonic()
    with pytest.raises(ConnectFailed) as failure:
        await session.join(target(url=url))
    assert says in failure.value.what
    assert failure.value.advice
    assert time.monotonic() - began < 3
    assert (session.state.status, session.state.reason) == ("closed", "failed")
    assert says in session.state.detail


async def test_tls_where_there_is_none(session, target, server):
    with pytest.raises(ConnectFailed, match="does not answer with TLS") as failure:
        await session.join(target(url=server.url.replace("ws://", "wss://")))
    assert "ws://" in failure.value.advice


async def test_a_server_that_says_nothing(session, target, monkeypatch):
    monkeypatch.setattr(connection, "CONNECT_LIMIT_S", 0.3)
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        with pytest.raises(ConnectFailed, match=r"did not answer within 0\.3 s"):
            await session.join(target(url=f"ws://127.0.0.1:{port}"))
        await session.close()


async def test_a_refusal_in_the_servers_own_words(session, target):
    with pytest.raises(NotAuthorised, match="its API secret is not this server's"):
        await session.join(target(api_secret="another-secret-that-is-long-enough-for-it"))
    assert session.state.reason == "failed"


def test_a_refusal_that_quotes_the_token_is_masked():
    secret = token("me")
    said = failures.connect_failure("ws://h", f"engine: signal failure: client error: 401 Unauthorized - bad {secret}")
    assert isinstance(said, NotAuthorised)
    assert secret not in str(said)
    assert "bad" in said.what


def signed(**claims):
    """What AccessToken refuses to make."""
    return jwt.encode(claims, SECRET)


def expired():
    grants = api.VideoGrants(room_join=True, room=ROOM)
    made = api.AccessToken(KEY, SECRET).with_identity("late").with_ttl(timedelta(hours=-3)).with_grants(grants)
    return made.to_jwt()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda: {"token": expired()}, "expired 3 hours ago"),
        (lambda: {"token": token("me", room="elsewhere")}, f"for the room elsewhere, not for {ROOM}"),
        (lambda: {"token": token("me"), "identity": "you"}, "for the identity me, not for you"),
        (lambda: {"token": token("me", room_join=False)}, "does not permit joining"),
        (lambda: {"token": signed(video={"roomJoin": True, "room": ROOM})}, "has no identity"),
        (lambda: {"token": signed(sub="me", video={"roomJoin": True}), "room": ""}, "names no room"),
        (lambda: {"token": "garbage"}, "cannot be read"),
        (lambda: {"token": "a.b.c"}, "cannot be read"),
    ],
    ids=["expired", "other room", "other identity", "no join", "nobody", "no room", "garbage", "three parts"],
)
async def test_tokens_that_cannot_work_are_told_before_connecting(session, target, how, says):
    with pytest.raises(NotAuthorised, match=says):
        await session.join(target(url="ws://127.0.0.1:1", **how()))


async def test_neither_key_nor_room(session, target):
    with pytest.raises(ConnectFailed, match="No room is named"):
        await session.join(target(room=""))
    with pytest.raises(ConnectFailed, match="neither a token nor an API key"):
        await session.join(target(api_key=""))


async def test_a_token_that_may_not_send_data_is_told_before_the_first_call(session, target):
    await session.join(target(token=token("mute", can_publish_data=False)))
    assert not session.state.permissions.can_publish_data
    rows = len(session.rows())
    with pytest.raises(NotAuthorised, match="may not send data"):
        session.start_call(Invocation(destination="anybody", method="x"))
    assert len(session.rows()) == rows


async def test_calls_need_a_connection(session):
    with pytest.raises(NotConnected):
        session.start_call(Invocation(destination="anybody", method="x"))
    with pytest.raises(NotConnected):
        await session.describe("anybody")


async def test_rooms_can_be_left_and_joined_again(session, target):
    await session.join(target())
    await session.join(target(room="another"))
    assert session.state.room == "another"
    await session.leave()
    assert (session.state.status, session.state.reason, session.roster) == ("closed", "left", ())
    await session.join(target())
    kinds = [(row.kind, row.room) for row in session.rows() if row.kind in ("connected", "disconnected")]
    assert kinds == [
        ("connected", ROOM),
        ("disconnected", ROOM),
        ("connected", "another"),
        ("disconnected", "another"),
        ("connected", ROOM),
    ]


async def test_a_join_that_something_else_overtakes(session, target):
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        overtaken = asyncio.create_task(session.join(target(url=f"ws://127.0.0.1:{port}")))
        await until(lambda: session.state.status == "connecting")
        await session.join(target())
        with pytest.raises(ConnectFailed, match="given up"):
            await overtaken
        assert session.state.status == "connected"
        await session.close()


async def test_a_join_that_is_cancelled_leaves_nobody_in_the_room(session, target, server):
    joining = asyncio.create_task(session.join(target(identity="ghost")))
    await until(lambda: session.state.status == "connecting")
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    assert session.state.status == "closed"

    def gone():
        try:
            return "ghost" not in server.room(ROOM).participants
        except KeyError:
            return True

    await until(lambda: not session._given_up._tasks, what="the late connection is disconnected")
    await until(gone)


async def test_the_rooms_of_a_server(session, target, server):
    async with join(server.url, "bob"):
        assert [(room.name, room.participants) for room in await session.list_rooms(target(room=""))] == [(ROOM, 1)]
    with pytest.raises(NotAuthorised, match="refused us"):
        await session.list_rooms(target(api_secret="another-secret-that-is-long-enough-for-it"))
    with pytest.raises(ConnectFailed, match="needs an API key"):
        await session.list_rooms(target(api_key="", token=token("me")))
    with pytest.raises(ConnectFailed, match=r"Nothing listens at 127\.0\.0\.1:1\."):
        await session.list_rooms(target(url="ws://127.0.0.1:1"))
