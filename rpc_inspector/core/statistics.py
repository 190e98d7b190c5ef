"""Statistics of calls in constant memory: percentiles from a sketch, groups, a timeline.

The sketch is our own because core takes the standard library and msgspec alone, and because calls must be taken out
again (dropped from the trace, no longer matched by a filter), which the usual packages cannot do.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal, NamedTuple, Self

from rpc_inspector.core.model import Call, Measure

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
    from 0.001 (1 µs in ms) to 4.5e9, and exact where the bucket's values are the same.
    """

    __slots__ = ("_buckets", "count")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
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

    def merge(self, other: Self) -> None:
        """Add everything that another sketch counted."""
        for key, bucket in other._buckets.items():
            self._buckets[key] = self._buckets.get(key, 0) + bucket
        self.count += other.count

    def subtract(self, other: Self) -> None:
        """Take out everything that another sketch counted, all of which was added here."""
        for key, bucket in other._buckets.items():
            left = self._buckets[key] - bucket
            if left & _COUNT_MASK:
                self._buckets[key] = left
            else:
                del self._buckets[key]
        self.count -= other.count

    def percentile(self, share: float) -> float | None:
        """The value that ``share`` (0 to 1) of the values do not exceed, nearest rank; ``None`` without values."""
        return self._mean(self._key_at(share)) if self._buckets else None

    def _key_at(self, share: float) -> int:
        """The bucket in which the value of that rank is."""
        keys = sorted(self._buckets)
        rank = max(math.ceil(share * self.count), 1)
        passed = accumulate(self._buckets[key] & _COUNT_MASK for key in keys)
        return next(key for key, count in zip(keys, passed, strict=True) if count >= rank)

    @property
    def max(self) -> float | None:
        """The largest value, as good as a percentile; ``None`` without values."""
        return self._mean(max(self._buckets)) if self._buckets else None

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
        if not self._buckets:
            return None
        key = self._key_at(share)
        value, (precision, source) = self._mean(key), max(self._sources)
        alone = self._buckets[key] & _COUNT_MASK == 1
        return Measure(value, precision if alone else max(precision, value / 2 ** (_BITS - 1)), source)


def outcome_of(call: Call) -> str:
    """The call's outcome as groups name it: an error by its code (``1502``), others by their word (``ok``)."""
    return str(call.error.code) if call.error else call.outcome


class Facts(NamedTuple):
    """What is counted of a call; durations in ms, sizes in bytes; ``None`` where a call has none."""

    outcome: str
    failed: bool
    total: Measure | None
    ack: Measure | None
    handler: Measure | None
    request: int | None
    response: int | None


def facts_of(call: Call) -> Facts:
    """Take them from a call, once for all groups that it is in."""
    return Facts(
        outcome_of(call),
        call.outcome == "error",
        answered_in(call),
        call.ack,
        call.handler,
        call.request.bytes if call.request else None,
        call.response.bytes if call.response else None,
    )


class Group:
    """The calls of one method, participant or outcome, or all of them.

    Attributes:
        count: calls, running ones too. outcomes: their number by :func:`outcome_of`. errors: those that failed.
        total, ack, handler: durations in ms; ``total`` of calls that were answered, well or with an error.
        request, response: payload sizes in bytes.
    """

    __slots__ = ("ack", "count", "errors", "handler", "outcomes", "request", "response", "total")

    def __init__(self) -> None:
        self.count = 0
        self.errors = 0
        self.outcomes: Counter[str] = Counter()
        self.total, self.ack, self.handler = Durations(), Durations(), Durations()
        self.request, self.response = Sketch(), Sketch()

    def put(self, facts: Facts, step: int) -> None:
        """Count a call (``step`` 1) or take it out (-1)."""
        self.count += step
        self.errors += step * facts.failed
        outcome = facts.outcome
        self.outcomes[outcome] += step
        if not self.outcomes[outcome]:
            del self.outcomes[outcome]
        self.total.put(facts.total, step)
        self.ack.put(facts.ack, step)
        self.handler.put(facts.handler, step)
        if facts.request is not None:
            (self.request.add if step > 0 else self.request.remove)(facts.request)
        if facts.response is not None:
            (self.response.add if step > 0 else self.response.remove)(facts.response)


def answered_in(call: Call) -> Measure | None:
    """How long a call took that was answered; ``None`` for running, cancelled and lost ones."""
    return call.duration if call.outcome in ("ok", "error") else None


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


Dimension = Literal["method", "callee", "caller", "outcome"]
DIMENSIONS: tuple[Dimension, ...] = ("method", "callee", "caller", "outcome")
#: Groups that have figures of their own; the calls of further ones are counted together under ``None``.
MOST_GROUPS = 500


def key_of(call: Call, by: Dimension) -> str:
    """In which group a call is; empty where that is not known."""
    if by == "outcome":
        return outcome_of(call)
    value: str | None = getattr(call, by)
    return value or ""


class Statistics:
    """Figures of a changing set of calls, all of it and in groups.

    Args:
        by: what to group by; ``None`` makes no groups.

    Attributes:
        all: the whole set. timeline, recent: of it, over time.
    """

    def __init__(self, by: Dimension | None = None) -> None:
        self.by = by
        self.all = Group()
        self.timeline = Timeline()
        self.recent = Recent()
        self._groups: dict[str, Group] = {}
        self._others = Group()
        self._names_of_others: Counter[str] = Counter()

    def add(self, call: Call) -> None:
        """Count a call."""
        self._put(call, 1)

    def remove(self, call: Call) -> None:
        """Take out a call as it was when it was added."""
        self._put(call, -1)

    def change(self, old: Call | None, new: Call | None) -> None:
        """A call is new (``old`` is None), changed, or no longer in the set (``new`` is None)."""
        if old is not None:
            self.remove(old)
        if new is not None:
            self.add(new)

    def _put(self, call: Call, step: int) -> None:
        facts = facts_of(call)
        self.all.put(facts, step)
        self.timeline.put(call.started, failed=call.outcome == "error", step=step)
        self.recent.put(call.started, step)
        if self.by is not None:
            self._put_in_group(key_of(call, self.by), facts, step)

    def _put_in_group(self, key: str, facts: Facts, step: int) -> None:
        group = self._groups.get(key)
        if group is None and len(self._groups) < MOST_GROUPS and key not in self._names_of_others:
            group = self._groups[key] = Group()
        if group is None:
            self._others.put(facts, step)
            self._names_of_others[key] += step
            if not self._names_of_others[key]:
                del self._names_of_others[key]
            return
        group.put(facts, step)
        if not group.count:
            del self._groups[key]

    def groups(self) -> Iterator[tuple[str | None, Group]]:
        """Each group by its name, those with most calls first; last, under ``None``, the calls of all further ones."""
        yield from sorted(self._groups.items(), key=lambda item: (-item[1].count, item[0]))
        if self._others.count:
            yield None, self._others

    @property
    def other_names(self) -> int:
        """How many groups are counted together under ``None``."""
        return len(self._names_of_others)
