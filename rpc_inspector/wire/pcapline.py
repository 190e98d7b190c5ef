"""Log text to SCTP packets: the text2pcap lines that libwebrtc's SCTP stack writes.

libwebrtc logs each SCTP packet, already decrypted, as one line (measured with livekit 1.2.0 and Chromium 156)::

    O 00:00:56.426 0000 13 88 13 88 ef 1a 4e c0 ... # SCTP_PACKET DcSctpTransport0

``O`` is sent, ``I`` received. The stamp is CLOCK_MONOTONIC in ms; Python and Chromium print it modulo one minute, Node
in full. The line is undocumented: whoever uses this must also work without it.
"""

import re
from typing import Literal

from msgspec import Struct

MINUTE_MS = 60_000
#: How far a stamp may lie ahead of its arrival before it is taken for one of the minute before.
_AHEAD_MS = 1_000

_MARK = "# SCTP_PACKET"
#: Transport names are short: the mark stands this close to the end of the text.
_TAIL = 80
# The text before the line is libwebrtc's own prefix or nothing. Log lines of other targets may quote what remote
# participants chose (method names, say), so a line that merely contains the mark must not count as a packet.
_LINE = re.compile(
    r"(?:(?:libwebrtc|\[|\()[^\n]{0,200}text_pcap_packet_observer\.cc[^\n]{0,20}\n)?"
    r"\s{0,8}([OI]) (\d{1,6}):(\d\d):(\d\d)\.(\d{3}) [0-9a-f]{4,8} "
)


class PcapRecord(Struct, frozen=True, gc=False):
    """One SCTP packet from a log.

    Attributes:
        dir: sent or received by the process that wrote the log.
        stamp_ms: CLOCK_MONOTONIC in ms, in full or modulo one minute (:func:`resolve_stamp` takes both).
        data: the packet, from the SCTP common header on.
    """

    dir: Literal["sent", "received"]
    stamp_ms: int
    data: bytes


def looks_like_packet(text: str) -> bool:
    """Whether ``text`` may be a packet line: a look at its end, for the many records that are something else."""
    return text.find(_MARK, -_TAIL) >= 0


def parse_packet(text: str) -> PcapRecord | None:
    """Read one log record or line.

    Args:
        text: the message of a record of the ``livekit`` logger (prefix and packet line), or a line of Chromium's
            stderr with or without the prefix line before it, or Node's record.

    Returns:
        The packet, or ``None`` if the text is not one, whatever it is.
    """
    head = _LINE.match(text)
    if head is None:
        return None
    way, hours, minutes, seconds, millis = head.groups()
    mark = text.find(_MARK, head.end())
    if mark < 0:
        return None
    try:
        data = bytes.fromhex(text[head.end() : mark])
        stamp = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(millis)
    except ValueError:
        return None
    return PcapRecord("sent" if way == "O" else "received", stamp, data)


def behind_ms(stamp_ms: int, arrival: float) -> float:
    """How many ms before ``arrival`` (seconds of CLOCK_MONOTONIC) the stamp lies; negative if it lies after it."""
    behind = (arrival * 1000 - stamp_ms) % MINUTE_MS
    return behind - MINUTE_MS if behind > MINUTE_MS - _AHEAD_MS else behind


def resolve_stamp(stamp_ms: int, arrival: float) -> float:
    """Seconds of CLOCK_MONOTONIC, whole ms, of a stamp that may lack all above the minute.

    Args:
        stamp_ms: ms, in full or modulo one minute.
        arrival: when the record arrived here, seconds of CLOCK_MONOTONIC; at most 59 s after the stamp.
    """
    return round(arrival * 1000 - behind_ms(stamp_ms, arrival)) / 1000


class StampCheck:
    """Whether the stamps are of our clock, judged by when records arrive.

    A stamp of CLOCK_MONOTONIC lies 0-50 ms before its record's arrival (measured: median 0.2 ms, p99 1.1), save that
    the records of a connection's handshake are held up for 40 ms and more. Stamps of another clock are off by the same
    amount each time. So 20 records in a row that agree settle it, and 40 that do not, over longer than a handshake's
    backlog lasts (measured: 0.2 s on a busy machine), refute it until 20 do.

    Attributes:
        trusted: the verdict; ``None`` until there is one.
    """

    NEEDED = 20
    DOUBTS = 40
    DOUBTS_S = 2.0

    def __init__(self) -> None:
        self._agreeing = 0
        self._doubts = 0
        self._first_doubt = 0.0
        self.trusted: bool | None = None

    def add(self, stamp_ms: int, arrival: float) -> None:
        """Take one record's stamp into account."""
        if self.trusted:
            return
        # The stamp is rounded to ms: it may lie up to 1 ms after the arrival.
        if -1.0 <= behind_ms(stamp_ms, arrival) <= 50.0:
            self._agreeing += 1
            if self._agreeing == self.NEEDED:
                self.trusted = True
        else:
            self._agreeing = 0
            self._first_doubt = self._first_doubt or arrival
            self._doubts += 1
            if self._doubts >= self.DOUBTS and arrival - self._first_doubt >= self.DOUBTS_S:
                self.trusted = False
