"""An owner of tasks: what it starts it also ends."""

import asyncio
from collections.abc import Callable, Coroutine
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


class Latest:
    """One piece of work at a time: a newer one ends the older."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> bool:
        """Do ``work`` once the former has been given up; false if this was given up for something else.

        Cancelling this ends ``work``, and waits until it has.
        """
        await self.stop()
        task = self._task = asyncio.create_task(work(), name=name)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                return False
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            if self._task is task:
                self._task = None
        return True

    async def stop(self) -> None:
        """Give up what is under way, and return when it has ended."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
