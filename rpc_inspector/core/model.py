"""The model: participants and their methods, calls and their stages, room events.

Everything here is immutable. The session owns the only mutable state and hands these values out. What has its default
is left out where these values are written (``omit_defaults``): the journal would be twice as long.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.codes import RaisedBy, code_name
from rpc_inspector.core.events import Direction, Source, StageKind, Transport

Outcome = Literal["ok", "error", "cancelled", "lost", "open"]
CallDirection = Literal["outgoing", "incoming", "observed"]
Place = Literal["caller", "callee", "server"]
Purpose = Literal["call", "ping", "describe"]
Kind = Literal["standard", "agent", "sip", "ingress", "egress", "connector", "bridge"]
State = Literal["joining", "joined", "active", "disconnected"]
#: How a method is known, the surest first (the order in which they are preferred).
Provenance = Literal["advertised", "described", "catalogue", "observed", "known", "saved"]
PROVENANCES: tuple[Provenance, ...] = ("advertised", "described", "catalogue", "observed", "known", "saved")


#: Whether a participant answers ``rpc.describe``: never asked, asked just now, it does, it said 1400, it said nothing
#: in time, or what it said is of no use.
Describing = Literal["unasked", "asking", "described", "refused", "silent", "failed"]


class Method(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A method of a participant and how we know of it.

    Attributes:
        provenance: the surest of those by which it is known. also: the others, the surest first.
        request_schema, response_schema: JSON Schemas as their JSON text, where somebody gave them.
        examples: objects with ``request`` and ``response``, as their JSON text.
        conflicts: what does not fit together, in words, unsanitised: "advertised, but the last call said 1400".
        origin: where a file says it, e.g. ``rpc-catalogue.yaml:12``.
    """

    name: str
    provenance: Provenance
    description: str | None = None
    request_schema: str | None = None
    response_schema: str | None = None
    examples: tuple[str, ...] = ()
    also: tuple[Provenance, ...] = ()
    conflicts: tuple[str, ...] = ()
    origin: str = ""


class Permissions(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a participant's token allows, as far as it concerns RPC."""

    can_publish_data: bool = True
    can_update_metadata: bool = False
    can_publish: bool = True
    can_subscribe: bool = True
    hidden: bool = False


class Participant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A participant of the room as it is now.

    Attributes:
        client_protocol: 0 speaks v1, 1 v2, 2 v2 with inline streams; ``None`` is not known.
        joined_at: seconds since the epoch, or ``None``.
        seen_at: when we first saw it in the roster, seconds since the epoch.
        attributes: as they are; secrets among them are masked at display (``core.redaction``).
        listed_by: ``sdk`` when our own SDK lists it, ``service`` when so far only RoomService does.
        is_self: it is us.
        describing: whether it answers ``rpc.describe``.
        remarks: what is odd about what it says of its methods, in words, unsanitised.
    """

    identity: str
    sid: str = ""
    name: str = ""
    kind: Kind = "standard"
    state: State = "joined"
    metadata: str = ""
    attributes: dict[str, str] = {}
    permissions: Permissions = Permissions()
    joined_at: float | None = None
    seen_at: float | None = None
    client_protocol: int | None = None
    listed_by: Literal["sdk", "service"] = "sdk"
    is_self: bool = False
    methods: tuple[Method, ...] = ()
    describing: Describing = "unasked"
    remarks: tuple[str, ...] = ()

    @property
    def can_receive_calls(self) -> bool:
        """Active and not ourselves: a call to it has somebody to arrive at."""
        return self.state == "active" and not self.is_self


RoomEventKind = Literal[
    "joined", "active", "left", "attributes", "metadata", "name", "permissions", "methods",
    "connecting", "connected", "reconnecting", "reconnected", "disconnected", "capture", "notice",
]  # fmt: skip


class RoomEvent(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Something that happened in the room; stands between the calls in the trace.

    Attributes:
        seq: the row's number in the trace, shared with calls.
        time: seconds of CLOCK_MONOTONIC. wall: seconds since the epoch.
        identity: whom it is about; ``None`` for the room or ourselves.
        text: one short phrase, not sanitised.
        marked: by the user, who wants it kept.
    """

    seq: int
    kind: RoomEventKind
    time: float
    wall: float
    room: str
    identity: str | None = None
    text: str = ""
    marked: bool = False


class LogLine(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A line that our own SDK logged.

    Attributes:
        number: counts the lines of a session, from 1.
        time: seconds of CLOCK_MONOTONIC. wall: seconds since the epoch.
        level: as ``logging`` numbers it (20 info, 30 warning, 40 error).
        text: unsanitised, its length bounded.
        call: number of the row of the call whose request id the line names.
    """

    number: int
    time: float
    wall: float
    level: int
    text: str
    call: int | None = None


class Payload(Struct, frozen=True, gc=False, omit_defaults=True):
    """A payload: ``bytes`` of UTF-8, and its text where it is known.

    ``broken`` says why it could not be read; ``redacted``: some of it, or all, was taken out before it was kept.
    """

    bytes: int
    text: str | None = None
    broken: str | None = None
    redacted: bool = False


class CallError(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Why a call failed. ``causes`` are the likeliest first, in words, unsanitised."""

    code: int
    message: str
    data: str | None = None
    raised_by: RaisedBy | None = None
    causes: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """The code's name; ``None`` for an application's own code."""
        return code_name(self.code)


class Stage(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A stage of a call in one sighting. Times in seconds of CLOCK_MONOTONIC, precision in ms."""

    stage: StageKind
    dir: Direction
    time: float
    end: float | None = None
    precision: float = 1.0
    bytes: int = 0
    packets: int = 1
    retransmissions: int = 0
    complete: bool = True
    compressed: bool = False


class Sighting(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One call as seen from one vantage point; its stages in the order of their times."""

    at: Place
    source: Source
    place: str = ""
    stages: tuple[Stage, ...] = ()

    def stage(self, kind: StageKind) -> Stage | None:
        """The first stage of that kind, or ``None`` if it was not seen from here."""
        for stage in self.stages:  # four times as fast as next() of a generator; filters ask it 300,000 times
            if stage.stage == kind:
                return stage
        return None


class Measure(Struct, frozen=True, gc=False):
    """A duration in ms, how fine its source is (ms), and where it comes from."""

    ms: float
    precision: float
    source: Literal["capture", "server", "sdk"]


#: Stamps coarser than so many ms measure nothing: with a clock that is not ours only a packet's arrival is known.
COARSEST_MS = 10.0


class Call(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A call: all sightings of one request id of one caller in one room.

    Attributes:
        seq: the row's number in the trace.
        id: the request's id; ``None`` where no source knows it.
        started: seconds of CLOCK_MONOTONIC of the first that is known of it; ``wall``: the same since the epoch.
        ended: seconds of CLOCK_MONOTONIC of its end as far as known.
        total: our clock around the SDK's call for our own calls; otherwise from the views.
        budget: both sides' limits as far as known; for calls of others only ``told_ms`` is.
        identified: our own call was joined to its packets. ``note`` says why it was not, or what else is odd.
        repeats: reports of a stage that the same vantage point had made already.
        marked: by the user, who wants it kept. comment: what the user wrote about it, unsanitised.
    """

    seq: int
    room: str
    direction: CallDirection
    started: float
    wall: float
    id: str | None = None
    purpose: Purpose = "call"
    caller: str | None = None
    callee: str | None = None
    method: str | None = None
    transport: Transport | None = None
    outcome: Outcome = "open"
    error: CallError | None = None
    request: Payload | None = None
    response: Payload | None = None
    ended: float | None = None
    total: Measure | None = None
    told_ms: int | None = None
    budget: Budget | None = None
    views: tuple[Sighting, ...] = ()
    repeats: int = 0
    note: str | None = None
    marked: bool = False
    comment: str | None = None

    @property
    def is_open(self) -> bool:
        """Still running, as far as we know."""
        return self.outcome == "open"

    def _span(self, kind: StageKind) -> Measure | None:
        for view in self.views:
            request, stage = view.stage("request"), view.stage(kind)
            if request and stage and max(request.precision, stage.precision) <= COARSEST_MS:
                end = stage.time if stage.end is None or kind == "ack" else stage.end
                source: Literal["capture", "server"] = "server" if view.source == "server" else "capture"
                return Measure((end - request.time) * 1000, max(request.precision, stage.precision), source)
        return None

    @property
    def ack(self) -> Measure | None:
        """From the first request packet to the ack, in the first view that saw both; ``None`` if none did."""
        return self._span("ack")

    @property
    def answer(self) -> Measure | None:
        """From the first request packet to the last packet of the response or error, likewise."""
        return self._span("response")

    @property
    def handler(self) -> Measure | None:
        """What the callee took: from its request to its response, where the callee's own end was seen."""
        for view in self.views:
            request, response = view.stage("request"), view.stage("response")
            precise = request and response and max(request.precision, response.precision) <= COARSEST_MS
            if view.at == "callee" and request and response and precise:
                began = request.time if request.end is None else request.end
                return Measure((response.time - began) * 1000, max(request.precision, response.precision), "capture")
        return None

    @property
    def duration(self) -> Measure | None:
        """``total`` where we made the call, otherwise the time to the answer as seen."""
        return self.total or self.answer


TraceRow = Call | RoomEvent

__all__ = [
    "PROVENANCES",
    "Call",
    "CallDirection",
    "CallError",
    "Describing",
    "Kind",
    "LogLine",
    "Measure",
    "Method",
    "Outcome",
    "Participant",
    "Payload",
    "Permissions",
    "Place",
    "Provenance",
    "Purpose",
    "RoomEvent",
    "RoomEventKind",
    "Sighting",
    "Stage",
    "State",
    "TraceRow",
    "replace",
]
