"""How calls read in exports for people: outcomes, times, names, sizes."""

from datetime import UTC, datetime

from rpc_inspector import __version__
from rpc_inspector.core.model import Call, Measure, Payload, RoomEvent
from rpc_inspector.core.secrets.redaction import redact_text
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import duration, size
from rpc_inspector.storage.export import About

#: Of an identity or a method's name so many characters are shown.
LONGEST_NAME = 200
UNKNOWN = "?"


def name(text: str | None) -> str:
    """An identity or a method, safe to show; ``?`` where it is not known."""
    return UNKNOWN if text is None else sanitise(text, limit=LONGEST_NAME)


def when(wall: float) -> str:
    """Seconds since the epoch as UTC: ``2026-11-20T12:00:00.123Z``."""
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(wall: float) -> str:
    """The time of day in UTC: ``12:00:00.123``."""
    return when(wall)[11:-1]


def outcome(call: Call) -> str:
    """``✓ ok``, ``✗ 1502 RESPONSE_TIMEOUT``, ``○ cancelled``."""
    if call.outcome == "ok":
        return "✓ ok"
    if call.error:
        return f"✗ {call.error.code} {call.error.name or 'application error'}"
    return f"○ {call.outcome}"


def measured(measure: Measure | None) -> str:
    """A duration with where it is from: ``12 ms (capture)``; empty where it is not known."""
    return f"{duration(measure)} ({measure.source})" if measure else ""


def payload_size(payload: Payload | None) -> str:
    """``38 B``; empty where it is not known."""
    return size(payload.bytes) if payload else ""


def event_words(event: RoomEvent) -> str:
    """What happened in the room: ``web-1 left: client initiated``."""
    what = f"{name(event.identity)} {event.kind}" if event.identity else str(event.kind)
    return f"{what}: {sanitise(event.text, limit=LONGEST_NAME)}" if event.text not in ("", event.kind) else what


def about_lines(about: About) -> list[tuple[str, str]]:
    """What the file is, as labels and sanitised texts: where from, which calls, what was taken out, who wrote it."""
    lines = [
        ("From", sanitise(about.origin, limit=LONGEST_NAME)),
        # A filter may look for a secret.
        ("Shown", sanitise(redact_text(about.selection, about.rules), limit=1000)),
        ("Secrets", sanitise(about.words, limit=1000)),
        ("Written", f"{when(about.made)} by rpc-inspector {__version__}; times are UTC"),
    ]
    return [(label, text) for label, text in lines if text]
