"""A distribution of values in constant memory, as good as percentiles need it.

Our own because core takes the standard library and msgspec alone, and because values must be taken out again (a call is
dropped from the trace, or a filter no longer lets it through), which the usual packages cannot do.
"""

import math
from collections import Counter
from itertools import accumulate
from typing import Literal, NamedTuple, Self

from rpc_inspector.core.model import Measure

#: Values are kept to a millionth of their unit: a duration in ms to the nanosecond.
_SCALE = 1_000_000
#: Of a scaled value the first so many bits count. 128 buckets an octave: none is wider than 0.8 % of its values.
_BITS = 8
#: Larger ones are counted as this: 2**52 ns are 52 days; so many bytes are 4.5 GB.
_LARGEST = 2**52 - 1
#: A bucket is one integer, the sum of its values above this many bits and their number below.
_COUNT_BITS = 32
_COUNT_MASK = 2**_COUNT_BITS - 1
#: Most buckets that a sketch can have, whatever it is given. Their keys are shared by all sketches.
MOST_BUCKETS = (52 - _BITS) * 2 ** (_BITS - 1) + 2**_BITS
_KEYS = tuple(range(MOST_BUCKETS))


class Histogram(NamedTuple):
    """How many values lie in each of equally wide steps of a logarithmic axis from ``low`` to ``high``."""

    low: float
    high: float
    counts: tuple[int, ...]


class Sketch:
    """A distribution of values >= 0 in logarithmic buckets, as HDR histograms have them.

    A percentile is the mean of the bucket in which the exact one (nearest rank) lies: at most 1 % from it for values
    from 0.001 (1 µs in ms) to 4.5e9, and exact where the bucket's values are the same. The largest value is exact until
    it is taken out.
    """

    __slots__ = ("_buckets", "_largest", "count")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        #: The largest value that was added, and whether it is surely still there.
        self._largest = (-1.0, False)
        self.count = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self._buckets == other._buckets

    __hash__ = None  # type: ignore[assignment] # as every mutable value, which mypy wants to see on object

    def __len__(self) -> int:
        """How many buckets are in use."""
        return len(self._buckets)

    def add(self, value: float) -> None:
        """Count a value; a negative one as 0."""
        scaled = _scaled(value)
        key = _key(scaled)
        self._buckets[key] = self._buckets.get(key, 0) + (scaled << _COUNT_BITS) + 1
        self.count += 1
        if value >= self._largest[0]:
            self._largest = (value, True)

    def remove(self, value: float) -> None:
        """Take out a value that was added. One that was not makes nonsense of the sketch."""
        scaled = _scaled(value)
        key = _key(scaled)
        left = self._buckets.get(key, 0) - (scaled << _COUNT_BITS) - 1
        if left & _COUNT_MASK:
            self._buckets[key] = left
        else:
            self._buckets.pop(key, None)
        self.count -= 1
        self._taken_out(value)

    def _taken_out(self, largest: float) -> None:
        if not self.count:
            self._largest = (-1.0, False)
        elif largest >= self._largest[0]:
            self._largest = (self._largest[0], False)

    def merge(self, other: Self) -> None:
        """Add everything that another sketch counted."""
        for key, bucket in other._buckets.items():
            self._buckets[key] = self._buckets.get(key, 0) + bucket
        self.count += other.count
        self._largest = max(self._largest, other._largest)

    def subtract(self, other: Self) -> None:
        """Take out everything that another sketch counted, all of which was added here."""
        for key, bucket in other._buckets.items():
            left = self._buckets[key] - bucket
            if left & _COUNT_MASK:
                self._buckets[key] = left
            else:
                del self._buckets[key]
        self.count -= other.count
        self._taken_out(other._largest[0])

    def percentile(self, share: float) -> float | None:
        """The value that ``share`` (0 to 1) of the values do not exceed, nearest rank; ``None`` without values."""
        if share >= 1:
            return self.max
        return self._mean(self._key_at(share)) if self._buckets else None

    def _key_at(self, share: float) -> int:
        """The bucket in which the value of that rank is."""
        keys = sorted(self._buckets)
        rank = max(math.ceil(share * self.count), 1)
        passed = accumulate(self._buckets[key] & _COUNT_MASK for key in keys)
        return next(key for key, count in zip(keys, passed, strict=True) if count >= rank)

    @property
    def max(self) -> float | None:
        """The largest value; ``None`` without values."""
        if not self._buckets:
            return None
        largest, is_there = self._largest
        return max(largest, 0.0) if is_there else self._mean(max(self._buckets))

    def histogram(self, steps: int) -> Histogram | None:
        """The values on a logarithmic axis from the least to the largest; ``None`` without values."""
        if not self._buckets:
            return None
        means = [(max(self._mean(key), 1 / _SCALE), self._buckets[key] & _COUNT_MASK) for key in sorted(self._buckets)]
        low, high = means[0][0], means[-1][0]
        width = math.log(high / low) / steps if high > low else 1.0
        counts = [0] * steps
        for value, count in means:
            counts[min(int(math.log(value / low) / width), steps - 1)] += count
        return Histogram(low, high, tuple(counts))

    def _mean(self, key: int) -> float:
        bucket = self._buckets[key]
        mean: float = (bucket >> _COUNT_BITS) / (bucket & _COUNT_MASK)
        return mean / _SCALE


def _scaled(value: float) -> int:
    return min(max(int(value * _SCALE + 0.5), 0), _LARGEST)


def _key(scaled: int) -> int:
    shift = scaled.bit_length() - _BITS
    return scaled if shift <= 0 else _KEYS[(shift << (_BITS - 1)) + (scaled >> shift)]


class Durations(Sketch):
    """A sketch of measures, which knows how fine their sources are: a percentile is as coarse as the coarsest.

    It is no finer than the sketch either, unless it is one value alone in its bucket.
    """

    __slots__ = ("_sources",)

    def __init__(self) -> None:
        super().__init__()
        self._sources: Counter[tuple[float, Literal["capture", "server", "sdk"]]] = Counter()

    def put(self, measure: Measure | None, step: int) -> None:
        """Add a measure (``step`` 1) or take it out (-1); nothing for an unknown one."""
        if measure is None:
            return
        (self.add if step > 0 else self.remove)(measure.ms)
        source = (measure.precision, measure.source)
        self._sources[source] += step
        if not self._sources[source]:
            del self._sources[source]

    def merge(self, other: Self) -> None:
        """Add everything that another one counted."""
        super().merge(other)
        self._sources.update(other._sources)

    def subtract(self, other: Self) -> None:
        """Take out everything that another one counted, all of which was added here."""
        super().subtract(other)
        self._sources -= other._sources

    def measure(self, share: float) -> Measure | None:
        """A percentile in ms with its precision; ``None`` without any."""
        value = self.percentile(share)
        if value is None:
            return None
        precision, source = max(self._sources)
        if share >= 1 and self._largest[1]:
            return Measure(value, precision, source)
        alone = self._buckets[self._key_at(share)] & _COUNT_MASK == 1
        return Measure(value, precision if alone else max(precision, value / 2 ** (_BITS - 1)), source)
