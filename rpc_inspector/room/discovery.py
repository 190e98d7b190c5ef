"""Which methods participants have, and how we know: advertised, described, catalogue, observed, known, saved."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from rpc_inspector.core.catalogue import AGENT_NAME_ATTRIBUTE
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.methods import (
    ADVERTISED_ATTRIBUTE,
    DESCRIBE_METHOD,
    MAX_METHODS,
    NOTHING_TOLD,
    MethodsUnreadable,
    Told,
    known_methods,
    parse_advertised,
)
from rpc_inspector.core.model import Call, Describing, Method, Participant, replace
from rpc_inspector.core.provenance import merge_methods
from rpc_inspector.room.asking import Answer, Ask, Asker
from rpc_inspector.room.hints import Hints

#: Seconds between questions that a change of attributes gives rise to: agents change theirs with every word.
ATTRIBUTES_PAUSE_S = 5.0
#: Participants of whom observed methods are kept, those that were called last.
MOST_OBSERVED = 2000
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

#: Tells of an identity that what is known of its methods changed, in a phrase; empty if the trace needs no row of it.
Changed = Callable[[str, str], None]


@dataclass(slots=True)
class _Known:
    """What one session of a participant told. ``when_asked``: its attribute when it was asked to describe itself."""

    attribute: str = ""
    advertised: Told = NOTHING_TOLD
    unreadable: str = ""
    described: Told = NOTHING_TOLD
    when_asked: str = ""
    describing: Describing = "unasked"
    problem: str = ""
    asked: bool = False
    asked_at: float = 0.0
    last_1400: int = 0
    merged: dict[tuple[object, ...], tuple[Method, ...]] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd about what it told, in words."""
        said: list[str] = []
        if self.unreadable:
            said.append(f"its list of methods ({ADVERTISED_ATTRIBUTE}) cannot be read: {self.unreadable}")
        if self.advertised.cut:
            said.append(f"its list ({ADVERTISED_ATTRIBUTE}) says that it has more methods than fit")
        said += self.advertised.remarks
        if self.describing == "failed":
            said.append(f"its answer to {DESCRIBE_METHOD} is of no use: {self.problem}")
        return (*said, *(remark for remark in self.described.remarks if remark not in said))


class _Verdict(NamedTuple):
    """Whether the call of that row's number showed that a method is there, in which session of the callee."""

    seq: int
    there: bool
    sid: str


class Discovery:
    """What is known of everybody's methods.

    Args:
        ask: makes the call. changed: is told of changes. hints: what the user's files tell.
    """

    def __init__(self, ask: Ask, changed: Changed, hints: Hints) -> None:
        self._changed = changed
        self._hints = hints
        self._asker = Asker(ask, self._heard)
        self._by_sid: dict[str, _Known] = {}
        #: By room and identity: what was seen before we left a room holds when we come back.
        self._observed: dict[tuple[str, str], dict[str, _Verdict]] = {}
        self._verdicts = 0
        self._room = ""
        #: Whether to ask unbidden.
        self.asking = False

    def entered(self, room: str, *, asking: bool) -> None:
        """We are in that room, which is named uniquely among all servers."""
        self._room = room
        self.asking = asking

    def complete(self, someone: Participant) -> Participant:
        """The participant with what is known of its methods, each with its surest provenance."""
        if someone.is_self:
            return someone
        known = self._entry(someone)
        key = (self._verdicts, self._hints.version, someone.attributes.get(AGENT_NAME_ATTRIBUTE))
        if key not in known.merged:
            known.merged = {key: self._merge(someone, known)}
        return replace(someone, methods=known.merged[key], describing=known.describing, remarks=known.remarks)

    def _merge(self, someone: Participant, known: _Known) -> tuple[Method, ...]:
        seen = self._observed.get((self._room, someone.identity), {})
        told_together = known.when_asked == known.attribute and known.describing == "described"
        return merge_methods(
            {
                "advertised": known.advertised.methods,
                "described": known.described.methods,
                "catalogue": self._hints.catalogue(someone),
                "observed": [Method(name=name, provenance="observed") for name, was in seen.items() if was.there],
                "known": known_methods(someone.kind),
                "saved": self._hints.saved(someone),
            },
            refused={name for name, was in seen.items() if not was.there and was.sid == someone.sid},
            both_whole=told_together and known.advertised.whole and known.described.whole,
        )

    def appeared(self, someone: Participant) -> None:
        """A participant is there, or became active: ask it once it can answer."""
        known = self._entry(someone)
        if self.asking and someone.can_receive_calls and not known.asked:
            known.asked = True
            self._asker.until_it_can(someone)

    def attributes_changed(self, someone: Participant) -> None:
        """It may have other methods now: ask again, but not for each change of one that changes them all the time."""
        known = self._entry(someone)
        if not (self.asking and someone.can_receive_calls):
            return
        if known.describing == "refused" and known.attribute and not known.when_asked:
            self._asker.until_it_can(someone)  # it was too early; whoever advertises has registered its handlers
        elif not self._asker.is_asking(someone.sid):
            self._asker.soon(someone, max(0.0, known.asked_at + ATTRIBUTES_PAUSE_S - time.monotonic()))

    def unsupported(self, someone: Participant, seq: int) -> None:
        """Call ``seq`` to it ended with 1400: it may only be late in registering its handlers."""
        known = self._entry(someone)
        if seq > known.last_1400:
            known.last_1400 = seq
            if self.asking and someone.can_receive_calls:
                self._asker.later(someone)

    def observe(self, call: Call, sid: str) -> bool:
        """Learn from a call that has ended; true if what is known of its callee's methods changed by it.

        Args:
            call: any row of the trace.
            sid: of the callee as it is now, empty where it is not there.
        """
        if call.purpose != "call" or call.is_open or not call.callee or not call.method:
            return False
        refused = call.error is not None and call.error.code == ErrorCode.UNSUPPORTED_METHOD
        if not refused and call.outcome != "ok" and (call.error is None or call.error.code in _SILENT_CODES):
            return False
        verdicts = self._verdicts_of(call.callee)
        before = verdicts.get(call.method)
        # A row changes again when its late packets come: that must not count as a newer verdict.
        if (before and before.seq >= call.seq) or (before is None and len(verdicts) >= MAX_METHODS):
            return False
        verdicts[call.method] = now = _Verdict(call.seq, not refused, sid)
        if before and before[1:] == now[1:]:
            return False
        self._verdicts += 1
        return True

    def _verdicts_of(self, identity: str) -> dict[str, _Verdict]:
        key = (self._room, identity)
        verdicts = self._observed[key] = self._observed.pop(key, {})
        if len(self._observed) > MOST_OBSERVED:
            del self._observed[next(iter(self._observed))]
        return verdicts

    async def describe(self, someone: Participant) -> None:
        """Ask a participant now, whatever was asked before.

        Raises:
            SessionError: there is no connection to ask through.
        """
        await self._asker.now(someone)

    async def describe_method(self, someone: Participant, name: str) -> None:
        """Ask about one method, if nobody has yet because its participant has so many.

        Raises:
            SessionError: there is no connection to ask through.
        """
        known = self._entry(someone)
        if name in known.described.unasked:
            known.described = known.described._replace(unasked=known.described.unasked - {name})
            await self._asker.one(someone, name, lambda: known.described)

    def left(self, sid: str) -> None:
        """A session of a participant has ended: what it told is void."""
        self._asker.forget(sid)
        self._by_sid.pop(sid, None)

    async def reset(self) -> None:
        """We left the room: forget what was told and stop asking. What was seen in the trace still holds."""
        await self._asker.stop()
        self._by_sid.clear()

    def _entry(self, someone: Participant) -> _Known:
        """The entry of this session, with its attribute as it is now."""
        known = self._by_sid.setdefault(someone.sid, _Known())
        value = someone.attributes.get(ADVERTISED_ATTRIBUTE, "")
        if value != known.attribute:
            known.attribute, known.advertised, known.unreadable = value, NOTHING_TOLD, ""
            known.merged.clear()
            try:
                known.advertised = parse_advertised(value) if value else NOTHING_TOLD
            except MethodsUnreadable as problem:
                known.unreadable = str(problem)
                self._changed(someone.identity, f"its list of methods cannot be read: {problem}")
        return known

    def _heard(self, someone: Participant, answer: Answer) -> None:
        """Take what came of asking; in a call of the trace it can be read in full."""
        known = self._by_sid.get(someone.sid)
        if known is None:
            return  # it has left
        before = known.described
        if answer.describing == "asking":
            known.asked, known.asked_at = True, time.monotonic()
            known.when_asked = known.attribute
        elif answer.describing in ("described", "refused"):
            known.described = answer.told
        if (answer.describing, known.described) == (known.describing, before):
            return
        known.describing, known.problem = answer.describing, answer.problem
        known.merged.clear()
        self._changed(someone.identity, _phrase(answer, before))


def _phrase(answer: Answer, before: Told) -> str:
    names = [method.name for method in answer.told.methods]
    if answer.describing == "failed":
        return f"its answer to {DESCRIBE_METHOD} is of no use: {answer.problem}"
    if answer.describing == "refused" and before.methods:
        return "describes its methods no more"
    if answer.describing == "described" and names != [method.name for method in before.methods]:
        return f"describes {len(names):,} methods" if len(names) != 1 else "describes 1 method"
    return ""
