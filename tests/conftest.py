"""What every test may use."""

import pytest

from tests.support import livekit_server
from tests.support.rooms import embedded_server


@pytest.fixture(params=["embedded", "livekit-server"])
async def room_server(request, tmp_path):
    """A room server, each test once on ours and once on the real one where that is installed. It has `.url`."""
    if request.param == "embedded":
        async with embedded_server() as server:
            yield server
        return
    if livekit_server.binary() is None:
        pytest.skip(f"livekit-server is neither on the PATH nor named by {livekit_server.VARIABLE}")
    async with livekit_server.livekit_server(tmp_path) as server:
        yield server
