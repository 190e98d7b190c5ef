"""How long a key takes to paint while a filter runs over 100,000 calls.

Measured from outside, on a pseudo-terminal: a key is pressed, and what the terminal then shows is read.
"""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from pyte.screens import Char

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
#: Between two keys: the filter begins 100 ms after a key, so most of the keys come while it runs.
PAUSES_S = (0.03, 0.11, 0.13, 0.15, 0.2)
ROUNDS = 3
#: The column of the first character in the bar.
BAR_START = 3


def _shows(text: str, lines: list[str]) -> bool:
    return any(text in line for line in lines)


def _type(terminal: Terminal, expression: str) -> list[float]:
    """Type into the filter bar; seconds from each key to its character on the screen, the cursor behind it.

    The bar shows a completion where the cursor stands, so the character alone may be there before the key.
    """
    taken = []
    terminal.press(b"/")
    terminal.seconds_to_screen(lambda lines: any(line.startswith(" /") for line in lines))
    terminal.drain(0.5)
    for column, character in enumerate(expression, BAR_START):
        under_cursor = terminal.line(" /")[column]

        def painted(_: list[str], was: Char = under_cursor, at: int = column) -> bool:
            return terminal.line(" /")[at] != was

        pressed = terminal.press(character.encode())
        taken.append(terminal.seconds_to_screen(painted, pressed))
        assert terminal.line(" /")[column].data == character
        terminal.drain(PAUSES_S[column % len(PAUSES_S)])
    for _ in range(3):
        terminal.drain(0.5)
        terminal.press(b"\x1b")
    terminal.drain(0.5)
    return taken


def _measure(path: Path) -> dict[str, float]:
    terminal = Terminal([*OURS, "open", str(path)], watch=True)
    try:
        terminal.seconds_to_screen(partial(_shows, f"{CALLS:,} calls"))
        terminal.drain(1.0)
        echoes = [seconds for expression in EXPRESSIONS * ROUNDS for seconds in _type(terminal, expression)]
        moves = []
        for key in (b"k", b"j", b"\x1b[5~", b"\x1b[6~") * 10:
            before = terminal.screen()
            pressed = terminal.press(key)
            moves.append(terminal.seconds_to_screen(before.__ne__, pressed))
            terminal.drain(PAUSES_S[0])
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
