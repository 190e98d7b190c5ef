"""``ping``: is the SDK of a participant answering, and how fast."""

import click

from rpc_inspector.cli.options import CONTEXT, Options, Seconds, connection_options


@click.command("ping", context_settings=CONTEXT)
@click.argument("destination", metavar="DEST", required=False)
@click.option("-n", "--count", type=click.IntRange(0), default=4, metavar="COUNT", help="How often; 0: until ^C.  [4]")
@click.option("--interval", type=Seconds(), default=1_000, metavar="S", help="From one ping to the next.  [1]")
@click.option("--timeout", type=Seconds(), default=7_000, metavar="S", help="How long to wait for an ack.  [7]")
@click.option("--wait", type=Seconds(), default=0, metavar="S", help="Wait so long for DEST to be active.")
@click.option("--anyway", is_flag=True, help="Send although DEST is not in the room (it may be hidden).")
@click.option("--all", "everybody", is_flag=True, help="Everybody in the room.")
@click.option("--json", "as_json", is_flag=True, help="An object on a line for each ping, and one for the summary.")
@connection_options
def command(
    options: Options,
    *,
    destination: str | None,
    count: int,
    interval: int,
    timeout: int,
    wait: int,
    anyway: bool,
    everybody: bool,
    as_json: bool,
) -> int:
    """Ask whether the SDK of the participant DEST is answering, and how fast.

    A ping calls a method that nobody has: no code of the participant's runs. Its SDK acknowledges it and refuses it,
    which is the answer. ^C ends the pings; what came of them until then counts.

    Exit status: 0 if there was an answer, with --all one from each; otherwise as for call: 12 no ack (1501); 13
    acknowledged but not answered (1502); 14 gone or not there (1503, 1401); 2 usage; 3 not authorised; 4 cannot
    connect; 130, 143 interrupted before the first ping had ended.
    """
    from rpc_inspector.cli.payload import require_sendable  # noqa: PLC0415 - the help needs no asyncio
    from rpc_inspector.cli.running import run_async  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.session import a_session  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.target import require_room, require_sending, target_for  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.pinging import ping  # noqa: PLC0415 - likewise

    if everybody == bool(destination):
        raise click.UsageError("Name the participant to ping, or say --all, and not both.")
    if destination:
        require_sendable(DEST=destination)
    out = Output()
    # Asking everybody for their methods is no part of a ping.
    target = target_for(options._replace(no_describe=True), out)
    require_sending(target)

    async def work() -> int:
        async with a_session() as session:
            await require_room(session, target)
            return await ping(
                session,
                target,
                destination,
                out,
                rounds=count or None,
                interval_s=interval / 1000,
                ack_ms=timeout,
                wait_ms=wait,
                anyway=anyway,
                as_json=as_json,
            )

    return run_async(work)
