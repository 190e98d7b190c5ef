"""Whoever is refused reads why, in the SDK's own error as well as in the HTTP answer."""

from datetime import timedelta

import aiohttp
import pytest
from livekit import api, rtc

from tests.support.rooms import KEY, ROOM, SECRET, admin_token, embedded_server, token


def expired() -> str:
    grants = api.VideoGrants(room_join=True, room=ROOM)
    made = api.AccessToken(KEY, SECRET).with_identity("late").with_grants(grants)
    return made.with_ttl(timedelta(hours=-1)).to_jwt()


def roomless() -> str:
    import jwt

    claims = jwt.decode(token("eve"), SECRET, algorithms=["HS256"], issuer=KEY)
    claims["video"]["room"] = ""
    return jwt.encode(claims, SECRET, algorithm="HS256")


REFUSALS = {
    "has expired": expired,
    "signature is wrong": lambda: token("eve", secret="another-secret-of-sufficient-length"),
    "API key that this server does not know": lambda: token("eve", key="another-key"),
    "does not permit joining": lambda: token("eve", room_join=False),
    "names no room": roomless,
    "malformed": lambda: "no-token-at-all",
}


@pytest.mark.parametrize("words", REFUSALS)
@pytest.mark.parametrize("path", ["/rtc/validate", "/rtc/v1/validate", "/rtc/v1", "/rtc"])
async def test_a_refused_token_gets_401_and_a_sentence(words, path):
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        url = server.url.replace("ws", "http", 1) + path
        async with http.get(url, headers={"Authorization": f"Bearer {REFUSALS[words]()}"}) as answer:
            assert answer.status == 401
            body = await answer.text()
            assert words in body
            assert body.endswith(".")
            assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_no_token_and_another_room_are_told_apart():
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        url = server.url.replace("ws", "http", 1) + "/rtc/validate"
        async with http.get(url) as answer:
            assert (answer.status, await answer.text()) == (401, "The request carries no access token.")
        async with http.get(url, params={"access_token": token("eve"), "room": "elsewhere"}) as answer:
            assert (answer.status, await answer.text()) == (401, "The access token is for another room.")
        async with http.get(url, params={"access_token": token("eve")}) as answer:
            assert (answer.status, await answer.text()) == (200, "success")


async def test_the_sdk_shows_the_server_s_words():
    async with embedded_server() as server:
        with pytest.raises(rtc.ConnectError, match="has expired: make a new one"):
            await rtc.Room().connect(server.url, expired())


async def test_signed_claims_of_odd_shape_are_refused():
    import jwt

    claims = {"iss": KEY, "exp": 4102444800, "sub": "eve"}
    shapes = [{"video": "all"}, {"video": {"room": 5, "roomJoin": True}}, {"video": [], "attributes": 7}]
    join = {"room": ROOM, "roomJoin": True}
    shapes += [{"video": join | {"canPublishData": "yes"}}, {"video": join, "name": "\ud800"}]
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        url = server.url.replace("ws", "http", 1) + "/rtc/v1"
        for shape in shapes:
            odd = jwt.encode(claims | shape, SECRET, algorithm="HS256")
            async with http.get(url, headers={"Authorization": f"Bearer {odd}"}) as answer:
                assert answer.status == 401


async def test_events_are_for_room_admins_only():
    async with embedded_server() as server, aiohttp.ClientSession() as http:
        url = server.url.replace("ws", "http", 1) + "/inspector/events"
        cases = [("", 401), (token("eve"), 403), (admin_token("elsewhere"), 403), (admin_token(), 400)]
        for bearer, status in cases:
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            async with http.get(url, params={"room": ROOM}, headers=headers) as answer:
                assert answer.status == status, await answer.text()
                assert (await answer.text()).endswith(".")
