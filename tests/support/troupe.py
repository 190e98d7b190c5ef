"""Several participants in one process of its own, for tests: `python troupe.py`. See `troupes.py`.

Takes JSON lines on stdin: {"do": "join", "as": IDENTITY, "url": ..., "token": ..., "key": PASSPHRASE, "methods":
{NAME: BEHAVIOUR}} and {"do": "leave" | "attributes" | "register" | "unregister" | "call", "as": IDENTITY, ...}. Says on
stdout what was done and which handlers began. Needs nothing but the SDK.
"""

import asyncio
import json
import os
import sys

from livekit import rtc
from peer import Peer, say


class Member(Peer):
    """A participant with only the methods that it was given."""

    def __init__(self, room, methods):
        self.room, self.here, self.tasks, self.line = room, room.local_participant, set(), asyncio.Lock()
        self.here.register_rpc_method("plain", self.echo)  # says nothing: for large payloads
        for name, behaviour in methods.items():
            self.register(name, behaviour)


class Troupe:
    """All of them."""

    def __init__(self):
        self.members = {}

    async def join(self, wish):
        key = wish.get("key")
        provider = rtc.KeyProviderOptions(shared_key=key.encode()) if key else None
        encryption = rtc.E2EEOptions(key_provider_options=provider) if provider else None
        room = rtc.Room()
        await room.connect(wish["url"], wish["token"], rtc.RoomOptions(auto_subscribe=False, encryption=encryption))
        self.members[wish["as"]] = Member(room, wish.get("methods", {}))

    async def take(self, number, wish):
        try:
            if wish["do"] == "join":
                await self.join(wish)
            else:
                await self.members[wish.pop("as")].do(wish)
        except Exception as error:  # noqa: BLE001 - told, for the test to fail with
            say("failed", number=number, why=repr(error))
        else:
            say("acted", number=number)

    async def leave(self):
        await asyncio.gather(*(member.room.disconnect() for member in self.members.values()))


async def main():
    wishes = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(wishes), sys.stdin)
    troupe, tasks = Troupe(), set()
    say("ready")
    while line := await wishes.readline():
        number, wish = json.loads(line)
        tasks.add(asyncio.ensure_future(troupe.take(number, wish)))
    await troupe.leave()


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)  # the native library sometimes aborts at exit
