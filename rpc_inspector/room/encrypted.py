"""Packets that are encrypted end to end: that they passed is all that is known, so they are told summed up."""

from collections.abc import Iterator
from dataclasses import dataclass

from rpc_inspector.core.events import EncryptedEvent
from rpc_inspector.core.units import size


@dataclass(slots=True)
class _Sum:
    packets: int = 0
    bytes: int = 0
    time: float = 0.0


class EncryptedTally:
    """Sums up encrypted packets by way and peer, so that a busy room does not flood the trace."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str | None, str | None], _Sum] = {}

    def add(self, event: EncryptedEvent) -> None:
        """One more packet."""
        have = self._sums.setdefault((event.dir, event.sender, event.destination), _Sum(time=event.time))
        have.packets += 1
        have.bytes += event.bytes

    def take(self) -> Iterator[tuple[float, str | None, str]]:
        """What passed since the last time: the first packet's time (s of CLOCK_MONOTONIC), who sent it, a phrase."""
        sums, self._sums = self._sums, {}
        for (way, sender, destination), total in sums.items():
            count = "1 encrypted packet" if total.packets == 1 else f"{total.packets} encrypted packets"
            told = f"{count}, {size(total.bytes)}, {way}"
            if way == "received":
                told += f" from {sender or 'somebody'}"
            elif way == "sent":
                told += f" to {destination or 'everybody'}"
            else:
                told += f": {sender or 'a hidden participant'} → {destination or 'everybody'}"
            yield total.time, sender, told
