"""A participant in a process of its own, for tests: `python peer.py URL TOKEN`.

In a process of its own because the capture reads the log of the whole process that it runs in, and because it can so
run on another version of the SDK. It says what happens to it as JSON lines on stdout and takes JSON lines on stdin:
{"do": "leave"}, {"do": "attributes", "attributes": {...}}, {"do": "call", ...}, {"do": "register", "method": ...},
{"do": "unregister", "method": ...}, {"do": "answer", "method": ..., "answers": {payload: text}}, {"do": "intercept"}
(tell every incoming call). It ends at the end of its input. Needs nothing but the SDK.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from livekit import rtc


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)  # noqa: T201 - its stdout is how it speaks


class Interceptor(getattr(rtc, "RpcInterceptor", object)):  # older versions have none
    """Tells what it sees of incoming calls."""

    async def intercept_incoming(self, invocation, go_on):
        say("intercepted", method=invocation.method)
        return await go_on(invocation)


class Peer:
    """The handlers, and what the test asks for."""

    def __init__(self, room):
        self.room = room
        self.here = room.local_participant
        self.tasks, self.line = set(), asyncio.Lock()
        for method in ("echo", "sleep", "boom", "fail", "big", "leave", "wrong"):
            self.register(method)
        self.here.register_rpc_method("plain", self.echo)  # says nothing: for measuring

    def register(self, method, behave=None):
        handler = getattr(self, behave or method)

        async def told(data):
            say("handling", method=method, id=data.request_id, caller=data.caller_identity, payload=data.payload,
                told_ms=round(data.response_timeout * 1000))  # fmt: skip
            answer = await handler(data)
            say("handled", method=method, id=data.request_id)
            return answer

        self.here.register_rpc_method(method, told)

    async def echo(self, data):
        return data.payload

    async def sleep(self, data):
        await asyncio.sleep(float(data.payload))
        return "slept"

    async def stuck(self, data):
        """Holds up its whole process, so that the SDK cannot enforce its limit either."""
        time.sleep(float(data.payload))  # noqa: ASYNC251 - that is the point
        return "late"

    async def never(self, _data):
        await asyncio.sleep(3600)

    async def queue(self, data):
        """Works on one call at a time."""
        async with self.line:
            await asyncio.sleep(float(data.payload))
        return "served"

    async def boom(self, data):
        raise ValueError(f"a secret of the callee: {data.payload}")

    async def fail(self, data):
        wanted = json.loads(data.payload)
        raise rtc.RpcError(wanted["code"], wanted["message"], wanted.get("data"))

    async def big(self, data):
        return "x" * int(data.payload)

    async def leave(self, _data):
        self.tasks.add(asyncio.ensure_future(self.room.disconnect()))
        await asyncio.sleep(60)

    async def wrong(self, _data):
        return 42

    async def do(self, wish):
        what = wish.pop("do")
        if what == "leave":
            await self.room.disconnect()
        elif what == "attributes":
            await self.here.set_attributes(wish["attributes"])
        elif what == "register":
            self.register(wish["method"], wish.get("behave", "echo"))
        elif what == "answer":
            answers = wish["answers"]  # the key "*" is for every other payload
            self.here.register_rpc_method(wish["method"], lambda data: answers.get(data.payload, answers.get("*", "")))
        elif what == "intercept":
            self.here.add_rpc_interceptor(Interceptor())
        elif what == "unregister":
            self.here.unregister_rpc_method(wish["method"])
        elif what == "call":
            try:
                say("answered", payload=await self.here.perform_rpc(**wish))
            except rtc.RpcError as error:
                say("refused", code=error.code, message=error.message, data=error.data)
        say("done", what=what)


def options():
    """How to join: end-to-end encrypted where PEER_E2EE_KEY is set."""
    key = os.environ.get("PEER_E2EE_KEY")
    provider = rtc.KeyProviderOptions(shared_key=key.encode()) if key else None
    encryption = rtc.E2EEOptions(key_provider_options=provider) if provider else None
    return rtc.RoomOptions(auto_subscribe=False, encryption=encryption)


async def main(url, token):
    room = rtc.Room()
    room.on("disconnected", lambda reason: say("disconnected", reason=int(reason)))
    await room.connect(url, token, options())
    peer = Peer(room)
    say("ready", identity=room.local_participant.identity)
    wishes = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(wishes), sys.stdin)
    while line := await wishes.readline():
        peer.tasks.add(asyncio.ensure_future(peer.do(json.loads(line))))
    await room.disconnect()


if __name__ == "__main__":
    if os.environ.get("PEER_LOG"):
        sys.stderr = Path(os.environ["PEER_LOG"]).open("w")  # noqa: SIM115 - open until the process ends
    asyncio.run(main(*sys.argv[1:3]))
    sys.stdout.flush()
    os._exit(0)  # the native library sometimes aborts at exit
