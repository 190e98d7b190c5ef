"""The demo's child process, seen from its parent: start it first thing, ask where it serves, stop it.

Imports nothing heavy: the child's own imports cost most of the time until there is a room, so a command starts it
before anything else.
"""

import asyncio
import importlib.util
import json
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future
from types import TracebackType
from typing import IO, Self

from rpc_inspector.core.session import SessionError, Target

INSTALL_ADVICE = "Install it with: pip install 'rpc-inspector[demo]'"
START_LIMIT_S = 30.0
STOP_LIMIT_S = 1.0
KILL_LIMIT_S = 1.0
_KEPT_LINES = 20


def require_extra() -> None:
    """Say so if what the embedded server needs is not installed; imports none of it.

    Raises:
        SessionError: the extra is missing; its advice is the line that installs it.
    """
    if importlib.util.find_spec("aiortc") is None:
        raise SessionError("The embedded room server needs aiortc, which is not installed.", INSTALL_ADVICE)


class DemoProcess:
    """The embedded server and the demo participants, in a child process that cannot outlive this one.

    The child ends at the end of file on its standard input, which comes whatever ends the parent.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._line: Future[str] = Future()
        self._complaints: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listener: threading.Thread | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """The child's process id, once started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Spawn the child; returns at once and needs no event loop.

        Raises:
            SessionError: the extra that the server needs is not installed, or no process could be started.
        """
        require_extra()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "rpc_inspector.demo"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise SessionError(f"The demo's process could not be started: {error.strerror or error}.") from error
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101 - likewise
        self._process = process
        # Threads, as a cancelled wait on a pipe must neither block the loop's end nor lose the line.
        threading.Thread(target=self._await_line, args=(process.stdout,), daemon=True).start()
        self._listener = threading.Thread(target=self._complaints.extend, args=(process.stderr,), daemon=True)
        self._listener.start()

    async def target(self) -> Target:
        """Where the demo's room is, as soon as its server accepts clients; participants may still be joining.

        Raises:
            SessionError: the child failed; its last words are in it.
        """
        try:
            line = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._line)), START_LIMIT_S)
        except TimeoutError:
            raise SessionError(
                f"The demo's server did not start within {START_LIMIT_S:g} s.", "Try again when the machine is idle."
            ) from None
        if not line:
            raise await asyncio.to_thread(self._failure)
        where = json.loads(line)
        return Target(
            url=where["url"],
            room=where["room"],
            api_key=where["api_key"],
            api_secret=where["api_secret"],
            origin="demo",
            embedded=True,
        )

    async def stop(self) -> None:
        """End the child and wait for it: by the end of its input, after 1 s by force. Harmless when repeated."""
        if self._process is not None and self._process.returncode is None:
            await asyncio.to_thread(self._end, self._process)

    def _await_line(self, stdout: IO[str]) -> None:
        with stdout:
            self._line.set_result(stdout.readline())

    def _failure(self) -> SessionError:
        assert self._process is not None  # noqa: S101 - it gave us the end of its output
        assert self._listener is not None  # noqa: S101 - likewise
        self._end(self._process)
        self._listener.join(KILL_LIMIT_S)
        words = " ".join(line.strip() for line in list(self._complaints)[-3:])
        if self._process.returncode == 1 and words:
            return SessionError(f"The demo could not start: {words}")
        return SessionError(f"The demo's server ended with status {self._process.returncode}.", words)

    @staticmethod
    def _end(process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None  # noqa: S101 - start() asks for it
        process.stdin.close()
        for limit, insist in ((STOP_LIMIT_S, process.terminate), (KILL_LIMIT_S, process.kill)):
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                insist()
        process.wait()
