"""``explain CODE``: an error code, in words."""

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import CONTEXT, plain_options

_WHO = {
    "callee": "the callee's side",
    "caller": "the caller's own SDK",
    "either": "either side",
    "us": "rpc-inspector",
    "server": "the server",
}


@click.command("explain", context_settings=CONTEXT)
@click.argument("code", required=False)
@plain_options
def command(code: str | None) -> None:
    """Explain an error code of LiveKit RPC, by its number or its name; without one, list them."""
    from rpc_inspector.core.codes import CODES  # noqa: PLC0415 - not on the way to the help

    if code is None:
        for info in CODES.values():
            click.echo(f"{info.code.value}  {info.code.name:<26}  {info.meaning}")
        return
    number = _number(code)
    info_of = CODES.get(number)
    if info_of is not None:
        click.secho(f"{number} {info_of.code.name}", bold=True)
        click.echo(f"{info_of.meaning}\n\n{info_of.confuses}\n")
        click.echo(f"Raised by: {_WHO[info_of.raised_by]}\nTo do:     {info_of.next_step}")
    elif 1001 <= number <= 1999:
        click.secho(f"{number}", bold=True)
        click.echo("Reserved for LiveKit and not known to this version, unless an application uses it all the same.")
    else:
        click.secho(f"{number}", bold=True)
        click.echo("An application's own code: the handler raised RpcError with it.\n")
        click.echo("To do:     Look it up in the callee's documentation; the error's data may tell more.")


def _number(code: str) -> int:
    from rpc_inspector.core.codes import CODES  # noqa: PLC0415 - as above
    from rpc_inspector.core.names import closest  # noqa: PLC0415 - as above

    names = {info.code.name: number for number, info in CODES.items()}
    wanted = code.upper().replace("-", "_")
    if wanted in names:
        return names[wanted]
    try:
        return int(code)
    except ValueError:
        near = closest(wanted, names)
        hint = f"Did you mean {near[0]}?" if near else "Codes are numbers like 1501 or names like CONNECTION_TIMEOUT."
        raise Refused(f"{code[:80]!r} is no error code.", hint) from None
