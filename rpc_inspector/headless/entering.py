"""Joining a room, and saying what is worth knowing of it."""

import asyncio

from rpc_inspector.core.names import closest
from rpc_inspector.core.session import Session, SessionError, Target
from rpc_inspector.headless.output import Output

#: Seconds that a remark about other rooms may take.
ROOMS_LIMIT_S = 3.0
_MOST_NAMED = 10


async def enter(session: Session, target: Target, out: Output) -> None:
    """Join, and say so if nobody was there: a mistyped room's name makes a new room silently.

    Raises:
        ConnectFailed, NotAuthorised: from the join.
    """
    await session.join(target)
    state = session.state
    if not state.room_was_empty:
        return
    names = [name for name in await room_names(session, target) if name != state.room]
    near = closest(state.room, names)
    if near:
        hint = f"; did you mean {' or '.join(near)}?"
    elif names:
        hint = f"; there are {in_words(names)}"
    else:
        hint = ""
    out.warn(f"nobody else is in the room {state.room}; joining makes a room that does not exist{hint}")


async def room_names(session: Session, target: Target) -> list[str]:
    """The server's rooms, if a key can list them in time; otherwise none."""
    if not target.has_key:
        return []
    try:
        async with asyncio.timeout(ROOMS_LIMIT_S):
            return [room.name for room in await session.list_rooms(target)]
    except (SessionError, TimeoutError):
        return []


def in_words(names: list[str]) -> str:
    """``a, b, c and 4 more``."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
