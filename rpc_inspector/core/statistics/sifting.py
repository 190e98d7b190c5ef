"""Asking a filter of a call object without making a call of it: one decoding, a quarter of the time.

What is decoded is a :class:`Call` in all that a filter can ask; the stages are left out, and the durations that would
be made of them are those of the object.
"""

import msgspec
from msgspec import Struct, field
from msgspec.structs import force_setattr

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.callobject import Durations, Sources, wall_of
from rpc_inspector.core.model import Call, CallDirection, Measure, Outcome, Payload, Sighting


class _Payload(Payload, frozen=True, kw_only=True, gc=False):
    """A payload as an object has it."""

    bytes: int = 0
    text: str | None = field(name="payload", default=None)


class Sifted(Call, frozen=True, kw_only=True, gc=False):
    """A call object as a call. Fields that an object has not, or has in another form, get names that it cannot have."""

    seq: int = field(name=" seq", default=0)
    room: str = ""
    direction: CallDirection = "observed"
    started: float = field(name=" started", default=0.0)
    wall: float = field(name=" wall", default=0.0)
    outcome: Outcome
    request: _Payload | None = None
    response: _Payload | None = None
    ended: float | None = field(name=" ended", default=None)
    total: Measure | None = field(name=" total", default=None)
    told_ms: int | None = field(name=" told_ms", default=None)
    budget: Budget | None = field(name=" budget", default=None)
    views: tuple[Sighting, ...] = field(name=" views", default=())
    v: int = 1
    started_at: str
    ms: Durations = Durations()
    precision_ms: Durations = Durations()
    source: Sources = Sources()

    def _measure(self, name: str) -> Measure | None:
        ms = getattr(self.ms, name)
        if ms is None:
            return None
        return Measure(ms, getattr(self.precision_ms, name) or 1.0, getattr(self.source, name) or "capture")

    @property
    def ack(self) -> Measure | None:
        """As the object says."""
        return self._measure("ack")

    @property
    def answer(self) -> Measure | None:
        """Likewise."""
        return self._measure("response")

    @property
    def handler(self) -> Measure | None:
        """Likewise."""
        return self._measure("handler")

    @property
    def duration(self) -> Measure | None:
        """Likewise."""
        return self._measure("total")


class _Times(Struct, frozen=True, gc=False):
    """What tells when a call ended."""

    started_at: str
    ms: Durations = Durations()


_decoder = msgspec.json.Decoder(Sifted)
_times = msgspec.json.Decoder(_Times)


def end_of(line: bytes) -> float:
    """When the call of an object ended, as far as known, in seconds since the epoch.

    Raises:
        ValueError: it is no call object.
    """
    found = _times.decode(line)
    return wall_of(found.started_at) + (found.ms.total or 0.0) / 1000


def sift(line: bytes, *, timed: bool) -> Sifted:
    """The call of an object; ``timed``: with its time, which only an ``age`` asks for.

    Raises:
        ValueError: it is no call object.
    """
    found = _decoder.decode(line)
    if timed:
        force_setattr(found, "wall", wall_of(found.started_at))
    return found
