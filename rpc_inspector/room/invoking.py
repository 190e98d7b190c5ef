"""Making calls: the SDK's ``perform_rpc`` with budgets, cancel, and what came of it in the trace."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from livekit import rtc

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain import Facts, Weight, explain
from rpc_inspector.core.model import Call, CallError, replace
from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.core.session import CannotSend, Invocation, NotAuthorised, NotConnected, SessionState
from rpc_inspector.core.store.concluding import NOT_SEEN
from rpc_inspector.core.store.trace import TraceStore

#: So long after a call's end its packets are waited for. Their records arrive up to 0.5 ms after the answer (measured
#: with livekit 1.2.0), and are gathered for 20 ms; the rest is for a busy machine.
PACKETS_LIMIT_S = 0.1
#: So long after a 1503 it is waited for what tells who has left: the SDK ends the call a moment before it does.
WHY_LIMIT_S = 0.3
#: While a backlog of records is read, as after connecting on a busy machine (measured: 0.2 s), wait until it is, but
#: no longer than this.
BACKLOG_LIMIT_S = 0.5
#: Codes that the SDK raises before it sends anything.
_NOT_SENT = frozenset(
    {
        ErrorCode.RECIPIENT_NOT_FOUND,
        ErrorCode.REQUEST_PAYLOAD_TOO_LARGE,
        ErrorCode.UNSUPPORTED_SERVER,
        ErrorCode.SEND_FAILED,
    }
)
CANCELLED_NOTE = "we stopped waiting; the callee's handler runs on, because cancelling does not travel"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the invoker needs of the session.

    Attributes:
        state: the session's state now. speaker: our participant, or ``None`` without a connection.
        present: whether an identity is in the room, asking the server where possible.
        facts: what explains a call. behind_s: by how much the capture's records lag.
        next_change: waits for the next change of the trace.
        changed: tells the session that the trace changed.
    """

    state: Callable[[], SessionState]
    speaker: Callable[[], rtc.LocalParticipant | None]
    present: Callable[[str], Awaitable[bool]]
    facts: Callable[[Call], Facts]
    read_packets: Callable[[], None]
    behind_s: Callable[[], float]
    next_packets: Callable[[], Awaitable[None]]
    next_change: Callable[[], Awaitable[None]]
    changed: Callable[[], None]


class Invoker:
    """Owns the tasks of the calls in flight.

    Args:
        store: the trace.
        around: the session's part.
    """

    def __init__(self, store: TraceStore, around: Surroundings) -> None:
        self._store = store
        self._around = around
        self._tasks: dict[int, asyncio.Task[Call]] = {}
        self._outcomes: dict[int, asyncio.Event] = {}
        self._alike: dict[tuple[str, str, str, int], set[int]] = {}
        self._twins: set[int] = set()

    def start(self, invocation: Invocation) -> int:
        """Begin a call; its row's number.

        Raises:
            NotConnected, NotAuthorised, CannotSend: nothing was begun.
        """
        speaker = self._around.speaker()
        if speaker is None:
            raise NotConnected("There is no connection to a room.", "Join a room first.")
        state = self._around.state()
        _check(invocation, state)
        budget = self._store.budget(
            invocation.destination, invocation.method, invocation.payload, invocation.response_ms, invocation.ack_ms
        )
        seq = self._store.begin(
            room=state.room,
            us=state.identity,
            destination=invocation.destination,
            method=invocation.method,
            payload=invocation.payload,
            budget=budget,
            time=time.monotonic(),
            purpose=invocation.purpose,
            expects_packets=_sees_packets(state),
        )
        key = (invocation.destination, invocation.method, invocation.payload, budget.told)
        alike = self._alike.setdefault(key, set())
        if alike:
            self._twins |= {*alike, seq}
        alike.add(seq)
        self._outcomes[seq] = asyncio.Event()
        task = asyncio.create_task(self._run(seq, invocation, budget, speaker), name=f"call {seq}")
        self._tasks[seq] = task
        task.add_done_callback(lambda _: self._done(seq, key))
        self._around.changed()
        return seq

    async def finished(self, seq: int) -> Call:
        """Wait for a call's end and its packets.

        Raises:
            KeyError: there is no such call.
        """
        task = self._tasks.get(seq)
        if task is None:
            return self._store.call(seq)
        await self.ended(seq)
        self._around.read_packets()
        # The call belongs to the session: whoever waits for it may give up without ending it.
        return await asyncio.shield(task)

    async def ended(self, seq: int) -> Call:
        """Wait for a call's outcome alone.

        Raises:
            KeyError: there is no such call.
        """
        task = self._tasks.get(seq)
        if outcome := self._outcomes.get(seq):
            await outcome.wait()
        # A full trace may have dropped the row by the time that we are woken.
        return task.result() if task and task.done() and not task.cancelled() else self._store.call(seq)

    def cancel(self, seq: int) -> bool:
        """Stop waiting for a call; false if it had ended."""
        task = self._tasks.get(seq)
        if task is None or not self._store.call(seq).is_open:
            return False
        # A task that has not run yet would end without a word if cancelled now; its first step comes before this.
        asyncio.get_running_loop().call_soon(task.cancel)
        return True

    async def cancel_all(self) -> None:
        """Stop waiting for every call, and return when all are settled."""
        tasks = list(self._tasks.values())
        for seq in list(self._tasks):
            self.cancel(seq)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def drained(self, seconds: float) -> None:
        """Wait until no call is in flight, at most so long."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=seconds)

    def _done(self, seq: int, key: tuple[str, str, str, int]) -> None:
        self._tasks.pop(seq, None)
        self._outcomes.pop(seq).set()
        self._twins.discard(seq)
        alike = self._alike.get(key, set())
        alike.discard(seq)
        if not alike:
            self._alike.pop(key, None)

    async def _run(self, seq: int, invocation: Invocation, budget: Budget, speaker: rtc.LocalParticipant) -> Call:
        try:
            await self._perform(seq, invocation, budget, speaker)
        except asyncio.CancelledError:
            # The session's own cancel is an outcome like others: the task goes on to settle the call.
            self._store.finish(seq, "cancelled", time.monotonic(), note=CANCELLED_NOTE)
        except Exception as defect:  # noqa: BLE001 - whatever fails, a call that we made must not stay open for ever
            self._store.finish(seq, "lost", time.monotonic(), note=f"making the call failed: {defect!r}")
        self._outcomes[seq].set()
        self._around.changed()
        return await self._settle(seq)

    async def _perform(self, seq: int, invocation: Invocation, budget: Budget, speaker: rtc.LocalParticipant) -> None:
        if not invocation.anyway and (why := await self._unreachable(invocation.destination)):
            error = CallError(
                code=ErrorCode.RECIPIENT_NOT_FOUND,
                message=f"{invocation.destination} {why}; nothing was sent",
                raised_by="us",
            )
            self._store.finish(seq, "error", time.monotonic(), error=error)
            return
        try:
            response = await speaker.perform_rpc(
                destination_identity=invocation.destination,
                method=invocation.method,
                payload=invocation.payload,
                response_timeout=as_seconds(budget.response),
                max_round_trip_latency=as_seconds(budget.ack),
            )
        except rtc.RpcError as failed:
            ended = time.monotonic()
            error = CallError(code=int(failed.code), message=failed.message, data=failed.data or None)
            self._store.finish(seq, "error", ended, error=error)
        else:
            self._store.finish(seq, "ok", time.monotonic(), response=response)

    async def _unreachable(self, destination: str) -> str | None:
        """Why a call to it would only end with 1501 after 7 s; ``None`` if it may work."""
        if destination == self._around.state().identity:
            return "is ourselves"
        return None if await self._around.present(destination) else "is not in the room"

    async def _settle(self, seq: int) -> Call:
        """Wait a moment for the answer's packets, then say why the call failed and what is not known of it."""
        call = self._store.call(seq)
        if call.error and call.error.code == ErrorCode.RECIPIENT_DISCONNECTED:
            await self._why_disconnected(call)
        if _sees_packets(self._around.state()) and call.outcome != "cancelled" and _was_sent(call):
            call = await self._packets_of(seq, call)
        error = self._explained(call)
        self._store.settle(seq, error, self._note(call), may_come=_was_sent(call))
        self._around.changed()
        settled = self._store.get(seq)
        return settled if isinstance(settled, Call) else replace(call, error=error)

    async def _why_disconnected(self, call: Call) -> None:
        """The SDK ends a call with 1503 a moment before it tells who has left: the callee, or we."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WHY_LIMIT_S):
                while not self._is_sure(call):
                    await self._around.next_change()

    def _is_sure(self, call: Call) -> bool:
        explained = explain(call, self._around.facts(call))
        return explained is not None and any(cause.weight >= Weight.STRONG for cause in explained.causes)

    async def _packets_of(self, seq: int, call: Call) -> Call:
        # A callee that leaves may say so itself (1503), so that answer is waited for too.
        expects_answer = call.error is None or call.error.code != ErrorCode.CONNECTION_TIMEOUT
        ended = call.ended or time.monotonic()
        while call.id is None or (expects_answer and not self._answer_was_seen(call)):
            left = ended + min(PACKETS_LIMIT_S + self._around.behind_s(), BACKLOG_LIMIT_S) - time.monotonic()
            if left <= 0:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._around.next_packets()
            row = self._store.get(seq)
            if not isinstance(row, Call):
                break
            call = row
        return call

    def _answer_was_seen(self, call: Call) -> bool:
        """By every vantage point that we have now: our own SDK where it is captured, the server where it tells."""
        state = self._around.state()
        seen = {view.source for view in call.views if (stage := view.stage("response")) and stage.complete}
        own = state.capture not in ("off", "not_understood")
        return ("sdk" in seen or not own) and ("server" in seen or "server" not in state.vantage) and bool(seen)

    def _explained(self, call: Call) -> CallError | None:
        if call.error is None:
            return None
        explained = explain(call, self._around.facts(call))
        if explained is None:
            return None
        raised_by = call.error.raised_by or explained.raised_by
        return replace(call.error, raised_by=raised_by, causes=explained.sentences)

    def _note(self, call: Call) -> str | None:
        """Why the call was not joined to its packets, if it was not."""
        state = self._around.state()
        if call.id is not None or call.note or not _was_sent(call):
            return None
        if state.encrypted:
            return "its packets are encrypted end to end, so they cannot be told apart"
        if not _sees_packets(state):
            return "no vantage point saw its packets"
        if call.seq in self._twins:
            return "its packets cannot be told from those of identical calls at the same time"
        return NOT_SEEN


def as_seconds(milliseconds: int) -> float:
    """``milliseconds`` for the SDK, which cuts ``int(seconds * 1000)``: 8.001 s alone would travel as 8000 ms."""
    return (milliseconds + 0.5) / 1000


def _check(invocation: Invocation, state: SessionState) -> None:
    if not state.permissions.can_publish_data:
        raise NotAuthorised(
            "Our token may not send data, so no call can leave.", "Use a token with the grant canPublishData."
        )
    if not invocation.method:
        raise CannotSend("The method's name is empty.", "Name a method.")
    if not invocation.destination:
        raise CannotSend("No destination is named.", "Choose a participant.")
    for what in ("destination", "method", "payload"):
        problem = unsendable(getattr(invocation, what))
        if problem:
            raise CannotSend(f"The {what} cannot be sent: {problem}.", "Remove that character.")


def _sees_packets(state: SessionState) -> bool:
    """Whether a vantage point can be expected to see a call of ours now."""
    return not state.encrypted and (state.capture in ("waiting", "on", "clock_unknown") or "server" in state.vantage)


def _was_sent(call: Call) -> bool:
    return call.error is None or call.error.code not in _NOT_SENT
