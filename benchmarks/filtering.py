"""A filter over 100,000 calls with two JSON payloads of about 200 bytes: milliseconds of processor time, the best."""

import asyncio
import json
import time
from collections.abc import Callable

from rpc_inspector.core.model import Call, CallError, Measure, Payload, Sighting, Stage, TraceRow
from rpc_inspector.core.query import parse

CALLS = 100_000
ROUNDS = 5
NOW = 1_800_000_000.0

#: Figures and the expressions that they are of. One in a few calls matches, or none, which takes longest.
USUAL = {
    "method": "method:get*",
    "peer": "peer:weather-agent",
    "outcome": "outcome:error",
    "regex": 'payload~"user-9+"',
    "word": "paris",
    "word_nowhere": "nowhere",
    "total": "total>50ms",
    "ack": "ack<=5ms",
    "age": "age<5m",
    "several": "method:get* not outcome:ok paris total>10ms",
    "path": '$.user.city="Paris"',
    "path_number": "$.temp>30",
    "path_deep": "$..city",
}
#: What backtracking would never finish.
HOSTILE = {"evil_regex": 'payload~"(x+x+)+y"'}


def _call(number: int) -> Call:
    city = ("Paris", "Berlin", "Oslo")[number % 3]
    request = json.dumps({"id": f"user-{number}", "user": {"city": city, "name": "n" * 40}, "text": "x" * 90})
    response = json.dumps({"temp": number % 40, "unit": "C", "ok": True, "text": "y" * 150})
    start, ms, failed, own = number / 100, 5 + number % 90, number % 20 == 0, number % 2 == 0
    stages = (
        Stage(stage="request", dir="sent", time=start, bytes=290),
        Stage(stage="ack", dir="received", time=start + 0.003, bytes=60),
        Stage(stage="response", dir="received", time=start + ms / 1000, bytes=280),
    )
    return Call(
        seq=number, room="demo", direction="outgoing" if own else "observed", started=start, wall=NOW + start,
        id=f"id-{number}", caller=f"web-{number % 7}", callee="billing" if number % 3 else "weather-agent",
        method=("get_weather", "set_volume", "charge")[number % 3], transport="v2", outcome="error" if failed else "ok",
        error=CallError(code=1501, message="timed out") if failed else None, request=Payload(len(request), request),
        response=None if failed else Payload(len(response), response), ended=start + ms / 1000,
        total=Measure(ms + 0.4, 0.1, "sdk") if own else None,
        views=(Sighting(at="caller", source="sdk", stages=stages),),
    )  # fmt: skip


def _milliseconds(accepts: Callable[[TraceRow], bool], rows: list[Call]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.thread_time()
        for row in rows:
            accepts(row)
        best = min(best, time.thread_time() - began)
    return best * 1000


def _attribute(row: TraceRow) -> bool:
    return row.seq < 0


async def measure() -> dict[str, float]:
    """Milliseconds of each, and how many times a predicate's that reads one attribute."""
    rows = [_call(number) for number in range(CALLS)]
    least = _milliseconds(_attribute, rows)
    found = {"filter_least_ms": least}
    for name, expression in (USUAL | HOSTILE).items():
        found[f"filter_{name}_ms"] = await asyncio.to_thread(
            _milliseconds, parse(expression).compile(NOW + CALLS / 100), rows
        )
    slowest = {kind: max(ms for name, ms in found.items() if ("path" in name) == kind) for kind in (False, True)}
    return found | {"filter_ratio": slowest[False] / least, "filter_path_ratio": slowest[True] / least}
