"""Record the fixtures anew: real calls between two SDKs in a real room, as the capture sees them.

``uv run python -m tests.wire.record [NAME...]`` needs a livekit-server: on PATH, or named by the environment variable
RPC_INSPECTOR_LIVEKIT_SERVER. A fixture is a file of JSON lines: first what the SDKs themselves said of the calls (the
truth that the tests hold the decoder to), then one ``[arrival, message]`` per packet record.
"""

import asyncio
import base64
import hashlib
import json
import logging
import os
import random
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path

from livekit import rtc

from rpc_inspector.wire.pcapline import looks_like_packet
from tests.support.livekit_server import binary, livekit_server
from tests.support.peers import V1_SDK, peer
from tests.support.rooms import token

FIXTURES = Path(__file__).parent / "fixtures"
OWN, PEER = "inspector-rec", "weather-agent"
GREETING = '{"city": "Zürich", "when": "早上"}'


class Tape(logging.Handler):
    """Keeps the packet records of the logger ``livekit``, each with its arrival."""

    def __init__(self):
        super().__init__()
        self.records = []
        logger = logging.getLogger("livekit")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(self)
        os.environ["LIVEKIT_RTC_DEBUG"] = "1"

    def emit(self, record):
        arrival, message = time.monotonic(), record.getMessage()
        if looks_like_packet(message):
            self.records.append((arrival, message))


def digest(text):
    raw = text.encode()
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "text": text if len(raw) < 300 else None}


def noise(size):
    """Text of `size` characters that deflates badly."""
    return base64.b64encode(random.Random(7).randbytes(size)).decode()[:size]  # noqa: S311 - the same each time


class Session:
    """Our participant: makes calls and keeps account of what the SDK says of them."""

    def __init__(self, room, other):
        self.room = room
        self.other = other
        self.calls = []

    async def call(self, method, payload, *, to=PEER, limit_s=15.0):
        said = {"destination": to, "method": method, "limit_s": limit_s, "request": digest(payload)}
        self.calls.append(said)
        said["started"] = time.monotonic()
        try:
            answer = await self.room.local_participant.perform_rpc(
                destination_identity=to, method=method, payload=payload, response_timeout=limit_s
            )
        except rtc.RpcError as error:
            said["error"] = {"code": int(error.code), "message": error.message, "data": error.data or None}
        else:
            said["response"] = digest(answer)
        said["ended"] = time.monotonic()


@asynccontextmanager
async def session(url, *, sdk=None, key=None):
    os.environ.pop("PEER_E2EE_KEY", None)
    options = rtc.RoomOptions(auto_subscribe=False)
    if key:
        os.environ["PEER_E2EE_KEY"] = key
        provider = rtc.KeyProviderOptions(shared_key=key.encode())
        options.encryption = rtc.E2EEOptions(key_provider_options=provider)
    async with peer(url, PEER, sdk=sdk) as other:
        # A change of attributes makes both known to each other at once; a silent join is told up to 3 s late.
        await other.do("attributes", attributes={"ready": "yes"})
        room, known = rtc.Room(), asyncio.Event()
        room.on("participant_connected", lambda _: known.set())
        await room.connect(url, token(OWN), options)
        await room.local_participant.set_attributes({"ready": "yes"})
        if PEER not in room.remote_participants:
            await known.wait()
        await asyncio.sleep(0.5)  # until the peer has us in its roster
        yield Session(room, other)
        await room.disconnect()


async def concurrent(ours):
    # Told budgets that differ by 1 ms tell calls apart that are otherwise alike.
    await asyncio.gather(*(ours.call("echo", f"call {i % 4}", limit_s=15 + i / 1000) for i in range(20)))


async def incoming(ours):
    ours.room.local_participant.register_rpc_method("hello", lambda call: _hello(call.caller_identity))
    await ours.other.do("call", destination_identity=OWN, method="hello", payload="from the peer")


async def _hello(name):
    return f"hello {name}"


SCENES = {
    "inline": lambda ours: ours.call("echo", GREETING),
    "empty": lambda ours: ours.call("echo", ""),
    "compressed": lambda ours: ours.call("echo", "a" * 100_000),
    "chunks": lambda ours: ours.call("echo", noise(30_000)),
    "unsupported": lambda ours: ours.call("no-such-method", "{}"),
    "application_error": lambda ours: ours.call("boom", "oh no"),
    "custom_error": lambda ours: ours.call("fail", '{"code": 4711, "message": "no such city", "data": "Atlantis"}'),
    "timeout": lambda ours: ours.call("sleep", "3", limit_s=2.0),
    "unknown_identity": lambda ours: ours.call("echo", "anybody there?", to="nobody"),
    "concurrent": concurrent,
    "incoming": incoming,
}


async def keep(name, scene, ours, tape, *, whole=False):
    """Play one scene and write its fixture; `whole` keeps the connection's beginning too."""
    if not whole:
        tape.records.clear()
    ours.calls.clear()
    ours.other.said.clear()
    await scene(ours)
    await asyncio.sleep(0.3)  # the last acknowledgements
    handled = [
        {k: one[k] for k in ("id", "method", "told_ms")} for one in ours.other.said if one["event"] == "handling"
    ]
    truth = {"own": OWN, "peer": PEER, "livekit": rtc.__version__, "calls": ours.calls, "handled": handled}
    text = "".join(json.dumps(line) + "\n" for line in [truth, *tape.records])
    if len(text) >= 180_000:
        sys.exit(f"{name} is too large to keep: {len(text)} bytes")
    (FIXTURES / f"{name}.jsonl").write_text(text)
    sys.stdout.write(f"{name:20} {len(tape.records):5} records {len(text):8} bytes\n")


async def main(names):
    if not binary():
        sys.exit("No livekit-server: put it on PATH or name it in RPC_INSPECTOR_LIVEKIT_SERVER.")
    FIXTURES.mkdir(exist_ok=True)
    tape = Tape()

    async def play(scenes, ours, *, whole=False):
        for name in scenes:
            if not names or name in names:
                await keep(name, SCENES.get(name, SCENES["inline"]), ours, tape, whole=whole)

    with tempfile.TemporaryDirectory() as folder:
        async with livekit_server(folder) as server:
            async with session(server.url) as ours:
                await play(["join"], ours, whole=True)
                await play(SCENES, ours)
            async with session(server.url, key="a shared passphrase") as ours:
                await play(["encrypted"], ours)
            async with session(server.url, sdk=V1_SDK) as ours:
                SCENES["v1"] = lambda ours: ours.call("echo", "x" * 5_000)
                await play(["v1"], ours)


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
    sys.stdout.flush()
    os._exit(0)  # the SDK's native library sometimes aborts at exit
