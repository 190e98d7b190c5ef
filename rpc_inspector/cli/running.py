"""Running a command's coroutine so that a signal ends it in good order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from rpc_inspector.cli.ending import end

_SIGNALS = [signal.SIGINT, signal.SIGTERM]
#: The statuses of work that these ended.
INTERRUPTS = tuple(128 + number for number in _SIGNALS)


def run_async(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run ``work`` to its end; the exit status.

    The first SIGINT or SIGTERM cancels it, so that it can still write what it knows, and makes the status 130 or 143;
    the second ends the process at once.
    """
    return asyncio.run(_until_signalled(work))


async def _until_signalled(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    task = asyncio.ensure_future(work())
    status = 0

    def stop(number: int) -> None:
        nonlocal status
        if status:
            end(status)
        status = 128 + number
        task.cancel()

    _listen(stop)
    try:
        return await task
    except asyncio.CancelledError:
        if status:
            return status
        raise


def _listen(stop: Callable[[int], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        try:
            loop.add_signal_handler(number, stop, number)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda got, _frame: loop.call_soon_threadsafe(stop, got))
