"""``explain CODE``: an error code, in words."""

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import CONTEXT, plain_options


@click.command("explain", context_settings=CONTEXT)
@click.argument("code", required=False)
@plain_options
def command(code: str | None) -> None:
    """Explain an error code of LiveKit RPC, by its number or its name; without one, list them.

    "application", "cancelled" and "lost" have pages too.
    """
    from rpc_inspector.core.codes import CODES  # noqa: PLC0415 - not on the way to the help
    from rpc_inspector.core.explain.pages import find_page, lines  # noqa: PLC0415 - likewise

    if code is None:
        for info in CODES.values():
            click.echo(f"{info.code.value}  {info.code.name:<26}  {info.meaning}")
        return
    found = find_page(code)
    if isinstance(found, str):
        raise Refused(f"{code[:80]!r} is no error code.", found)
    title, *rest = lines(found, code if code.lstrip("-").isdigit() else "")
    click.secho(title, bold=True)
    click.echo("\n".join(rest))
