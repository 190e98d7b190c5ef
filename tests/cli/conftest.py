"""Commands run on a room of the embedded server, in it a participant that answers."""

import json
import signal

import pytest

from tests.support.commands import CommandLine, LiveRoom, end


@pytest.fixture
def cli(tmp_path):
    return CommandLine(tmp_path)


@pytest.fixture(scope="session")
def live_room(tmp_path_factory):
    command = CommandLine(tmp_path_factory.mktemp("server"))
    server = command.start("server", "--json", "--room", "lobby")
    room = LiveRoom(json.loads(server.stdout.readline()), server)
    yield room
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=15)


@pytest.fixture(scope="session")
def callee(live_room):
    peer = live_room.start_peer("weather-agent")
    advertised = {"rpc.methods": json.dumps({"v": 1, "m": {"echo": {"d": "What it got"}}}), "api_key": "hidden"}
    live_room.attributes(peer, advertised)
    yield peer
    end(peer)


@pytest.fixture
def in_room(cli, live_room, callee):  # noqa: ARG001 - a fixture is asked for to be there
    """Commands whose environment names the server; the room is `lobby`, in it is `weather-agent`."""
    cli.environment = live_room.environment
    return cli
