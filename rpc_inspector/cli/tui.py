"""``tui``: the interface, which is also what opens without a command."""

import os
import shlex
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import CONTEXT, Options, Recording, connection_options, recording_options

if TYPE_CHECKING:
    from rpc_inspector.core.session import Target


@click.command("tui", context_settings=CONTEXT)
@connection_options
@recording_options
def command(options: Options, *, recording: Recording) -> int:
    """Open the interface. Without a room it lists rooms, and without a server it asks where to connect."""
    return open_interface(options, recording)


def open_interface(options: Options, recording: Recording) -> int:
    """Open it where the options say; the exit status.

    Raises:
        Refused: there is no terminal, or what says where to connect contradicts itself.
        FileUnusable: a file that is needed cannot be used.
    """
    require_terminal()
    from pathlib import Path  # noqa: PLC0415 - the help does not need it

    from rpc_inspector.cli.connection import choices, resolve  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.session import Recorder  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise

    resolution = resolve(options, os.environ, Path.cwd())
    out = Output()
    for remark in resolution.remarks:
        out.warn(remark)

    async def find_target() -> "Target | None":
        return resolution.target

    from rpc_inspector.tui.app import run_app  # noqa: PLC0415 - Textual, after everything that can fail
    from rpc_inspector.tui.start import Start  # noqa: PLC0415 - likewise

    with closing(Recorder(recording)) as recorder:
        status = run_app(
            Start(
                make_session=recorder.make_session,
                find_target=find_target,
                choices=lambda: choices(options, os.environ, Path.cwd()),
                concealing=recorder.concealing,
            )
        )
    if recorder.path:
        out.say(f"recorded: rpc-inspector open {shlex.quote(recorder.path)}", dim=True)
    return status


def require_terminal() -> None:
    """See that there is a terminal to draw on, or a driver that stands in for one (as in a browser).

    Raises:
        Refused: there is none.
    """
    if os.environ.get("TEXTUAL_DRIVER"):
        return
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if stream is None or not stream.isatty():
            raise Refused(
                f"The interface needs a terminal, and the standard {name} is none.",
                "Run it in a terminal, or use a command: participants, call, demo --headless.",
            )
