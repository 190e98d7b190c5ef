"""Somebody who joins late and registers later: what every first call to a fresh agent meets."""

import asyncio
from collections.abc import Sequence

from rpc_inspector.demo.actor import Actor, work
from rpc_inspector.demo.methods import DemoMethod, Request, a, an_object

#: Joins so long after the first visitor, who shall see it happen, in seconds.
LATE_S = 4.0
#: Registers its method so long after joining; calls before give 1400.
UNREADY_S = 3.0


class LateBird(Actor):
    """Sings, once it is ready."""

    identity = "late-bird"
    name = "Late bird"
    attributes = {"mood": "sleepy"}  # noqa: RUF012 - declared ClassVar in Actor

    async def cue(self) -> None:
        """Some time after the first visitor."""
        await self.stage.visited.wait()
        await asyncio.sleep(LATE_S)

    async def settle(self) -> None:
        """In the room, with no method registered yet."""
        await asyncio.sleep(UNREADY_S)

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        return (
            DemoMethod(
                "chirp",
                "Sings; before it is ready, error 1400",
                self.chirp,
                an_object(times=a("integer", minimum=1, maximum=20, default=2)),
                an_object("song", song=a("string")),
                [({"times": 2}, {"song": "tweet tweet"})],
            ),
        )

    async def chirp(self, request: Request) -> object:
        """Each note takes its time."""
        times = int(request.number("times", 2, least=1, most=20))
        await work(40 * times, 60 * times)
        return {"song": " ".join(["tweet"] * times)}
