"""The figures in the trace's title: calls, errors, and percentiles of how long calls took."""

from collections import deque

from rpc_inspector.core.model import Call, Measure, TraceRow
from rpc_inspector.core.units import duration

#: Percentiles are over so many calls, the latest that finished.
WINDOW = 2000


class TraceStats:
    """Counts of the calls in the trace and the durations of the latest that finished."""

    def __init__(self) -> None:
        self.calls = 0
        self.errors = 0
        self._finished: deque[Measure] = deque(maxlen=WINDOW)

    def change(self, old: TraceRow | None, new: TraceRow | None) -> None:
        """Count one row's change: new (``old`` is None), changed, or dropped (``new`` is None)."""
        was = old if isinstance(old, Call) else None
        now = new if isinstance(new, Call) else None
        self.calls += (now is not None) - (was is not None)
        self.errors += _failed(now) - _failed(was)
        if now is None or now.is_open or not (was is None or was.is_open):
            return
        if now.outcome in ("ok", "error") and now.duration is not None:
            self._finished.append(now.duration)

    def percentile(self, share: float) -> Measure | None:
        """The duration that ``share`` of the finished calls did not exceed (nearest rank); ``None`` without any."""
        if not self._finished:
            return None
        ordered = sorted(self._finished, key=lambda measure: measure.ms)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def in_words(self) -> str:
        """``p50 38 ms · p95 120 ms``; empty as long as no call has finished."""
        if not self._finished:
            return ""
        return f"p50 {duration(self.percentile(0.5))} · p95 {duration(self.percentile(0.95))}"


def _failed(call: Call | None) -> bool:
    return call is not None and call.outcome == "error"
