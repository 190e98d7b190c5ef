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
        return task

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
