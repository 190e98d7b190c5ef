"""The session: connection, tokens, roster, invoking, discovery and the capture of our own SDK."""

from rpc_inspector.room.session import RoomSession, open_session

__all__ = ["RoomSession", "open_session"]
