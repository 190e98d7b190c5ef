"""The server as a vantage point: every forwarded packet, streamed to whoever watches a room."""

import asyncio
import time
from collections import deque

from aiohttp import web

from rpc_inspector.wire import relay as frames

MIN_INTERVAL_S = 1 / 30
"""The interface takes at most 30 batches a second; the first packet after a silence goes at once."""
MAX_FRAME_BYTES = 1024 * 1024
MAX_QUEUED_PACKETS = 20_000
MAX_QUEUED_BYTES = 32 * 1024 * 1024

NameTag = tuple[str, str, bool]
"""A participant's identity, sid, and whether it is hidden."""


class Watcher:
    """One open event stream with its bounded queue."""

    def __init__(self) -> None:
        self._queue: deque[frames.RelayedPacket] = deque()
        self._queued_bytes = 0
        self._lost = 0
        self._wake = asyncio.Event()

    def put(self, packet: frames.RelayedPacket) -> None:
        """Queues a packet, or counts it as lost when the watcher does not keep up."""
        size = len(packet.packet)
        if len(self._queue) >= MAX_QUEUED_PACKETS or self._queued_bytes + size > MAX_QUEUED_BYTES:
            self._lost += 1
            return
        self._queue.append(packet)
        self._queued_bytes += size
        self._wake.set()

    @property
    def pending(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self._queue or self._lost)

    async def pump(self, ws: web.WebSocketResponse) -> None:
        """Sends what is queued until the stream breaks or the task is cancelled."""
        while not ws.closed:
            await self._wake.wait()
            await ws.send_bytes(self.next_frame())
            if not self.pending:
                self._wake.clear()
            await asyncio.sleep(MIN_INTERVAL_S)

    def next_frame(self) -> bytes:
        """Takes packets of at most 1 MiB together (or a single larger one) off the queue, and what was lost."""
        batch: list[frames.RelayedPacket] = []
        size = 0
        while self._queue and (not batch or size + len(self._queue[0].packet) <= MAX_FRAME_BYTES):
            packet = self._queue.popleft()
            size += len(packet.packet)
            batch.append(packet)
        self._queued_bytes -= size
        lost, self._lost = self._lost, 0
        return frames.encode_packets(batch, lost)


class Feed:
    """What passes through one room, for all its watchers.

    Attributes:
        watchers: the open streams; while there are none, nothing is recorded.
    """

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()

    def record(self, received: float, sender: NameTag, recipient: NameTag, packet: bytes) -> None:
        """Records that a packet has just gone to a destination.

        Args:
            received: when the server got it, seconds of CLOCK_MONOTONIC.
            sender: who sent it, also when hidden.
            recipient: the destination.
            packet: the bytes as forwarded.
        """
        record = frames.RelayedPacket(
            received, time.monotonic(), sender[0], recipient[0], packet, sender[1], recipient[1], sender[2]
        )
        for watcher in self.watchers:
            watcher.put(record)


async def stream(ws: web.WebSocketResponse, feed: Feed, hello: frames.Hello) -> None:
    """Serves one watcher until it leaves; owns the task that sends."""
    watcher = Watcher()
    feed.watchers.add(watcher)
    try:
        await ws.send_bytes(frames.encode_hello(hello))
        pump = asyncio.create_task(watcher.pump(ws))
        try:
            async for _ in ws:
                pass  # a watcher has nothing to say; reading notices that it has gone
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
    except ConnectionError:
        pass  # the watcher left while we were writing
    finally:
        feed.watchers.discard(watcher)
