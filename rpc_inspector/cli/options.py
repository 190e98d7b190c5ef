"""The options that are the same everywhere, typed before the command or after it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, NamedTuple, TypeVar

import click

from rpc_inspector import __version__


class Options(NamedTuple):
    """What was typed; ``None`` or ``False`` where nothing was. Environment and files are looked at later."""

    url: str | None = None
    api_key: str | None = None
    api_secret: str | None = None
    token: str | None = None
    project: str | None = None
    dev: bool = False
    room: str | None = None
    identity: str | None = None
    env_file: str | None = None
    config: str | None = None
    e2ee_passphrase_file: str | None = None
    no_describe: bool = False
    catalogue: str | None = None

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Options(url={self.url!r}, project={self.project!r}, room={self.room!r})"


_DECORATORS = (
    click.option("--url", metavar="URL", help="Server, ws:// or wss://.  [LIVEKIT_URL]"),
    click.option("--api-key", metavar="KEY", help="To make a token of.  [LIVEKIT_API_KEY]"),
    click.option("--api-secret", metavar="SECRET", help="The key's secret.  [LIVEKIT_API_SECRET]"),
    click.option("--token", metavar="JWT", help="To join with as it is.  [LIVEKIT_TOKEN]"),
    click.option("--project", metavar="NAME", help="A project of the lk CLI."),
    click.option("--dev", is_flag=True, help="ws://localhost:7880 with livekit-server's --dev keys."),
    click.option("-r", "--room", metavar="NAME", help="The room to join."),
    click.option("-i", "--identity", metavar="NAME", help="Ours; inspector- and 3 hex digits unless given."),
    click.option("--env-file", metavar="FILE", help="Variables for those that the environment lacks."),
    click.option("--config", metavar="FILE", help="The lk CLI's projects.  [~/.livekit/cli-config.yaml]"),
    click.option("--e2ee-passphrase-file", metavar="FILE", help="Passphrase of an end-to-end encrypted room."),
    click.option("--no-describe", is_flag=True, help="Do not ask participants for their methods (rpc.describe)."),
    click.option("--catalogue", metavar="FILE", help="Methods that you know of.  [rpc-catalogue.yaml]"),
)
_version = click.version_option(__version__, prog_name="rpc-inspector")

#: ``-h`` beside ``--help`` everywhere.
CONTEXT = {"help_option_names": ["-h", "--help"]}

Function = TypeVar("Function", bound=Callable[..., Any])


def connection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options; it gets them as its first argument, an :class:`Options`.

    What was typed before the command's name counts too; what was typed after it wins.
    """

    @wraps(function)
    def with_options(**values: Any) -> Any:
        ctx = click.get_current_context()
        typed = {name: values.pop(name) for name in Options._fields}
        before: Options | None = ctx.obj
        if before is not None:
            typed = {name: value or getattr(before, name) for name, value in typed.items()}
        ctx.obj = Options(**typed)
        return function(ctx.obj, **values)

    decorated: Callable[..., Any] = with_options
    for decorate in (_version, *reversed(_DECORATORS)):
        decorated = decorate(decorated)
    return decorated


def plain_options(function: Function) -> Function:
    """For commands that connect to nothing: ``--version`` alone."""
    return _version(function)


class Recording(NamedTuple):
    """What is recorded of a session: see ``docs/journal.md``."""

    journal: bool = True
    payloads: Literal["redact", "keep", "off"] | None = None
    keep_packets: bool = False


_RECORDING = (
    click.option("--no-journal", is_flag=True, help="Do not record the session in the user's state folder."),
    click.option(
        "--journal-payloads",
        type=click.Choice(["redact", "keep", "off"]),
        help="Recorded of payloads: all but obvious secrets, all, or nothing.  [redact]",
    ),
    click.option("--keep-packets", is_flag=True, help="Record the packets themselves too, secrets and all."),
)


def recording_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that makes a session the options of its journal; it gets them as ``recording``.

    What was typed before the command's name counts too.
    """

    @wraps(function)
    def with_recording(*arguments: Any, **values: Any) -> Any:
        meta = click.get_current_context().meta
        before: Recording = meta.get(__name__, Recording())
        meta[__name__] = recording = Recording(
            journal=not values.pop("no_journal") and before.journal,
            payloads=values.pop("journal_payloads") or before.payloads,
            keep_packets=values.pop("keep_packets") or before.keep_packets,
        )
        return function(*arguments, recording=recording, **values)

    decorated: Callable[..., Any] = with_recording
    for decorate in reversed(_RECORDING):
        decorated = decorate(decorated)
    return decorated


class Seconds(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click, not in 8.1
    """A duration in seconds, more than 0 and at most ``most``; the command gets whole milliseconds."""

    name = "seconds"

    def __init__(self, most: float = 3600) -> None:
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds."""
        if isinstance(value, int):
            return value
        try:
            seconds = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        if not 0.001 <= seconds <= self.most:  # also refuses nan
            self.fail(f"{value} s is not between 0.001 and {self.most:g} s.", param, ctx)
        return round(seconds * 1000)
