"""The story told over a session: every call made, and each outcome held against the expected one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rpc_inspector.core.model import Call, Participant
from rpc_inspector.core.session import Invocation, Session, Target, Update
from rpc_inspector.demo.story import STORY, StoryCall

#: How long a participant may take to come, or to come back, in seconds.
ARRIVAL_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class StoryResult:
    """What came of a call of the story.

    Attributes:
        call: the call as the session saw it; ``None`` if it was not made, as nobody came to receive it.
    """

    expected: StoryCall
    call: Call | None

    @property
    def as_expected(self) -> bool:
        """Whether the outcome, the error's code and the answer are the expected ones."""
        call, expected = self.call, self.expected
        if call is None:
            return False
        if expected.code is not None:
            error = call.error
            return error is not None and error.code == expected.code and expected.contains in (error.data or "")
        answer = call.response
        return (
            call.outcome == "ok"
            and answer is not None
            and expected.contains in (answer.text or "")
            and answer.bytes >= expected.least_bytes
        )


async def run_story(session: Session, target: Target, story: Sequence[StoryCall] = STORY) -> tuple[StoryResult, ...]:
    """Join the demo's room and make every call of the story; takes about as long as its slowest participant.

    Calls to one destination follow one another, different destinations are called at the same time.

    Args:
        session: joins, and stays in the room afterwards.
        target: the demo's room.
        story: the calls to make.

    Returns:
        A result for each call, in the order of the story.

    Raises:
        SessionError: the room cannot be joined, or the connection was lost.
    """
    await session.join(target)
    destinations = dict.fromkeys(call.destination for call in story)
    chains = [[call for call in story if call.destination == destination] for destination in destinations]
    tasks = [asyncio.create_task(_tell(session, chain)) for chain in chains]
    try:
        told = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    results = {id(result.expected): result for chain in told for result in chain}
    return tuple(results[id(call)] for call in story)


async def _tell(session: Session, chain: Sequence[StoryCall]) -> list[StoryResult]:
    results = []
    sid = ""
    for story_call in chain:
        callee = await _await_callee(session, story_call, sid)
        if callee is None and story_call.when != "at once":
            results.append(StoryResult(story_call, None))
            continue
        sid = callee.sid if callee else ""
        number = session.start_call(_invocation(story_call))
        results.append(StoryResult(story_call, await session.finished(number)))
    return results


async def _await_callee(session: Session, call: StoryCall, last_sid: str) -> Participant | None:
    match call.when:
        case "at once":
            return None
        case "present":
            return await _await(session, call.destination, lambda _: True)
        case "ready":
            return await _await(session, call.destination, lambda callee: bool(callee.attributes))
        case "returned":
            return await _await(
                session, call.destination, lambda callee: bool(callee.attributes) and callee.sid != last_sid
            )


async def _await(session: Session, identity: str, fits: Callable[[Participant], bool]) -> Participant | None:
    """Wait until a participant is active and fits, at most ARRIVAL_LIMIT_S."""
    found: asyncio.Future[Participant] = asyncio.get_running_loop().create_future()

    def look(_update: Update | None = None) -> None:
        for one in session.roster:
            if one.identity == identity and one.can_receive_calls and fits(one) and not found.done():
                found.set_result(one)

    end = session.subscribe(look)
    look()
    try:
        async with asyncio.timeout(ARRIVAL_LIMIT_S):
            return await found
    except TimeoutError:
        return None
    finally:
        end()


def _invocation(call: StoryCall) -> Invocation:
    return Invocation(destination=call.destination, method=call.method, payload=call.payload)
