"""Sessions for the tests of `room`: real ones, on an embedded server."""

import pytest

from rpc_inspector.core.session import Target
from rpc_inspector.room import open_session
from tests.support.rooms import KEY, ROOM, SECRET, embedded_server


@pytest.fixture
async def server():
    async with embedded_server() as started:
        yield started


@pytest.fixture
def target(server):
    """Makes targets in the server's room; as a user of its API key unless told otherwise."""

    def make(**how):
        return Target(**({"url": server.url, "room": ROOM, "api_key": KEY, "api_secret": SECRET} | how))

    return make


@pytest.fixture
async def session():
    opened = open_session()
    yield opened
    await opened.close()


@pytest.fixture
async def uncaptured():
    """For tests whose other participants live in this process: their packets are not ours."""
    opened = open_session(capture=False)
    yield opened
    await opened.close()
