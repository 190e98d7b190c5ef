"""Where the time of a call went, as far as the places it was seen from really tell.

A call passes up to eight points: it is begun, its request leaves the caller, passes the server, arrives at the callee,
its response leaves the callee, passes the server, arrives at the caller, and the caller's SDK returns. Between two
points that were seen lies a leg. Points that nobody saw make their neighbours one leg, which is said to be so: nothing
is estimated, halved or inferred. So legs always add up to the time from the first point to the last.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.model import COARSEST_MS, Call, Place, Sighting, replace

#: What lies between two neighbouring points, in order; ``request`` and ``response`` have a half each side of a server.
Part = Literal["queue", "to server", "to callee", "handler", "from callee", "from server", "return"]
PARTS: tuple[Part, ...] = ("queue", "to server", "to callee", "handler", "from callee", "from server", "return")
#: What people ask for.
StageName = Literal["queue", "request transit", "ack", "handler", "response transit", "return"]

_OWN = "our clock"
#: A stamp is taken after its packet went, on a busy machine up to 2.1 ms (300 calls through the embedded server, both
#: ends and the server on one host, livekit 1.2.0): so much later than what followed it a packet may seem to be.
_STAMPED_WITHIN_MS = 4.0
#: Stamps of seconds since the epoch are good for less than this, in seconds.
_TELLABLE_S = 1e-6


class Point(Struct, frozen=True):
    """A point that was seen: its place in the order, seconds of CLOCK_MONOTONIC, precision in ms, who saw it."""

    at: int
    time: float
    precision: float
    source: str


class Leg(Struct, frozen=True, kw_only=True):
    """The time between two points that were seen.

    Attributes:
        name: in words, e.g. ``handler`` or ``request transit + handler``.
        parts: what it covers.
        begin: ms from the first point. ms: how long.
        precision: ms that both stamps are good for.
        source: whose stamps, in words, e.g. ``caller to server``.
    """

    name: str
    parts: tuple[Part, ...]
    begin: float
    ms: float
    precision: float
    source: str


class Unseen(Struct, frozen=True):
    """A stage that cannot be told apart, and why."""

    stage: StageName
    why: str


class Breakdown(Struct, frozen=True, kw_only=True):
    """The legs of a call in order, adding up to ``total`` ms; what lies beside them, and what is not known.

    Attributes:
        legs: empty where fewer than two points were seen.
        acks: how the ack travelled, which takes no time of the call's own: the callee's SDK sends it at once.
        unseen: stages that no leg shows alone.
        doubt: why stamps of different places were not put together; empty where they were.
        precision: ms that ``total`` is good for, which hangs on the first and the last point alone.
    """

    legs: tuple[Leg, ...] = ()
    acks: tuple[Leg, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    doubt: str = ""
    precision: float = 1.0

    @property
    def total(self) -> float:
        """The time from the first point that was seen to the last, in ms."""
        return sum(leg.ms for leg in self.legs)


def breakdown(call: Call) -> Breakdown:
    """Where the time of ``call`` went."""
    views, doubt = _one_clock(call)
    points = _points(call, views)
    late = _disorder(points)
    if late and len(views) > 1:
        # Only the first view stays: it is the caller's own where there is one.
        doubt = f"the clocks of {_names(views)} disagree by at least {late:.3g} ms, so their stamps are not mixed"
        views = views[:1]
        points = _points(call, views)
    points = _widened(points)
    legs = tuple(_legs(call, points, views))
    alone = {leg.parts for leg in legs}
    return Breakdown(
        legs=legs,
        acks=tuple(_acks(views)),
        unseen=tuple(_unseen(call, alone, views)),
        doubt=doubt,
        precision=max((points[at].precision for at in (0, -1)), default=1.0) if points else 1.0,
    )


def _one_clock(call: Call) -> tuple[list[Sighting], str]:
    """The views whose stamps can be put together, the finest of each place; and why others were left out."""
    fine = [view for view in call.views if all(stage.precision <= COARSEST_MS for stage in view.stages)]
    doubt = ""
    if len(fine) < len(call.views):
        coarse = _names([view for view in call.views if view not in fine])
        doubt = f"the stamps of {coarse} are of a clock that is not ours, and too coarse to measure with"
    # A file's stamps are of whatever machine wrote it; with each other they agree as far as they are of one file.
    kinds = [[v for v in fine if v.source != "file"]]
    kinds += [[v for v in fine if v.source == "file" and v.place == place] for place in _places_of_files(fine)]
    best = max(kinds, key=len)
    if len(best) < len(fine):
        doubt = "stamps of a file are not mixed with those of another clock"
    chosen: dict[Place, Sighting] = {}
    for view in sorted(best, key=lambda view: max((stage.precision for stage in view.stages), default=1.0)):
        chosen.setdefault(view.at, view)
    return [chosen[at] for at in ("caller", "server", "callee") if at in chosen], doubt


def _places_of_files(views: list[Sighting]) -> list[str]:
    return list(dict.fromkeys(view.place for view in views if view.source == "file"))


def _names(views: list[Sighting]) -> str:
    return " and ".join(f"the {view.at}" for view in views)


#: The points at which a view sees the request and the response.
_POINTS: dict[Place, tuple[int, int]] = {"caller": (1, 6), "server": (2, 5), "callee": (3, 4)}


def _points(call: Call, views: list[Sighting]) -> list[Point]:
    points = []
    ours = call.total is not None and call.total.source == "sdk"
    requests = [stage.time for view in views if (stage := view.stage("request"))]
    # Objects of other programs begin a call with its first packet, so its own beginning and end are not known.
    told_apart = not requests or abs(min(requests) - call.started) > _TELLABLE_S
    own_clock = told_apart and not any(view.source == "file" for view in views)
    if (ours or (call.is_open and call.direction == "outgoing")) and own_clock:
        points.append(Point(0, call.started, 0.1, _OWN))
    for view in views:
        for kind, at in zip(("request", "response"), _POINTS[view.at], strict=True):
            stage = view.stage(kind)  # type: ignore[arg-type] # mypy widens the literals of a tuple
            if stage is None:
                continue
            # What arrives has arrived with its last packet; what leaves begins to with its first.
            time = stage.end if stage.end is not None and stage.dir == "received" else stage.time
            points.append(Point(at, time, stage.precision, view.at))
    if ours and call.total is not None and own_clock:
        points.append(Point(7, call.started + call.total.ms / 1000, call.total.precision, _OWN))
    return sorted(points, key=lambda point: point.at)


def _disorder(points: list[Point]) -> float:
    """By how many ms a point lies before one that it follows, if nothing but another clock explains it; else 0."""
    worst = 0.0
    for before, after in pairwise(points):
        back = (before.time - after.time) * 1000
        if back > before.precision + after.precision + _STAMPED_WITHIN_MS:
            worst = max(worst, back)
    return worst


def _widened(points: list[Point]) -> list[Point]:
    """Stamps that cross are good for no less than that by which they do."""
    precise = [point.precision for point in points]
    for at, (before, after) in enumerate(pairwise(points)):
        back = (before.time - after.time) * 1000
        for crossing in (at, at + 1):
            precise[crossing] = max(precise[crossing], math.ceil(back * 10 - 1e-3) / 10)
    return [replace(point, precision=precision) for point, precision in zip(points, precise, strict=True)]


def _legs(call: Call, points: list[Point], views: list[Sighting]) -> Iterator[Leg]:
    if not points:
        return
    origin = points[0].time
    for before, after in pairwise(points):
        parts = PARTS[before.at : after.at]
        split = _ack_between(before, after, views)
        name = _leg_name(call, parts, views)
        if split is None:
            yield _leg(name, parts, before, after, origin)
        else:
            yield _leg("until the ack", parts, before, split, origin)
            yield _leg("after the ack", parts, split, after, origin)


def _leg(name: str, parts: tuple[Part, ...], before: Point, after: Point, origin: float) -> Leg:
    source = before.source if before.source == after.source else f"{before.source} to {after.source}"
    return Leg(
        name=name,
        parts=parts,
        begin=(before.time - origin) * 1000,
        ms=(after.time - before.time) * 1000,
        precision=max(before.precision, after.precision),
        source=source,
    )


def _ack_between(before: Point, after: Point, views: list[Sighting]) -> Point | None:
    """The ack as the view saw it that saw the request go and nothing of the callee: it parts the long leg in two."""
    if not (before.at in (1, 2) and after.at >= 5):
        return None
    view = next((view for view in views if view.at == before.source), None)
    ack = view.stage("ack") if view else None
    if ack is None or not before.time <= ack.time <= after.time:
        return None
    return Point(before.at, ack.time, ack.precision, before.source)


_ALONE: dict[Part, str] = {
    "queue": "queue",
    "to server": "request to server",
    "to callee": "request to callee",
    "handler": "handler",
    "from callee": "response to server",
    "from server": "response to caller",
    "return": "return",
}
#: What is seen as one in most rooms has a name of its own.
_TOGETHER: dict[tuple[Part, ...], str] = {
    PARTS: "all of it",
    PARTS[1:3]: "request transit",
    PARTS[4:6]: "response transit",
    PARTS[1:6]: "transit and handler",
    PARTS[2:5]: "beyond the server",
    PARTS[1:]: "from the request on",
}


def _leg_name(call: Call, parts: tuple[Part, ...], views: list[Sighting]) -> str:
    answered = any(view.stage("response") for view in views)
    if "handler" in parts and not answered and call.outcome != "ok":
        return "no answer was seen"
    if parts in _TOGETHER:
        return _TOGETHER[parts]
    return " + ".join(_ALONE[part] for part in parts)


def _acks(views: list[Sighting]) -> Iterator[Leg]:
    """The ack's way: from the request's arrival at the callee to the ack's sending, then back from place to place."""
    before: Point | None = None
    for view in reversed(views):
        ack, request = view.stage("ack"), view.stage("request")
        if ack is None:
            continue
        point = Point(4, ack.time, ack.precision, view.at)
        if before is not None:
            yield _leg(f"ack to {view.at}", (), before, point, before.time)
        elif view.at == "callee" and request is not None:
            arrived = Point(3, request.time, request.precision, view.at)
            yield _leg("ack by callee's SDK", (), arrived, point, arrived.time)
        before = point


_NEEDED: dict[StageName, tuple[tuple[Part, ...], str]] = {
    "queue": (("queue",), "needs our own call and the caller's packets"),
    "request transit": (("to server", "to callee"), "needs both ends' packets"),
    "handler": (("handler",), "needs the callee's packets"),
    "response transit": (("from callee", "from server"), "needs both ends' packets"),
}


def _unseen(call: Call, alone: set[tuple[Part, ...]], views: list[Sighting]) -> Iterator[Unseen]:
    """The stages that no leg, nor two halves of one, shows alone."""
    for stage, (parts, needs) in _NEEDED.items():
        if parts in alone or all((part,) in alone for part in parts):
            continue
        if stage == "queue" and call.direction != "outgoing":
            why = "not visible from here; it is in the caller's own process"
        elif stage in ("handler", "response transit") and call.is_open:
            why = "not over yet"
        else:
            why = f"not visible from here; {needs}"
        yield Unseen(stage, why)
    if not any(view.stage("ack") for view in views):
        yield Unseen("ack", "not seen yet" if call.is_open else "not seen from here")
