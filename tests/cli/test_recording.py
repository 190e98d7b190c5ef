"""What is recorded of a session by default, and what the options make of it."""

import fcntl
import json
import os
import pty
import signal
import struct
import sys
import termios

import pytest

from rpc_inspector.core.callobject import call_line
from rpc_inspector.storage.traces.reading import read_rows
from tests.support.calls import call


def journals(cli):
    return sorted((cli.home / "state" / "rpc-inspector" / "journals").glob("*.jsonl"))


@pytest.fixture
def recorded(in_room):
    """Commands in a room with a folder for state of their own."""
    in_room.environment = in_room.environment | {"XDG_STATE_HOME": str(in_room.home / "state")}
    return in_room


def test_a_trace_is_recorded_and_opened(recorded):
    watching = recorded.start("trace", "--room", "lobby", "--json")
    try:
        while b"seeing" not in (said := watching.stderr.readline()).lower():
            assert said
        made = recorded.run("call", "weather-agent", "echo", '{"n": 1}', "--room", "lobby", "--json", "--wait", "10")
        assert made.returncode == 0
        told = json.loads(watching.stdout.readline())
    finally:
        watching.send_signal(signal.SIGTERM)
        watching.communicate(timeout=20)
    (path,) = journals(recorded)
    assert "-lobby-" in path.name
    assert json.loads(path.read_bytes().splitlines()[-1]).keys() == {"end"}
    rows, report = read_rows(str(path))
    assert report.sentences() == []
    assert told["id"] in {getattr(row, "id", None) for row in rows}
    opened = recorded.run("open", str(path), "--json", "--filter", "method:echo")
    assert [json.loads(line) for line in opened.stdout.splitlines()] == [told]


@pytest.mark.parametrize(
    "arguments",
    [
        ["trace", "--no-journal", "--for", "0.5", "--room", "lobby"],
        ["--no-journal", "--room", "lobby", "trace", "--for", "0.5"],
        ["participants", "--room", "lobby"],
        ["call", "weather-agent", "echo", "--wait", "10", "--room", "lobby"],
    ],
    ids=["trace", "before-the-command", "participants", "call"],
)
def test_what_records_nothing(recorded, arguments):
    done = recorded.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert journals(recorded) == []


def test_a_folder_that_cannot_be_written_is_told_and_the_trace_goes_on(recorded):
    (recorded.home / "state").touch()
    done = recorded.run("trace", "--room", "lobby", "--for", "1")
    assert done.returncode == 0
    assert b"The journal ended" in done.stdout + done.stderr


def test_the_interface_opens_what_comes_through_a_pipe(cli, tmp_path):
    trace = tmp_path / "trace.jsonl"
    trace.write_text("\n".join(call_line(call(seq, method=f"piped_{seq}")) for seq in range(5)))
    pid, terminal = pty.fork()
    if pid == 0:  # the child, whose controlling terminal is the other end
        os.environ |= {"TERM": "xterm-256color", "HOME": str(cli.home)}
        os.execl("/bin/sh", "sh", "-c", f"cat {trace} | {sys.executable} -m rpc_inspector open -")  # noqa: S606 - our own
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    seen = b""
    try:
        while b"piped_4" not in seen:
            seen += os.read(terminal, 65536)
        os.write(terminal, b"\x11")
        while part := _read(terminal):
            seen += part
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"standard input" in seen


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way of saying that the other side is closed
        return b""
