"""Standard output that somebody may stop reading: written without holding up the loop, watched while idle."""

import asyncio
import os
import queue
import select
import sys
import threading
from collections.abc import Callable

#: Seconds between two looks whether anybody reads.
LOOK_S = 0.2
#: Lines that may wait for a reader that is slower than we are; what comes then is counted and left out.
MOST_WAITING = 100_000
_MOST_AT_ONCE = 1000


def stdout_number() -> int | None:
    """The file descriptor of standard output; ``None`` where there is none."""
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # closed before the start, or not a file
        return None


def nobody_reads(number: int | None) -> bool:
    """Whether a pipe's other end is closed, which writing alone would tell. Windows cannot say."""
    if number is None:
        return True
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(number, 0)
    return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


async def until_nobody_reads() -> None:
    """Return once standard output is a pipe that nobody reads."""
    while not nobody_reads(stdout_number()):  # noqa: ASYNC110 - no event loop tells it of a pipe that is only written
        await asyncio.sleep(LOOK_S)


class LineWriter:
    """Writes lines in a thread of its own: a reader that pauses (a pager) holds up nothing but the lines.

    Args:
        closed: called in the thread, once, when nobody reads any more or nothing can be written.

    Attributes:
        problem: why nothing can be written, e.g. that the disk is full; empty while it can, and for a closed pipe.
    """

    def __init__(self, closed: Callable[[], None]) -> None:
        self._closed = closed
        self._number = stdout_number()
        self._encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        self._lines: queue.Queue[str | None] = queue.Queue()
        # Its own and not the loop's: a write that never returns must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="stdout", daemon=True)
        self.problem = ""
        self._given = self._written = 0
        self._thread.start()

    @property
    def unwritten(self) -> int:
        """How many lines nobody has read yet, or never will."""
        return self._given - self._written

    def write(self, line: str) -> None:
        """Have a line written as soon as it can be."""
        self._given += 1
        if self._lines.qsize() < MOST_WAITING:
            self._lines.put(line)

    def close(self, within_s: float) -> None:
        """Write what waits, for at most so long."""
        self._lines.put(None)
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while self._write_some():
                pass
        except OSError as error:
            if not isinstance(error, BrokenPipeError):
                self.problem = error.strerror or str(error)
            self._closed()

    def _write_some(self) -> bool:
        """Write what waits; whether there will be more."""
        try:
            lines = [self._lines.get(timeout=LOOK_S)]
        except queue.Empty:
            if nobody_reads(self._number):
                raise BrokenPipeError from None
            return True
        while len(lines) < _MOST_AT_ONCE and not self._lines.empty():
            lines.append(self._lines.get())
        whole = [line for line in lines if line is not None]
        self._write("".join(f"{line}\n" for line in whole).encode(self._encoding, "backslashreplace"))
        self._written += len(whole)
        return len(whole) == len(lines)

    def _write(self, data: bytes) -> None:
        # Past sys.stdout, whose lock a write that hangs would hold at the exit.
        if self._number is None:
            raise BrokenPipeError
        while data:
            data = data[os.write(self._number, data) :]
