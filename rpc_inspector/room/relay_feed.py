"""The embedded server as a vantage point: the stream of the packets that it forwards."""

import asyncio
import time
from collections.abc import Callable

import aiohttp

from rpc_inspector.core.events import WireEvent
from rpc_inspector.wire.packets import DataPacketDecoder
from rpc_inspector.wire.relay import CLOCK, Frame, RelayedPacket, RelayFormatError, decode_frame

PATH = "/inspector/events"
#: The server's stamps are good for so many ms.
PRECISION_MS = 0.01
#: Stamps that lie further (s) before their arrival, or after it, are of another host's clock.
MAX_BEHIND_S = 10.0
MAX_AHEAD_S = 0.05
#: ms that a time is good for when it is the arrival of the frame instead of its stamp.
ARRIVAL_PRECISION_MS = 50.0
CONNECT_LIMIT_S = 3.0
#: A packet holds at most 64 KiB, a frame at most 1 MiB of packets.
MAX_FRAME_BYTES = 4 * 1024 * 1024


class RelayFeed:
    """Watches one room's packets at the server, where it offers that; silently nothing otherwise.

    Args:
        url: of the server. token: administers the room.
        deliver: called with the events of each frame.
        changed: called when :attr:`attached` or :attr:`lost` changed.
        keep_packets: put the DataPackets into the events, as the server sends them to their destination.
    """

    def __init__(
        self,
        url: str,
        token: str,
        deliver: Callable[[tuple[WireEvent, ...]], None],
        changed: Callable[[], None],
        *,
        keep_packets: bool = False,
    ) -> None:
        self._url = _http(url)
        self._token = token
        self._deliver = deliver
        self._changed = changed
        self._decoder = DataPacketDecoder("server", precision=PRECISION_MS, keep_packets=keep_packets)
        self._our_clock = True
        self.attached = False
        self.answered = asyncio.Event()
        self.lost = 0

    async def run(self) -> None:
        """Read the stream until it ends, there is none, or the task is cancelled."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.ws_connect(
                    self._url + PATH,
                    headers={"Authorization": f"Bearer {self._token}"},
                    max_msg_size=MAX_FRAME_BYTES,
                ) as stream,
            ):
                await self._read(stream)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, RelayFormatError):
            pass  # a server without this stream is the usual case; one that stops it is shown by the vantage points
        finally:
            self._attach(attached=False)
            self.answered.set()

    async def _read(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        async for message in stream:
            if message.type is not aiohttp.WSMsgType.BINARY:
                continue
            frame = decode_frame(message.data)
            if frame.hello is not None:
                self._our_clock = frame.hello.clock == CLOCK
                self._attach(attached=True)
                self.answered.set()
            self._take(frame, time.monotonic())
            await asyncio.sleep(0)

    def _take(self, frame: Frame, arrival: float) -> None:
        events: list[WireEvent] = []
        for packet in frame.packets:
            stamped = self._our_clock and -MAX_AHEAD_S <= arrival - packet.forwarded <= MAX_BEHIND_S
            events.extend(self._decode(packet, packet.forwarded if stamped else arrival, stamped=stamped))
        if frame.lost:
            self.lost += frame.lost
            self._changed()
        if events:
            self._deliver(tuple(events))

    def _decode(self, packet: RelayedPacket, seen: float, *, stamped: bool) -> tuple[WireEvent, ...]:
        return self._decoder.feed(
            packet.packet,
            dir="forwarded",
            time=seen,
            sender=packet.sender,
            destination=packet.recipient,
            precision=None if stamped else ARRIVAL_PRECISION_MS,
        )

    def _attach(self, *, attached: bool) -> None:
        if attached != self.attached:
            self.attached = attached
            self._changed()


def _http(url: str) -> str:
    """``url`` as http(s), which aiohttp's WebSockets start from, without a slash at its end."""
    return ("http" + url[2:] if url.startswith("ws") else url).rstrip("/")
