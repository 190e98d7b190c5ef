"""``ping``: is the SDK of a participant answering, and how fast; a line each, and what they amount to."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count

from rpc_inspector.core.budgets import DEFAULT_ACK_MS
from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.exits import Exit, exit_for_code
from rpc_inspector.core.model import Measure
from rpc_inspector.core.ping import Pinged, Tally
from rpc_inspector.core.session import Session, Target
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.headless.entering import enter
from rpc_inspector.headless.output import Output


class Pinging:
    """Pings rounds of participants and prints each answer as it comes.

    Args:
        session: joined. out: where to write. as_json: objects instead of lines.
        ack_ms: how long each ping waits for its ack. anyway: also send to whom the room does not list.
    """

    def __init__(
        self, session: Session, out: Output, *, as_json: bool, ack_ms: int = DEFAULT_ACK_MS, anyway: bool = False
    ) -> None:
        self._session, self._out, self._as_json = session, out, as_json
        self._ack_ms, self._anyway = ack_ms, anyway
        self._tallies: dict[str, Tally] = {}
        self._loop = asyncio.get_running_loop()

    async def run(self, destination: str | None, rounds: int | None, interval_s: float) -> None:
        """Ping ``destination``, or everybody where it is ``None``.

        Args:
            destination: an identity.
            rounds: how often; ``None`` is until cancelled.
            interval_s: seconds from the begin of one round to the begin of the next, which waits for its end though.

        Raises:
            SessionError: nothing was sent.
        """
        for number in count(1):
            began = self._loop.time()
            if destination is None:
                await self._session.ping_all(ack_ms=self._ack_ms, told=partial(self._take, number))
            else:
                self._take(number, await self._session.ping(destination, ack_ms=self._ack_ms, anyway=self._anyway))
            if number == rounds:
                return
            await asyncio.sleep(max(began + interval_s - self._loop.time(), 0))

    def _take(self, number: int, result: Pinged) -> None:
        self._tallies.setdefault(result.identity, Tally()).take(result)
        self._out.line(ping_line(result, number) if self._as_json else ping_text(result, number))

    @property
    def results(self) -> int:
        """How many pings have ended."""
        return sum(tally.sent for tally in self._tallies.values())

    def summarise(self) -> None:
        """Say what the pings amount to: with ``--json`` an object on stdout, otherwise lines on stderr."""
        if self._as_json:
            totals = [summary_object(identity, tally) for identity, tally in self._tallies.items()]
            self._out.line(json.dumps({"v": 1, "summary": totals}))
            return
        for identity, tally in self._tallies.items():
            self._out.say(f"{sanitise_name(identity)}: {in_words(tally)}", bold=True)

    @property
    def status(self) -> Exit:
        """0 if everybody answered at least once, as ping(8) has it; otherwise why the first who did not is silent.

        Where nobody was there to be pinged, that of a recipient who is not there.
        """
        silent = next((tally for tally in self._tallies.values() if not tally.answered), None)
        if silent is None:
            return Exit.OK if self._tallies else Exit.RECIPIENT_GONE
        return exit_for_code(silent.last.code if silent.last else None)


async def ping(
    session: Session,
    target: Target,
    destination: str | None,
    out: Output,
    *,
    rounds: int | None = 1,
    interval_s: float = 1.0,
    ack_ms: int = DEFAULT_ACK_MS,
    wait_ms: int = 0,
    anyway: bool = False,
    as_json: bool = False,
) -> Exit:
    """Join and ping.

    Args:
        session: not joined yet.
        target: with a room.
        destination: an identity; ``None`` is everybody in the room.
        out: where to write.
        rounds: how often; ``None`` is until interrupted.
        interval_s: seconds between two pings of the same.
        ack_ms: how long to wait for an ack.
        wait_ms: how long to wait for the destination to be active.
        anyway: send although it is not in the room.
        as_json: an object on a line for each ping, and one for the summary.

    Returns:
        The exit status.

    Raises:
        SessionError: nothing was sent.
        asyncio.CancelledError: interrupted before any ping had ended; later that only ends the pinging.
    """
    await enter(session, target, out)
    await _wait(session, destination, wait_ms, out)
    pinging = Pinging(session, out, as_json=as_json, ack_ms=ack_ms, anyway=anyway)
    try:
        await pinging.run(destination, rounds, interval_s)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if not pinging.results or task is None:
            raise
        # Interrupted, as an endless ping is always ended: what came of it until then counts.
        task.uncancel()
    pinging.summarise()
    return pinging.status


async def _wait(session: Session, destination: str | None, wait_ms: int, out: Output) -> None:
    if destination is None or not wait_ms:
        return
    if await session.wait_for_participant(destination, wait_ms / 1000) is None:
        out.warn(f"{destination} was not active within {wait_ms / 1000:g} s")


def ping_text(result: Pinged, number: int) -> str:
    """``weather-agent  1  2.4 ms · ack 1 ms · v2``, safe to show."""
    name = sanitise_name(result.identity)
    if result.reachable:
        parts = [duration(result.round_trip), f"ack {duration(result.ack)}", result.transport or ""]
        return f"{name}  {number}  {' · '.join(filter(None, parts))}"
    said = f"{result.code} {result.why}" if result.code else result.why
    return f"{name}  {number}  no answer: {said}"


def ping_line(result: Pinged, number: int) -> str:
    """A ping as its object on one line; ASCII and lossless."""
    at = datetime.fromtimestamp(result.wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps(
        {
            "v": 1,
            "identity": result.identity,
            "number": number,
            "reachable": result.reachable,
            "code": result.code,
            "ms": {"round_trip": _ms(result.round_trip), "ack": _ms(result.ack)},
            "precision_ms": {"round_trip": _precision(result.round_trip), "ack": _precision(result.ack)},
            "source": {"round_trip": _source(result.round_trip), "ack": _source(result.ack)},
            "transport": result.transport,
            "client_protocol": result.client_protocol,
            "started_at": at,
        }
    )


def summary_object(identity: str, tally: Tally) -> dict[str, object]:
    """What the pings of one participant amount to: counts, loss (0 to 1), and ms of the shortest to the longest."""
    return {
        "identity": identity,
        "sent": tally.sent,
        "answered": tally.answered,
        "loss": tally.loss,
        "ms": {"min": _ms(tally.least), "p50": _ms(tally.median), "max": _ms(tally.most)},
    }


def in_words(tally: Tally) -> str:
    """``5 sent, 4 answered, 20 % lost · min 2.1 ms · p50 2.4 ms · max 9.0 ms``."""
    lost = "" if tally.loss is None else f", {tally.loss:.0%} lost".replace("%", " %")
    parts = [f"{tally.sent} sent, {tally.answered} answered{lost}"]
    if tally.answered:
        times: Sequence[tuple[str, Measure | None]] = (
            ("min", tally.least), ("p50", tally.median), ("max", tally.most),
        )  # fmt: skip
        parts += [f"{name} {duration(took)}" for name, took in times]
    return " · ".join(parts)


def _ms(measure: Measure | None) -> float | None:
    return None if measure is None else rounded(measure.ms, measure.precision)


def _precision(measure: Measure | None) -> float | None:
    return None if measure is None else measure.precision


def _source(measure: Measure | None) -> str | None:
    return None if measure is None else measure.source
