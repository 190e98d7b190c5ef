"""What can be seen from where we are, in words: above all where the trace is empty."""

from rpc_inspector.core.session import SessionState
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G


def seeing(state: SessionState) -> str:
    """``Seeing: us only - other participants' calls pass the server unseen``."""
    if state.status not in ("connected", "reconnecting"):
        return f"Seeing: nothing - {state.status}"
    places = [sanitise(place, limit=40) for place in state.vantage]
    if not places:
        return "Seeing: no packets - the times of our own calls are the SDK's, acks are n/a"
    if "server" in places:
        return f"Seeing: {' + '.join(places)} - every call that the server forwards"
    if places == ["us"]:
        return "Seeing: us only - other participants' calls pass the server unseen"
    return f"Seeing: {' + '.join(places)} - calls between others pass the server unseen"


def empty_lines(state: SessionState) -> list[str]:
    """What stands in an empty trace: what to do next, and what will be seen of it."""
    if state.status == "opened":
        return ["No call has been read from this file."]
    lines = ["No calls yet. ^j sends.", seeing(state)]
    if state.encrypted:
        lines.append(f"Acks: n/a {G.dot} the room is encrypted")
    elif state.capture in ("off", "not_understood", "clock_unknown") and state.status == "connected":
        why = {"off": "is off", "not_understood": "is not understood", "clock_unknown": "has a clock we do not know"}
        lines.append(f"Acks: n/a {G.dot} the SDK's packet log {why[state.capture]}")
    return lines
