"""The real session, put together here and nowhere else."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from rpc_inspector.core.session import Session


async def make_session() -> Session:
    """The session on LiveKit's SDK; its import, half a second, happens in a thread."""
    # What the SDK logs while nobody captures it would otherwise reach stderr, as the last resort of logging.
    logging.getLogger("livekit").addHandler(logging.NullHandler())
    room = await asyncio.to_thread(import_module, "rpc_inspector.room")
    session: Session = room.open_session()
    return session


@asynccontextmanager
async def a_session() -> AsyncIterator[Session]:
    """A session that is closed at the end, whatever it is."""
    session = await make_session()
    try:
        yield session
    finally:
        await session.close()
