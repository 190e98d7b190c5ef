"""A process on a pseudo-terminal of its own, timed from outside as a person would see it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress

import pyte

SIZE = (36, 120)
DEADLINE_S = 30
#: As installed, with bytecode compiled; Python writes it on the first, uncounted round.
OURS = [sys.executable, "-m", "rpc_inspector"]


class Terminal:
    """A process on a pseudo-terminal.

    Args:
        command: to start.
        watch: keep the screen as a terminal would show it, for :meth:`seconds_to_screen`.
    """

    def __init__(self, command: list[str], *, watch: bool = False) -> None:
        self._parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            command, stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True
        )
        os.close(child)
        self._seen = b""
        self._screen = pyte.Screen(SIZE[1], SIZE[0])
        self._stream = pyte.ByteStream(self._screen) if watch else None

    def seconds_to(self, marker: bytes) -> float:
        """Seconds from the start until the marker was written to the terminal."""
        while marker not in self._seen:
            assert self._read(DEADLINE_S), f"ended without {marker!r}: {self._seen[-2000:]!r}"
        return time.monotonic() - self.began

    def seconds_to_screen(self, holds: Callable[[list[str]], bool], since: float | None = None) -> float:
        """Seconds from ``since`` (the start) until the screen's lines were such; when it was read, not interpreted."""
        since = self.began if since is None else since
        arrived = time.monotonic()
        while not holds(list(self._screen.display)):
            assert self._read(DEADLINE_S), "ended before its screen was as expected:\n" + "\n".join(
                self._screen.display
            )
            arrived = time.monotonic()
            if self._stream is not None:
                self._stream.feed(self._seen)
            self._seen = b""
        return arrived - since

    def line(self, start: str) -> list[pyte.screens.Char]:
        """The cells, with their colours, of the first line that begins so; none if there is no such line."""
        lines = self._screen.display
        found = next((index for index, line in enumerate(lines) if line.startswith(start)), None)
        return [] if found is None else [self._screen.buffer[found][column] for column in range(SIZE[1])]

    def screen(self) -> list[str]:
        """The lines of the screen as read so far."""
        return list(self._screen.display)

    def press(self, keys: bytes) -> float:
        """Press keys; when, in seconds of CLOCK_MONOTONIC."""
        pressed = time.monotonic()
        os.write(self._parent, keys)
        return pressed

    def seconds_to_quit(self) -> float:
        """Press ^q; seconds until the process and all that it started are gone."""
        pressed = self.press(b"\x11")
        while self._read(DEADLINE_S):
            assert time.monotonic() - pressed < DEADLINE_S, "^q did not end it"
        self.process.wait(DEADLINE_S)
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return time.monotonic() - pressed
        raise AssertionError("a process was left behind")

    def _read(self, within: float) -> bool:
        """Read what is there; whether the process still writes."""
        if not select.select([self._parent], [], [], within)[0]:
            raise AssertionError(f"nothing for {within} s: {self._seen[-2000:]!r}")
        try:
            part = os.read(self._parent, 65536)
        except OSError:  # Linux's way of saying that the other side is closed
            part = b""
        self._seen += part
        return bool(part)

    def drain(self, seconds: float) -> None:
        """Read for so long what the process writes, so that it is never blocked."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._parent], [], [], left)[0]:
                try:
                    part = os.read(self._parent, 65536)
                except OSError:
                    return
                if self._stream is not None:
                    self._stream.feed(part)
                elif not part:
                    return

    def close(self) -> None:
        """End whatever is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._parent)
