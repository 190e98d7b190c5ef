"""The history of what was sent, as the interface keeps it: written behind its back, in order."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, utf8_size
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.core.secrets.naming import Known
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.statistics.summary import Group, outcome_of
from rpc_inspector.storage.history import Ended, HistoryFile, Sent, to_keep
from rpc_inspector.storage.reading import FileUnusable


class Keeper:
    """Notes what is sent and how it ended.

    Args:
        file: where.
        later: runs a coroutine function in a worker; :meth:`write` is called with it when there is something to write.
        tell: is told, once, that nothing is kept any more.
        known: knows secrets by their values.
    """

    def __init__(
        self,
        file: HistoryFile,
        later: Callable[[], None],
        tell: Callable[[str], None],
        known: Known | None = None,
    ) -> None:
        self.file = file
        self._known = known
        self._later, self._tell = later, tell
        self._lines: list[Sent | Ended] = []
        self._running: dict[int, str] = {}
        self._writing = asyncio.Lock()
        self._broken = False
        self._told: set[str] = set()

    def sent(self, seq: int, invocation: Invocation, typed: str) -> None:
        """A call of ours began; ``typed`` is its payload as a template."""
        self._running[seq] = self._begin(invocation, typed)

    def repeated(self, invocation: Invocation, typed: str) -> Callable[[Group], None]:
        """A repetition of it began: one entry; what is returned is called with what came of it."""
        entry = self._begin(invocation, typed)

        def ended(figures: Group) -> None:
            if figures.count:
                bad = Counter(figures.outcomes)
                well = bad.pop("ok", 0)
                outcome = bad.most_common(1)[0][0] if bad else "ok" if well else ""
                median = figures.total.measure(0.5)
                self._put(Ended(id=entry, outcome=outcome, ms=median.ms if median else None, times=figures.count))

        return ended

    def _begin(self, invocation: Invocation, typed: str) -> str:
        entry = Sent(
            id=uuid.uuid4().hex,
            at=time.time(),
            destination=invocation.destination,
            method=invocation.method,
            payload=None if unsendable(typed) else typed,
            bytes=utf8_size(invocation.payload),
            response_ms=invocation.response_ms,
            ack_ms=0 if invocation.ack_ms == DEFAULT_ACK_MS else invocation.ack_ms,
        )
        self._put(entry)
        return entry.id

    def take(self, rows: Iterable[TraceRow]) -> bool:
        """Rows changed: note the calls of ours that ended; whether there are any."""
        before = len(self._running)
        for row in rows:
            if row.seq in self._running and isinstance(row, Call) and not row.is_open:
                ms = row.duration.ms if row.duration else None
                self._put(Ended(id=self._running.pop(row.seq), outcome=outcome_of(row), ms=ms))
        return len(self._running) < before

    def _put(self, line: Sent | Ended) -> None:
        if not self._broken:
            self._lines.append(line)
            self._later()

    async def write(self) -> None:
        """Write what was noted; says once which secrets were not kept, and when nothing can be kept."""
        async with self._writing:
            while self._lines and not self._broken:
                line = self._lines.pop(0)
                try:
                    kept = await asyncio.to_thread(self._write, line)
                except FileUnusable as error:
                    self._broken = True
                    self._tell(f"{error}")
                else:
                    self._tell_secrets(kept)

    def _write(self, line: Sent | Ended) -> tuple[str, ...]:
        kept = to_keep(line, self._known) if isinstance(line, Sent) else line
        self.file.add(kept)
        return kept.secrets if isinstance(kept, Sent) else ()

    def _tell_secrets(self, names: tuple[str, ...]) -> None:
        if new := [name for name in names if name not in self._told]:
            self._told.update(new)
            self._tell(f"Kept in the history without its secrets: {', '.join(f'${{secret:{name}}}' for name in new)}.")

    async def read(self) -> tuple[Sent, ...]:
        """The calls that were sent, the newest first.

        Raises:
            FileUnusable: it cannot be read.
        """
        await self.write()
        return await asyncio.to_thread(self.file.read)
