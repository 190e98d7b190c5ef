"""Many calls at once, limits that are over at the same moment, handlers that wait."""

import asyncio
import random
from contextlib import suppress

from tests.e2e.staged.stage import Situation
from tests.support.rooms import until


async def in_line(stage):
    """A handler that works on one call at a time: the last ones wait until their time is over."""
    await stage.join("clerk", {"serve": "queue"})
    calls = [stage.begin("clerk", "serve", "0.35", response_ms=3_000, ack_ms=1_800) for _ in range(8)]
    ended = await asyncio.gather(*map(stage.session.finished, calls))
    assert ended[0].outcome == "ok"
    return stage.explained(next(call for call in ended if call.error and call.error.code == 1502))


def answered_after_all(stage, seq):
    return any(view.stage("response") for view in stage.session.row(seq).views)


async def high_rate(stage):
    """More than a hundred calls at once: one alone gets its ack in a time in which one among them does not."""
    await stage.join("busy")
    noise = random.Random(3)  # noqa: S311 - so that it cannot be compressed
    for ack_ms in (50, 25, 12):
        alone = [await stage.call("busy", "plain", noise.randbytes(2_000).hex(), ack_ms=ack_ms) for _ in range(3)]
        if all(call.error for call in alone):
            continue
        every = [noise.randbytes(2_000).hex() for _ in range(140)]
        calls = [stage.begin("busy", "plain", payload, ack_ms=ack_ms) for payload in every]
        ended = await asyncio.gather(*map(stage.session.finished, calls))
        failed = [call.seq for call in ended if call.error and call.error.code == 1501]
        for seq in failed[-3:]:
            # Its ack comes all the same, which tells that the callee was there.
            with suppress(AssertionError):
                await until(lambda seq=seq: answered_after_all(stage, seq), what="the late answer")
                return stage.explained(seq)
    raise AssertionError("no call had to wait for its ack")


async def waits_for_speech(stage):
    """More time does not help a handler that waits for what does not come."""
    await stage.join("listener", {"listen": "never"})
    patient = await stage.fails("listener", "listen", response_ms=4_000, ack_ms=1_500)
    assert patient.explanation.causes[0].id == "handler-too-slow", "the first time it may be slow"
    return await stage.fails("listener", "listen", response_ms=2_600, ack_ms=1_600)


async def both_limits(stage):
    """The callee and we wait equally long: what comes over the wire first decides who ended the call."""
    await stage.join("even")
    return await stage.fails("even", "sleep", "3", response_ms=1_000, ack_ms=7_000)


async def ack_too_late_for_us(stage, name="resident"):
    """Our limit for the ack is over before anything can come back; the handler runs all the same."""
    await stage.here(name)
    for number in range(30):  # now and then the ack is faster than that
        told = await stage.fails(name, "echo", f"did it run? {number}", ack_ms=1, response_ms=2_000)
        if told.call.error:
            break
    assert told.call.error.code == 1501
    await until(lambda: answered_after_all(stage, told.call.seq), what="the late answer")
    told = stage.explained(told.call)
    assert any("so the handler of echo ran" in said for said in told.explanation.happened)
    return told


async def old_sdk_without_ack(stage):
    return await ack_too_late_for_us(stage, "old")


GONE = ("unknown-identity", "left-before", "not-answering")
SITUATIONS = (
    Situation("calls that wait for one another in the callee", "one-after-another", in_line, ("clerk", "serve"),
              ("not-a-string", "callee-blocked")),
    Situation("a handler that waits for speech", "never-answers", waits_for_speech, ("listen",), ("not-a-string",)),
    Situation("both limits over at the same moment", "handler-too-slow", both_limits, ("sleep", "1 s"), GONE,
              or_else="handler-still-running"),
    Situation("an ack after our limit, and the handler ran", "late-ack", ack_too_late_for_us, ("resident",), GONE),
    Situation("the same with an old SDK", "late-ack", old_sdk_without_ack, ("old",), GONE),
)  # fmt: skip
#: More than a hundred calls at once.
RATE = (Situation("more than a hundred calls at once", "many-in-flight", high_rate, ("busy",), GONE),)
