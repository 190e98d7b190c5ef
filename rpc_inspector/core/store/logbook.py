"""The lines that our own SDK logged, bounded, and which call each is about."""

import re
from collections import deque
from collections.abc import Callable

from rpc_inspector.core.model import LogLine
from rpc_inspector.core.secrets.redaction import Rules, redact_text

#: Lines kept, and characters of one.
MAX_LINES, MAX_TEXT = 5_000, 2_000
#: The SDK may log the URL that it connects to, token and all.
_SECRETS = Rules()
#: What a request's id can look like in a line: SDKs make UUIDs, but any text of the kind is looked up.
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{7,127}")


class LogBook:
    """Keeps the latest lines.

    Args:
        call_of: the number of the row of the call with a request id, if there is one.

    Attributes:
        total: lines that were added so far.
    """

    def __init__(self, call_of: Callable[[str], int | None]) -> None:
        self._call_of = call_of
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)
        self._new: deque[LogLine] = deque(maxlen=MAX_LINES)
        self.total = 0

    def add(self, level: int, text: str, time: float, wall: float) -> None:
        """One more line, its secrets masked.

        ``level`` as ``logging`` numbers it, ``time`` in seconds of CLOCK_MONOTONIC.
        """
        self.total += 1
        text = redact_text(text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…", _SECRETS)
        calls = (self._call_of(word) for word in _ID.findall(text))
        call = next((seq for seq in calls if seq is not None), None)
        line = LogLine(number=self.total, time=time, wall=wall, level=level, text=text, call=call)
        self._lines.append(line)
        self._new.append(line)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """All that are kept, the oldest first."""
        return tuple(self._lines)

    @property
    def has_new(self) -> bool:
        """Whether :meth:`take` would return any."""
        return bool(self._new)

    def take(self) -> tuple[LogLine, ...]:
        """Those that are new since the last time."""
        new = tuple(self._new)
        self._new.clear()
        return new
