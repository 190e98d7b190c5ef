"""Payloads are checked in a process of their own: it is right, it is stopped in time, and it ends with its owner."""

import asyncio
import os

import pytest

from rpc_inspector.tui.checking import Checker
from tests.support.rooms import until

SCHEMA = '{"type": "object", "properties": {"days": {"type": "integer", "maximum": 14}}}'


@pytest.fixture
async def checker():
    checker = Checker()
    yield checker
    await checker.close()


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_what_is_wrong_comes_with_its_place(checker):
    (problem,) = await checker.problems(SCHEMA, '{\n  "days": 20}')
    assert (problem.line, problem.column, problem.length) == (2, 11, 2)
    assert problem.message == "days must be at most 14, is 20"
    assert await checker.problems(SCHEMA, '{"days": 3}') == ()


async def test_several_at_once_get_each_their_own_answer(checker):
    answers = await asyncio.gather(*(checker.problems(SCHEMA, f'{{"days": {n}}}') for n in range(10, 20)))
    assert [len(answer) for answer in answers] == [0] * 5 + [1] * 5


async def test_a_check_that_takes_too_long_is_stopped_and_the_next_is_made(checker):
    await checker.problems(SCHEMA, "{}")
    pid = checker._process.pid
    (problem,) = await checker.problems(SCHEMA, "[" + "1," * 400_000 + "1]", limit_s=0.001)
    assert problem.about == "check"
    assert "longer than 0.001 s" in problem.message
    assert not is_there(pid)
    assert await checker.problems(SCHEMA, '{"days": 3}') == ()


async def test_an_answer_that_nobody_waits_for_is_not_taken_for_the_next(checker):
    await checker.problems(SCHEMA, "{}")
    asking = asyncio.create_task(checker.problems(SCHEMA, '{"days": 20}'))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await checker.problems(SCHEMA, '{"days": 3}') == ()


async def test_one_that_died_is_started_again(checker):
    await checker.problems(SCHEMA, "{}")
    process = checker._process
    process.kill()
    await process.wait()
    assert len(await checker.problems(SCHEMA, '{"days": 20}')) == 1


async def test_what_cannot_be_encoded_is_told(checker):
    (problem,) = await checker.problems(SCHEMA, '"\ud800"')
    assert problem.about == "check"
    assert "not checked" in problem.message


async def test_the_process_ends_when_it_is_closed(checker):
    await checker.problems(SCHEMA, "{}")
    pid = checker._process.pid
    await checker.close()
    await until(lambda: not is_there(pid), what="the process is gone")
