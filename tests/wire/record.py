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
from tests.support.browser import page
from tests.support.livekit_server import binary, livekit_server
from tests.support.peer import Peer, peer
from tests.support.rooms import token

FIXTURES = Path(__file__).parent / "fixtures"
#: The last SDK that speaks only version 1 of the protocol and can be had as a wheel.
V1_SDK = ["uv", "run", "--no-project", "--quiet", "--python", sys.executable, "--with", "livekit==1.1.2", "python"]
PEER_SCRIPT = Path(__file__).parents[1] / "support" / "peer.py"
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
        self.told_before = 0

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
async def old_peer(url):
    """A peer whose SDK speaks version 1 only."""
    process = await asyncio.create_subprocess_exec(
        *V1_SDK, str(PEER_SCRIPT), url, token(PEER), "",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    started = Peer(process)
    try:
        await started.do("hello")
        yield started
    finally:
        await started.end()


@asynccontextmanager
async def session(url, *, other=None, key=""):
    options = rtc.RoomOptions(auto_subscribe=False)
    if key:
        provider = rtc.KeyProviderOptions(shared_key=key.encode())
        options.encryption = rtc.E2EEOptions(key_provider_options=provider)
    async with other or peer(url, token(PEER), passphrase=key) as started:
        # A change of attributes makes both known to each other at once; a silent join is told up to 3 s late.
        await started.do("attributes", attributes={"ready": "yes"})
        room, known = rtc.Room(), asyncio.Event()
        room.on("participant_connected", lambda _: known.set())
        await room.connect(url, token(OWN), options)
        await room.local_participant.set_attributes({"ready": "yes"})
        if PEER not in room.remote_participants:
            await known.wait()
        await asyncio.sleep(0.5)  # until the peer has us in its roster
        yield Session(room, started)
        await room.disconnect()


async def concurrent(ours):
    # Told budgets that differ by 1 ms tell calls apart that are otherwise alike.
    await asyncio.gather(*(ours.call("echo", f"call {i % 4}", limit_s=15 + i / 1000) for i in range(20)))


async def incoming(ours):
    ours.room.local_participant.register_rpc_method("hello", lambda call: _hello(call.caller_identity))
    await ours.other.do("call", to=OWN, method="hello", payload="from the peer")


async def _hello(name):
    return f"hello {name}"


SCENES = {
    "inline": lambda ours: ours.call("echo", GREETING),
    "empty": lambda ours: ours.call("echo", ""),
    "compressed": lambda ours: ours.call("echo", "a" * 100_000),
    "chunks": lambda ours: ours.call("echo", noise(30_000)),
    "unsupported": lambda ours: ours.call("no-such-method", "{}"),
    "application_error": lambda ours: ours.call("boom", "oh no"),
    "custom_error": lambda ours: ours.call("refuse", "Atlantis"),
    "timeout": lambda ours: ours.call("slow", "3", limit_s=2.0),
    "unknown_identity": lambda ours: ours.call("echo", "anybody there?", to="nobody"),
    "concurrent": concurrent,
    "incoming": incoming,
}


BROWSER = ("--enable-logging=stderr", "--vmodule=dcsctp_transport=1,text_pcap_packet_observer=1")
SCRIPT = """
const room = new Room();
room.registerRpcMethod("hello", async call => "hello " + call.callerIdentity);
await room.connect(URL, TOKEN);
await room.localParticipant.setAttributes({ready: "yes"});
while (!room.remoteParticipants.has(PEER)) await new Promise(done => setTimeout(done, 50));
const answer = await room.localParticipant.performRpc({destinationIdentity: PEER, method: "echo", payload: GREETING});
await report("answer", answer);
"""


async def browser(url, tape):
    """Chromium calls the peer and is called by it; its log is the tape."""
    constants = {"URL": url, "TOKEN": token(OWN), "PEER": PEER, "GREETING": GREETING}
    script = "".join(f"const {name} = {json.dumps(value)};" for name, value in constants.items()) + SCRIPT
    reading, writing = os.pipe()
    log = asyncio.StreamReader(limit=1 << 20)
    with os.fdopen(reading) as pipe:
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(log), pipe)

        async def listen():
            while line := (await log.readline()).decode(errors="replace"):
                if looks_like_packet(line.rstrip()) or "text_pcap_packet_observer" in line or not line.strip():
                    tape.records.append((time.monotonic(), line))

        async with peer(url, token(PEER)) as other, asyncio.TaskGroup() as tasks:
            await other.do("attributes", attributes={"ready": "yes"})
            listening = tasks.create_task(listen())
            async with page(script, *BROWSER, stderr=writing) as opened:
                os.close(writing)
                ours = Session(None, other)
                said = {"destination": PEER, "method": "echo", "limit_s": 15, "request": digest(GREETING)}
                ours.calls.append(said | {"response": digest(await opened.report("answer"))})
                await other.do("call", to=OWN, method="hello", payload="from the peer")
                await asyncio.sleep(0.3)  # the last acknowledgements
                await keep("chromium", ours, tape)
            listening.cancel()


async def play(name, scene, ours, tape, *, whole=False):
    """Play one scene and write its fixture; `whole` keeps the connection's beginning too."""
    if not whole:
        tape.records.clear()
    ours.calls.clear()
    ours.told_before = len(await ours.other.do("got"))
    await scene(ours)
    await asyncio.sleep(0.3)  # the last acknowledgements
    await keep(name, ours, tape)


async def keep(name, ours, tape):
    """Write what is on the tape as a fixture."""
    told = (await ours.other.do("got"))[ours.told_before :]
    handled = [{field: one[field] for field in ("id", "told_ms", "at")} for one in told]
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

    def wanted(*scenes):
        return [name for name in scenes if not names or name in names]

    with tempfile.TemporaryDirectory() as folder:
        async with livekit_server(folder) as server:
            if wanted("join", *SCENES):
                async with session(server.url) as ours:
                    for name in wanted("join"):
                        await play(name, SCENES["inline"], ours, tape, whole=True)
                    for name in wanted(*SCENES):
                        await play(name, SCENES[name], ours, tape)
            for name in wanted("encrypted"):
                async with session(server.url, key="a shared passphrase") as ours:
                    await play(name, SCENES["inline"], ours, tape)
            for name in wanted("v1"):
                async with session(server.url, other=old_peer(server.url)) as ours:
                    await play(name, lambda ours: ours.call("echo", "x" * 5_000), ours, tape)
            if wanted("chromium"):
                tape.records.clear()
                await browser(server.url, tape)


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
    sys.stdout.flush()
    os._exit(0)  # the SDK's native library sometimes aborts at exit
