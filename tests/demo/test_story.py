"""The story, told over the real session in the real demo room."""

import pytest

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.model import Call, CallError, Payload
from rpc_inspector.demo.process import DemoProcess
from rpc_inspector.demo.rehearsal import StoryResult, run_story
from rpc_inspector.demo.story import STORY, StoryCall
from rpc_inspector.room import open_session


async def test_every_call_of_the_story_ends_as_expected():
    async with DemoProcess() as demo:
        session = open_session()
        try:
            results = await run_story(session, await demo.target())
        finally:
            await session.close()
    assert [result.expected for result in results] == list(STORY)
    unexpected = [(one.expected, one.call) for one in results if not one.as_expected]
    assert not unexpected
    codes = {one.call.error.code for one in results if one.call and one.call.error}
    assert codes >= {
        ErrorCode.UNSUPPORTED_METHOD,
        ErrorCode.RECIPIENT_NOT_FOUND,
        ErrorCode.APPLICATION_ERROR,
        ErrorCode.RESPONSE_TIMEOUT,
        ErrorCode.RECIPIENT_DISCONNECTED,
    }


def _call(**fields):
    return Call(seq=1, room="demo", direction="outgoing", started=0.0, wall=0.0, **fields)


OK = StoryCall("archive", "echo", contains="hel", least_bytes=5)
FAILS = StoryCall("billing", "charge", code=4020, contains="funds")


@pytest.mark.parametrize(
    ("expected", "call", "verdict"),
    [
        (OK, _call(outcome="ok", response=Payload(5, "hello")), True),
        (OK, _call(outcome="ok", response=Payload(4, "hell")), False),
        (OK, _call(outcome="ok", response=Payload(5, "world")), False),
        (OK, _call(outcome="error", error=CallError(code=1400, message="")), False),
        (OK, _call(outcome="cancelled"), False),
        (OK, None, False),
        (FAILS, _call(outcome="error", error=CallError(code=4020, message="", data="no funds")), True),
        (FAILS, _call(outcome="error", error=CallError(code=4020, message="")), False),
        (FAILS, _call(outcome="error", error=CallError(code=1500, message="", data="no funds")), False),
        (FAILS, _call(outcome="ok", response=Payload(8, "no funds")), False),
    ],
)
def test_an_outcome_is_held_against_the_expected_one(expected, call, verdict):
    assert StoryResult(expected, call).as_expected is verdict
