"""``call``: one call, its stages and timing."""

import asyncio

from rpc_inspector.core.budgets import METHOD_NAME_LIMIT, budget_for, utf8_size
from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.exits import Exit, exit_for
from rpc_inspector.core.explain import explain, facts_of
from rpc_inspector.core.model import Call
from rpc_inspector.core.payload.text import json_problem
from rpc_inspector.core.session import Invocation, NotAuthorised, Session, Target
from rpc_inspector.headless.entering import enter
from rpc_inspector.headless.output import Output
from rpc_inspector.headless.report import tell


async def make_call(
    session: Session, target: Target, invocation: Invocation, out: Output, *, wait_ms: int = 0, as_json: bool = False
) -> Exit:
    """Join, call once, and write the response to stdout: as it came, or ``as_json`` the call's object.

    Args:
        session: not joined yet.
        target: with a room.
        invocation: what to call.
        out: where to write.
        wait_ms: how long to wait for the destination to become active; 0 does not.
        as_json: one line of JSON instead of the bare response.

    Returns:
        The exit status of the outcome.

    Raises:
        SessionError: nothing was sent.
        asyncio.CancelledError: interrupted; what was known of the call is written.
    """
    _remark(invocation, out)
    await enter(session, target, out)
    if not session.state.permissions.can_publish_data:
        raise NotAuthorised(
            "Our token may not send data (canPublishData), so the call was not made.", "Use a token that has it."
        )
    if wait_ms and await session.wait_for_participant(invocation.destination, wait_ms / 1000) is None:
        out.warn(f"{invocation.destination} was not active within {wait_ms / 1000:g} s")
    seq = session.start_call(invocation)
    if invocation.anyway or any(one.identity == invocation.destination for one in session.roster):
        out.say(budget_for(invocation.response_ms, invocation.ack_ms).in_words(), dim=True)
    try:
        call = await session.finished(seq)
    except asyncio.CancelledError:
        session.cancel(seq)
        _write(await session.finished(seq), session, out, as_json=as_json)
        raise
    _write(call, session, out, as_json=as_json)
    return exit_for(call)


def _remark(invocation: Invocation, out: Output) -> None:
    length = utf8_size(invocation.method)
    if length > METHOD_NAME_LIMIT:
        out.warn(f"the method's name has {length} bytes; LiveKit documents at most {METHOD_NAME_LIMIT}")
    problem = json_problem(invocation.payload) if invocation.payload else None
    if problem:
        out.say(f"the payload is no JSON ({problem}): it is sent as text", dim=True)


def _write(call: Call, session: Session, out: Output, *, as_json: bool) -> None:
    if as_json:
        out.line(call_line(call))
    elif call.response and call.response.text is not None:
        out.payload(call.response.text)
    tell(call, explain(call, facts_of(session, call)), out)
