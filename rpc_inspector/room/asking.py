"""Asking participants for ``rpc.describe``: when, how often, and what came of it. Nothing else is ever called here."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.methods import NOTHING_TOLD, MethodsUnreadable, Told, is_bare, parse_described
from rpc_inspector.core.model import Call, Describing, Method, Participant
from rpc_inspector.core.session import SessionError

#: Handlers are often registered late: ask again so many seconds after a 1400.
AGAIN_AFTER_S = (2.0, 10.0)
#: Participants asked at once; a room of hundreds must not be flooded.
AT_ONCE = 8
#: Methods asked about one by one, unbidden, where the whole would be too large for one answer.
MAX_SINGLY = 30

_SILENT = frozenset({ErrorCode.CONNECTION_TIMEOUT, ErrorCode.RESPONSE_TIMEOUT})

#: Calls ``rpc.describe`` of an identity with a payload; the call with its outcome.
Ask = Callable[[str, str], Awaitable[Call]]


class Answer(NamedTuple):
    """What came of a question. ``problem`` says why it is of no use, in words."""

    describing: Describing
    told: Told = NOTHING_TOLD
    problem: str = ""


#: Takes what a participant answered; ``asking`` as soon as it is asked.
Heard = Callable[[Participant, Answer], None]


class Asker:
    """Asks, each participant in a task of its own, and tells what it hears."""

    def __init__(self, ask: Ask, heard: Heard) -> None:
        self._ask = ask
        self._heard = heard
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._once_more: dict[str, Participant] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    def is_asking(self, sid: str) -> bool:
        """Whether a question to that session of a participant is due or on its way."""
        return sid in self._tasks

    def soon(self, someone: Participant, after_s: float = 0.0) -> None:
        """Ask once after so many seconds."""
        self._schedule(someone, (after_s,))

    def until_it_can(self, someone: Participant) -> None:
        """Ask at once, and again later as long as it says that it cannot."""
        self._schedule(someone, (0.0, *AGAIN_AFTER_S))

    def later(self, someone: Participant) -> None:
        """It may be late in registering its handlers: ask some seconds from now."""
        if self.is_asking(someone.sid):
            self._once_more[someone.sid] = someone  # the question on its way may have come too early
        else:
            self._schedule(someone, AGAIN_AFTER_S)

    async def now(self, someone: Participant) -> None:
        """Ask and wait for the answer, whatever was asked before.

        Raises:
            SessionError: there is no connection to ask through.
        """
        self.forget(someone.sid)
        await self._question(someone)

    def forget(self, sid: str) -> None:
        """Ask that session of a participant nothing any more."""
        task = self._tasks.pop(sid, None)
        self._once_more.pop(sid, None)
        if task:
            task.cancel()

    async def stop(self) -> None:
        """Ask nobody any more."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        self._once_more.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _schedule(self, someone: Participant, delays: tuple[float, ...]) -> None:
        self.forget(someone.sid)
        task = asyncio.create_task(self._ask_after(someone, delays), name=f"describe {someone.sid}")
        self._tasks[someone.sid] = task
        task.add_done_callback(lambda done: self._done(someone.sid, done))

    def _done(self, sid: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(sid) is task:
            del self._tasks[sid]
            if someone := self._once_more.pop(sid, None):
                self._schedule(someone, AGAIN_AFTER_S)

    async def _ask_after(self, someone: Participant, delays: tuple[float, ...]) -> None:
        waited = 0.0
        for delay in delays:
            await asyncio.sleep(delay - waited)
            waited = delay
            # The connection may be gone by now: then there is nobody to ask.
            with suppress(SessionError):
                if (await self._question(someone)).describing != "refused":
                    return

    async def _question(self, someone: Participant) -> Answer:
        async with self._slots:
            self._heard(someone, Answer("asking"))
            try:
                answer = _read(await self._ask(someone.identity, '{"v":1}'))
            except (asyncio.CancelledError, SessionError):
                self._heard(someone, Answer("silent"))
                raise
            self._heard(someone, answer)
            if answer.told.methods and all(map(is_bare, answer.told.methods)):
                self._heard(someone, Answer("described", await self._one_by_one(someone.identity, answer.told)))
        return answer

    async def _one_by_one(self, identity: str, names: Told) -> Told:
        """Where an answer gave names only (the whole would not fit), ask about each; stop where nothing comes of it."""
        full = list(names.methods)
        for index, method in enumerate(full[:MAX_SINGLY]):
            more = await self._one(identity, method.name)
            if more is None:
                return names._replace(methods=tuple(full))
            full[index] = more
        return names._replace(methods=tuple(full), unasked=frozenset(method.name for method in full[MAX_SINGLY:]))

    async def _one(self, identity: str, name: str) -> Method | None:
        told = _read(await self._ask(identity, json.dumps({"v": 1, "method": name}))).told
        return next((one for one in told.methods if one.name == name and not is_bare(one)), None)

    async def one(self, someone: Participant, name: str, told: Callable[[], Told]) -> None:
        """Ask about one of the methods that were left out when the others were asked about.

        Args:
            someone: whom to ask.
            name: of the method.
            told: what it has told, as it is when the answer comes.

        Raises:
            SessionError: there is no connection to ask through.
        """
        async with self._slots:
            more = await self._one(someone.identity, name)
        if more is not None:
            now = told()
            methods = tuple(more if one.name == name else one for one in now.methods)
            self._heard(someone, Answer("described", now._replace(methods=methods)))


def _read(call: Call) -> Answer:
    if call.outcome == "ok":
        try:
            return Answer("described", parse_described((call.response and call.response.text) or ""))
        except MethodsUnreadable as problem:
            return Answer("failed", problem=str(problem))
    code = call.error.code if call.error else None
    if code == ErrorCode.UNSUPPORTED_METHOD:
        return Answer("refused")
    return Answer("silent" if code in _SILENT else "failed", problem=f"error {code}" if code else call.outcome)
