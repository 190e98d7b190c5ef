"""The demo's child process: it serves a room, and never outlives its parent."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from livekit import rtc

from rpc_inspector.core.methods import ADVERTISED_ATTRIBUTE, parse_advertised
from rpc_inspector.core.session import SessionError
from rpc_inspector.demo.process import INSTALL_ADVICE, DemoProcess
from tests.support.rooms import call, join, until

CHILD = [sys.executable, "-m", "rpc_inspector.demo"]
#: Stands for a Python without the extra: aiortc cannot be imported.
WITHOUT_AIORTC = """
import runpy, sys
sys.modules["aiortc"] = None
runpy.run_module("rpc_inspector.demo", run_name="__main__")
"""
#: A command that runs the demo, and says the child's process id.
PARENT = """
import asyncio, json
from rpc_inspector.demo.process import DemoProcess

async def main():
    demo = DemoProcess()
    demo.start()
    await demo.target()
    print(json.dumps({"pid": demo.pid}), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def started(*command):
    """A process with pipes for its streams; it is over at the end."""
    process = subprocess.Popen(  # noqa: S603 - commands of this file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


async def first_line(process):
    """The JSON of the first line that a process prints."""
    return json.loads(await asyncio.to_thread(process.stdout.readline))


def gone(pid: int) -> bool:
    """Whether a process has ended, if only nobody has asked for its status yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


async def test_a_room_with_everybody_and_their_methods_comes_up():
    async with DemoProcess() as demo:
        target = await demo.target()
        assert (target.room, target.origin, target.embedded) == ("demo", "demo", True)
        assert target.api_secret not in repr(target)
        async with join(target.url, "visitor", room="demo", key=target.api_key, secret=target.api_secret) as room:
            present = room.remote_participants
            regulars = {"weather-agent", "web-1", "billing", "archive", "phone", "flaky"}
            await until(lambda: regulars <= {who for who, one in present.items() if one.attributes}, within_s=30)
            assert present["weather-agent"].kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
            assert present["phone"].kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP
            advertised = parse_advertised(present["weather-agent"].attributes[ADVERTISED_ATTRIBUTE])
            assert [method.name for method in advertised.methods] == ["get_weather", "forecast", "set_units"]
            assert json.loads(await call(room, "weather-agent", "get_weather", '{"city":"oslo"}'))["city"] == "Oslo"
            # Only a visitor brings the latecomer.
            await until(lambda: "late-bird" in present, within_s=30)


async def test_stopping_leaves_no_process():
    demo = DemoProcess()
    demo.start()
    await demo.target()
    assert demo.pid is not None
    assert not gone(demo.pid)
    await demo.stop()
    assert gone(demo.pid)
    await demo.stop()


async def test_stopping_before_it_serves_leaves_no_process_either():
    demo = DemoProcess()
    demo.start()
    assert demo.pid is not None
    await demo.stop()
    assert gone(demo.pid)
    with pytest.raises(SessionError):
        await demo.target()


async def test_the_end_of_its_input_ends_it():
    with started(*CHILD) as child:
        assert set(await first_line(child)) == {"url", "api_key", "api_secret", "room", "token"}
        child.stdin.close()
        assert await asyncio.to_thread(child.wait, 10) == 0


async def test_the_token_of_the_line_joins():
    with started(*CHILD) as child:
        line = await first_line(child)
        room = rtc.Room()
        await room.connect(line["url"], line["token"], rtc.RoomOptions(auto_subscribe=False))
        assert (room.name, room.local_participant.identity) == ("demo", "guest")
        await room.disconnect()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_it_dies_with_its_parent_whatever_kills_that():
    with started(sys.executable, "-c", PARENT) as parent:
        pid = (await first_line(parent))["pid"]
        assert not gone(pid)
        parent.kill()
        await until(lambda: gone(pid), within_s=10, what="the child's end")


async def test_an_interrupt_at_the_terminal_is_left_to_the_parent():
    demo = DemoProcess()
    demo.start()
    target = await demo.target()
    assert demo.pid is not None
    os.kill(demo.pid, signal.SIGINT)
    async with join(target.url, "visitor", room="demo", key=target.api_key, secret=target.api_secret) as room:
        assert room.isconnected()
    await demo.stop()


def test_the_child_without_the_extra_says_how_to_install_it():
    with started(sys.executable, "-c", WITHOUT_AIORTC) as child:
        assert child.wait(60) == 1
        assert child.stdout.read() == ""
        complaint = child.stderr.read()
    assert complaint.count("\n") == 1
    assert INSTALL_ADVICE in complaint


def test_without_the_extra_nothing_is_started(monkeypatch):
    monkeypatch.setitem(sys.modules, "aiortc", None)
    demo = DemoProcess()
    with pytest.raises(SessionError) as problem:
        demo.start()
    assert problem.value.advice == INSTALL_ADVICE
    assert demo.pid is None


async def test_a_child_that_fails_is_told_with_its_last_words(monkeypatch, tmp_path):
    # A Python whose packages are broken: the child's import of the server fails.
    (tmp_path / "aiohttp.py").write_text("raise ImportError('aiohttp is broken here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    demo = DemoProcess()
    demo.start()
    with pytest.raises(SessionError, match="aiohttp is broken here"):
        await demo.target()
    assert demo.pid is not None
    assert gone(demo.pid)


def test_starting_it_imports_nothing_heavy():
    script = (
        "import sys; import rpc_inspector.demo.process; print([name for name in ('livekit', 'aiohttp', 'aiortc',"
        " 'textual') if name in sys.modules])"
    )
    with started(sys.executable, "-c", script) as process:
        assert process.stdout.read().strip() == "[]"
