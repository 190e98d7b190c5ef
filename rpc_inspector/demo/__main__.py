"""The demo's child process: ``python -m rpc_inspector.demo``.

It prints one JSON line, ``{"url", "api_key", "api_secret", "room", "token"}``, and serves until the end of file on its
standard input (^D by hand). Everything heavy is imported by parts, so that the line comes early.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

#: How long the end may take before the process leaves regardless, in seconds.
GRACE_S = 0.8
_STARTED = time.monotonic()


class ParentWatch:
    """Watches standard input from a thread; at its end the process ends, within GRACE_S, whatever else it does."""

    def __init__(self) -> None:
        self._end: Callable[[], object] | None = None
        threading.Thread(target=self._watch, name="parent-watch", daemon=True).start()

    def on_end(self, end: Callable[[], object]) -> None:
        """Have ``end`` called from the watching thread, to end in good order."""
        self._end = end

    def _watch(self) -> None:
        with contextlib.suppress(OSError):  # having no input at all is its end, too
            while os.read(0, 4096):
                pass
        if self._end is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just closed: the process is ending already
                self._end()
                time.sleep(GRACE_S)
        leave(0)


def leave(status: int) -> None:
    """End the process at once: the SDK's native library sometimes aborts at the interpreter's own exit."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody may be reading any more
            stream.flush()
    os._exit(status)


def phase(name: str) -> None:
    """Say on stderr how long it took to get here, if RPC_INSPECTOR_DEBUG is set."""
    if os.environ.get("RPC_INSPECTOR_DEBUG"):
        sys.stderr.write(f"{(time.monotonic() - _STARTED) * 1000:6.0f} ms  {name}\n")


def main() -> None:
    """Run the demo; never returns normally."""
    if not sys.stdin.isatty():
        # ^C goes to everybody at the terminal; here it is the parent's to decide, and it closes our input.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch = ParentWatch()
    from rpc_inspector.core.session import SessionError  # noqa: PLC0415 - signals first: imports take time
    from rpc_inspector.demo.process import require_extra  # noqa: PLC0415 - likewise

    try:
        require_extra()
        from rpc_inspector.demo.child import run  # noqa: PLC0415 - needs what the line above looks for

        phase("server imported")
        run(watch.on_end, phase)
    except SessionError as error:
        sys.stderr.write(f"{error}\n")
        leave(1)
    except KeyboardInterrupt:
        leave(130)
    leave(0)


if __name__ == "__main__":
    main()
