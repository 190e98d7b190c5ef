import subprocess
import sys

import pytest

# A terminal of its own for one Python program; what it shows is what a person would see.
pty = pytest.importorskip("pty")


def shown(code, **environment):
    """What the program writes to a terminal on stdout."""
    import os

    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", code], stdout=theirs, env=dict(os.environ) | environment, check=True)  # noqa: S603 - our own program
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 4096):
            text += piece
    except OSError:
        pass  # Linux says the end of a terminal so
    os.close(ours)
    return text.decode()


def test_a_payload_is_made_safe_for_a_terminal_and_gets_a_line_end():
    code = "from rpc_inspector.headless.output import Output; Output().payload('a\\x1b[2J\\nb')"
    assert shown(code) == "a\\e[2J\r\nb\r\n"


def test_headings_are_styled_only_where_colours_are_wanted():
    code = (
        "import click, os; from rpc_inspector.cli.ending import outcome_of; "
        "outcome_of(click.Command('x', callback=lambda: click.secho('bold', bold=True)))"
    )
    assert "\x1b[1m" in shown(code)
    assert shown(code, NO_COLOR="1") == "bold\r\n"
