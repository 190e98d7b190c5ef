"""(i) Saved traces: 1,000,000 call objects through ``open --json``, and 100,000 calls opened in the interface."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.recorded import write_calls
from benchmarks.startup import EMPTY_APP
from benchmarks.terminal import OURS, Terminal
from rpc_inspector.core.callobject import CallObject, call_from
from rpc_inspector.storage.journal.lines import Header, Line, encode

CALLS, TIMES = 100_000, 10
FILTERS = {
    "all": "",
    "names": "method:method_1* outcome:error",
    "total": "total>50ms",
    "path": '$.city="Paris"',
    "age": "age<1m",
}
ROUNDS = 3
#: Rows on the first screen that make it useful.
ROWS = 10
LOOK_EVERY_S = 0.05


def _as_journal(objects: Path, journal: Path) -> None:
    """The same calls as a session would have recorded them."""
    decoder = msgspec.json.Decoder(CallObject)
    with objects.open("rb") as lines, journal.open("wb") as file:
        file.write(encode(Header(session="benchmark", room="day")))
        for seq, line in enumerate(lines, 1):
            file.write(encode(Line(call=call_from(decoder.decode(line), seq))))


def _convert(path: Path, expression: str) -> tuple[float, float]:
    """Seconds of processor time, and MiB of memory at most."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*OURS, "open", "--json", "--filter", expression, str(path)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    most = 0.0
    while True:
        # Not the ru_maxrss of wait4: that begins with the size of this process.
        most = max(most, _memory(process.pid, "VmHWM"))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0
            return usage.ru_utime + usage.ru_stime, most
        time.sleep(LOOK_EVERY_S)


def _plain(path: Path) -> float:
    """Seconds of processor time that the standard library takes to decode every line, and nothing else."""
    began = time.process_time()
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line)
    return time.process_time() - began


def _memory(pid: int, name: str) -> float:
    """MiB, as Linux calls them; 0 where the process has just ended."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(name)), 0) / 1024


def _screen(command: list[str], *stages: Callable[[list[str]], bool]) -> tuple[list[float], float]:
    """Seconds until the screen was as each of ``stages`` wants it, and MiB resident a second later."""
    terminal = Terminal(command, watch=True)
    try:
        seconds = [terminal.seconds_to_screen(stage) for stage in stages]
        terminal.drain(1)
        return seconds, _memory(terminal.process.pid, "VmRSS")
    finally:
        terminal.close()


def _has_rows(lines: list[str]) -> bool:
    return sum("method_" in line and " ms" not in line and ("ok" in line or "1500" in line) for line in lines) >= ROWS


def _has_all(lines: list[str]) -> bool:
    return any(f"{CALLS:,} calls" in line for line in lines)


def _interface(path: Path) -> dict[str, float]:
    empty, opened = [], []
    for _ in range(ROUNDS):
        empty.append(
            _screen([sys.executable, "-c", EMPTY_APP], lambda lines: any("first-paint" in one for one in lines))
        )
        opened.append(_screen([*OURS, "open", str(path)], _has_rows, _has_all))
    return {
        "first_s": median(seconds[0] for seconds, _ in opened),
        "all_s": median(seconds[1] for seconds, _ in opened),
        "empty_s": median(seconds[0] for seconds, _ in empty),
        "mib": median(mib for _, mib in opened) - median(mib for _, mib in empty),
    }


def _measure() -> dict[str, float]:
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        objects, journal, many = (Path(folder) / name for name in ("calls.jsonl", "journal.jsonl", "many.jsonl"))
        write_calls(objects, CALLS)
        _as_journal(objects, journal)
        for kind, path in (("objects", objects), ("journal", journal)):
            figures |= {f"open_{kind}_{name}": value for name, value in _interface(path).items()}
        with many.open("wb") as file:
            for _ in range(TIMES):
                file.write(objects.read_bytes())
        for name, expression in FILTERS.items():
            seconds, mib = _convert(many, expression)
            figures |= {f"open_json_{name}_per_s": CALLS * TIMES / seconds, f"open_json_{name}_mib": mib}
        figures["open_json_against_plain_ratio"] = (
            _plain(objects) * TIMES / (CALLS * TIMES / figures["open_json_all_per_s"])
        )
    return figures


async def measure() -> dict[str, float]:
    """Medians of interleaved rounds in the interface; one pass for each filter over the million."""
    return await asyncio.to_thread(_measure)
