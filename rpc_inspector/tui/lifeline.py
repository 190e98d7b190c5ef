"""Ends from outside: signals that ask for it, and a terminal that is gone without any."""

import asyncio
import select
import signal
from collections.abc import Callable

#: Seconds between two looks at the terminal. Textual's reader spins from its end until we leave.
LOOK_EVERY_S = 0.5
GONE_STATUS = 129


def on_signals(end: Callable[[int], None]) -> None:
    """Have ``end`` called with the exit status when a signal asks us to end, so that the terminal is put back first."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, end, 128 + number)
        except (NotImplementedError, RuntimeError):  # Windows, or a loop outside the main thread
            return


def terminal_is_gone(descriptor: int = 0) -> bool:
    """Whether what is behind our standard input was closed: nobody is told when whoever started us was killed."""
    if not hasattr(select, "poll"):  # Windows
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(flags & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, flags in poll.poll(0))
