"""The embedded room server: data only, pure Python, a vantage point of its own."""

import logging

from rpc_inspector.server.errors import AddressUnavailableError, NoNetworkInterfaceError, RoomServerError
from rpc_inspector.server.service import RoomServer

__all__ = ["AddressUnavailableError", "NoNetworkInterfaceError", "RoomServer", "RoomServerError"]

# Quiet unless somebody configures logging; aiortc and aioice warn about what clients do.
for _name in ("rpc_inspector.server", "aiortc", "aioice"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
