"""What explanations promise, on real rooms: the true cause comes first, and no seen fact contradicts what is named.

Each situation is staged with real participants; nearly all run at once in one room, so that what one leaves behind is
among the facts of the others.
"""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest

from rpc_inspector.core.explain import Cause, Explanation, Facts, Weight
from rpc_inspector.core.model import Call, CallError, Participant, Sighting, Stage
from rpc_inspector.core.session import SessionError, SessionState
from tests.e2e.staged import absences, answers, crowds, observed, ours
from tests.e2e.staged.contradicting import contradictions
from tests.e2e.staged.stage import QUICK, Told, in_time, stage
from tests.support.livekit_server import RealServer
from tests.support.peers import V1_SDK, peer
from tests.support.rawpeer import raw_peer

#: Those of a group run at once. Our other sessions come later: one process's packets are read as one session's.
GROUPS = ((*answers.SITUATIONS, *absences.SITUATIONS, *observed.SITUATIONS), crowds.SITUATIONS, crowds.RATE,
          ours.SITUATIONS, ours.BULK, ours.ELSEWHERE)  # fmt: skip
EVERY = (*(one for group in GROUPS for one in group), *ours.FINAL)
#: Share of situations whose true cause comes first.
SHARE = 0.95
#: A server that goes away is noticed before so many calls were begun.
MOST_UNSENT = 20_000


async def cast(made, exits, *, embedded):
    """Everybody who needs a process of their own, or is no SDK."""
    names = ("stopped", "killed", "blocked")
    starting = [exits.enter_async_context(peer(made.url, name)) for name in names]
    *started, _old = await asyncio.gather(*starting, exits.enter_async_context(peer(made.url, "old", sdk=V1_SDK)))
    raw = {}
    for name in ("deaf", "raw", "halfway") if embedded else ("halfway",):
        raw[name] = await exits.enter_async_context(raw_peer(made.url, name))
        if name != "halfway":
            await raw[name].open()
    await absences.prepare_late(made, dict(zip(names, started, strict=True)), raw)


async def stop_server(made, *, embedded):
    """The server goes away while a call runs."""
    session = await made.another("last")
    await made.here("resident", session)
    seq = made.begin("resident", "sleep", "7.9", session=session)
    await made.troupe.told("handling", method="sleep", payload="7.9")
    made.others["last"] = (session, seq)
    unsent = await made.another("unsent")
    await made.here("resident", unsent)
    stopping = asyncio.ensure_future(made.server.stop() if embedded else _kill(made.server))
    made.others["unsent"] = (unsent, await until_refused(made, unsent, patient=not embedded))
    await stopping


async def _kill(server):
    server.process.kill()
    await server.process.wait()


async def until_refused(made, session, *, patient):
    """Calls, one after another, until there is no connection; `patient`: one that waits for the connection will do."""
    seqs = []
    with suppress(SessionError):
        while len(seqs) < MOST_UNSENT:
            seqs.append(made.begin("resident", session=session, **QUICK))
            if patient and session.state.status == "reconnecting":
                break
            # A server that is killed is noticed late: calls without a pause would only hold the news up.
            await asyncio.sleep(0.02 if patient else 0)
    return seqs


async def staged(server):
    """All situations and what was told of each."""
    embedded = not isinstance(server, RealServer)
    told = {}
    async with AsyncExitStack() as exits, stage(server, answers.prepare) as made:
        await cast(made, exits, embedded=embedded)
        for group in GROUPS:
            chosen = [one for one in group if embedded or not one.embedded_only]
            told |= zip(chosen, await asyncio.gather(*(in_time(one, made) for one in chosen)), strict=True)
        await stop_server(made, embedded=embedded)
        for one in ours.FINAL:
            told[one] = await in_time(one, made)
    return told


def verdict(situation, told):
    """What is wrong with what was told, or nothing."""
    if not isinstance(told, Told):
        return f"could not be staged: {told!r}"
    if told.explanation is None:
        return f"was not explained: {told.call.outcome}"
    causes = told.explanation.causes
    named = [(cause.id, cause.weight) for cause in causes]
    if not causes or causes[0].id not in (situation.cause, situation.or_else):
        return f"named {named} for {told.call.error or told.call.outcome}"
    missing = [words for words in situation.says if words not in causes[0].text]
    return f"does not say {missing}: {causes[0].text}" if missing else ""


def named_all_the_same(situation, told):
    """Causes that the staged facts contradict and that are named all the same as if they could be."""
    if not isinstance(told, Told) or told.explanation is None:
        return []
    return [
        cause.id
        for cause in told.explanation.causes
        if cause.id in situation.never and cause.weight > Weight.UNLIKELY
    ]  # fmt: skip


def test_the_table_is_long_enough_and_names_each_situation_once():
    assert len(EVERY) >= 40
    assert len({one.name for one in EVERY}) == len(EVERY)
    assert sum(not one.embedded_only for one in EVERY) >= 40


@pytest.mark.timeout(300)
async def test_the_true_cause_comes_first(room_server, record_property):
    told = await staged(room_server)
    wrong = {one.name: problem for one, said in told.items() if (problem := verdict(one, said))}
    share = 1 - len(wrong) / len(told)
    record_property("share_first", round(share, 3))
    record_property("situations", len(told))
    assert share >= SHARE, "\n".join(f"{name}: {problem}" for name, problem in wrong.items())
    against = {one.name: found for one, said in told.items() if (found := named_all_the_same(one, said))}
    assert not against, against
    false = {one.name: said.contradicted for one, said in told.items() if isinstance(said, Told) and said.contradicted}
    assert not false, false
    sentences = [one.explanation.happened for one in told.values() if isinstance(one, Told) and one.explanation]
    assert all(said.endswith(".") for happened in sentences for said in happened)


def test_the_checker_finds_what_the_trace_contradicts():
    sent = Stage(stage="request", dir="sent", time=100.0), Stage(stage="ack", dir="received", time=100.1)
    call = Call(
        seq=1, room="r", direction="outgoing", started=100.0, wall=0.0, ended=107.0, caller="us", callee="bob",
        method="echo", outcome="error", error=CallError(code=1501, message="Connection timeout"),
        views=(Sighting(at="caller", source="sdk", stages=sent),),
    )  # fmt: skip
    facts = Facts(
        state=SessionState(status="connected", room="r", identity="us"), roster=(Participant(identity="bob"),)
    )
    said = ("No ack from bob within 7 s.", "bob left 1.0 s after the call began.", "Our own connection broke at once.")
    causes = tuple(
        Cause(text=text)
        for text in ("nobody here is called bob", "bob lacks canPublishData: its handler runs", "bob had acknowledged")
    )
    found = contradictions(call, Explanation(happened=said, causes=causes), facts, ())
    assert [one.partition("'")[2].partition("'")[0] for one in found] == [*said, *(one.text for one in causes[:2])]
