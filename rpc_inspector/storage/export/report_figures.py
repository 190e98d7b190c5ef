"""The figures at the top of the report: of all calls, by method, and by error."""

from collections import Counter
from typing import Any, NamedTuple

from rpc_inspector.core.codes import CODES, code_name
from rpc_inspector.core.model import Call
from rpc_inspector.core.statistics.summary import Group, Statistics
from rpc_inspector.core.units import duration
from rpc_inspector.storage.export.wording import clock, name, when

#: Of so many methods the figures are shown, the most called first.
MOST_METHODS = 30
#: A usual call is a speck where the whole time is so many times as long.
_SPECK = 100


class Axis(NamedTuple):
    """What the bars are drawn on.

    Attributes:
        start: where they begin, in seconds of CLOCK_MONOTONIC; ``None``: each at its own call's begin.
        length: in seconds.
        first, last: what stands at its ends.
    """

    start: float | None
    length: float
    first: str
    last: str

    def place(self, begin: float, end: float) -> tuple[float, float]:
        """Position and width of a span on a width of 1000, never too narrow to be seen."""
        start = begin if self.start is None else self.start
        x = min(max((begin - start) / self.length * 1000, 0.0), 997.0)
        width = min(max((end - begin) / self.length * 1000, 3.0), 1000.0 - x)
        return round(x, 1), round(width, 1)


def end_of(call: Call) -> float:
    """When the call ended in seconds of CLOCK_MONOTONIC; where that is not known, when it was last seen."""
    last = max((stage.end or stage.time for view in call.views for stage in view.stages), default=call.started)
    return max(call.started, last if call.ended is None else call.ended)


class Figures:
    """Counts calls one by one, in constant memory."""

    def __init__(self) -> None:
        self._statistics = Statistics("method")
        self._codes: Counter[int] = Counter()
        self._first: Call | None = None
        self._end = float("-inf")

    def add(self, call: Call) -> None:
        """Count a call."""
        self._statistics.add(call)
        if call.error:
            self._codes[call.error.code] += 1
        if self._first is None or call.started < self._first.started:
            self._first = call
        self._end = max(self._end, end_of(call))

    @property
    def calls(self) -> int:
        """How many calls were counted."""
        return self._statistics.all.count

    @property
    def axis(self) -> Axis:
        """From the first call's begin to the last one's end.

        Where most calls would be specks on that, each is drawn from its own begin instead, to compare how long they
        took.
        """
        if self._first is None:
            return Axis(0.0, 1.0, "", "")
        usual = self._statistics.all.total.measure(0.95)
        if usual and self._length > _SPECK * usual.ms / 1000 > 0:
            most = usual.ms * 1.25
            return Axis(None, most / 1000, "0", f"{most:.3g} ms or more")
        wall = self._first.wall
        return Axis(self._first.started, self._length, clock(wall), clock(wall + self._length))

    @property
    def _length(self) -> float:
        return max(self._end - self._first.started, 1e-6) if self._first else 1e-6

    @property
    def summary(self) -> dict[str, Any]:
        """What stands at the top."""
        shown = _figures(self._statistics.all)
        period = _period(self._length) if self._first else "n/a"
        first = when(self._first.wall)[:19].replace("T", " ") if self._first else "n/a"
        return shown | {"first": first, "period": period}

    @property
    def methods(self) -> list[dict[str, Any]]:
        """Each method's figures, the most called first."""
        groups = list(self._statistics.groups())
        named = [(name(key or None), group) for key, group in groups if key is not None][:MOST_METHODS]
        return [{"name": method} | _figures(group) for method, group in named]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Each code's number of calls and what it means, the most frequent first."""
        return [
            {
                "code": f"{code} {code_name(code) or ''}".strip(),
                "calls": f"{calls:,}",
                "meaning": CODES[code].meaning if code in CODES else "The application's own: its handler raised it.",
            }
            for code, calls in self._codes.most_common(MOST_METHODS)
        ]


def _figures(group: Group) -> dict[str, Any]:
    share = f" ({group.errors / group.count:.0%})" if group.errors and group.count > 1 else ""
    return {
        "calls": f"{group.count:,}",
        "errors": f"{group.errors:,}{share}",
        "failed": group.errors > 0,
        "p50": duration(group.total.measure(0.5)),
        "p95": duration(group.total.measure(0.95)),
        "slowest": duration(group.total.measure(1.0)),
    }


def _period(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
