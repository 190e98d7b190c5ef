"""The session: connection, tokens, roster, invoking, discovery and the capture of our own SDK."""

from rpc_inspector.room.session import RoomSession

#: A session of its own, made in the loop that it shall belong to; its arguments are those of :class:`RoomSession`.
open_session = RoomSession

__all__ = ["RoomSession", "open_session"]
