"""``trace``: the calls that pass our vantage points, as lines."""

import click

from rpc_inspector.cli.options import CONTEXT, Options, Recording, Seconds, connection_options, recording_options

_WEEK_S = 7 * 24 * 3600


@click.command("trace", context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="Call objects, one on each line.")
@click.option("--for", "milliseconds", type=Seconds(_WEEK_S), metavar="S", help="End after so long.")
@click.option("--filter", "expression", default="", metavar="EXPR", help="Only what matches, e.g. outcome:error.")
@click.option("--all", "everything", is_flag=True, help="Pings and describes too.")
@connection_options
@recording_options
def command(
    options: Options,
    *,
    as_json: bool,
    milliseconds: int | None,
    expression: str,
    everything: bool,
    recording: Recording,
) -> int:
    """Print calls as they end: those to and from us, and those that the server shows us.

    Until ^C, SIGTERM, --for, or the end of whoever reads the output, all of which is status 0. What can be seen is said
    on stderr at the start, and at the end how many calls there were. Room events stand between the calls, dim; a filter
    for calls leaves them out, and so does --json.
    """
    from rpc_inspector.cli.filters import filter_of  # noqa: PLC0415 - the help needs no asyncio
    from rpc_inspector.cli.running import INTERRUPTS, run_async  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.session import a_session  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.target import require_room, target_for  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.tracing import trace  # noqa: PLC0415 - likewise

    out = Output()
    query = filter_of(expression)
    # Who watches asks nobody for anything.
    target = target_for(options._replace(no_describe=True), out)
    seconds = milliseconds / 1000 if milliseconds else None

    async def work() -> int:
        async with a_session(recording) as session:
            await require_room(session, target)
            await trace(session, target, query, out, seconds=seconds, as_json=as_json, everything=everything)
        return 0

    status = run_async(work)
    return 0 if status in INTERRUPTS else status  # ended by a signal: that is how it ends
