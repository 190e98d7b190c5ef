"""What a row is on a ladder: the arrows of a call, the marks of a room event, each at one time.

An arrow stands for one packet (or one message in several). Where several vantage points saw it, it has one time and
all of them are named; where none did, it is drawn only if our own SDK's outcome says that it was there, and is then
inferred. An ack is never inferred. An error that the caller's own SDK raised travelled nowhere: it is an end at the
caller's lifeline.
"""

from typing import Literal, NamedTuple

from msgspec import Struct

from rpc_inspector.core.codes import CODES, ErrorCode
from rpc_inspector.core.events import StageKind
from rpc_inspector.core.model import COARSEST_MS, Call, RoomEvent, RoomEventKind, Sighting, Stage, TraceRow

StepKind = Literal["request", "ack", "response", "error", "end", "event"]
#: Room events without an identity that are about ourselves.
OWN_EVENTS: frozenset[RoomEventKind] = frozenset(
    ("connecting", "connected", "reconnecting", "reconnected", "disconnected")
)
#: Raised before anything is sent.
_NEVER_SENT = frozenset(
    (
        ErrorCode.RECIPIENT_NOT_FOUND,
        ErrorCode.REQUEST_PAYLOAD_TOO_LARGE,
        ErrorCode.UNSUPPORTED_SERVER,
        ErrorCode.SEND_FAILED,
    )
)
#: ms that our own clock around the SDK's call is good for.
OUR_CLOCK_MS = 0.1
_STAGES: tuple[StageKind, ...] = ("request", "ack", "response")
_RANK: dict[StepKind, int] = {"request": 0, "ack": 1, "response": 2, "error": 2, "end": 3, "event": 0}


class Seen(NamedTuple):
    """A stage in the view that saw it."""

    view: Sighting
    stage: Stage


class Delta(NamedTuple):
    """A time between two steps in ms and how fine it is; ``mixed``: its ends were stamped at different places."""

    ms: float
    precision: float
    mixed: bool = False


class Step(Struct, frozen=True, kw_only=True):
    """One row of a ladder.

    Attributes:
        row: the call or room event that it belongs to.
        kind: an arrow's; ``end``: the call ended at its caller without a packet; ``event``: a room event.
        time: seconds of CLOCK_MONOTONIC. precision: ms that it is good for.
        sender, receiver: identities; the same for ``end`` and ``event``, ``None`` where unknown (a room event of the
            room as a whole has none).
        seen: who saw the packet, the one whose time it is first; empty where it is inferred, and for room events.
        late: it came after the caller had given up.
    """

    row: TraceRow
    kind: StepKind
    time: float
    sender: str | None
    receiver: str | None
    precision: float = 1.0
    seen: tuple[Seen, ...] = ()
    late: bool = False

    @property
    def call(self) -> Call | None:
        """The call; ``None`` for a room event."""
        return self.row if isinstance(self.row, Call) else None

    @property
    def event(self) -> RoomEvent | None:
        """The room event; ``None`` for what belongs to a call."""
        return self.row if isinstance(self.row, RoomEvent) else None

    @property
    def is_arrow(self) -> bool:
        """Something that went from one participant to another."""
        return self.kind not in ("end", "event")

    @property
    def is_inferred(self) -> bool:
        """An arrow whose packet nobody saw."""
        return self.is_arrow and not self.seen

    @property
    def stage(self) -> Stage | None:
        """The packet as the first of ``seen`` saw it."""
        return self.seen[0].stage if self.seen else None

    @property
    def wall(self) -> float:
        """Seconds since the epoch."""
        began = self.row.started if isinstance(self.row, Call) else self.row.time
        return self.row.wall + self.time - began


def steps_of(row: TraceRow, us: str = "") -> tuple[Step, ...]:
    """The steps of a row in the order of their times.

    Args:
        row: a call or a room event.
        us: our identity, whom room events without one are about.
    """
    if isinstance(row, RoomEvent):
        who = us if row.identity is None and row.kind in OWN_EVENTS else row.identity
        return (Step(row=row, kind="event", time=row.time, sender=who or None, receiver=who or None),)
    steps = _arrows(row)
    request = None if "request" in steps else _inferred_request(row)
    ending = _ending(row, steps.get("response"))
    every = [step for step in (*steps.values(), request, ending) if step is not None]
    if len(every) > 1:
        every.sort(key=lambda step: (step.time, _RANK[step.kind]))
    return tuple(every)


def _arrows(call: Call) -> dict[StageKind, Step]:
    """The stages that were seen, one arrow each."""
    steps: dict[StageKind, Step] = {}
    for kind in _STAGES:
        seen = _seen(call, kind)
        if not seen:
            continue
        stage = seen[0].stage
        out = kind == "request"
        steps[kind] = Step(
            row=call,
            kind="error" if kind == "response" and _is_error(call) else kind,
            time=stage.time,
            precision=stage.precision,
            sender=call.caller if out else call.callee,
            receiver=call.callee if out else call.caller,
            seen=seen,
            late=not out and _came_late(call, stage),
        )
    return steps


def _seen(call: Call, kind: StageKind) -> tuple[Seen, ...]:
    """Who saw a stage; first the view that the call's durations are read from, so that both tell the same."""
    seen = [Seen(view, stage) for view in call.views if (stage := view.stage(kind)) is not None]
    if len(seen) > 1:
        seen.sort(key=_worth)
    return tuple(seen)


def _worth(seen: Seen) -> tuple[bool, bool]:
    request = seen.view.stage("request")
    return seen.stage.precision > COARSEST_MS, request is None or request.precision > COARSEST_MS


def _is_error(call: Call) -> bool:
    """Whether the answer's packet carried an error."""
    return call.outcome != "ok" and call.response is None


def _came_late(call: Call, stage: Stage) -> bool:
    own = call.total is not None and call.total.source == "sdk"
    return own and call.ended is not None and stage.time > call.ended + stage.precision / 1000


def _inferred_request(call: Call) -> Step | None:
    """The request that our SDK says it sent, or that a call without any packet must have had."""
    refused = call.error is not None and call.error.code in _NEVER_SENT and call.error.raised_by != "callee"
    if refused or (call.views and call.direction != "outgoing"):
        return None
    return Step(
        row=call, kind="request", time=call.started, precision=OUR_CLOCK_MS, sender=call.caller, receiver=call.callee
    )


def _ending(call: Call, answer: Step | None) -> Step | None:
    """How a call ended whose answer's packet was not seen, or came too late to be its end."""
    if call.outcome in ("open", "lost") or (answer is not None and not answer.late):
        return None
    arrived = call.outcome == "ok" or (call.outcome == "error" and answer is None and raised_by_callee(call))
    if arrived and answer is not None:
        return None
    kind: StepKind = "end" if not arrived else "response" if call.outcome == "ok" else "error"
    return Step(
        row=call,
        kind=kind,
        time=_ended(call),
        precision=OUR_CLOCK_MS,
        sender=call.callee if arrived else call.caller,
        receiver=call.caller,
    )


def raised_by_callee(call: Call) -> bool:
    """Whether the call's error can only have come from its callee."""
    if call.error is None:
        return False
    known = CODES.get(call.error.code)
    if known is not None and known.raised_by in ("caller", "us"):
        return False
    return (call.error.raised_by or (known.raised_by if known else "callee")) == "callee"


def _ended(call: Call) -> float:
    if call.ended is not None:
        return call.ended
    if call.duration is not None:
        return call.started + call.duration.ms / 1000
    return max([call.started, *(stage.time for view in call.views for stage in view.stages)])


def since(step: Step, before: Step) -> Delta:
    """How long after ``before``, a step of the same call: read from one view where one saw both."""
    for view, stage in step.seen[:1]:
        for other, earlier in before.seen:
            if (other.at, other.source, other.place) == (view.at, view.source, view.place):
                return Delta((stage.time - earlier.time) * 1000, max(stage.precision, earlier.precision))
    mixed = _clock(step) != _clock(before)
    return Delta((step.time - before.time) * 1000, max(step.precision, before.precision), mixed)


def _clock(step: Step) -> tuple[str, str, str]:
    """Where a step's time was stamped; our clock around the SDK's call is the one of its packets."""
    if not step.seen:
        return "caller", "sdk", ""
    view = step.seen[0].view
    return view.at, view.source, view.place


def busy(steps: tuple[Step, ...]) -> tuple[str, float, float | None] | None:
    """From when to when the callee had a call in its hands: its identity, and seconds of CLOCK_MONOTONIC.

    The end is ``None`` while the call runs. ``None`` where nothing shows that the callee got it, or when it was done.
    """
    call = steps[0].call if steps else None
    if call is None or call.callee is None or call.outcome == "lost":
        return None
    arrived = any(step.kind in ("ack", "response", "error") for step in steps)
    if not arrived or steps[0].kind != "request":
        return None
    return call.callee, steps[0].time, None if call.is_open else max(steps[-1].time, steps[0].time)
