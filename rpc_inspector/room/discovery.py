"""Which methods participants have, and how we know: advertised, described, observed, known.

Nothing but ``rpc.describe`` is ever called here, and that at most a few times for each session of a participant.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.methods import (
    ADVERTISED_ATTRIBUTE,
    DESCRIBE_METHOD,
    MAX_METHODS,
    MethodsUnreadable,
    known_methods,
    merge_methods,
    parse_advertised,
    parse_described,
)
from rpc_inspector.core.model import Call, Method, Participant
from rpc_inspector.core.session import SessionError

#: Handlers are often registered late: ask again so many seconds after a 1400.
AGAIN_AFTER_S = (2.0, 10.0)
#: Seconds between questions that a change of attributes gives rise to: agents change theirs with every word.
ATTRIBUTES_PAUSE_S = 5.0
#: Participants asked at once; a room of hundreds must not be flooded.
AT_ONCE = 8
#: Methods asked about one by one where the whole would be too large for one answer.
MAX_SINGLY = 30
#: Codes that say nothing about whether the callee has the method.
_SILENT_CODES = frozenset(
    {
        ErrorCode.RECIPIENT_NOT_FOUND,
        ErrorCode.REQUEST_PAYLOAD_TOO_LARGE,
        ErrorCode.UNSUPPORTED_SERVER,
        ErrorCode.UNSUPPORTED_VERSION,
        ErrorCode.CONNECTION_TIMEOUT,
        ErrorCode.RECIPIENT_DISCONNECTED,
        ErrorCode.SEND_FAILED,
    }
)

#: Calls ``rpc.describe`` of an identity with a payload; the finished call.
Ask = Callable[[str, str], Awaitable[Call]]
#: Tells of an identity that its methods changed, in a phrase; empty if it is not worth a row of the trace.
Changed = Callable[[str, str], None]


@dataclass(slots=True)
class _Known:
    """What one session of a participant told."""

    attribute: str = ""
    advertised: tuple[Method, ...] = ()
    described: tuple[Method, ...] = ()
    asked: bool = False
    asked_at: float = 0.0
    last_1400: int = 0


class _Verdict(NamedTuple):
    """Whether a call of that row's number showed that a method is there."""

    seq: int
    there: bool


class Discovery:
    """What is known of everybody's methods. Owns the tasks that ask.

    Args:
        ask: makes the call. changed: is told of changes.
    """

    def __init__(self, ask: Ask, changed: Changed) -> None:
        self._ask = ask
        self._changed = changed
        self._by_sid: dict[str, _Known] = {}
        self._observed: dict[str, dict[str, _Verdict]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._once_more: dict[str, Participant] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        #: Whether to ask unbidden.
        self.asking = False

    def methods(self, someone: Participant) -> tuple[Method, ...]:
        """The methods of a participant as far as known, each with its surest provenance."""
        if someone.is_self:
            return ()
        known = self._entry(someone)
        seen = self._observed.get(someone.identity, {})
        observed = (Method(name=name, provenance="observed") for name, verdict in seen.items() if verdict.there)
        return merge_methods(
            {
                "advertised": known.advertised,
                "described": known.described,
                "observed": observed,
                "known": known_methods(someone.kind),
            }
        )

    def appeared(self, someone: Participant) -> None:
        """A participant is there, or became active: ask it once it can answer."""
        known = self._entry(someone)
        if self.asking and someone.can_receive_calls and not known.asked:
            known.asked = True
            self._schedule(someone, (0.0, *AGAIN_AFTER_S))

    def attributes_changed(self, someone: Participant) -> None:
        """It may have other methods now: ask again, but not for each change of one that changes them all the time."""
        known = self._entry(someone)
        if self.asking and someone.can_receive_calls and someone.sid not in self._tasks:
            wait = max(0.0, known.asked_at + ATTRIBUTES_PAUSE_S - time.monotonic())
            self._schedule(someone, (wait,))

    def unsupported(self, someone: Participant, seq: int) -> None:
        """Call ``seq`` to it ended with 1400: it may only be late in registering its handlers."""
        known = self._entry(someone)
        if seq <= known.last_1400:
            return
        known.last_1400 = seq
        if self.asking and someone.can_receive_calls:
            if someone.sid in self._tasks:
                self._once_more[someone.sid] = someone  # the question on its way may have come too early
            else:
                self._schedule(someone, AGAIN_AFTER_S)

    def observe(self, call: Call) -> bool:
        """Learn from a call that has ended; true if its callee's methods changed by it."""
        if call.purpose != "call" or call.is_open or not call.callee or not call.method:
            return False
        refused = call.error is not None and call.error.code == ErrorCode.UNSUPPORTED_METHOD
        if not refused and call.outcome != "ok" and (call.error is None or call.error.code in _SILENT_CODES):
            return False
        verdicts = self._observed.setdefault(call.callee, {})
        before = verdicts.get(call.method)
        # A row changes again when its late packets come: that must not count as a newer verdict.
        if (before and before.seq >= call.seq) or (before is None and len(verdicts) >= MAX_METHODS):
            return False
        verdicts[call.method] = _Verdict(call.seq, not refused)
        return (before is not None and before.there) != (not refused)

    async def describe(self, someone: Participant) -> None:
        """Ask a participant now, whatever was asked before."""
        self._cancel(someone.sid)
        await self._describe(someone)

    def left(self, sid: str) -> None:
        """A session of a participant has ended: what it told is void."""
        self._cancel(sid)
        self._by_sid.pop(sid, None)

    async def reset(self) -> None:
        """We left the room: forget everything and stop asking."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        self._once_more.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._by_sid.clear()
        self._observed.clear()

    def _entry(self, someone: Participant) -> _Known:
        """The entry of this session, with its attribute as it is now."""
        known = self._by_sid.setdefault(someone.sid, _Known())
        value = someone.attributes.get(ADVERTISED_ATTRIBUTE, "")
        if value != known.attribute:
            known.attribute = value
            try:
                known.advertised = parse_advertised(value) if value else ()
            except MethodsUnreadable as problem:
                known.advertised = ()
                self._changed(someone.identity, f"its list of methods cannot be read: {problem}")
        return known

    def _schedule(self, someone: Participant, delays: tuple[float, ...]) -> None:
        self._cancel(someone.sid)
        task = asyncio.create_task(self._ask_after(someone, delays), name=f"describe {someone.sid}")
        self._tasks[someone.sid] = task
        task.add_done_callback(lambda done: self._forget(someone.sid, done))

    def _forget(self, sid: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(sid) is task:
            del self._tasks[sid]
            if someone := self._once_more.pop(sid, None):
                self._schedule(someone, AGAIN_AFTER_S)

    def _cancel(self, sid: str) -> None:
        task = self._tasks.pop(sid, None)
        self._once_more.pop(sid, None)
        if task:
            task.cancel()

    async def _ask_after(self, someone: Participant, delays: tuple[float, ...]) -> None:
        """Ask after the first delay, and after each further one as long as the answer is that it cannot describe."""
        waited = 0.0
        for delay in delays:
            await asyncio.sleep(delay - waited)
            waited = delay
            # The connection may be gone by now: then there is nobody to ask.
            with suppress(SessionError):
                if await self._describe(someone):
                    return

    async def _describe(self, someone: Participant) -> bool:
        """Ask; false if it has no ``rpc.describe`` (yet)."""
        known = self._by_sid.setdefault(someone.sid, _Known())
        known.asked, known.asked_at = True, time.monotonic()
        async with self._slots:
            answer = await self._ask(someone.identity, '{"v":1}')
            if answer.outcome != "ok":
                return self._not_described(someone, known, answer)
            try:
                described = parse_described(_text(answer))
            except MethodsUnreadable as problem:
                self._changed(someone.identity, f"its answer to {DESCRIBE_METHOD} cannot be read: {problem}")
                return True
            described = await self._one_by_one(someone.identity, described)
        if described != known.described:
            known.described = described
            self._changed(someone.identity, f"describes {_count(described)}")
        return True

    def _not_described(self, someone: Participant, known: _Known, answer: Call) -> bool:
        """Whether it is known to stay so: a 1400 soon after a join may only be early."""
        if not answer.error or answer.error.code != ErrorCode.UNSUPPORTED_METHOD:
            return True
        if known.described:
            known.described = ()
            self._changed(someone.identity, "describes its methods no more")
        return False

    async def _one_by_one(self, identity: str, names: tuple[Method, ...]) -> tuple[Method, ...]:
        """Where an answer gave names only (the whole would not fit), ask about each; stop where nothing comes of it."""
        if any(not _bare(method) for method in names):
            return names
        full = list(names)
        for index, method in enumerate(names[:MAX_SINGLY]):
            answer = await self._ask(identity, json.dumps({"v": 1, "method": method.name}))
            try:
                found = parse_described(_text(answer)) if answer.outcome == "ok" else ()
            except MethodsUnreadable:
                break
            more = next((one for one in found if one.name == method.name), None)
            if more is None or _bare(more):
                break
            full[index] = more
        return tuple(full)


def _bare(method: Method) -> bool:
    return not (method.description or method.request_schema or method.response_schema or method.examples)


def _text(call: Call) -> str:
    return (call.response and call.response.text) or ""


def _count(methods: tuple[Method, ...]) -> str:
    return "1 method" if len(methods) == 1 else f"{len(methods)} methods"
