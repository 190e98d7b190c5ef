"""``check DIR``: the requests of a collection, made in order, against what each should come to."""

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import CONTEXT, Options, Seconds, connection_options

#: The participants of a demo room that was just made are still joining.
_DEMO_WAIT_MS = 15_000


@click.command("check", context_settings=CONTEXT)
@click.argument("folder", metavar="DIR")
@click.option("--env", "environment", default="", metavar="NAME", help="DIR/environments/NAME.yaml.  [default]")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable; beats the environment's.")
@click.option("-k", "--filter", "words", default="", metavar="WORDS", help="Only requests that have all these words.")
@click.option("--wait", type=Seconds(), default=0, metavar="S", help="Wait so long for each destination to be active.")
@click.option("--demo", is_flag=True, help="In a demo room of its own, which ends with the check.")
@click.option("--bail", is_flag=True, help="End at the first that is not as expected.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each request, and one at the end.")
@click.option("--junit", metavar="FILE", help="Write a JUnit report too.")
@connection_options
def command(
    options: Options,
    *,
    folder: str,
    environment: str,
    variables: tuple[str, ...],
    words: str,
    wait: int,
    demo: bool,
    bail: bool,
    as_json: bool,
    junit: str | None,
) -> int:
    """Make the calls of the collection DIR and compare what comes with what each request expects.

    A collection is a folder of YAML files, one request a file; see docs/collections.md. Everything that is wrong in the
    files, or missing, is said before anything is sent.

    Exit status: 0 all as expected; 20 something was not; 2 usage, or wrong files; 3 not authorised; 4 cannot connect,
    or not any more; 130, 143 interrupted.
    """
    from rpc_inspector.cli.collection import check_in_demo, chosen_of  # noqa: PLC0415 - the help needs no YAML
    from rpc_inspector.cli.running import run_async  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.session import a_session  # noqa: PLC0415 - likewise
    from rpc_inspector.cli.target import require_room, require_sending, target_for  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.checking import Wish, check_collection  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.junit import junit_target  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise

    out = Output()
    chosen = chosen_of(folder, environment, _pairs(variables), words, out)
    wish = Wish(
        collection=chosen.collection,
        chosen=chosen.requests,
        sources=chosen.sources,
        wait_ms=wait or (_DEMO_WAIT_MS if demo else 0),
        as_json=as_json,
        junit=junit_target(junit) if junit else None,
        bail=bail,
    )
    if demo:
        return run_async(lambda: check_in_demo(wish, out))
    target = target_for(options._replace(no_describe=True), out)
    require_sending(target)

    async def work() -> int:
        async with a_session() as session:
            await require_room(session, target)
            return await check_collection(session, target, wish, out)

    return run_async(work)


def _pairs(variables: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for typed in variables:
        name, found, value = typed.partition("=")
        if not found or not name:
            raise Refused(f"--var {typed!r} is no NAME=VALUE.", "Write it so.")
        pairs[name] = value
    return pairs
