"""The capture: the packets of our own SDK, read from the log records in which libwebrtc prints them.

libwebrtc's SCTP stack logs every packet at its verbose level; the Python SDK hands these lines to the logger
``livekit`` while ``LIVEKIT_RTC_DEBUG`` is 1, which it reads per record (measured with livekit 1.2.0). All of this is
undocumented: whoever uses it must work without it.
"""

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from rpc_inspector.core.events import WireEvent
from rpc_inspector.core.session import CaptureStatus
from rpc_inspector.wire.capture import SdkDecoder
from rpc_inspector.wire.pcapline import looks_like_packet

SWITCH = "LIVEKIT_RTC_DEBUG"
LOGGER = "livekit"
#: Records that wait for the loop at most; beyond it they are counted as lost.
MAX_WAITING = 50_000
#: How long records wait to be decoded together, in s: their stamps say when they were, so nothing is lost by it, and
#: decoding them one by one would stand in the way of the answers that they announce. Less than listeners' 33 ms.
GATHER_S = 0.02
#: Records decoded in one turn of the loop at most, so that a flood leaves room for the interface.
MAX_BATCH = 500
#: A connection as old as this (s) without one packet read: the lines are no longer understood.
SILENT_S = 5.0
#: Unreadable packet lines after which the same is said.
MAX_UNREADABLE = 20


#: Takes a line of the SDK's log: level, text, arrival.
Log = Callable[[int, str, float], None]


class _Switch:
    """Turns the SDK's records on for as long as anybody needs them, and puts everything back after."""

    def __init__(self) -> None:
        self._users = 0
        self._before: tuple[str | None, int, bool, list[logging.Handler]] = (None, logging.NOTSET, True, [])

    def on(self, handler: logging.Handler) -> None:
        """Have ``handler`` get every record of the SDK, and the terminal none."""
        logger = logging.getLogger(LOGGER)
        if self._users == 0:
            self._before = (os.environ.get(SWITCH), logger.level, logger.propagate, logger.handlers[:])
            logger.handlers.clear()
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
            os.environ[SWITCH] = "1"
        self._users += 1
        logger.addHandler(handler)

    def off(self, handler: logging.Handler) -> None:
        """``handler`` needs no more; the last one puts everything back."""
        logger = logging.getLogger(LOGGER)
        logger.removeHandler(handler)
        self._users -= 1
        if self._users:
            return
        value, level, propagate, handlers = self._before
        if value is None:
            os.environ.pop(SWITCH, None)
        else:
            os.environ[SWITCH] = value
        logger.setLevel(level)
        logger.propagate = propagate
        for earlier in handlers:
            logger.addHandler(earlier)


_switch = _Switch()


class _Record(NamedTuple):
    """A packet's record (``level`` DEBUG), or a line for people."""

    text: str
    arrival: float
    level: int


class _Records(logging.Handler):
    """Gets the records on the SDK's thread: stamps their arrival and hands over packets and lines for people.

    Those are the records of level INFO and above: below it the SDK tells thousands of things of no use to its users.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__(logging.DEBUG)
        self._wake = wake
        self.waiting: deque[_Record] = deque()
        self.lost = 0
        self.last_warning = ""

    def emit(self, record: logging.LogRecord) -> None:
        arrival = time.monotonic()
        # The SDK's records are "%s:%s:%s - %s" of target, line, module and message; those of packets are at DEBUG.
        if record.levelno < logging.INFO:
            if not record.args or not isinstance(record.args, tuple) or not looks_like_packet(str(record.args[-1])):
                return
        elif record.levelno >= logging.WARNING:
            self.last_warning = record.getMessage()
        if len(self.waiting) >= MAX_WAITING:
            self.lost += 1
            return
        text = record.getMessage() if record.levelno < logging.INFO else _said(record)
        self.waiting.append(_Record(text, arrival, record.levelno))
        self._wake()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A defect here must not write to the terminal from the SDK's thread; the decoder counts its own."""


def _said(record: logging.LogRecord) -> str:
    """A line as people read it: the SDK's own name the module twice, and the line in its source."""
    if isinstance(record.args, tuple) and len(record.args) == 4 and record.msg == "%s:%s:%s - %s":
        return f"{record.args[0]}: {record.args[3]}"
    return record.getMessage()


class SdkCapture:
    """Reads our own SDK's packets into events.

    Args:
        deliver: called in the loop with the events of each batch.
        log: called in the loop with each line for people: its level, text, and arrival (s of CLOCK_MONOTONIC); after
            the events of the packets before it were delivered.
        keep_packets: put the DataPackets into the events.

    Attributes:
        enabled: records are being read.
    """

    def __init__(
        self, deliver: Callable[[tuple[WireEvent, ...]], None], log: Log, *, keep_packets: bool = False
    ) -> None:
        self._deliver = deliver
        self._log = log
        self._decoder = SdkDecoder("sdk", keep_packets=keep_packets)
        self._loop = asyncio.get_running_loop()
        self._records = _Records(self._wake)
        self._lock = threading.Lock()
        self._scheduled = False
        self._connected_at: float | None = None
        self._packets_before = 0
        self.enabled = False

    def start(self) -> None:
        """Begin to read; harmless when it has begun."""
        if not self.enabled:
            self.enabled = True
            _switch.on(self._records)

    def stop(self) -> None:
        """End, and leave logger and environment as they were."""
        if self.enabled:
            self.enabled = False
            _switch.off(self._records)
            self._records.waiting.clear()

    def joined(self, identity: str) -> None:
        """We are in a room as ``identity``: packets that do not name us are ours."""
        self._decoder.own = identity
        self._connected_at = time.monotonic()
        self._packets_before = self._decoder.counts.packets

    @property
    def lost(self) -> int:
        """Packets that came faster than they could be read."""
        return self._records.lost

    @property
    def behind_s(self) -> float:
        """How long after their packets records arrive just now: much more than usual while a backlog is read."""
        if not self.enabled or self._decoder.stamps_trusted is False:
            return 0.0
        return max(self._decoder.behind_ms, 0.0) / 1000

    @property
    def last_warning(self) -> str:
        """What the SDK complained of last."""
        return self._records.last_warning

    def forget_warning(self) -> None:
        """A new attempt begins: what the SDK said before is about another."""
        self._records.last_warning = ""

    def tick(self, now: float) -> None:
        """Report what waited too long for its missing parts. ``now``: seconds of CLOCK_MONOTONIC."""
        if events := self._decoder.expire(now):
            self._deliver(events)

    @property
    def status(self) -> CaptureStatus:
        """Whether acks of our own calls can be seen now."""
        if not self.enabled:
            return "off"
        counts = self._decoder.counts
        if self._decoder.stamps_trusted is False:
            return "clock_unknown"
        if counts.packets > self._packets_before:
            return "on"
        silent = self._connected_at is not None and time.monotonic() - self._connected_at > SILENT_S
        return "not_understood" if silent or counts.bad_lines > MAX_UNREADABLE else "waiting"

    def read_now(self) -> None:
        """Decode what has arrived: somebody waits for the packets of a call that has ended."""
        if self._records.waiting:
            self._drain()

    def _wake(self) -> None:
        """On the SDK's thread: have the loop come for the records, unless it is on its way."""
        with self._lock:
            if self._scheduled:
                return
            self._scheduled = True
        try:
            self._loop.call_soon_threadsafe(self._loop.call_later, GATHER_S, self._gathered)
        except RuntimeError:  # the loop is closed: nobody reads any more
            self._records.waiting.clear()

    def _gathered(self) -> None:
        with self._lock:
            self._scheduled = False
        self._drain()
        if self._records.waiting:
            self._wake()

    def _drain(self) -> None:
        waiting = self._records.waiting
        events: list[WireEvent] = []
        for _ in range(min(len(waiting), MAX_BATCH)):
            record = waiting.popleft()
            if record.level < logging.INFO:
                events.extend(self._decoder.feed(record.text, record.arrival))
                continue
            # A line can name a call that the packets before it made known.
            self._hand_over(events)
            if self.enabled:
                self._log(record.level, record.text, record.arrival)
        self._hand_over(events)

    def _hand_over(self, events: list[WireEvent]) -> None:
        if events and self.enabled:
            self._deliver(tuple(events))
        events.clear()
