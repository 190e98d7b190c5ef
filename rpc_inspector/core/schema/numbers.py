"""Numbers within the bounds of a schema."""

from math import ceil, floor

from msgspec import Struct

from rpc_inspector.core.schema.shapes import Keywords


class _Bounds(Struct, frozen=True):
    """Where a number may be; ``above`` and ``below`` exclude the bound itself."""

    low: float | None
    high: float | None
    above: bool
    below: bool

    @staticmethod
    def of(keywords: Keywords) -> "_Bounds":
        low, above = keywords.get("minimum"), keywords.get("exclusiveMinimum")
        high, below = keywords.get("maximum"), keywords.get("exclusiveMaximum")
        exclude_low = above is not None and (low is None or above >= low)
        exclude_high = below is not None and (high is None or below <= high)
        return _Bounds(above if exclude_low else low, below if exclude_high else high, exclude_low, exclude_high)

    def hold(self, number: float) -> bool:
        """Whether a number is within."""
        low = self.low is None or number > self.low or (number == self.low and not self.above)
        return low and (self.high is None or number < self.high or (number == self.high and not self.below))


def number_within(keywords: Keywords, *, whole: bool, start: int) -> float:
    """The number nearest to ``start`` that is within the bounds."""
    bounds = _Bounds.of(keywords)
    step = keywords.get("multipleOf") or (1 if whole else 0)
    if step:
        return _stepped(bounds, start, step, whole=whole)
    low, high = bounds.low, bounds.high
    candidates: list[float] = [start, 0]
    candidates += [low, low + 1] if low is not None else []
    candidates += [high, high - 1] if high is not None else []
    candidates += [(low + high) / 2] if low is not None and high is not None else []
    return next((number for number in candidates if bounds.hold(number)), start)


def _stepped(bounds: _Bounds, start: int, step: float, *, whole: bool) -> float:
    """The multiple of ``step`` within the bounds that is nearest to ``start``."""
    if whole:
        # Whole multiples of 0.5 or 2.5 are the multiples of its smallest whole one, found within a few.
        step = int(next((step * times for times in range(1, 1001) if float(step * times).is_integer()), 1))
    times = int(start / step)
    if bounds.low is not None:
        least = ceil(bounds.low / step)
        times = max(times, least + (bounds.above and least * step <= bounds.low))
    if bounds.high is not None:
        most = floor(bounds.high / step)
        times = min(times, most - (bounds.below and most * step >= bounds.high))
    return times * step
