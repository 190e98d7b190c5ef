"""``trace``: the calls that pass our vantage points, as lines."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import click

from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.model import Call, RoomEvent, TraceRow
from rpc_inspector.core.query import Query
from rpc_inspector.core.session import ConnectFailed, Session, SessionState, Target, Update
from rpc_inspector.core.statistics.summary import Group, facts_of
from rpc_inspector.core.units import duration
from rpc_inspector.headless.entering import enter
from rpc_inspector.headless.output import Output
from rpc_inspector.headless.pipes import LineWriter
from rpc_inspector.headless.tracelines import call_text, event_text, new_columns
from rpc_inspector.storage.reading import FileUnusable

#: Seconds after its end until a call is printed: the packets of a busy vantage point come half a second late at most.
SETTLE_S = 0.5
#: Seconds that a reader has for the last lines.
LAST_LINES_S = 2.0


class Tracer:
    """Prints calls as they end, and room events as they come.

    Args:
        session: not joined yet. query: what to print. out: for remarks.
        as_json: calls as objects, without room events. everything: pings and describes too.
    """

    def __init__(self, session: Session, query: Query, out: Output, *, as_json: bool, everything: bool) -> None:
        self._session = session
        self._query = query
        self._matches: Callable[[TraceRow], bool] = query.compile(time.time())
        self._out = out
        self._as_json = as_json
        self._everything = everything
        self._columns = new_columns()
        self._coloured = bool(getattr(sys.stdout, "isatty", bool)()) and not os.environ.get("NO_COLOR")
        self._running: dict[int, Call] = {}
        #: Calls that ended and room events, with the time of the loop at which they are printed.
        self._ended: dict[int, tuple[TraceRow, float]] = {}
        #: Rows that were printed and may still change.
        self._printed: set[int] = set()
        self._counted = Group()
        self._over = asyncio.Event()
        self._news = asyncio.Event()
        self._said = ""
        self._loop = asyncio.get_running_loop()
        self._writer = LineWriter(self._nobody_reads)

    async def run(self, target: Target, seconds: float | None) -> None:
        """Join and print, until the time is over, nobody reads, or the room is left.

        Raises:
            SessionError: the room cannot be joined, or the connection ended for good.
            FileUnusable: the output cannot be written.
            asyncio.CancelledError: interrupted; what is known is printed all the same.
        """
        await enter(self._session, target, self._out)
        self._say_vantage(self._session.state)
        unsubscribe = self._session.subscribe(self._take)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._print_until_over()
        finally:
            unsubscribe()
            await self._finish()
        if self._writer.problem:
            raise FileUnusable(f"The output cannot be written: {self._writer.problem}.", "Write it elsewhere.")
        if self._session.state.status == "closed":
            raise ConnectFailed(self._session.state.detail or "The connection has ended.", "Start the trace again.")

    def _nobody_reads(self) -> None:
        with suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._over.set)

    def _take(self, update: Update) -> None:
        now = self._loop.time()
        self._printed.difference_update(update.dropped)
        for row in update.rows:
            if not self._wanted(row):
                continue
            if isinstance(row, Call) and row.is_open:
                self._running[row.seq] = row
                continue
            self._running.pop(row.seq, None)
            _, due = self._ended.get(row.seq, (row, now + SETTLE_S))
            self._ended[row.seq] = (row, due)
        if update.state:
            self._see(update.state)
        self._news.set()

    def _wanted(self, row: TraceRow) -> bool:
        """Whether it may have to be printed, now or later."""
        if isinstance(row, RoomEvent):
            return not self._as_json and row.seq not in self._printed
        return row.seq not in self._printed and (self._everything or row.purpose == "call")

    def _see(self, state: SessionState) -> None:
        if state.status == "connected":
            self._say_vantage(state)
        elif state.status == "closed":
            self._over.set()

    async def _print_until_over(self) -> None:
        over = asyncio.ensure_future(self._over.wait())
        try:
            while not over.done():
                self._news.clear()
                self._print_due(self._loop.time())
                news = asyncio.ensure_future(self._news.wait())
                try:
                    await asyncio.wait((over, news), timeout=self._next_due(), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    news.cancel()
        finally:
            over.cancel()

    def _next_due(self) -> float | None:
        """Seconds until the next call is to be printed."""
        due = min((due for _, due in self._ended.values()), default=None)
        return None if due is None else max(due - self._loop.time(), 0.0)

    def _print_due(self, now: float) -> None:
        """Print what is due, and before it what ended earlier: one vantage point tells sooner than another."""
        waiting = sorted(self._ended.values(), key=lambda one: _end(one[0]))
        due = [place for place, (_, at) in enumerate(waiting) if at <= now]
        for row, _ in waiting[: due[-1] + 1] if due else ():
            del self._ended[row.seq]
            self._printed.add(row.seq)
            self._print(row)

    def _print(self, row: TraceRow) -> None:
        if self._query.depends_on_now:
            self._matches = self._query.compile(time.time())
        if not self._matches(row):
            return
        if isinstance(row, RoomEvent):
            line = event_text(row)
        else:
            self._counted.put(facts_of(row), 1)
            line = call_line(row) if self._as_json else call_text(row, self._columns)
        self._writer.write(line if self._coloured else click.unstyle(line))

    async def _finish(self) -> None:
        """Print what ended and what still runs, then how many there were."""
        self._print_due(float("inf"))
        for call in self._running.values():
            self._print(call)
        await asyncio.to_thread(self._writer.close, LAST_LINES_S)
        self._out.say(self._summary(), dim=True)

    def _summary(self) -> str:
        """``12 calls · 1 error · p50 38 ms · p95 120 ms · 3 packets lost``."""
        counted, state = self._counted, self._session.state
        running = counted.outcomes["open"]
        parts = [_many(counted.count, "call"), _many(counted.errors, "error")]
        parts += [f"{running} still running"] if running else []
        if counted.total.count:
            parts += [f"p50 {duration(counted.total.measure(0.5))}", f"p95 {duration(counted.total.measure(0.95))}"]
        parts += [f"{_many(state.lost_packets, 'packet')} lost"] if state.lost_packets else []
        parts += [f"{_many(self._writer.unwritten, 'line')} not read in time"] if self._writer.unwritten else []
        return " · ".join(parts)

    def _say_vantage(self, state: SessionState) -> None:
        """Say what can be seen from here, and again when that changes, so that an empty trace is understood."""
        others = (
            "and all others: the server shows what it forwards"
            if "server" in state.vantage
            else "only: those of others do not pass here, as LiveKit delivers RPC packets to their destination alone"
        )
        said = f"seeing calls to and from us ({state.identity}) {others}"
        if said == self._said:
            return
        self._said = said
        self._out.say(said, dim=True)
        if state.encrypted:
            self._out.warn("the room is end-to-end encrypted: packets of others cannot be read")


def _end(row: TraceRow) -> float:
    if isinstance(row, RoomEvent):
        return row.time
    return row.started if row.ended is None else row.ended


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


async def trace(
    session: Session,
    target: Target,
    query: Query,
    out: Output,
    *,
    seconds: float | None = None,
    as_json: bool = False,
    everything: bool = False,
) -> None:
    """Join and print calls as they end.

    Args:
        session: not joined yet.
        target: with a room.
        query: what to print.
        out: for remarks.
        seconds: how long; ``None`` is until nobody reads or somebody interrupts.
        as_json: call objects, a line each; those that still run at the end follow then, as ``open``.
        everything: pings and describes too.

    Raises:
        SessionError: the room cannot be joined, or the connection ended for good.
        FileUnusable: the output cannot be written.
        asyncio.CancelledError: interrupted; what is known was printed.
    """
    await Tracer(session, query, out, as_json=as_json, everything=everything).run(target, seconds)
