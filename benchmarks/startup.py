"""(c) Start to first paint against an empty Textual app, in a pseudo-terminal; (d) `--help`, `--version`; the demo."""

import asyncio
import subprocess
import sys
import time
from statistics import median

from benchmarks.terminal import OURS, Terminal
from tests.support.rooms import KEY, ROOM, SECRET, embedded_server

PAINT_ROUNDS = 9
COMMAND_ROUNDS = 21
DEMO_ROUNDS = 5

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("first-paint")
Empty().run()
"""

PYTHON = [sys.executable]


def _to_paint(command: list[str], marker: bytes) -> float:
    """Seconds from the start of a process to the marker on its terminal."""
    terminal = Terminal(command)
    try:
        return terminal.seconds_to(marker)
    finally:
        terminal.close()


def _demo() -> dict[str, float]:
    """Seconds from the command `demo` to a method on the screen, and from ^q until nothing of it is left."""
    to_methods, to_quit = [], []
    for _ in range(DEMO_ROUNDS):
        terminal = Terminal([*OURS, "demo"])
        try:
            to_methods.append(terminal.seconds_to(b"export_log"))
            to_quit.append(terminal.seconds_to_quit())
        finally:
            terminal.close()
    return {"demo_room_s": median(to_methods), "demo_quit_s": median(to_quit)}


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
    return paints | await asyncio.to_thread(_commands) | await asyncio.to_thread(_demo)
