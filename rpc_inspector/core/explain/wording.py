"""Phrases that explanations share."""

from rpc_inspector.core.model import Call, RoomEvent


def named(call: Call) -> str:
    """The callee by its identity, or what stands for it."""
    return call.callee or "the callee"


def caller_of(call: Call) -> str:
    """The caller likewise."""
    return call.caller or "the caller"


def method_of(call: Call) -> str:
    """The method likewise."""
    return call.method or "the method"


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
