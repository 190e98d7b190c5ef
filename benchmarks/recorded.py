"""Files of call objects as a busy day would leave them, the same each time."""

import random
from pathlib import Path

import msgspec

CITIES = ("Paris", "Oslo", "Montréal", "São Paulo", "Zürich")
BATCH = 5_000


def call_object(number: int, chance: random.Random) -> dict[str, object]:
    """A call with two payloads of about 200 bytes and one sighting of three stages, one in fifty failed."""
    failed = number % 50 == 0
    ack, total = 1 + chance.random() * 5, 8 + chance.expovariate(1 / 40)
    second, ms = divmod(number * 7, 1000)
    started = f"2026-11-20T{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{ms:03}Z"
    asked = f'{{"number":{number},"city":"{CITIES[number % 5]}","text":"{"x" * 20}{number % 97}{"y" * 130}"}}'
    answered = f'{{"temp":{number % 40},"sky":"clear","text":"{"z" * 160}"}}'
    error = {"code": 1500, "name": "APPLICATION_ERROR", "message": "Application error in method handler",
             "data": None, "raised_by": "callee", "causes": []}  # fmt: skip
    stages = [
        {"stage": "request", "dir": "forwarded", "ms": 0.0, "end_ms": None, "bytes": 283},
        {"stage": "ack", "dir": "forwarded", "ms": round(ack, 2), "end_ms": None, "bytes": 61},
        {"stage": "response", "dir": "forwarded", "ms": round(total, 2), "end_ms": None, "bytes": 260},
    ]
    return {
        "v": 1, "id": f"{chance.getrandbits(64):016x}-{number:06}", "room": "day", "direction": "observed",
        "caller": f"web-{number % 37}", "callee": f"agent-{number % 11}", "method": f"method_{number % 23}",
        "transport": "v2", "outcome": "error" if failed else "ok", "error": error if failed else None,
        "request": {"bytes": len(asked.encode()), "payload": asked},
        "response": None if failed else {"bytes": len(answered.encode()), "payload": answered},
        "started_at": started,
        "ms": {"ack": round(ack, 2), "response": round(total, 2), "total": round(total, 2), "handler": None},
        "precision_ms": {"ack": 0.01, "response": 0.01, "total": 0.01, "handler": None},
        "source": {"ack": "server", "response": "server", "total": "server", "handler": None},
        "budget_ms": {"ack": None, "response": None, "told": 8000},
        "views": [{"at": "server", "from": "server", "stages": stages}],
    }  # fmt: skip


def write_calls(path: Path, count: int) -> None:
    """Write lines of call objects."""
    chance = random.Random(7)  # noqa: S311 - the same file each time
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            file.write(encoder.encode_lines([call_object(number, chance) for number in numbers]))
