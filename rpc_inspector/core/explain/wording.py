"""Phrases that explanations share."""

from rpc_inspector.core.model import Call, RoomEvent

#: Characters of a name: a sentence is to be read.
_LONGEST_NAME = 60


def named(call: Call) -> str:
    """The callee by its identity, or what stands for it."""
    return _short(call.callee) or "the callee"


def caller_of(call: Call) -> str:
    """The caller likewise."""
    return _short(call.caller) or "the caller"


def method_of(call: Call) -> str:
    """The method likewise."""
    return _short(call.method) or "the method"


def _short(name: str | None) -> str:
    return "" if name is None else name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def many(count: int, what: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def span(length_s: float) -> str:
    """A length of time: ``0.3 s``, ``12 s``, ``5 min``."""
    if length_s >= 120:
        return f"{length_s / 60:.0f} min"
    return f"{length_s:.0f} s" if length_s >= 20 else f"{length_s:.1f} s"


def after_start(call: Call, time: float) -> str:
    """``2.5 s after the call began``."""
    return f"{span(max(time - call.started, 0.0))} after the call began"


def before_start(call: Call, time: float) -> str:
    """``2.5 s before the call``."""
    return f"{span(max(call.started - time, 0.0))} before the call"


def because(event: RoomEvent | None) -> str:
    """The reason that an event tells, in parentheses; empty where it tells none."""
    return f" ({event.text})" if event and event.text and event.text != event.kind else ""
