"""The quiet traffic between the demo participants: who calls whom, with what, how often. One table."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from livekit import rtc

from rpc_inspector.demo.methods import compact


@dataclass(frozen=True, slots=True)
class Errand:
    """A call that a participant makes again and again.

    Attributes:
        bodies: what it sends, in turn.
        every: the pause before each call lies between these, in seconds; odd numbers, so that no two keep step.
    """

    caller: str
    callee: str
    method: str
    bodies: Sequence[object]
    every: tuple[float, float]


ERRANDS = (
    Errand("weather-agent", "web-1", "get_location", ({"accuracy": "coarse"}, {"accuracy": "precise"}), (2.3, 4.1)),
    Errand(
        "web-1",
        "weather-agent",
        "get_weather",
        [{"city": city} for city in ("Paris", "Oslo", "São Paulo", "Tokyo", "Nairobi", "Atlantis", "Reykjavík")],
        (3.7, 7.3),
    ),
    Errand("web-1", "weather-agent", "forecast", ({"city": "Paris", "days": 3}, {"city": "Zürich"}), (11.3, 17.9)),
    Errand("web-1", "billing", "invoice", [{"order": f"A-{number}"} for number in range(1041, 1051)], (9.7, 16.3)),
    Errand("billing", "web-1", "confirm", ({"question": "Pay 42.00 EUR?"},), (17.1, 26.9)),
    Errand("billing", "archive", "measure", ({"kept": "a receipt"}, {"kept": "a ledger " * 300}), (19.3, 31.7)),
    Errand("weather-agent", "phone", "lk.sip.GetRemoteHeaders", ({},), (21.1, 37.3)),
    Errand("flaky", "weather-agent", "get_weather", ({"city": "Wellington"}, {}), (27.7, 43.1)),
)


async def run_errands(identity: str, room: rtc.Room) -> None:
    """Run all errands of a participant until cancelled."""
    async with asyncio.TaskGroup() as group:
        for errand in ERRANDS:
            if errand.caller == identity:
                group.create_task(_repeat(errand, room))


async def _repeat(errand: Errand, room: rtc.Room) -> None:
    for body in itertools.cycle(errand.bodies):
        await asyncio.sleep(random.uniform(*errand.every))  # noqa: S311 - a pace, not a secret
        if errand.callee not in room.remote_participants:
            continue
        with contextlib.suppress(rtc.RpcError):  # some are meant to fail; whoever watches sees how
            await room.local_participant.perform_rpc(
                destination_identity=errand.callee, method=errand.method, payload=compact(body)
            )
