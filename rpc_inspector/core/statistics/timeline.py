"""Calls over time, in constant memory: a timeline that widens, and the rate of the last seconds."""

import math
from typing import NamedTuple, Self


class Span(NamedTuple):
    """Calls that began from ``start`` on, for a timeline's width (seconds of CLOCK_MONOTONIC)."""

    start: float
    calls: int
    errors: int


class Timeline:
    """Calls and errors over time. Its spans become twice as wide whenever there are too many of them."""

    MOST = 512

    def __init__(self, width: float = 0.125) -> None:
        self.width = width
        self._spans: dict[int, tuple[int, int]] = {}

    def put(self, at: float, *, failed: bool, step: int) -> None:
        """Count a call that began ``at`` (seconds of CLOCK_MONOTONIC), or take it out (``step`` -1)."""
        key = math.floor(at / self.width)
        calls, errors = self._spans.get(key, (0, 0))
        self._spans[key] = calls + step, errors + step * failed
        if not calls + step:
            del self._spans[key]
        while len(self._spans) > self.MOST:
            self._widen()

    def _widen(self) -> None:
        self.width *= 2
        spans, self._spans = self._spans, {}
        for key, (calls, errors) in spans.items():
            before = self._spans.get(key >> 1, (0, 0))
            self._spans[key >> 1] = before[0] + calls, before[1] + errors

    def spans(self, most: int) -> list[Span]:
        """Equally wide spans without gaps from the first call to the last, at most so many."""
        if not self._spans:
            return []
        first, last = min(self._spans), max(self._spans)
        together = -(-(last - first + 1) // most)
        counts = [[0, 0] for _ in range((last - first) // together + 1)]
        for key, (calls, errors) in self._spans.items():
            counts[(key - first) // together][0] += calls
            counts[(key - first) // together][1] += errors
        return [
            Span((first + index * together) * self.width, calls, errors) for index, (calls, errors) in enumerate(counts)
        ]


class Recent:
    """Calls a second, over the last seconds."""

    #: Seconds that are remembered; more than are asked for, because calls come late.
    KEPT = 120

    def __init__(self) -> None:
        self._begun: dict[int, int] = {}

    def put(self, at: float, step: int) -> None:
        """Count a call that began ``at`` (seconds of CLOCK_MONOTONIC), or take it out (``step`` -1)."""
        second = math.floor(at)
        self._begun[second] = max(self._begun.get(second, 0) + step, 0)
        if len(self._begun) > 2 * self.KEPT:
            self._begun = dict(sorted(self._begun.items())[-self.KEPT :])

    def merge(self, other: Self, step: int) -> None:
        """Add what another one counted (``step`` 1) or take it out (-1)."""
        for second, calls in other._begun.items():
            self.put(second, step * calls)

    def rate(self, now: float, over: int = 10) -> float:
        """Calls a second in the ``over`` whole seconds before ``now``; at most :attr:`KEPT`."""
        end = math.floor(now)
        return sum(self._begun.get(second, 0) for second in range(end - over, end)) / over
