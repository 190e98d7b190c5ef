"""How long a key takes to paint while a filter runs over 100,000 calls.

Measured from outside, on a pseudo-terminal: a key is pressed, and what the terminal then shows is read.
"""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from benchmarks.recorded import write_calls
from benchmarks.terminal import OURS, Terminal

CALLS = 100_000
#: Typed one key at a time, each of which begins the filter anew.
EXPRESSIONS = (
    "paris or london",
    'payload~"x{20}7"',
    "$.number>99000 total>5ms",
    "method:method_1* peer:web-3 outcome:ok",
)
PAUSE_S = 0.03


def _shows(text: str, lines: list[str]) -> bool:
    return any(text in line for line in lines)


def _type(terminal: Terminal, expression: str) -> list[float]:
    """Type into the filter bar; seconds from each key to its character on the screen."""
    taken = []
    terminal.press(b"/")
    terminal.drain(0.5)
    for end in range(1, len(expression) + 1):
        pressed = terminal.press(expression[end - 1].encode())
        typed = expression[:end].strip()
        shown = partial(_shows, typed)
        taken.append(terminal.seconds_to_screen(shown, pressed))
        terminal.drain(PAUSE_S)
    terminal.drain(0.5)
    terminal.press(b"\x1b")
    terminal.drain(0.5)
    terminal.press(b"\x1b")
    terminal.drain(0.5)
    return taken


def _measure(path: Path) -> dict[str, float]:
    terminal = Terminal([*OURS, "open", str(path)], watch=True)
    try:
        terminal.seconds_to_screen(partial(_shows, f"{CALLS:,} calls"))
        terminal.drain(1.0)
        echoes = [seconds for expression in EXPRESSIONS for seconds in _type(terminal, expression)]
        moves = []
        for key in (b"k", b"j", b"\x1b[5~", b"\x1b[6~") * 10:
            before = terminal.screen()
            pressed = terminal.press(key)
            moves.append(terminal.seconds_to_screen(before.__ne__, pressed))
            terminal.drain(PAUSE_S)
        return {
            "filter_key_ms_p50": median(echoes) * 1000,
            "filter_key_ms_p99": quantiles(echoes, n=100)[98] * 1000,
            "move_key_ms_p50": median(moves) * 1000,
        }
    finally:
        terminal.close()


async def measure() -> dict[str, float]:
    """In ms; the screen is read as a terminal emulator has it, stamped when its bytes arrived."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.jsonl"
        await asyncio.to_thread(write_calls, path, CALLS)
        return await asyncio.to_thread(_measure, path)
