"""A session on a real room, recorded, killed, and opened again: the same calls."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from rpc_inspector.core.callobject import call_object
from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.storage.traces.reading import Reading, read_rows
from tests.support.commands import clean_environment
from tests.support.peers import peer
from tests.support.rooms import KEY, ROOM, SECRET, until

#: A program of ours as the command line builds it: a session with its journal. It never ends by itself.
RECORDED = """
import asyncio, json, sys
from rpc_inspector.cli.options import Recording
from rpc_inspector.cli.session import a_session
from rpc_inspector.core.callobject import call_object
from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Invocation, Target

async def main(url, room, key, secret, recording):
    async with a_session(Recording(**json.loads(recording))) as session:
        await session.join(Target(url=url, room=room, api_key=key, api_secret=secret, describe=False))
        assert await session.wait_for_participant("callee", 15)
        for method, payload in [("echo", "{}"), ("echo", '{"token": "s3cret"}'), ("nobody", ""), ("fail", "x")]:
            call = await session.finished(session.start_call(
                Invocation(destination="callee", method=method, payload=payload)))
            session.mark(call.seq, marked=method == "nobody")
        session.comment(call.seq, "the last \\u202e one")
        running = session.start_call(Invocation(destination="callee", method="sleep", payload="20"))
        while session.row(running).ack is None:
            await asyncio.sleep(0.01)
        rows = [call_object(row) for row in session.rows() if isinstance(row, Call)]
        print(json.dumps({"journal": session.state.journal, "calls": rows}), flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


def lines_of(path):
    return Path(path).read_text().splitlines()


def has_all(path, running):
    """The running call with its ack, which is the last that the program said, is written."""
    # Its budget has an "ack" too, from the first version of the row on.
    return any(line.startswith('{"call":') and running in line and '"stage":"ack"' in line for line in lines_of(path))


async def recorded(server, home, **recording):
    """Has a program make its calls, kills it, and returns what it said of them."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RECORDED, server.url, ROOM, KEY, SECRET, json.dumps(recording),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
        env=clean_environment(home, XDG_STATE_HOME=str(home / "state")), limit=1 << 24,
    )  # fmt: skip
    try:
        said = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        if said["journal"]:
            await until(lambda: has_all(said["journal"], said["calls"][-1]["id"]), within_s=5)
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    return said


async def test_a_killed_session_is_opened_with_the_calls_that_it_had(room_server, tmp_path):
    async with peer(room_server.url, "callee"):
        said = await recorded(room_server, tmp_path, payloads="keep")
    path = said["journal"]
    assert Path(path).parent == tmp_path / "state" / "rpc-inspector" / "journals"
    rows, report = read_rows(path)
    assert report.sentences() == []
    found = [call_object(row) for row in rows if isinstance(row, Call)]
    *ended, running = said["calls"]
    assert found[:-1] == ended
    assert [call["outcome"] for call in ended] == ["ok", "ok", "error", "error"]
    assert all(call["ms"]["ack"] is not None for call in ended)
    assert ended[2]["marked"]
    assert ended[3]["comment"] == "the last \u202e one"
    cut_off = found[-1]
    assert (cut_off["outcome"], cut_off["note"]) == ("lost", "the recording ended before it did")
    # Another vantage point may have reported it after the program said what it knew.
    later = {"outcome": "open", "note": None, "views": None}
    assert cut_off | later == running | later
    assert cut_off["views"][0] == running["views"][0]
    assert "connected" in {row.kind for row in rows if isinstance(row, RoomEvent)}
    people = {who.identity for batch in Reading(path) for who in batch.participants}
    assert "callee" in people
    assert not any(SECRET in line for line in lines_of(path))
    assert any(line.startswith('{"packet":') for line in lines_of(path))


@pytest.mark.parametrize("payloads", [None, "off"])
async def test_secrets_in_payloads_are_not_recorded_unless_asked_for(room_server, tmp_path, payloads):
    async with peer(room_server.url, "callee"):
        said = await recorded(room_server, tmp_path, payloads=payloads)
    text = "\n".join(lines_of(said["journal"]))
    assert "s3cret" not in text
    assert ('"text":"{}"' in text) == (payloads is None)
    assert [row.outcome for row in read_rows(said["journal"])[0] if isinstance(row, Call)][:2] == ["ok", "ok"]


async def test_the_packets_themselves_on_demand(room_server, tmp_path):
    from base64 import b64decode

    from livekit.protocol.models import DataPacket

    async with peer(room_server.url, "callee"):
        said = await recorded(room_server, tmp_path, keep_packets=True)
    packets = [
        json.loads(line)["packet"]
        for line in lines_of(said["journal"])
        if line.startswith('{"packet":') and line.endswith("}")
    ]
    acked = [DataPacket.FromString(b64decode(raw)) for one in packets if one["stage"] == "ack" for raw in one["raw"]]
    assert {packet.rpc_ack.request_id for packet in acked} >= {call["id"] for call in said["calls"]}


async def test_nothing_is_recorded_where_that_is_not_wanted(room_server, tmp_path):
    async with peer(room_server.url, "callee"):
        said = await recorded(room_server, tmp_path, journal=False)
    assert said["journal"] == ""
    assert not (tmp_path / "state").exists()
