"""Somebody who leaves in the middle of a call, and comes back: error 1503."""

import asyncio
from collections.abc import Sequence

from rpc_inspector.demo.actor import ABSENCE_S, Actor, work
from rpc_inspector.demo.methods import DemoMethod, Request, a, an_object

#: It is still there for so long after the call came in, in seconds.
HESITATION_S = 0.4


class Flaky(Actor):
    """Hands over and is gone before it has answered."""

    identity = "flaky"
    name = "Flaky worker"
    attributes = {"job": "transcribe"}  # noqa: RUF012 - declared ClassVar in Actor
    describes = False

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        return (
            DemoMethod("status", "How its work goes", self.status, an_object(), an_object("job", job=a("string"))),
            DemoMethod(
                "handover",
                f"Leaves in the middle of the call (error 1503); is back after {ABSENCE_S:g} s",
                self.handover,
                an_object(),
                an_object(),
            ),
        )

    async def status(self, _request: Request) -> object:
        """Fine, so far."""
        await work(5, 30)
        return {"job": self.attributes["job"], "done": 0.42}

    async def handover(self, _request: Request) -> object:
        """Never answers: leaving ends it."""
        await asyncio.sleep(HESITATION_S)
        self.leave()
        return await asyncio.get_running_loop().create_future()
