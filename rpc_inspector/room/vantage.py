"""Our vantage points: the capture of our own SDK and, where the server offers it, its stream of packets."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from rpc_inspector.core.events import EncryptedEvent, RpcEvent, WireEvent
from rpc_inspector.core.session import SessionState, Target
from rpc_inspector.room.encrypted import EncryptedTally
from rpc_inspector.room.relay_feed import RelayFeed
from rpc_inspector.room.sdk_capture import Log, SdkCapture
from rpc_inspector.room.tasks import Tasks
from rpc_inspector.room.tokens import admin_token

#: What is said once when the capture stops being of use.
CAPTURE_NOTICES = {
    "not_understood": "the SDK's packets are not understood, so acks of our calls are not known",
    "clock_unknown": "the clock of the SDK's packets is not ours, so acks of our calls are not known",
}


class VantagePoints:
    """The places from which we see packets.

    Args:
        observe: gets each packet that could be read. log: gets each line that our SDK logs for people.
        changed: called when what they say of themselves changed.
        capture: whether our own SDK may be captured. keep_packets: put the packets themselves into the events.
    """

    def __init__(
        self,
        observe: Callable[[RpcEvent], None],
        log: Log,
        changed: Callable[[], None],
        *,
        capture: bool,
        keep_packets: bool = False,
    ) -> None:
        self._observe = observe
        self._changed = changed
        self._wants_capture = capture
        self._keep_packets = keep_packets
        self._capture = SdkCapture(self._deliver, log, keep_packets=keep_packets)
        self._feed: RelayFeed | None = None
        self._feed_task: asyncio.Task[None] | None = None
        self._lost_before = 0
        self._waiting: list[asyncio.Future[None]] = []
        self.encrypted = EncryptedTally()

    def start(self) -> None:
        """A connection is about to be made: see it from its first packet."""
        if self._wants_capture:
            self._capture.start()
        self._capture.forget_warning()

    def joining(self, identity: str) -> None:
        """We join as ``identity``: packets that do not name us are ours."""
        self._capture.joined(identity)

    def stop(self) -> None:
        """Leave nothing behind; the stream's task has its own owner."""
        self._capture.stop()

    def read_now(self) -> None:
        """Read the packets that have arrived instead of gathering more."""
        self._capture.read_now()

    async def next_packets(self) -> None:
        """Wait until the next packets were read."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    @property
    def behind_s(self) -> float:
        """How long after their packets the capture's records arrive just now."""
        return self._capture.behind_s

    @property
    def last_warning(self) -> str:
        """What the SDK complained of last."""
        return self._capture.last_warning

    def watch_server(self, target: Target, room: str, owner: Tasks) -> None:
        """Attach to the server's stream, where we may and unless we are; a server without one says so at once."""
        if self._feed_task and not self._feed_task.done():
            return
        token = admin_token(target, room)
        if token:
            self._lost_before += self._feed.lost if self._feed else 0
            self._feed = RelayFeed(target.url, token, self._deliver, self._changed, keep_packets=self._keep_packets)
            self._feed_task = owner.start(self._feed.run(), "packets of the server")

    async def server_answered(self, seconds: float) -> None:
        """Wait until the server's stream is attached or refused, at most so long."""
        if self._feed:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._feed.answered.wait()

    def tick(self, now: float) -> None:
        """Report what waited too long for its missing parts. ``now``: seconds of CLOCK_MONOTONIC."""
        self._capture.tick(now)

    def seen_in(self, state: SessionState, *, live: bool) -> SessionState:
        """``state`` with what the vantage points say of themselves; ``live``: we are in a room."""
        capture = self._capture.status
        attached = bool(self._feed and self._feed.attached)
        vantage: tuple[str, ...] = ("us",) if live and capture in ("on", "clock_unknown") else ()
        vantage += ("server",) if live and attached else ()
        lost = self._capture.lost + self._lost_before + (self._feed.lost if self._feed else 0)
        return replace(state, capture=capture, vantage=vantage, lost_packets=lost)

    def _deliver(self, events: tuple[WireEvent, ...]) -> None:
        for event in events:
            if isinstance(event, EncryptedEvent):
                self.encrypted.add(event)
            else:
                self._observe(event)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self._changed()
