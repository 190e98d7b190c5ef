"""(c) Start to first paint against an empty Textual app, in a pseudo-terminal; (d) `--help` and `--version`."""

import asyncio
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from statistics import median

from tests.support.rooms import KEY, ROOM, SECRET, embedded_server

PAINT_ROUNDS = 9
COMMAND_ROUNDS = 21
SIZE = (36, 120)
DEADLINE_S = 30

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("first-paint")
Empty().run()
"""

PYTHON = [sys.executable]
#: As installed, with bytecode compiled; Python writes it on the first, uncounted round.
OURS = [sys.executable, "-m", "rpc_inspector"]


def _to_paint(command: list[str], marker: bytes) -> float:
    """Seconds from the start of a process to the marker on its terminal."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command, stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True
    )
    os.close(child)
    seen = b""
    try:
        while marker not in seen:
            left = began + DEADLINE_S - time.monotonic()
            assert left > 0, f"{command} did not paint {marker!r}: {seen[-2000:]!r}"
            if select.select([parent], [], [], left)[0]:
                seen += os.read(parent, 65536)
        return time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(parent)


def _seconds(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
    return time.monotonic() - began


def _paints(url: str) -> dict[str, float]:
    ours = [*OURS, "--url", url, "--api-key", KEY, "--api-secret", SECRET, "--room", ROOM]
    kinds = {"empty": ([*PYTHON, "-c", EMPTY_APP], b"first-paint"), "ours": (ours, b"Participants")}
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(PAINT_ROUNDS + 1):
        for kind, (command, marker) in kinds.items():
            seconds = _to_paint(command, marker)
            if number:
                taken[kind].append(seconds)
    return {
        "first_paint_ratio": median(taken["ours"]) / median(taken["empty"]),
        "first_paint_ms": median(taken["ours"]) * 1000,
        "first_paint_empty_ms": median(taken["empty"]) * 1000,
    }


def _commands() -> dict[str, float]:
    kinds = {
        "click": [*PYTHON, "-c", "import click"],
        "help": [*OURS, "--help"],
        "version": [*OURS, "--version"],
    }
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(COMMAND_ROUNDS + 1):
        for kind, command in kinds.items():
            seconds = _seconds(command)
            if number:
                taken[kind].append(seconds)
    return {f"{kind}_ratio": median(taken[kind]) / median(taken["click"]) for kind in ("help", "version")}


async def measure() -> dict[str, float]:
    """Ratios of medians of interleaved rounds; the first round, which writes bytecode, is not counted."""
    async with embedded_server() as server:
        paints = await asyncio.to_thread(_paints, server.url)
    return paints | await asyncio.to_thread(_commands)
