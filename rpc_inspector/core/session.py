"""The session as the interface and the commands know it: a Protocol, and the values it hands out.

The real one is built in ``room`` and passed in by ``cli``; neither ``tui`` nor ``headless`` imports it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS
from rpc_inspector.core.model import Call, LogLine, Outcome, Participant, Permissions, Purpose, RoomEvent, TraceRow
from rpc_inspector.core.secrets.redaction import shown_url

if TYPE_CHECKING:
    # A ping is made of an Invocation, which stands here.
    from rpc_inspector.core.ping import Pinged


class Target(Struct, frozen=True, kw_only=True):
    """Where to connect and as whom. Secrets are kept out of its ``repr``.

    Attributes:
        url: ws(s):// or http(s):// of the server.
        room: the room's name; empty to list rooms first.
        identity: ours; empty lets the session choose ``inspector-`` + 3 hex digits.
        api_key, api_secret: mint tokens and read RoomService. token: joins as it is; a key beside it only serves
            RoomService.
        passphrase: of an end-to-end encrypted room.
        origin: what was used, in words, e.g. ``project demo`` or ``environment``; shown, never a secret.
        embedded: the server made these secrets for itself, so they may be shown.
        describe: ask participants for ``rpc.describe``.
        catalogues: files that name methods (docs/discovery.md), of which the first that names one has it.
    """

    url: str
    room: str = ""
    identity: str = ""
    api_key: str = ""
    api_secret: str = ""
    token: str = ""
    passphrase: str = ""
    origin: str = ""
    embedded: bool = False
    describe: bool = True
    catalogues: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without secrets."""
        secret = "token" if self.token else "key" if self.api_key else "nothing"
        return f"Target({shown_url(self.url)!r}, room={self.room!r}, identity={self.identity!r}, with {secret})"

    @property
    def has_key(self) -> bool:
        """Tokens can be minted and RoomService can be asked."""
        return bool(self.api_key and self.api_secret)


#: ``opened``: no room at all, but a trace that was saved.
ConnectionStatus = Literal["offline", "connecting", "connected", "reconnecting", "closed", "opened"]
#: Why a connection ended, for those who must tell the cases apart.
CloseReason = Literal[
    "left", "duplicate_identity", "removed", "room_deleted", "server_shutdown", "token_expired", "lost", "failed"
]
CaptureStatus = Literal["off", "waiting", "on", "not_understood", "clock_unknown"]


class SessionState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A snapshot of the session.

    Attributes:
        status: of the connection. ``reason`` and ``detail`` (one sentence for people, unsanitised) say why it is
            closed.
        room_was_empty: nobody else was there when we joined (joining creates a room silently).
        capture: whether acks of our own calls can be seen. ``encrypted``: the room is, so they cannot.
        vantage: the places from which packets are seen now, in words: ``us``, ``server``.
        permissions: ours. protocol: ours.
        lost_packets: packets that a vantage point could not deliver to us in time.
        unassigned: calls of ours whose packets could not be told apart.
        dropped_calls: calls that the trace no longer holds, because it was full.
        journal: the file in which the session is recorded; empty where it is not. Of a saved trace, its file.
        until: of a saved trace, when it ends, in seconds since the epoch: ages count from there, not from now.
        pinging: every so many seconds everybody is pinged; ``None`` while nobody is.
    """

    status: ConnectionStatus = "offline"
    reason: CloseReason | None = None
    detail: str = ""
    url: str = ""
    room: str = ""
    room_sid: str = ""
    identity: str = ""
    origin: str = ""
    embedded: bool = False
    room_was_empty: bool = False
    capture: CaptureStatus = "off"
    encrypted: bool = False
    vantage: tuple[str, ...] = ()
    permissions: Permissions = Permissions()
    has_key: bool = False
    lost_packets: int = 0
    unassigned: int = 0
    dropped_calls: int = 0
    journal: str = ""
    until: float | None = None
    pinging: float | None = None


class Update(Struct, frozen=True, kw_only=True):
    """What changed since the last update; at most 30 a second.

    Attributes:
        state: the session's state if it changed. roster: all participants if any changed, ourselves among them.
        rows: trace rows that are new or changed, each once, as they are now. dropped: rows evicted from the store.
        logs: lines that our own SDK logged since the last update.
    """

    state: SessionState | None = None
    roster: tuple[Participant, ...] | None = None
    rows: tuple[TraceRow, ...] = ()
    dropped: tuple[int, ...] = ()
    logs: tuple[LogLine, ...] = ()


class Invocation(Struct, frozen=True, kw_only=True):
    """A call to make. Limits in ms, as the SDK's ``response_timeout`` and ``max_round_trip_latency``.

    ``anyway`` sends although the destination is not in the room.
    """

    destination: str
    method: str
    payload: str = ""
    response_ms: int = DEFAULT_RESPONSE_MS
    ack_ms: int = DEFAULT_ACK_MS
    anyway: bool = False
    purpose: Purpose = "call"


class RoomSummary(Struct, frozen=True, kw_only=True):
    """A room of the server's list. ``created_at`` in seconds since the epoch."""

    name: str
    participants: int
    created_at: float | None = None


class SessionError(Exception):
    """Base of what a session raises for foreseeable causes.

    SessionError
     ├── ConnectFailed     cannot connect: unreachable, refused, TLS, timeout
     ├── NotAuthorised     the server refused the token, or the token may not do what is asked
     ├── NotConnected      asked to call without a connection
     └── CannotSend        text that cannot be sent (a lone surrogate), an empty method name

    Its text is ``what`` (one sentence, what happened) and ``advice`` (one sentence, what to do).
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what} {advice}".strip())
        self.what = what
        self.advice = advice


class ConnectFailed(SessionError):  # noqa: N818 - it says what happened, as httpx's ConnectTimeout does
    """The server could not be reached."""


class NotAuthorised(SessionError):  # noqa: N818 - likewise
    """The server refused us, or the token may not do what is asked."""


class NotConnected(SessionError):  # noqa: N818 - likewise
    """There is no connection to call through."""


class CannotSend(SessionError):  # noqa: N818 - likewise
    """What was asked to be sent cannot be."""


Listener = Callable[[Update], None]


class Session(Protocol):
    """One participant of ours in one room at a time, with all that it sees.

    It belongs to one event loop: every method is called in that loop, and listeners are called in it too.
    """

    @property
    def state(self) -> SessionState:
        """The state now."""
        ...

    @property
    def roster(self) -> tuple[Participant, ...]:
        """The participants now, in the order in which they were first seen; ourselves first."""
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called with every batch; returns what ends it.

        The first call comes soon and brings everything that is known so far.
        """
        ...

    async def join(self, target: Target) -> None:
        """Leave the present room, if any, and join this one. The trace goes on.

        Raises:
            ConnectFailed: unreachable, refused, TLS.
            NotAuthorised: the server's own words are in ``what``.
        """
        ...

    async def leave(self) -> None:
        """Leave the room; calls in flight end with 1503 as the SDK reports it. The session can join again."""
        ...

    async def close(self) -> None:
        """Leave, stop every task and free everything. The session cannot be used afterwards."""
        ...

    async def list_rooms(self, target: Target) -> Sequence[RoomSummary]:
        """The server's rooms; needs an API key.

        Raises:
            ConnectFailed, NotAuthorised: likewise.
        """
        ...

    def start_call(self, invocation: Invocation) -> int:
        """Begin a call in a task that the session owns; returns its row's number at once.

        A destination that is not in the room fails at once with 1401 raised by us, unless ``anyway``.

        Raises:
            NotConnected, CannotSend: nothing was begun.
        """
        ...

    async def ended(self, seq: int) -> Call:
        """Wait for the outcome of a call begun with :meth:`start_call`, as soon as there is one.

        Its last packets may still be on their way to the trace, and causes are not known yet.
        """
        ...

    async def finished(self, seq: int) -> Call:
        """Wait for a call begun with :meth:`start_call`: its outcome, its packets and its causes.

        Packets follow within 50 ms; while the capture lags on a busy machine, within half a second.
        """
        ...

    def cancel(self, seq: int) -> bool:
        """Stop waiting for a call. The remote handler runs on: cancelling does not travel. False if it had ended."""
        ...

    def row(self, seq: int) -> TraceRow | None:
        """A row of the trace as it is now; ``None`` if it never was or was dropped."""
        ...

    def rows(self) -> Sequence[TraceRow]:
        """All rows of the trace in the order of their numbers."""
        ...

    def find(
        self, *, participant: str | None = None, method: str | None = None, outcome: Outcome | None = None
    ) -> Sequence[TraceRow]:
        """The rows that are about all of these, in the order of their numbers, without looking at all others.

        A participant's rows are the calls that it made or got and the room events about it.
        """
        ...

    def events_of(self, identity: str) -> Sequence[RoomEvent]:
        """The room events about a participant, in the order of their numbers."""
        ...

    def logs(self) -> Sequence[LogLine]:
        """The lines that our own SDK logged, the oldest first; the latest 5,000."""
        ...

    def mark(self, seq: int, *, marked: bool) -> None:
        """Mark a row or unmark it: a marked row is never dropped. A number that is not in the trace is ignored."""
        ...

    def comment(self, seq: int, text: str) -> None:
        """Write something about a call, which its exports show; empty text takes it away."""
        ...

    def pin(self, seq: int, *, pinned: bool) -> None:
        """Keep a row while somebody looks at it, or no longer. Each pinning needs its own unpinning."""
        ...

    def notice(self, text: str) -> None:
        """Put a remark of the program's own into the trace, e.g. that the journal ended."""
        ...

    async def wait_for_participant(self, identity: str, seconds: float) -> Participant | None:
        """Wait until ``identity`` is active, at most so long; ``None`` if it is not by then."""
        ...

    async def describe(self, identity: str, method: str | None = None) -> None:
        """Ask a participant for its methods now (``rpc.describe``); the roster shows what came of it.

        With ``method``, about that one alone, if it was left out because the participant has so many.
        """
        ...

    async def ping(self, identity: str, *, ack_ms: int = DEFAULT_ACK_MS, anyway: bool = False) -> "Pinged":
        """Ask whether a participant's SDK answers, and how fast; no user code of its runs.

        Cancelling this cancels the ping. One that is not in the room fails at once with 1401, unless ``anyway``.

        Raises:
            NotConnected, NotAuthorised, CannotSend: nothing was sent.
        """
        ...

    async def ping_all(
        self, *, ack_ms: int = DEFAULT_ACK_MS, told: "Callable[[Pinged], None] | None" = None
    ) -> Sequence["Pinged"]:
        """Ping everybody in the room but ourselves, at most 8 at once; ``told`` gets each result as it comes.

        Raises:
            NotConnected, NotAuthorised: nothing was sent.
        """
        ...

    def keep_pinging(self, interval_s: float | None) -> None:
        """Ping everybody who is active every so many seconds, or no longer (``None``); leaving the room ends it.

        Raises:
            NotConnected: there is no room.
        """
        ...
