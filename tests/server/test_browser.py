"""livekit-client in a real browser on the embedded server, by its default route."""

import json

from tests.support.browser import page
from tests.support.rooms import ROOM, call, echo, embedded_server, join, token, until, watch

SCRIPT = """
const room = new Room();
room.registerRpcMethod("whoami", async (data) => `${navigator.userAgent.includes("Chrome")} to ${data.callerIdentity}`);
await room.connect(URL, TOKEN, {autoSubscribe: false});
await report("joined", [...room.remoteParticipants.values()].map(p => [p.identity, p.attributes]));
const echo = await room.localParticipant.performRpc(
    {destinationIdentity: "py", method: "echo", payload: "é".repeat(20000)});
await report("echo", echo.length);
try { await room.localParticipant.performRpc({destinationIdentity: "py", method: "none", payload: ""}); }
catch (error) { await report("refused", error.code); }
await room.localParticipant.setAttributes({from: "browser"});
await report("set", room.localParticipant.attributes);
"""


async def test_a_browser_joins_calls_and_is_called():
    async with (
        embedded_server() as server,
        join(server.url, "py", attributes={"is": "python"}) as python,
        watch(server.url) as seen,
    ):
        echo(python)
        script = f"const URL = {json.dumps(server.url)}, TOKEN = {json.dumps(token('web'))};" + SCRIPT
        async with page(script) as browser:
            assert await browser.report("joined") == [["py", {"is": "python"}]]
            assert await browser.report("echo") == 20_000
            assert await browser.report("refused") == 1400
            assert await browser.report("set") == {"from": "browser"}
            web = await until(lambda: python.remote_participants.get("web"))
            assert web._info.client_protocol == 2
            await until(lambda: web.attributes == {"from": "browser"})
            assert await call(python, "web", "whoami") == "true to py"
            assert {record.sender for record in seen.packets} == {"py", "web"}
        # The browser is ended without a farewell: its WebSocket closes, and it is out.
        await until(lambda: "web" not in server.room(ROOM).participants)


OLDER_ROUTE = """
const room = new Room({singlePeerConnection: false});
room.registerRpcMethod("whoami", async () => "web");
await room.connect(URL, TOKEN, {autoSubscribe: false});
const echo = await room.localParticipant.performRpc({destinationIdentity: "py", method: "echo", payload: "hi"});
await report("echo", echo);
"""


async def test_a_browser_with_two_peer_connections_joins_by_the_older_route():
    async with embedded_server() as server, join(server.url, "py") as python:
        echo(python)
        script = f"const URL = {json.dumps(server.url)}, TOKEN = {json.dumps(token('web'))};" + OLDER_ROUTE
        async with page(script) as browser:
            assert await browser.report("echo") == "hi"
            assert await call(python, "web", "whoami") == "web"
