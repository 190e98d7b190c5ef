"""What can be told of a call before it is sent: whether it can arrive, what fits, how long each side has.

Pure and cheap: nothing is asked of anybody and nothing is sent, so it can be computed while somebody types. Rules are
small functions that look at the call and the facts and give points; texts are unsanitised, as they quote names.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.budgets import (
    METHOD_NAME_LIMIT,
    MIN_TOLD_MS,
    Budget,
    budget_for,
    payload_limit,
    seconds,
    utf8_size,
)
from rpc_inspector.core.model import Participant, Provenance
from rpc_inspector.core.names import closest
from rpc_inspector.core.session import Invocation, SessionState
from rpc_inspector.core.text import ELLIPSIS
from rpc_inspector.core.units import size

Level = Literal["ok", "info", "warn", "stop"]
#: From what speaks for a call to what keeps it from being sent at all.
LEVELS: tuple[Level, ...] = ("ok", "info", "warn", "stop")
Subject = Literal[
    "connection", "permission", "destination", "answer", "method", "size", "budget", "encryption", "acks", "in flight"
]

#: Handlers are often registered a moment after connecting; a join so recent (s) is worth a word.
RECENT_JOIN_S = 15.0
#: Among so many names the closest are looked for, those of a similar length: that keeps it within a millisecond.
_COMPARED = 50
_SURE: tuple[Provenance, ...] = ("advertised", "described")
_LONGEST_NAME = 40
_VOUCHERS = {
    "catalogue": "A catalogue of yours lists it.",
    "observed": "It was called before and was not refused.",
    "known": "LiveKit's own frameworks register it for participants of this kind; that is not verified here.",
    "saved": "You named it before; that is not verified here.",
}


class Point(Struct, frozen=True, gc=False):
    """One thing about a call that is not sent yet.

    Attributes:
        kind: what it is about. level: ``stop`` when nothing would be sent, ``warn`` when it will likely fail.
        words: a few. detail: full sentences, what it means and what to do.
    """

    kind: Subject
    level: Level
    words: str
    detail: str


class Facts(Struct, frozen=True, kw_only=True):
    """What is known around a call that is not sent yet.

    Attributes:
        roster: the participants now. now: seconds since the epoch.
        in_flight: calls to the destination that are running.
    """

    state: SessionState
    roster: tuple[Participant, ...] = ()
    now: float = 0.0
    in_flight: int = 0

    def participant(self, identity: str) -> Participant | None:
        """Who has that identity now."""
        return next((someone for someone in self.roster if someone.identity == identity), None)


class Preflight(Struct, frozen=True):
    """All points, in the order in which a call goes its way; and both sides' limits in words."""

    points: tuple[Point, ...]
    budget: str

    @property
    def worst(self) -> Point | None:
        """The first of the worst points that speak against the call; ``None`` if nothing does."""
        against = [point for point in self.points if point.level in ("warn", "stop")]
        return max(against, key=lambda point: LEVELS.index(point.level), default=None)


def preflight(invocation: Invocation, facts: Facts) -> Preflight:
    """What can be told of a call now. Never raises, whatever the texts are."""
    budget = budget_for(invocation.response_ms, invocation.ack_ms)
    callee = facts.participant(invocation.destination)
    check = _Check(invocation, facts, callee, budget)
    return Preflight(tuple(point for rule in _RULES for point in rule(check)), budget_words(budget))


def budget_words(budget: Budget) -> str:
    """Both limits in plain words: ``the callee gets 8 s, you wait up to 22 s``."""
    return f"the callee gets {seconds(budget.told)}, you wait up to {seconds(budget.longest)}"


class _Check(Struct, frozen=True):
    call: Invocation
    facts: Facts
    callee: Participant | None
    budget: Budget

    @property
    def remote(self) -> Participant | None:
        """The callee, unless we are it ourselves."""
        return None if self.callee is None or self.callee.is_self else self.callee


_Rule = Callable[[_Check], Iterable[Point]]


def _connection(check: _Check) -> Iterable[Point]:
    status = check.facts.state.status
    if status == "connected":
        yield Point("connection", "ok", "connected", f"We are in the room {check.facts.state.room}.")
    elif status == "reconnecting":
        yield Point(
            "connection",
            "warn",
            "reconnecting",
            "The connection is being made again. A call waits for it, outside of its own limits, 15 s and "
            "more (29 s were seen); then it ends with 1505. Wait until it is back.",
        )
    else:
        words = "connecting" if status == "connecting" else "not connected"
        yield Point("connection", "stop", words, "There is no connection, so no call can leave. Join a room first.")


def _our_permission(check: _Check) -> Iterable[Point]:
    ours = check.facts.state.permissions
    if not ours.can_publish_data:
        yield Point(
            "permission",
            "stop",
            "our token may not send data",
            "Our token lacks canPublishData: the server drops what we send. Use a token that has it.",
        )
    elif ours.hidden:
        yield Point(
            "permission",
            "warn",
            "we are hidden: no answer can reach us",
            "The handler runs, but its answer has no address, because the server tells nobody the identity of a hidden "
            "caller: it ends with 1501. Join with a token that is not hidden.",
        )
    else:
        yield Point("permission", "ok", "we may send data", "Our token has canPublishData and is not hidden.")


def _destination(check: _Check) -> Iterable[Point]:
    identity, callee = check.call.destination, check.callee
    name = _short(identity)
    if identity and (identity == check.facts.state.identity or (callee and callee.is_self)):
        yield Point(
            "destination",
            "stop",
            "that is ourselves",
            "A call to oneself never arrives: it would end with 1501 after 7 s, so it is not sent. Choose another "
            "participant, or join a second time under another identity.",
        )
    elif callee is None:
        yield _absent(check)
    elif callee.state != "active":
        yield Point(
            "destination",
            "warn",
            "not active yet",
            f"{name} has joined, but its connection is not up, so packets cannot reach it: a call may be lost and end "
            "with 1501. Wait a moment until it is active.",
        )
    else:
        yield Point("destination", "ok", f"{name} is active", f"{name} is in the room and packets reach it.")
        if callee.permissions.hidden:
            yield Point("destination", "info", "it is hidden", f"{name} is hidden from the roster; calls do reach it.")


def _absent(check: _Check) -> Point:
    others = tuple(someone.identity for someone in check.facts.roster if not someone.is_self)
    near = _near(check.call.destination, others)
    hint = _hint(near)
    words = f"not in the room; {near[0]}?" if near else "not in the room"
    if check.call.anyway:
        detail = "It is sent all the same, by version 1. Unless it is hidden there, it ends with 1501 after 7 s."
        return Point("destination", "warn", words, f"{_short(check.call.destination)} is not listed. {detail}{hint}")
    detail = "Nothing is sent; it ends with 1401 at once. A hidden participant can be reached by sending anyway."
    return Point("destination", "stop", words, f"{_short(check.call.destination)} is not in the room. {detail}{hint}")


def _its_permission(check: _Check) -> Iterable[Point]:
    if check.remote and not check.remote.permissions.can_publish_data:
        yield Point(
            "answer",
            "warn",
            "it may not send data: no answer",
            "Its token lacks canPublishData: the handler runs, but neither ack nor answer leaves it, so the call ends "
            "with 1501. Give it a token that has it.",
        )


def _late_join(check: _Check) -> Iterable[Point]:
    callee = check.remote
    since = callee and (callee.joined_at or callee.seen_at)
    if since and 0 <= (age := check.facts.now - since) < RECENT_JOIN_S:
        yield Point(
            "destination",
            "info",
            f"joined {age:.0f} s ago",
            "Handlers are often registered a moment after the join: 1400 is normal then. Send again if it comes.",
        )


def _method(check: _Check) -> Iterable[Point]:
    name = check.call.method
    length = utf8_size(name)
    if not name:
        yield Point("method", "stop", "no method is named", "Choose a method on the left, or type one.")
        return
    if length > METHOD_NAME_LIMIT:
        yield Point(
            "method",
            "warn",
            f"name of {length} B",
            f"LiveKit documents at most {METHOD_NAME_LIMIT} bytes for a method's name. No SDK enforces it today.",
        )
    if check.remote:
        yield _known(check.remote, name)


def _known(callee: Participant, name: str) -> Point:
    known = next((method for method in callee.methods if method.name == name), None)
    if known and known.conflicts:
        said = f"What is known of it does not fit together: {'; '.join(known.conflicts)}."
        return Point("method", "warn", known.conflicts[0], f"{said} Ask the participant anew, or see what it answers.")
    if known and known.provenance in _SURE:
        said = f"The participant itself says that it has it ({known.provenance})."
        return Point("method", "ok", f"{known.provenance} by itself", said)
    if known:
        why = f"{_VOUCHERS[known.provenance]} If it is not registered, the call ends with 1400."
        return Point("method", "info", known.provenance, why)
    near = _near(name, tuple(method.name for method in callee.methods))
    hint = _hint(near)
    if any(method.provenance in _SURE for method in callee.methods):
        words = f"unknown method; {near[0]}?" if near else "unknown method"
        return Point(
            "method",
            "warn",
            words,
            f"It is not among the methods that the participant says it has: likely 1400.{hint}",
        )
    said = "Nothing vouches for this method: the participant does not say which it has. If it lacks it: 1400."
    return Point("method", "info", "method not verified", f"{said}{hint}")


def _size(check: _Check) -> Iterable[Point]:
    count = utf8_size(check.call.payload)
    protocol = _protocol(check.callee)
    limit = payload_limit(protocol)
    why = _why_limit(check.callee)
    if limit is None:
        yield Point("size", "ok", f"{size(count)}, no limit", f"{why} The request has {count:,} bytes.")
    elif count > limit:
        yield Point(
            "size",
            "stop",
            f"{count:,} B of {limit:,} B",
            f"{why} The request has {count:,} bytes: it is not sent and ends with 1402. Make it {count - limit:,} "
            "bytes shorter, or send it in parts.",
        )
    else:
        yield Point("size", "ok", f"{count:,} of {limit:,} B", f"{why} The request has {count:,} bytes.")


def _protocol(callee: Participant | None) -> int | None:
    """What the SDK goes by: its own list. Whom only RoomService lists counts as unknown, so as version 1."""
    return callee.client_protocol if callee and callee.listed_by == "sdk" else None


def _why_limit(callee: Participant | None) -> str:
    if callee is None:
        return "Whoever is not listed is called by version 1, which takes at most 15,360 bytes."
    if callee.listed_by == "service":
        return "Our SDK was not told of it yet, so it is called by version 1, which takes at most 15,360 bytes."
    if callee.client_protocol is None:
        return "Its protocol is not known, which counts as version 1: at most 15,360 bytes."
    if callee.client_protocol == 0:
        return "Its SDK speaks version 1, which takes at most 15,360 bytes each way."
    return "Its SDK speaks version 2, which has no limit of size."


def _budget(check: _Check) -> Iterable[Point]:
    call, budget = check.call, check.budget
    both = (
        f"Up to {seconds(budget.ack)} for the ack, then up to {seconds(budget.response)} for the answer. The callee is "
        f"told {seconds(budget.told)}: the timeout less {seconds(budget.ack)}, and never less than "
        f"{seconds(MIN_TOLD_MS)}."
    )
    if call.response_ms < call.ack_ms + MIN_TOLD_MS:
        yield Point(
            "budget",
            "warn",
            f"the callee gets only {seconds(budget.told)}",
            f"{both} Every timeout below {seconds(call.ack_ms + MIN_TOLD_MS)} is cut to that, and a Python callee "
            "stops its handler then: 1502. Raise the timeout.",
        )
    else:
        yield Point("budget", "ok", budget_words(budget), both)


def _encryption(check: _Check) -> Iterable[Point]:
    if check.facts.state.encrypted:
        yield Point(
            "encryption",
            "info",
            "encrypted end to end",
            "The callee needs the same passphrase: with another, or none, the call ends with 1501, though its handler "
            "may run.",
        )


def _acks(check: _Check) -> Iterable[Point]:
    state = check.facts.state
    if state.status != "connected":
        return
    if state.encrypted:
        why = "The packets are encrypted, so the ack cannot be told apart."
    elif "server" in state.vantage or state.capture == "on":
        yield Point("acks", "ok", "the ack will be seen", "A vantage point sees the packets of this call.")
        return
    else:
        why = {
            "off": "Our SDK's packets are not captured.",
            "waiting": "Our SDK's packets have not been seen yet.",
            "not_understood": "This version of the SDK logs packets in a way that is not understood.",
            "clock_unknown": "The clock of our SDK's packets is not known.",
            "on": "",
        }[state.capture]
    yield Point("acks", "info", "the ack will not be seen", f"{why} The outcome and the total time are.")


def _in_flight(check: _Check) -> Iterable[Point]:
    if count := check.facts.in_flight:
        words = f"{count:,} in flight to it"
        yield Point("in flight", "info", words, "Calls to it are running already. They do not wait for each other.")


_RULES: tuple[_Rule, ...] = (
    _connection,
    _our_permission,
    _destination,
    _its_permission,
    _late_join,
    _method,
    _size,
    _budget,
    _encryption,
    _acks,
    _in_flight,
)


@lru_cache(maxsize=32)
def _near(name: str, among: tuple[str, ...]) -> list[str]:
    """The closest names, cut to what a sentence bears; kept, because only the payload changes while somebody types."""
    if len(among) > _COMPARED:
        among = tuple(sorted(among, key=lambda other: abs(len(other) - len(name)))[:_COMPARED])
    return [_short(one) for one in closest(name, among)]


def _hint(near: list[str]) -> str:
    if not near:
        return ""
    return f" The closest name is {near[0]}." if len(near) == 1 else f" The closest names are {', '.join(near)}."


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + ELLIPSIS
