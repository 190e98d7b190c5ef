"""Payloads checked against schemas in a process of their own, so that no schema holds up a key.

A thread would not do: what a hostile schema makes the validator do cannot be stopped there, and would share the
interpreter with the keys. The process is started for the first check and ends with the program.
"""

import asyncio
import sys
from contextlib import suppress

import msgspec

from rpc_inspector.core.schema import Problem

#: How long one check may take; starting the process and reading its libraries is not counted.
LIMIT_S = 3.0
_START_S = 20.0
#: Characters of a line of the answer.
_LONGEST = 8 << 20


class Checker:
    """One check at a time. Whoever makes one calls :meth:`close`."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def problems(self, schema: str, payload: str, *, limit_s: float = LIMIT_S) -> tuple[Problem, ...]:
        """What is wrong with a payload, as :func:`rpc_inspector.core.schema.problems` has it.

        One problem that is about the check says so when it took too long or could not be made.
        """
        async with self._turn:
            try:
                process = await self._started()
                async with asyncio.timeout(limit_s):
                    return await self._ask(process, schema, payload)
            except TimeoutError:
                await self.close()
                return (_unchecked(f"the check was stopped: it took longer than {limit_s:g} s"),)
            except asyncio.CancelledError:
                await self.close()  # its answer would be taken for that of the next question
                raise
            except (OSError, ValueError, asyncio.IncompleteReadError) as error:
                await self.close()
                return (_unchecked(f"the payload was not checked: {error}"),)

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rpc_inspector.tui.checking",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                limit=_LONGEST,
            )  # fmt: skip
            async with asyncio.timeout(_START_S):
                await self._ask(self._process, "true", "0")
        return self._process

    @staticmethod
    async def _ask(process: asyncio.subprocess.Process, schema: str, payload: str) -> tuple[Problem, ...]:
        if process.stdin is None or process.stdout is None:
            raise OSError("the checking process has no pipes")
        process.stdin.write(msgspec.json.encode((schema, payload)) + b"\n")
        await process.stdin.drain()
        return msgspec.json.decode(await process.stdout.readuntil(), type=tuple[Problem, ...])

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _unchecked(message: str) -> Problem:
    return Problem(message=message, about="check")


def _serve() -> None:
    """Answer questions on stdin until it ends."""
    from rpc_inspector.core.schema import problems  # noqa: PLC0415 - of the process alone

    for line in sys.stdin.buffer:
        schema, payload = msgspec.json.decode(line, type=tuple[str, str])
        sys.stdout.buffer.write(msgspec.json.encode(problems(schema, payload)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve()
