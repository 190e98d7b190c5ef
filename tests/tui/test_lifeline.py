"""The interface ends when it is asked to from outside, with the terminal put back, and when its terminal is gone."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals and their signals are Unix's")

DEADLINE_S = 30


class Interface:
    """The program on a pseudo-terminal, with nowhere to connect to: it shows its connect screen."""

    def __init__(self, home):
        self.parent, child = pty.openpty()
        self.before = termios.tcgetattr(child)
        self.child = child
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rpc_inspector"], stdin=child, stdout=child, stderr=child, env=environment, cwd=home
        )
        self.seen = b""

    def read_until(self, condition):
        """Reads what it draws until the condition holds; a terminal that nobody reads would hold it up."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, self.seen[-2000:]
            if select.select([self.parent], [], [], 0.05)[0]:
                self.seen += os.read(self.parent, 65536)


@pytest.fixture
def interface(tmp_path):
    started = Interface(tmp_path)
    try:
        started.read_until(lambda: b"\x1b[?1049h" in started.seen and b"API" in started.seen)
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_puts_the_terminal_back(interface, number):
    interface.process.send_signal(number)
    interface.read_until(lambda: interface.process.poll() is not None)
    interface.read_until(lambda: b"\x1b[?1049l" in interface.seen)
    assert interface.process.returncode == 128 + number
    assert b"\x1b[?25h" in interface.seen, "the cursor is shown again"
    assert b"\x1b[?1000l" in interface.seen, "the mouse is given back"
    assert termios.tcgetattr(interface.child) == interface.before


def test_it_ends_with_its_terminal(interface):
    # Nobody signals it: it is no child of the terminal's shell, as when whoever started it was killed.
    os.close(interface.child)
    os.close(interface.parent)
    assert interface.process.wait(DEADLINE_S) == 129
