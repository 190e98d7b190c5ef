"""The figures of the list's title and of its groups: calls, errors, rate, and percentiles of how long calls took."""

from typing import Self

from rpc_inspector.core.model import Call, Measure, TraceRow
from rpc_inspector.core.statistics.sketch import Durations
from rpc_inspector.core.statistics.summary import answered_in
from rpc_inspector.core.statistics.timeline import Recent
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G


class TraceStats:
    """Figures of a changing set of rows, in constant memory; room events count nothing."""

    __slots__ = ("calls", "errors", "recent", "total")

    def __init__(self) -> None:
        self.calls = 0
        self.errors = 0
        self.total = Durations()
        self.recent = Recent()

    def change(self, old: TraceRow | None, new: TraceRow | None) -> None:
        """One row is new (``old`` is None), changed, or gone (``new`` is None)."""
        if isinstance(old, Call):
            self._put(old, -1)
        if isinstance(new, Call):
            self._put(new, 1)

    def _put(self, call: Call, step: int) -> None:
        self.calls += step
        if call.outcome == "error":
            self.errors += step
        self.total.put(answered_in(call), step)
        self.recent.put(call.started, step)

    def plus(self, other: Self) -> Self:
        """The figures of both sets together."""
        return self._with(other, 1)

    def minus(self, other: Self) -> Self:
        """The figures of this set without those of another, which is part of it."""
        return self._with(other, -1)

    def _with(self, other: Self, step: int) -> Self:
        made = type(self)()
        made.calls, made.errors = self.calls + step * other.calls, self.errors + step * other.errors
        made.total.merge(self.total)
        (made.total.merge if step > 0 else made.total.subtract)(other.total)
        made.recent.merge(self.recent, 1)
        made.recent.merge(other.recent, step)
        return made

    def percentile(self, share: float) -> Measure | None:
        """What ``share`` of the answered calls did not exceed (nearest rank); ``None`` without any."""
        return self.total.measure(share)

    def in_words(self, now: float | None = None) -> str:
        """``33.3/s · p50 38 ms · p95 120 ms``: at ``now`` (CLOCK_MONOTONIC); what is not known is left out."""
        rate = 0.0 if now is None else self.recent.rate(now)
        parts = [f"{rate:,.1f}/s"] if rate else []
        if self.total.count:
            parts += [f"p50 {duration(self.percentile(0.5))}", f"p95 {duration(self.percentile(0.95))}"]
        return f" {G.dot} ".join(parts)


def failed(row: TraceRow) -> bool:
    """Whether it is a call that failed."""
    return isinstance(row, Call) and row.outcome == "error"
