"""The command without a name: its help, and finding the others without importing them all."""

from importlib import import_module
from typing import Any

import click

from rpc_inspector.cli.options import CONTEXT, Options, Recording, connection_options, recording_options

#: Each command's module in this package has its name and holds ``command``. The summaries stand here so that the help
#: need not import them all.
COMMANDS = {
    "tui": "Open the interface (what happens without a command).",
    "demo": "Open the interface on a room of its own, with participants to call.",
    "participants": "List who is in the room, and each one's methods.",
    "call": "Call a method of a participant.",
    "ping": "Ask whether a participant's SDK is answering, and how fast.",
    "check": "Make the calls of a collection, and compare what comes with what was expected.",
    "trace": "Print calls as they end.",
    "export": "Write a saved trace as a report, a table, a diagram or a timeline.",
    "open": "Open a saved trace, in the interface or as JSON.",
    "explain": "Explain an error code of LiveKit RPC.",
    "server": "Run the embedded room server, without participants.",
}


class Commands(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """Import it; ``None`` if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"rpc_inspector.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but naming the closest commands: click's own look only at those that are imported."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from rpc_inspector.core.names import closest  # noqa: PLC0415 - difflib, for a mistake only

            near = closest(args[0], COMMANDS)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(COMMANDS)}."
            ctx.fail(f"There is no command {args[0]!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - likewise
        """The list of the help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, invoke_without_command=True, context_settings=CONTEXT)
@connection_options
@recording_options
def main(options: Options, *, recording: Recording) -> Any:
    """The network panel for LiveKit RPC.

    Join a room, see every participant's methods, call them, and read the true trace of every request, ack and
    response. Without a command it opens the interface.
    """
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        from rpc_inspector.cli.tui import open_interface  # noqa: PLC0415 - likewise lazy

        return open_interface(options, recording)
    return None
