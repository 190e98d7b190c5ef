"""The demo participants, one file each."""

import asyncio
from collections.abc import Callable
from functools import partial

from rpc_inspector.demo.actor import Actor
from rpc_inspector.demo.cast.archive import Archive
from rpc_inspector.demo.cast.billing import Billing
from rpc_inspector.demo.cast.flaky import Flaky
from rpc_inspector.demo.cast.late_bird import LateBird
from rpc_inspector.demo.cast.phone import Phone
from rpc_inspector.demo.cast.weather_agent import WeatherAgent
from rpc_inspector.demo.cast.web import Browser
from rpc_inspector.demo.stage import Stage

#: In the order in which they join: who explains the most comes first.
CAST: tuple[type[Actor], ...] = (WeatherAgent, Browser, Billing, Archive, Phone, Flaky, LateBird)


async def perform(stage: Stage, phase: Callable[[str], None]) -> None:
    """Have everybody in the room until cancelled; ``phase`` is told when somebody is there."""
    stage.cast = frozenset(actor.identity for actor in CAST)
    async with asyncio.TaskGroup() as group:
        for part in CAST:
            actor = part(stage)
            group.create_task(actor.play(partial(phase, f"{actor.identity} is there")))
