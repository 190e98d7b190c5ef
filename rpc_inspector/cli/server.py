"""``server``: the embedded room server alone."""

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from rpc_inspector.cli.options import CONTEXT, plain_options

if TYPE_CHECKING:
    from rpc_inspector.headless.output import Output

_KEY, _GUEST = "inspector", "guest"
_VALID_FOR = timedelta(hours=24)


@click.command("server", context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="One line, once it accepts clients.")
@click.option("--bind", default="127.0.0.1", metavar="ADDRESS", help="Where to listen.  [127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen.  [a free one]")
@click.option("-r", "--room", metavar="NAME", help="The room of the token.  [playground]")
@plain_options
def command(*, as_json: bool, bind: str, port: int, room: str | None) -> int:
    """Run the embedded room server, without participants, until ^C, SIGTERM or the end of whoever reads its output.

    It makes a key for itself and prints how to join. Data only: RPC, data packets and data streams, no media.
    """
    from rpc_inspector.cli.ending import OWN_FAILURE, Refused  # noqa: PLC0415 - the help needs no asyncio
    from rpc_inspector.core.payload.text import unsendable  # noqa: PLC0415 - likewise
    from rpc_inspector.demo.process import require_extra  # noqa: PLC0415 - likewise

    typed_before = click.get_current_context().obj
    name = room or (typed_before and typed_before.room) or "playground"
    if problem := unsendable(name):
        raise Refused(f"The room's name cannot be used: {problem}.", "Type it in UTF-8.")
    require_extra()
    from rpc_inspector.server import RoomServerError  # noqa: PLC0415 - it needs the extra

    try:
        return _run(bind, port, name, as_json=as_json)
    except RoomServerError as error:
        raise Refused(str(error), status=OWN_FAILURE) from error


def _run(bind: str, port: int, room: str, *, as_json: bool) -> int:
    from rpc_inspector.cli.running import run_async  # noqa: PLC0415 - the help needs no asyncio
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.pipes import until_nobody_reads  # noqa: PLC0415 - likewise
    from rpc_inspector.server import RoomServer  # noqa: PLC0415 - it needs the extra
    from rpc_inspector.server.tokens import guest_token  # noqa: PLC0415 - likewise

    secret = secrets.token_urlsafe(32)
    out = Output()

    async def serve() -> int:
        async with RoomServer(_KEY, secret, bind=bind, port=port, rooms=(room,)) as server:
            where = {
                "url": server.url,
                "api_key": _KEY,
                "api_secret": secret,
                "room": room,
                "token": guest_token(_KEY, secret, room, _GUEST, _VALID_FOR),
            }
            if as_json:
                out.line(json.dumps(where))
            else:
                _tell(where, out)
            await until_nobody_reads()
        return 0

    run_async(serve)
    return 0  # ended by a signal or a closed pipe: that is how it ends


def _tell(where: dict[str, str], out: "Output") -> None:
    from rpc_inspector.core.text import sanitise  # noqa: PLC0415 - the help does not need it

    for name, label in (
        ("url", "LIVEKIT_URL"),
        ("api_key", "LIVEKIT_API_KEY"),
        ("api_secret", "LIVEKIT_API_SECRET"),
    ):
        out.line(f"{label}={where[name]}")
    out.line(f"\nroom   {sanitise(where['room'])}\ntoken  {where['token']}")
    out.say("the token is for one participant, guest, for 24 h; with the key others can be made", dim=True)
    out.say("^C ends the server", dim=True)
