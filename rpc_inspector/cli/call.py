"""``call``: one call, its stages and timing; the exit status says how it ended."""

import click

from rpc_inspector.cli.options import CONTEXT, Options, Seconds, connection_options


@click.command("call", context_settings=CONTEXT)
@click.argument("destination", metavar="DEST")
@click.argument("method")
@click.argument("payload", default="", metavar="[PAYLOAD|-|@FILE]")
@click.option("--timeout", type=Seconds(), default=15_000, metavar="S", help="The SDK's response_timeout.  [15]")
@click.option("--ack-timeout", type=Seconds(), default=7_000, metavar="S", help="Its max_round_trip_latency.  [7]")
@click.option("--wait", type=Seconds(), default=0, metavar="S", help="Wait so long for DEST to be active.")
@click.option("--anyway", is_flag=True, help="Send although DEST is not in the room (it may be hidden).")
@click.option("--json", "as_json", is_flag=True, help="The call as an object on one line.")
@connection_options
def command(
    options: Options,
    *,
    destination: str,
    method: str,
    payload: str,
    timeout: int,
    ack_timeout: int,
    wait: int,
    anyway: bool,
    as_json: bool,
) -> int:
    """Call METHOD of the participant DEST and print the response.

    The payload is PAYLOAD, or what stdin (-) or a file (@FILE) holds. Stages, timing and explanations go to stderr.

    Exit status: 0 ok; 10 the handler's error; 11 method not supported (1400); 12 no ack (1501); 13 no response in time
    (1502); 14 recipient gone or not there (1503, 1401); 15 payload too large (1402, 1504); 16 any other RPC error; 2
    usage; 3 not authorised; 4 cannot connect; 130, 143 interrupted.
    """
    from rpc_inspector.cli.payload import read_payload, require_sendable  # noqa: PLC0415 - the help needs no asyncio
    from rpc_inspector.cli.running import run_async  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.session import a_session  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.target import require_room, require_sending, target_for  # noqa: PLC0415 - likewise
    from rpc_inspector.core.session import Invocation  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.calling import make_call  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise

    out = Output()
    require_sendable(DEST=destination, METHOD=method)
    invocation = Invocation(
        destination=destination,
        method=method,
        payload=read_payload(payload),
        response_ms=timeout,
        ack_ms=ack_timeout,
        anyway=anyway,
    )
    # Asking everybody for their methods is no part of a call.
    target = target_for(options._replace(no_describe=True), out)

    require_sending(target)

    async def work() -> int:
        async with a_session(saving=True) as session:
            await require_room(session, target)
            return await make_call(session, target, invocation, out, wait_ms=wait, as_json=as_json)

    return run_async(work)
