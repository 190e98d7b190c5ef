"""``participants``: the roster, with each one's methods and how we know them."""

import asyncio
import json
from datetime import UTC, datetime

import click
from msgspec.structs import asdict

from rpc_inspector.core.exits import Exit
from rpc_inspector.core.model import Describing, Method, Participant
from rpc_inspector.core.secrets.redaction import mask_attributes, mask_jwts
from rpc_inspector.core.session import Session, SessionError, Target
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.headless.entering import enter
from rpc_inspector.headless.output import Output
from rpc_inspector.headless.report import columns

#: Seconds for everybody to describe their methods: each question ends by itself after 3, and 8 are asked at a time.
DESCRIBE_LIMIT_S = 3.5
_DESCRIPTION_LIMIT = 100
_PROTOCOLS = {None: "?", 0: "v1"}
_NONE: dict[Describing, str] = {
    "silent": "none known: it did not answer in time",
    "failed": "none known: what it says of itself is of no use",
    "refused": "none known: it does not describe itself",
}


async def list_participants(session: Session, target: Target, out: Output, *, as_json: bool = False) -> Exit:
    """Join, ask everybody for their methods if the target says so, and write who is there to stdout.

    Raises:
        ConnectFailed, NotAuthorised: from the join.
    """
    await enter(session, target, out)
    if target.describe and session.state.permissions.can_publish_data:
        await _describe_all(session)
    roster = session.roster
    if as_json:
        out.line(json.dumps({"room": session.state.room, "participants": [as_object(one) for one in roster]}))
        return Exit.OK
    for line in _table(roster):
        out.line(line)
    return Exit.OK


async def _describe_all(session: Session) -> None:
    """Ask everybody at the same time, at most so long; who joins meanwhile is asked too."""
    asked: dict[str, asyncio.Task[None]] = {}
    try:
        async with asyncio.timeout(DESCRIBE_LIMIT_S):
            while True:
                for one in session.roster:
                    if one.can_receive_calls and one.sid not in asked:
                        asked[one.sid] = asyncio.create_task(_describe(session, one.identity))
                if all(task.done() for task in asked.values()):
                    return
                await asyncio.wait(asked.values())
    except TimeoutError:
        return
    finally:
        for task in asked.values():
            task.cancel()
        await asyncio.gather(*asked.values(), return_exceptions=True)


async def _describe(session: Session, identity: str) -> None:
    try:
        await session.describe(identity)
    except SessionError:
        return  # it has left, or we have: the roster shows what is known


def as_object(someone: Participant) -> dict[str, object]:
    """A participant as ``participants --json`` prints it; ``joined_at`` in UTC, secrets among attributes masked."""
    joined = someone.joined_at
    return {
        "identity": someone.identity,
        "sid": someone.sid,
        "name": someone.name,
        "kind": someone.kind,
        "state": someone.state,
        "metadata": mask_jwts(someone.metadata),
        "attributes": mask_attributes(someone.attributes),
        "permissions": asdict(someone.permissions),
        "joined_at": _utc(joined) if joined else None,
        "client_protocol": someone.client_protocol,
        "self": someone.is_self,
        "describing": someone.describing,
        "remarks": list(someone.remarks),
        "methods": [
            {
                "name": method.name,
                "provenance": method.provenance,
                "description": method.description,
                "also": list(method.also),
                "conflicts": list(method.conflicts),
            }
            for method in someone.methods
        ],
    }


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _table(roster: tuple[Participant, ...]) -> list[str]:
    heading = ["identity", "kind", "state", "rpc", "methods"]
    people = [_cells(someone) for someone in roster]
    lines = columns([heading, *people])
    methods = columns([["", "", ""], *[_method(method) for someone in roster for method in someone.methods]])[1:]
    shown = [lines[0]]
    for someone, line in zip(roster, lines[1:], strict=True):
        shown.append(line)
        shown += [f"  ! {sanitise(remark, limit=_DESCRIPTION_LIMIT)}" for remark in someone.remarks]
        mine, methods = methods[: len(someone.methods)], methods[len(someone.methods) :]
        for method, text in zip(someone.methods, mine, strict=True):
            shown += [f"  {text}", *(f"    ! {sanitise(words, limit=200)}" for words in method.conflicts)]
    return shown


def _cells(someone: Participant) -> list[str]:
    if someone.is_self:
        count = "(us)"
    elif someone.methods:
        count = str(len(someone.methods))
    else:
        count = _NONE.get(someone.describing, "none known")
    protocol = _PROTOCOLS.get(someone.client_protocol, "v2")
    return [sanitise_name(someone.identity), someone.kind, someone.state, protocol, count]


def _method(method: Method) -> list[str]:
    text = sanitise(method.description or "", limit=_DESCRIPTION_LIMIT)
    return [sanitise_name(method.name), click.style(method.provenance, dim=True), text]
