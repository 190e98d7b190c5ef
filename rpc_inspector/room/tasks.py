"""An owner of tasks: what it starts it also ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Tasks that end together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run ``work`` until it ends or :meth:`stop`."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def wait(self, seconds: float) -> None:
        """Let them end by themselves, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def cancel(self) -> None:
        """Ask all to end, from where nothing can be awaited; :meth:`stop` must follow."""
        for task in self._tasks:
            task.cancel()

    async def stop(self) -> None:
        """End all, and return when they have."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
