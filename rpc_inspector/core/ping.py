"""The ping: a call of a method that nobody has, and what it tells of its callee.

The callee's SDK acknowledges a request before it looks for the method, and refuses an unknown one by itself (1400): no
user code runs (measured with livekit 1.1.2 and 1.2.0, livekit-client 2.23 and @livekit/rtc-node 1.1.0).
"""

import secrets
from collections import deque
from collections.abc import Collection, Iterable

from msgspec import Struct

from rpc_inspector.core.budgets import DEFAULT_ACK_MS
from rpc_inspector.core.codes import ErrorCode, code_name
from rpc_inspector.core.events import Transport
from rpc_inspector.core.methods import PING_PREFIX
from rpc_inspector.core.model import Call, Measure, TraceRow
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.statistics.sketch import Durations

#: After the ack the refusal follows at once: so long (ms) is ample.
PING_RESPONSE_MS = 2_000
#: Seconds between two pings of a participant by the monitor.
MONITOR_INTERVAL_S = 5.0
#: The latest round trips that a tally keeps one by one.
RECENT = 60
#: Rows that may still change are among so many.
_REMEMBERED = 10_000
#: Codes that say that no answer came, whoever raised them; every other came from the callee's SDK.
_UNANSWERED = frozenset(
    {
        ErrorCode.RECIPIENT_NOT_FOUND,
        ErrorCode.REQUEST_PAYLOAD_TOO_LARGE,
        ErrorCode.UNSUPPORTED_SERVER,
        ErrorCode.CONNECTION_TIMEOUT,
        ErrorCode.RESPONSE_TIMEOUT,
        ErrorCode.RECIPIENT_DISCONNECTED,
        ErrorCode.SEND_FAILED,
    }
)
_WHY = {
    ErrorCode.RECIPIENT_NOT_FOUND: "not in the room",
    ErrorCode.CONNECTION_TIMEOUT: "no ack",
    ErrorCode.RESPONSE_TIMEOUT: "acknowledged, but not answered",
    ErrorCode.RECIPIENT_DISCONNECTED: "left meanwhile",
    ErrorCode.SEND_FAILED: "could not be sent",
}


class Pinged(Struct, frozen=True, kw_only=True):
    """What came of a ping.

    Attributes:
        identity: whom it was for. seq: the row of the call in the trace.
        reachable: its SDK answered.
        round_trip: from the call to its answer; ``None`` without one. ack: to the ack, where a vantage point saw it.
        code: of the error, if it did not answer; ``None`` if it did, and if the ping was cancelled.
        transport: the version that was spoken. client_protocol: what the participant announced (0 is v1). SDK and
            version of another participant are told to nobody: ``ParticipantInfo`` has neither.
        wall: seconds since the epoch at which it began.
    """

    identity: str
    seq: int
    reachable: bool
    wall: float
    round_trip: Measure | None = None
    ack: Measure | None = None
    code: int | None = None
    transport: Transport | None = None
    client_protocol: int | None = None

    @property
    def why(self) -> str:
        """Why it is not reachable, in a few words; empty if it is."""
        if self.reachable:
            return ""
        if self.code is None:
            return "cancelled"
        return _WHY.get(ErrorCode(self.code), code_name(self.code) or "") if self.code in _UNANSWERED else ""


def ping_of(identity: str, *, ack_ms: int = DEFAULT_ACK_MS, anyway: bool = False) -> Invocation:
    """A call of a random name, as long as no handler has it: ``rpc.ping.`` and 8 hex digits.

    Args:
        identity: whom to ping.
        ack_ms: how long to wait for the ack.
        anyway: send although it is not in the room (a hidden one can be reached).
    """
    return Invocation(
        destination=identity,
        method=f"{PING_PREFIX}{secrets.token_hex(4)}",
        response_ms=PING_RESPONSE_MS,
        ack_ms=ack_ms,
        anyway=anyway,
        purpose="ping",
    )


def pinged(call: Call, client_protocol: int | None = None) -> Pinged:
    """What a ping that ended tells. Any answer counts, also one of a method that somebody did register."""
    code = call.error.code if call.error else None
    reachable = call.outcome == "ok" or (call.outcome == "error" and code not in _UNANSWERED)
    return Pinged(
        identity=call.callee or "",
        seq=call.seq,
        reachable=reachable,
        wall=call.wall,
        round_trip=call.duration if reachable else None,
        ack=call.ack,
        code=None if reachable else code,
        transport=call.transport,
        client_protocol=client_protocol,
    )


class Tally:
    """The pings of one participant so far: how many, how many lost, how long they took.

    Attributes:
        sent: that ended. answered: of these. recent: ms of the latest, the oldest first; ``None`` for a lost one.
        last: the latest.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.answered = 0
        self.recent: deque[float | None] = deque(maxlen=RECENT)
        self.last: Pinged | None = None
        self._times = Durations()
        self._least: Measure | None = None

    def take(self, result: Pinged) -> None:
        """Count one. A cancelled one says nothing and is left out."""
        if not result.reachable and result.code is None:
            return
        self.sent += 1
        self.last = result
        took = result.round_trip
        self.recent.append(took.ms if took else None)
        if result.reachable:
            self.answered += 1
        self._times.put(took, 1)
        if took and (self._least is None or took.ms < self._least.ms):
            self._least = took

    @property
    def lost(self) -> int:
        """How many were not answered."""
        return self.sent - self.answered

    @property
    def loss(self) -> float | None:
        """The lost ones' share, 0 to 1; ``None`` before any ended."""
        return self.lost / self.sent if self.sent else None

    @property
    def least(self) -> Measure | None:
        """The shortest round trip."""
        return self._least

    @property
    def median(self) -> Measure | None:
        """The round trip that half of them do not exceed, at most 1 % off."""
        return self._times.measure(0.5)

    @property
    def most(self) -> Measure | None:
        """The longest round trip."""
        return self._times.measure(1)


class Pings:
    """A tally for each participant, made from the rows of the trace as they change."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self._counted: dict[int, None] = {}

    def __getitem__(self, identity: str) -> Tally | None:
        """The participant's tally; ``None`` if it was not pinged."""
        return self._tallies.get(identity)

    def take(self, rows: Iterable[TraceRow]) -> bool:
        """Count our pings among these rows that have ended; whether there were any. A row counts once."""
        before = len(self._counted)
        for row in rows:
            if isinstance(row, Call) and row.purpose == "ping" and row.direction == "outgoing" and not row.is_open:
                if row.seq in self._counted or not row.callee:
                    continue
                self._counted[row.seq] = None
                self._tallies.setdefault(row.callee, Tally()).take(pinged(row))
        changed = len(self._counted) > before
        while len(self._counted) > _REMEMBERED:
            del self._counted[next(iter(self._counted))]
        return changed

    def keep(self, identities: Collection[str]) -> None:
        """Forget everybody but these."""
        self._tallies = {name: tally for name, tally in self._tallies.items() if name in identities}
