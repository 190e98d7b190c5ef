"""From a command's options to the target that it works on, saying on stderr what was used."""

import os
from pathlib import Path

from rpc_inspector.cli.connection import resolve
from rpc_inspector.cli.ending import NOT_AUTHORISED, Refused
from rpc_inspector.cli.options import Options
from rpc_inspector.cli.tokens import read_claims
from rpc_inspector.core.secrets.redaction import shown_url
from rpc_inspector.core.session import Session, Target
from rpc_inspector.headless.entering import in_words, room_names
from rpc_inspector.headless.output import Output

NOWHERE = (
    "Nothing says where to connect.",
    "Give --url with --api-key and --api-secret or --token, set LIVEKIT_URL and so on, or name a --project or --dev.",
)


def target_for(options: Options, out: Output) -> Target:
    """The target, whose room may be empty; one line on stderr says what it comes from.

    Raises:
        Refused: nothing says where to connect, or what says so contradicts itself.
        FileUnusable: a file that is needed cannot be used.
    """
    target, remarks = resolve(options, os.environ, Path.cwd())
    for remark in remarks:
        out.warn(remark)
    if target is None:
        raise Refused(*NOWHERE)
    where = f"using {target.origin} · {shown_url(target.url)}"
    out.say(f"{where} · room {target.room}" if target.room else where, dim=True)
    return target


def require_sending(target: Target) -> None:
    """See that the target's token may send data, before anything is connected.

    Raises:
        Refused: it says that it may not.
    """
    claims = read_claims(target.token) if target.token else None
    if claims and not claims.may_publish_data:
        raise Refused(
            "The token may not send data (canPublishData is false), so no call can be made with it.",
            "Use a token that has canPublishData.",
            status=NOT_AUTHORISED,
        )


async def require_room(session: Session, target: Target) -> None:
    """See that the target names a room.

    Raises:
        Refused: it does not; the rooms that a key can list are named.
    """
    if target.room:
        return
    names = await room_names(session, target)
    there = f"There are: {in_words(names)}." if names else ""
    raise Refused("No room is given.", f"Name one with --room. {there}".strip())
