import subprocess
import sys

import pytest

from rpc_inspector import __version__
from rpc_inspector.cli.main import COMMANDS, main

HEAVY = ("livekit", "textual", "asyncio", "importlib.metadata", "msgspec", "yaml", "dotenv", "aiohttp")


def run_and_list_modules(*arguments):
    """The text of a command, and which heavy modules it imported; `end` is replaced as it would leave at once."""
    code = (
        "import sys, rpc_inspector.cli.ending as ending\n"
        "ending.end = lambda status: None\n"
        "from rpc_inspector.__main__ import main\n"
        f"main(); print('MODULES', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    text, _, modules = done.stdout.rpartition("MODULES")
    return text, modules.split()


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_and_version_import_nothing_heavy(command):
    for option, expected in (("--help", "Usage: rpc-inspector"), ("-h", "Usage:"), ("--version", __version__)):
        text, modules = run_and_list_modules(*command, option)
        assert expected in text
        assert modules == []


def test_the_list_of_commands_says_of_each_what_its_own_help_says():
    context = main.make_context("rpc-inspector", ["explain", "1501"])
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command.name == name
        assert command.help
    assert main.list_commands(context) == list(COMMANDS)


def test_an_unknown_command_names_the_closest_one(cli):
    done = cli.run("exlain")
    assert done.returncode == 2
    assert b"Did you mean explain?" in done.stderr


def test_explain_knows_codes_by_number_and_name_and_says_what_an_application_code_is(cli):
    by_number, by_name = cli.run("explain", "1501"), cli.run("explain", "connection-timeout")
    assert by_number.stdout == by_name.stdout
    assert b"CONNECTION_TIMEOUT" in by_number.stdout
    assert b"application's own" in cli.run("explain", "4020").stdout
    assert len(cli.run("explain").stdout.splitlines()) == 11
    mistyped = cli.run("explain", "conection_timeout")
    assert mistyped.returncode == 2
    assert b"Did you mean CONNECTION_TIMEOUT?" in mistyped.stderr


def test_the_interface_needs_a_terminal(cli):
    for arguments in ((), ("tui",), ("demo",)):
        done = cli.run(*arguments)
        assert done.returncode == 2
        assert b"needs a terminal" in done.stderr
