"""The real livekit-server, where its binary is found: RPC_INSPECTOR_LIVEKIT_SERVER, or on the PATH."""

import asyncio
import os
import shutil
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.support.rooms import KEY, SECRET

VARIABLE = "RPC_INSPECTOR_LIVEKIT_SERVER"
START_S = 30
#: Its ports were free when they were chosen; another program may take one before it does.
ATTEMPTS = 3


def binary():
    """Where the server's binary is, or None."""
    named = os.environ.get(VARIABLE)
    return named if named and Path(named).exists() else shutil.which("livekit-server")


@dataclass
class RealServer:
    """A livekit-server that runs; the same attributes that tests use of the embedded one."""

    url: str
    process: asyncio.subprocess.Process


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@asynccontextmanager
async def livekit_server(folder):
    """A livekit-server on free ports of 127.0.0.1 with KEY and SECRET; its configuration and log go to `folder`."""
    for attempt in range(ATTEMPTS):
        port, tcp, udp = _free_ports(3)
        config = Path(folder) / "livekit.yaml"
        config.write_text(
            f"port: {port}\nbind_addresses: ['127.0.0.1']\nkeys: {{{KEY}: {SECRET}}}\nlogging: {{level: warn}}\n"
            f"rtc: {{tcp_port: {tcp}, udp_port: {udp}, use_external_ip: false}}\n"
        )
        with (Path(folder) / "livekit.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                binary(), "--config", str(config), "--node-ip", "127.0.0.1", stdout=log, stderr=log
            )
            try:
                if await _answers(f"http://127.0.0.1:{port}", process):
                    yield RealServer(f"ws://127.0.0.1:{port}", process)
                    return
            finally:
                if process.returncode is None:
                    process.kill()  # SIGTERM would wait for participants to leave
                await process.wait()
        assert attempt < ATTEMPTS - 1, (Path(folder) / "livekit.log").read_text()


async def _answers(url, process):
    """Whether the server answers; not if it ended, as it does when somebody else took one of its ports meanwhile."""
    async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
        while process.returncode is None:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return True
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    return False
