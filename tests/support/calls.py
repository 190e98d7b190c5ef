"""Calls as a trace has them, for tests of what shows them: made of core's own types, with fixed times."""

from typing import Any

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.model import Call, CallError, Measure, Payload, RoomEvent, Sighting, Stage

#: 2026-11-20T12:00:00 UTC, at second 1000 of the monotonic clock.
WALL = 1_795_176_000.0
MONOTONIC = 1000.0
US = "inspector-7f3"


def view(started: float, ack: float | None, end: float | None, **how: Any) -> Sighting:
    """A view whose stages are at these ms after `started` (seconds)."""
    precision = how.pop("precision", 1.0)
    at = how.pop("at", "caller")
    out, back = ("forwarded", "forwarded") if at == "server" else ("sent", "received")
    out, back = (back, out) if at == "callee" else (out, back)
    stages = [Stage(stage="request", dir=out, time=started, precision=precision, bytes=283)]
    if ack is not None:
        stages.append(Stage(stage="ack", dir=back, time=started + ack / 1000, precision=precision, bytes=61))
    if end is not None:
        stages.append(Stage(stage="response", dir=back, time=started + end / 1000, precision=precision, bytes=120))
    return Sighting(at=at, source=how.pop("source", "server" if at == "server" else "sdk"), stages=tuple(stages), **how)


def call(
    seq: int,
    at: float = 0.0,
    *,
    caller: str | None = US,
    callee: str | None = "weather-agent",
    method: str | None = "get_weather",
    ack: float | None = 12,
    total: float | None = 41.2,
    sizes: tuple[int, int | None] = (38, 34),
    code: int = 0,
    **fields: Any,
) -> Call:
    """A call that began `at` seconds after MONOTONIC; `ack` and `total` in ms; `total=None` is still running."""
    started = MONOTONIC + at
    own = caller == US
    outcome = "open" if total is None else "error" if code else "ok"
    place = "caller" if own else "server"
    known: dict[str, Any] = {
        "seq": seq,
        "room": "demo",
        "direction": "outgoing" if own else "incoming" if callee == US else "observed",
        "started": started,
        "wall": WALL + at,
        "id": f"id-{seq}",
        "caller": caller,
        "callee": callee,
        "method": method,
        "transport": "v2",
        "outcome": outcome,
        "request": Payload(sizes[0], "x" * min(sizes[0], 100)),
        "response": None if sizes[1] is None or total is None or code else Payload(sizes[1], "y" * min(sizes[1], 100)),
        "error": CallError(code=code, message="it failed", raised_by="callee") if code else None,
        "told_ms": 8000,
        "budget": budget_for() if own else None,
        "ended": None if total is None else started + total / 1000,
        "total": Measure(total, 0.1, "sdk") if own and total is not None else None,
        "views": (view(started, ack, total, at=place, precision=1.0 if own else 0.01),) if ack is not None else (),
    }
    return Call(**(known | fields))


def event(seq: int, at: float, kind: Any = "joined", identity: str | None = "web-1", text: str = "") -> RoomEvent:
    """A room event `at` seconds after MONOTONIC."""
    return RoomEvent(seq=seq, kind=kind, time=MONOTONIC + at, wall=WALL + at, room="demo", identity=identity, text=text)


def story() -> list[Call | RoomEvent]:
    """The calls of a lively room: every outcome, a running call, room events between them."""
    return [
        event(1, 1.0),
        call(2, 1.123),
        call(3, 1.131, caller="weather-agent", callee="web-1", method="get_location", ack=0.91, total=19.04,
             sizes=(2, 48)),
        call(4, 1.911, caller="web-1", callee="billing", method="refund", ack=4.2, total=8010, sizes=(120, None),
             code=1502),
        call(5, 2.05, callee="web-1", method="show_card", ack=31, total=96.8, sizes=(15_200, 2)),
        call(6, 2.31, caller="weather-agent", callee="phone +33123456741", method="dial", ack=9, total=9.4,
             sizes=(12, None), code=1400),
        call(7, 2.644, callee="billing", method="charge", ack=5, total=12.4, sizes=(211, None), code=1500),
        event(8, 2.8, "left", "billing", "client initiated"),
        call(9, 2.9, callee="billing", method="charge", ack=None, total=7000.3, sizes=(211, None), code=1501),
        call(10, 3.0, caller="web-1", callee="billing", method="charge", outcome="lost", total=None, ack=3.0),
        call(11, 3.0005, callee="weather-agent", method="forecast", ack=11, total=None, sizes=(40, None)),
        call(12, 3.1, caller="web-1", callee=US, method="confirm", ack=1.1, total=45.03, sizes=(1_048_576, 99_000)),
        call(13, 3.2, callee="weather-agent", method="forecast", ack=2, total=900.0, outcome="cancelled"),
        call(14, 3.3, callee="weather-agent", method="rpc.ping.0a1b2c3d", total=2.2, ack=1, code=1400, purpose="ping"),
    ]  # fmt: skip
