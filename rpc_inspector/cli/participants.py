"""``participants``: who is in the room, and each one's methods."""

import click

from rpc_inspector.cli.options import CONTEXT, Options, connection_options


@click.command("participants", context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="One object on one line.")
@connection_options
def command(options: Options, *, as_json: bool) -> int:
    """List who is in the room, each one's methods, and how they are known.

    Joins the room and asks each participant for its methods (rpc.describe), unless --no-describe says not to.
    """
    from rpc_inspector.cli.running import run_async  # noqa: PLC0415 - the help needs no asyncio
    from rpc_inspector.cli.session import a_session  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.target import require_room, target_for  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.listing import list_participants  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise

    out = Output()
    target = target_for(options, out)

    async def work() -> int:
        async with a_session() as session:
            await require_room(session, target)
            return await list_participants(session, target, out, as_json=as_json)

    return run_async(work)
