"""How the program ends: every way out has one of our exit statuses and, where something went wrong, two sentences."""

import os
import sys
from typing import NoReturn

import click

OK, OWN_FAILURE, USAGE, NOT_AUTHORISED, CANNOT_CONNECT, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Refused(Exception):  # noqa: N818 - says what happened
    """The command cannot do what was asked: ``what`` happened, ``advice`` on what to do, and the exit ``status``."""

    def __init__(self, what: str, advice: str = "", *, status: int = USAGE) -> None:
        super().__init__(f"{what} {advice}".strip())
        self.what = what
        self.advice = advice
        self.status = status


def outcome_of(main: click.Command) -> int:
    """Run the command line; the exit status, whatever happened."""
    color = False if os.environ.get("NO_COLOR") else None
    try:
        return int(main.main(prog_name="rpc-inspector", standalone_mode=False, color=color) or OK)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return OK
    except SystemExit as leaving:
        from rpc_inspector.headless.pipes import nobody_reads, stdout_number  # noqa: PLC0415 - not on the way to the help

        # click makes status 1 of a pipe that nobody reads any more, and says no more than that.
        if leaving.code == OWN_FAILURE and nobody_reads(stdout_number()):
            return OK
        return leaving.code if isinstance(leaving.code, int) else OWN_FAILURE
    except Exception as error:  # noqa: BLE001 - the last place where any error can still become a sentence
        return _explain(error)


def _show_usage_error(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        click.echo(f"Try '{error.ctx.command_path} -h' for help.\n", err=True)
    tell(error.format_message())


def tell(what: str, advice: str = "") -> None:
    """Say on stderr what went wrong and what to do."""
    from rpc_inspector.core.text import sanitise  # noqa: PLC0415 - not on the way to the help

    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(sanitise(what), err=True)
    if advice:
        click.echo(f"       {sanitise(advice)}", err=True)


def _explain(error: Exception) -> int:
    if isinstance(error, click.ClickException):
        _show_usage_error(error)
        return error.exit_code
    if isinstance(error, Refused):
        tell(error.what, error.advice)
        return error.status
    return _explain_ours(error)


def _explain_ours(error: Exception) -> int:
    from rpc_inspector.core.session import (  # noqa: PLC0415 - not on the way to the help
        CannotSend,
        ConnectFailed,
        NotAuthorised,
        NotConnected,
        SessionError,
    )
    from rpc_inspector.storage.reading import FileUnusable  # noqa: PLC0415 - likewise

    statuses = {
        CannotSend: USAGE,
        FileUnusable: USAGE,
        NotAuthorised: NOT_AUTHORISED,
        ConnectFailed: CANNOT_CONNECT,
        NotConnected: CANNOT_CONNECT,
    }
    if isinstance(error, (SessionError, FileUnusable)):
        tell(error.what, error.advice)
        return next((status for kind, status in statuses.items() if isinstance(error, kind)), OWN_FAILURE)
    if os.environ.get("RPC_INSPECTOR_DEBUG"):
        import traceback  # noqa: PLC0415 - likewise

        traceback.print_exception(error)
    tell(
        f"rpc-inspector failed: {type(error).__name__}: {str(error)[:500]}",
        "Please report it with what RPC_INSPECTOR_DEBUG=1 in the environment shows.",
    )
    return OWN_FAILURE


def end(status: int) -> NoReturn:
    """Flush both streams and end at once with ``status``.

    ``os._exit``, because the native library of livekit 1.2.0 sometimes aborts the process at the interpreter's exit
    (1 of 30 runs), and then the status would not be ours.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            # A closed pipe, a closed or a missing stream: there is nobody left to tell.
            continue
    os._exit(status)
