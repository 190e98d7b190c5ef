"""Results on stdout, everything else on stderr, and nobody is hurt when either is a closed pipe."""

import sys
from contextlib import suppress

import click

from rpc_inspector.core.text import sanitise


class Output:
    """Where a command writes. Text from elsewhere is made safe here unless it says otherwise."""

    def __init__(self) -> None:
        if reconfigure := getattr(sys.stdout, "reconfigure", None):
            # A terminal of another encoding shows escapes rather than ending the command.
            reconfigure(errors="backslashreplace")

    def line(self, text: str) -> None:
        """A line of the result. May hold our own styles: what is from elsewhere in it must be sanitised already."""
        with suppress(BrokenPipeError):
            click.echo(text)
            sys.stdout.flush()

    def payload(self, text: str) -> None:
        """A payload as the result: its bytes unchanged, or on a terminal made safe and with a line end."""
        if sys.stdout.isatty():
            self.line(sanitise(text, multiline=True))
            return
        with suppress(BrokenPipeError):
            sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
            sys.stdout.buffer.flush()

    def say(self, text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False) -> None:
        """A remark of one line for the person at the terminal; made safe here."""
        with suppress(BrokenPipeError):
            click.secho(sanitise(text), err=True, fg=fg, bold=bold or None, dim=dim or None)

    def warn(self, text: str) -> None:
        """A remark about something that is likely not as it was meant."""
        self.say(f"warning: {text}", fg="yellow")
