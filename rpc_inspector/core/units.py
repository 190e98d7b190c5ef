"""Numbers for people: sizes and durations with no more digits than their source has."""

from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.model import Measure


def size(count: int) -> str:
    """Bytes in words: ``38 B``, ``15.4 kB`` (1 kB = 1000 B), ``1.0 MB``."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"


def duration(measure: Measure | None, unknown: str = "n/a") -> str:
    """A duration: ``41.2 ms``; ``12 ms`` where the source is good for 1 ms; ``8.01 s``; ``unknown`` if none."""
    if measure is None:
        return unknown
    if abs(measure.ms) >= 1000:
        return f"{measure.ms / 1000:.2f} s"
    digits = 0 if measure.precision >= 1 else 1
    return f"{rounded(measure.ms, measure.precision):.{digits}f} ms"
