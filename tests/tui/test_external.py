"""The user's editor on a real terminal: it gets the terminal, its result is sent, and the interface comes back."""

import asyncio
import os
import pty
import select
import subprocess
import sys
import termios
import time

import pytest

from rpc_inspector.tui.external import ProgramFailed, editor_command, pager_command
from tests.support.rooms import KEY, ROOM, SECRET

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")

DEADLINE_S = 40

#: Says what the terminal is like, waits for a line that is typed, and writes that into the file.
EDITOR = """
import sys, termios
cooked = bool(termios.tcgetattr(0)[3] & termios.ICANON)
print(f"EDITOR cooked={cooked}", flush=True)
typed = input()
open(sys.argv[1], "w").write(typed)
"""


def test_visual_beats_editor_and_both_may_have_arguments():
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert editor_command({"EDITOR": "'my editor' -x"}) == ["my editor", "-x"]
    assert pager_command({"PAGER": "less -R"}) == ["less", "-R"]


@pytest.mark.parametrize("wrong", ["vi 'unclosed", "  "])
def test_what_is_no_command_says_so(wrong):
    with pytest.raises(ProgramFailed):
        editor_command({"EDITOR": wrong})


class Terminal:
    """The program on a pseudo-terminal of 120 x 36."""

    def __init__(self, home, url, **environment):
        self.parent, child = pty.openpty()
        termios.tcsetwinsize(child, (36, 120))
        known = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color", "LIVEKIT_URL": url,
                 "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}  # fmt: skip
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "rpc_inspector", "--room", ROOM],
            stdin=child, stdout=child, stderr=child, env=known | environment, cwd=home, start_new_session=True,
        )  # fmt: skip
        self.seen = b""

    def type(self, keys):
        os.write(self.parent, keys)

    def read_until(self, *words):
        """Reads what is drawn after this until all of it was there."""
        self.seen = b""
        deadline = time.monotonic() + DEADLINE_S
        while not all(word in self.seen for word in words):
            assert time.monotonic() < deadline, (words, self.seen[-3000:])
            if select.select([self.parent], [], [], 0.05)[0]:
                self.seen += os.read(self.parent, 65536)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


async def test_the_editor_has_the_terminal_and_gives_it_back(server, tmp_path):

    script = tmp_path / "editor.py"
    script.write_text(EDITOR)
    terminal = Terminal(tmp_path, server.url, EDITOR=f"{sys.executable} {script}")

    def drive():
        terminal.read_until(b"connected", b"Participants")
        terminal.type(b"2")
        terminal.read_until(b"leave")
        terminal.type(b"\x1bOS")
        terminal.read_until(b"EDITOR cooked=True")
        terminal.type(b"from the editor\n")
        terminal.read_until(b"\x1b[?1049h", b"15 of 15,360 B")
        terminal.type(b"\x11")
        terminal.read_until(b"\x1b[?1049l")

    try:
        await asyncio.to_thread(drive)
        assert await asyncio.to_thread(terminal.process.wait, DEADLINE_S) == 0
    finally:
        terminal.end()
    assert not list(tmp_path.glob("**/rpc-inspector-*.txt"))
