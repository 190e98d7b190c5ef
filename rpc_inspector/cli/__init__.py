"""The command line: click commands, one file each; the only place where parts are put together."""

from typing import NoReturn


def run() -> NoReturn:
    """Run the command that the arguments name, and end the process with its exit status."""
    from rpc_inspector.cli.ending import end, outcome_of  # noqa: PLC0415 - importing the package stays free of click
    from rpc_inspector.cli.main import main  # noqa: PLC0415 - likewise

    end(outcome_of(main))
