"""What is different between two payloads, and between the timings of two calls.

JSON is compared by its structure: the order of keys and the spacing say nothing. Of the libraries, jsondiff (last
released in 2024) knows no paths and deepdiff takes longer to import than the interface takes to start; lines are
compared by difflib. Everything is bounded.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Literal

from msgspec import Struct

from rpc_inspector.core.breakdown import breakdown
from rpc_inspector.core.model import Call, Measure, Place, replace
from rpc_inspector.core.payload.json_tree import path_step
from rpc_inspector.core.payload.text import pretty

Sign = Literal["+", "-", "~", " "]

#: Larger texts are not compared by their structure, in characters.
MOST_JSON = 1_000_000
#: Longer arrays are compared place by place; shorter ones so that what was put in or taken out is found.
_LONGEST_MATCHED = 400
#: Of so many elements those most alike are paired.
_LONGEST_PAIRED = 50
#: Changes listed at most.
MOST_CHANGES = 5_000
#: Compared of texts: lines each side, and characters of a line.
MOST_LINES = 3_000
_LONGEST_LINE = 2_000
#: Equal lines shown around a difference.
_AROUND = 3


class Change(Struct, frozen=True):
    """A difference in structure: ``+`` only in the second, ``-`` only in the first, ``~`` another value.

    ``before`` and ``after`` are JSON texts; ``None`` where there is nothing.
    """

    sign: Sign
    path: str
    before: str | None
    after: str | None


class Line(Struct, frozen=True):
    """A line of a comparison of texts: a blank sign stands in both; unsanitised, without its line feed."""

    sign: Sign
    text: str


class Difference(Struct, frozen=True, kw_only=True):
    """What is different between two texts, by structure or by lines; neither if they are equal.

    Attributes:
        equal: nothing is different; ``how`` says in which sense.
        how: how they were compared, and what was not, in words.
    """

    equal: bool
    how: str
    changes: tuple[Change, ...] = ()
    lines: tuple[Line, ...] = ()


def difference(first: str, second: str) -> Difference:
    """What is different between two payloads: by structure where both are JSON, by lines otherwise."""
    if first == second:
        return Difference(equal=True, how="the same, letter by letter")
    if max(len(first), len(second)) <= MOST_JSON:
        try:
            changes = tuple(_bounded(_compare("$", _parsed(first), _parsed(second))))
        except (ValueError, RecursionError):  # no JSON, or nested deeper than Python goes
            return _by_lines(first, second)
        if not changes:
            return Difference(equal=True, how="the same JSON, written in another way")
        more = f", the first {MOST_CHANGES:,}" if len(changes) == MOST_CHANGES else ""
        return Difference(equal=False, how=f"as JSON, the order of keys ignored{more}", changes=changes)
    return _by_lines(first, second)


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _bounded(changes: Iterator[Change]) -> Iterator[Change]:
    for number, change in enumerate(changes):
        if number == MOST_CHANGES:
            return
        yield change


def _compare(path: str, first: Any, second: Any) -> Iterator[Change]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in [*first, *(key for key in second if key not in first)]:
            here = path + path_step(key)
            if key not in second:
                yield Change("-", here, _text(first[key]), None)
            elif key not in first:
                yield Change("+", here, None, _text(second[key]))
            else:
                yield from _compare(here, first[key], second[key])
    elif isinstance(first, list) and isinstance(second, list):
        yield from _compare_lists(path, first, second)
    elif not _same(first, second):
        yield Change("~", path, _text(first), _text(second))


def _same(first: Any, second: Any) -> bool:
    """Python's equality, except that true is not 1."""
    return isinstance(first, bool) is isinstance(second, bool) and bool(first == second)


def _compare_lists(path: str, first: list[Any], second: list[Any]) -> Iterator[Change]:
    for i, j, m, n in _runs(first, second):
        for at, to in _pairs(first[i:j], second[m:n]):
            if at is None and to is not None:
                yield Change("+", f"{path}[{m + to}]", None, _text(second[m + to]))
            elif at is not None and to is None:
                yield Change("-", f"{path}[{i + at}]", _text(first[i + at]), None)
            elif at is not None and to is not None:
                yield from _compare(f"{path}[{i + at}]", first[i + at], second[m + to])


def _pairs(first: list[Any], second: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Which elements are the same one changed: those most alike, in order; place by place where there are many."""
    if len(first) == len(second) or max(len(first), len(second)) > _LONGEST_PAIRED:
        yield from (
            (n if n < len(first) else None, n if n < len(second) else None) for n in range(max(len(first), len(second)))
        )
        return
    to = 0
    for at, value in enumerate(first):
        likeness = [(_likeness(value, other), -n) for n, other in enumerate(second) if n >= to]
        best, place = max(likeness, default=(0, 0))
        if not best:
            yield at, None
            continue
        yield from ((None, n) for n in range(to, -place))
        yield at, -place
        to = -place + 1
    yield from ((None, n) for n in range(to, len(second)))


def _likeness(first: Any, second: Any) -> int:
    """How many members two objects share."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return 0
    return sum(key in second and _same(value, second[key]) for key, value in first.items())


def _runs(first: list[Any], second: list[Any]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of both arrays that are not the same."""
    if max(len(first), len(second)) > _LONGEST_MATCHED:
        yield 0, len(first), 0, len(second)
        return
    matcher = SequenceMatcher(None, [_canonical(v) for v in first], [_canonical(v) for v in second], autojunk=False)
    for tag, i, j, m, n in matcher.get_opcodes():
        if tag != "equal":
            yield i, j, m, n


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _text(value: Any) -> str:
    """As JSON; a number keeps its digits unless it stands inside what is new or gone."""
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=float)


def _by_lines(first: str, second: str) -> Difference:
    notes = []
    if max(len(first), len(second)) > MOST_JSON:
        notes.append(f"too large to compare as JSON (above {MOST_JSON:,} characters)")
    one, other = _split(first), _split(second)
    begin = _common(one, other)
    tail = _common(one[begin:][::-1], other[begin:][::-1])
    one_middle, other_middle = one[begin : len(one) - tail], other[begin : len(other) - tail]
    if max(len(one_middle), len(other_middle)) > MOST_LINES:
        notes.append(f"the first {MOST_LINES:,} lines that differ")
        one_middle, other_middle = one_middle[:MOST_LINES], other_middle[:MOST_LINES]
    lines = [Line(" ", text) for text in one[max(begin - _AROUND, 0) : begin]]
    lines += _line_changes(one_middle, other_middle)
    if tail:
        lines += [Line(" ", text) for text in one[len(one) - tail :][:_AROUND]]
    return Difference(equal=False, how=" · ".join(["line by line", *notes]), lines=tuple(lines))


def _split(text: str) -> list[str]:
    """The lines of the text, those of its JSON if it is such, and none too long to be shown."""
    shown = pretty(text) or text
    pieces = shown[: 4 * MOST_JSON].split("\n")
    return [line[at : at + _LONGEST_LINE] for line in pieces for at in range(0, max(len(line), 1), _LONGEST_LINE)]


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _line_changes(first: list[str], second: list[str]) -> Iterator[Line]:
    for tag, i, j, m, n in SequenceMatcher(None, first, second).get_opcodes():
        if tag == "equal":
            kept = first[i:j]
            if len(kept) > 2 * _AROUND + 1:
                yield from (Line(" ", text) for text in kept[:_AROUND])
                yield Line(" ", f"… {len(kept) - 2 * _AROUND:,} equal lines …")
                kept = kept[-_AROUND:]
            yield from (Line(" ", text) for text in kept)
            continue
        yield from (Line("-", text) for text in first[i:j])
        yield from (Line("+", text) for text in second[m:n])


class Timing(Struct, frozen=True):
    """One duration of two calls, each with its precision; ``None`` where it is not known."""

    name: str
    first: Measure | None
    second: Measure | None

    @property
    def delta(self) -> Measure | None:
        """How much longer the second took, in ms; ``None`` where either is not known."""
        if self.first is None or self.second is None:
            return None
        precision = max(self.first.precision, self.second.precision)
        return Measure(self.second.ms - self.first.ms, precision, self.second.source)


def timings(first: Call, second: Call) -> tuple[Timing, ...]:
    """The durations of two calls, then the legs that the places from which both were seen tell, in their order."""
    rows = [
        Timing("total", first.duration, second.duration),
        Timing("ack", first.ack, second.ack),
        Timing("answer", first.answer, second.answer),
        Timing("handler", first.handler, second.handler),
    ]
    places = {view.at for view in first.views} & {view.at for view in second.views}
    one, other = (_legs(call, places) for call in (first, second))
    names = [name for name in [*one, *(name for name in other if name not in one)] if name != "handler"]
    return (*rows, *(Timing(name, one.get(name), other.get(name)) for name in names))


def _legs(call: Call, places: set[Place]) -> dict[str, Measure]:
    """What is seen from more places is told in finer legs, so those of only one of the calls are left out."""
    views = tuple(view for view in call.views if view.at in places)
    found = breakdown(replace(call, views=views))
    return {leg.name: Measure(leg.ms, leg.precision, "capture") for leg in found.legs}
