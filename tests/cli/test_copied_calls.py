"""What is copied of a call makes that call, on a real room."""

import shutil
import subprocess
import sys

import pytest

from rpc_inspector.core.session import Invocation, SessionState
from rpc_inspector.core.snippets import command, javascript, python
from tests.support.commands import LIMIT_S, PROGRAM, clean_environment
from tests.support.node import rtc_node

PAYLOAD = '{"q": "it\'s \\"São Paulo\\" $(id) `x` </script>", "n": 1}\n\t\u202e\U0001f600 % \\'
WANTED = Invocation(destination="weather-agent", method="echo", payload=PAYLOAD, response_ms=9000)


def run(arguments, in_room, live_room, **how):
    environment = clean_environment(
        in_room.home, **live_room.environment, LIVEKIT_TOKEN=live_room.token("copied"), **how.pop("env", {})
    )
    return subprocess.run(arguments, env=environment, capture_output=True, timeout=LIMIT_S, check=False, **how)  # noqa: S603


def test_the_command(in_room, live_room):
    program = in_room.home / "rpc-inspector"
    program.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    line = command(WANTED, SessionState(room="lobby"))
    path = f"{in_room.home}:/usr/bin:/bin"
    done = subprocess.run(  # noqa: S603 - what a user would paste
        ["/bin/sh", "-c", line], env=clean_environment(in_room.home, **live_room.environment) | {"PATH": path},
        capture_output=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == PAYLOAD
    assert "callee gets 2 s" in done.stderr.decode(), "with its timeout"


def test_the_python_program(in_room, live_room):
    program = in_room.home / "call.py"
    program.write_text(python(WANTED, SessionState(room="lobby")), encoding="utf-8")
    done = run([sys.executable, str(program)], in_room, live_room, env={"PYTHONUTF8": "1"})
    assert done.stdout.decode() == PAYLOAD + "\n", done.stderr.decode()
    program.write_text(python(Invocation(destination="weather-agent", method="none"), SessionState()))
    failed = run([sys.executable, str(program)], in_room, live_room)
    assert failed.returncode == 1
    assert b"1400 " in failed.stderr


@pytest.mark.timeout(180)
def test_the_javascript_program(in_room, live_room):
    folder = rtc_node()
    (in_room.home / "node_modules").symlink_to(folder / "node_modules")
    program = in_room.home / "call.mjs"
    program.write_text(javascript(WANTED, SessionState(room="lobby")), encoding="utf-8")
    done = run([shutil.which("node"), str(program)], in_room, live_room, cwd=in_room.home)
    assert done.stdout.decode().endswith(PAYLOAD + "\n"), done.stderr.decode()
