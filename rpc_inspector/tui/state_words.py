"""What the state of the connection means for people: the banner, and why nobody is listed."""

from textual.content import Content

from rpc_inspector.core.session import SessionState
from rpc_inspector.core.text import sanitise, sanitise_name


def banner_text(state: SessionState) -> Content | None:
    """Why there is no connection and what to do, in one line; ``None`` while all is well."""
    detail = sanitise(state.detail, limit=200)
    if state.status == "reconnecting":
        why = detail or "The connection is interrupted; it is being made again. Calls wait."
        return Content.assemble((why, "$text-warning"))
    if state.status == "closed":
        why = detail or "The connection has ended."
        keys = (("   R", "bold $text-primary"), " joins again", ("   ^t", "bold $text-primary"), " elsewhere")
        return Content.assemble((why, "$text-error"), *keys)
    if state.status == "opened" and detail:
        return Content.styled(detail, "$text-warning")
    if state.status == "connected" and not state.permissions.can_publish_data:
        return Content.styled("This token may not send data: calls will not arrive. Use one with canPublishData.",
                              "$text-warning")  # fmt: skip
    return None


def emptiness(state: SessionState, similar: tuple[str, ...]) -> str:
    """Why the list of participants is empty, and rooms whose names are `similar`."""
    room = sanitise_name(state.room)
    if state.status == "connecting":
        return "Connecting…"
    if state.status == "offline":
        return "Not connected.\n^t chooses a server and a room."
    if state.status == "closed":
        return "Not in the room."
    if state.status == "opened":
        return "Nobody is in this trace."
    words = f"Nobody else is in {room}."
    if state.room_was_empty:
        words += "\nIt was empty when we joined."
    if similar:
        words += "\nSimilar rooms: " + ", ".join(sanitise_name(name) for name in similar) + ".\n^t changes the room."
    return words
