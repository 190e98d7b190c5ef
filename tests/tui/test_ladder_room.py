"""The ladder on a real room: what is drawn is what passed, and no more."""

import asyncio

import pytest

from rpc_inspector.core.ladder.arrows import Step
from tests.support.peers import peer
from tests.tui.conftest import opened, to


def lines(user):
    return user.main.query_one("#trace-ladder").lines


def steps(user):
    """What the ladder has of calls, line by line."""
    ladder = lines(user).ladder
    found = [line for line in ladder.between(0, len(ladder)) if isinstance(line, Step)]
    return [step for step in found if step.call is not None]


def drawn(user):
    return lines(user).as_text(0, len(lines(user).ladder))


async def to_trace(user):
    user.main.action_focus_pane("trace")
    await user.pilot.pause()


async def ladder(user):
    await to_trace(user)
    await user.press("l")
    await user.until(lambda: user.main.query("#trace-ladder"), "the ladder")


def of(user, method):
    return [step for step in steps(user) if step.call.method == method]


async def test_calls_of_others_and_our_own_are_arrows_between_their_lifelines(server):
    async with peer(server.url, "alice") as alice, peer(server.url, "bob"), opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: "server" in user.app._session.state.vantage, "the server's view")
        await user.until(lambda: user.main.participant("bob"), "bob")
        await ladder(user)
        await alice.do("call", destination_identity="bob", method="echo", payload='{"a": 1}')
        await user.until(lambda: len(of(user, "echo")) == 3, "three arrows of the observed call")
        request, ack, response = of(user, "echo")
        assert [step.kind for step in (request, ack, response)] == ["request", "ack", "response"]
        assert (request.sender, request.receiver) == (ack.receiver, ack.sender) == ("alice", "bob")
        assert {seen.view.at for step in (request, ack, response) for seen in step.seen} == {"server"}
        assert request.time <= ack.time <= response.time

        user.main.aim("bob", "plain")
        await user.press("ctrl+j")
        await user.until(lambda: [len(step.seen) for step in of(user, "plain")] == [2, 2, 2], "seen from both places")
        own = of(user, "plain")
        assert [step.kind for step in own] == ["request", "ack", "response"]
        assert own[0].sender == own[2].receiver == "inspector-7f3"
        assert [step.seen[0].view.at for step in own] == ["caller"] * 3
        text = drawn(user)
        assert "─ echo 8 B ─" in text
        assert " ack ╌" in text
        assert "seen by: us, " in user.text("Legend")

        # In flight: the callee's lifeline is heavier until it answers.
        calling = asyncio.create_task(
            alice.do("call", destination_identity="bob", method="sleep", payload="1", response_timeout=15)
        )
        await user.until(lambda: [s.kind for s in of(user, "sleep")] == ["request", "ack"], "request and ack")
        lives = lines(user).ladder.lifelines
        after = of(user, "sleep")[1].time + 60
        assert lives.calls_at("bob", after) == 1
        await calling
        await user.until(lambda: of(user, "sleep")[-1].kind == "response", "the answer")
        assert lives.calls_at("bob", after) == 0


async def test_errors_of_the_callee_are_arrows_and_a_leave_ends_a_lifeline_and_a_call(server):
    async with peer(server.url, "bob"), opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        await ladder(user)
        user.main.aim("bob", "boom")
        await user.press("ctrl+j")
        await user.until(lambda: [s.kind for s in of(user, "boom")] == ["request", "ack", "error"], "its error")
        user.main.aim("bob", "leave")
        await user.press("ctrl+j")
        lives = lines(user).ladder.lifelines
        await user.until(lambda: lives.has_left("bob"), "bob left")
        await user.until(lambda: of(user, "leave")[-1].kind in ("end", "error"), "the call's end")
        end = of(user, "leave")[-1]
        assert end.call.error.code == 1503
        text = drawn(user)
        assert "1500 handler raised" in text
        assert "bob ○" in text.splitlines()[0]
        assert "1503 callee left" in text
        if end.kind == "end":
            assert end.sender == end.receiver == "inspector-7f3"
            assert not end.seen
        else:
            assert end.seen


@pytest.mark.timeout(60)
async def test_an_unknown_callee_gets_a_request_and_gives_nothing_back(server):
    async with opened(to(server)) as user:
        await user.joined()
        await ladder(user)
        user.main.aim("nobody", "echo")
        await user.press("ctrl+j")
        await user.until(lambda: [s.call.error.code for s in of(user, "echo") if s.call.error] == [1401], "refused")
        assert [step.kind for step in of(user, "echo")] == ["end"]
        assert "✗ 1401 not in the room, nothing sent" in drawn(user) or "▲ 1401" in drawn(user)
        await user.press("3", "a")
        await user.until(lambda: [s.kind for s in of(user, "echo")] == ["end", "request", "end"], "1501", within_s=20)
        request, end = of(user, "echo")[1:]
        assert end.call.error.code == 1501
        assert request.seen
        assert "✗ 1501 no ack in 7 s" in drawn(user)
        assert not [step for step in steps(user) if step.kind in ("ack", "response", "error")]


async def test_the_ladder_marks_opens_filters_and_pauses_with_the_list(server):
    async with peer(server.url, "bob"), opened(to(server)) as user:
        await user.joined()
        await user.until(lambda: user.main.participant("bob"), "bob")
        await ladder(user)
        for method in ("plain", "echo"):
            user.main.aim("bob", method)
            await user.press("ctrl+j")
            await user.until(lambda method=method: len(of(user, method)) == 3, method)
        await to_trace(user)
        seq = of(user, "plain")[0].row.seq
        lines(user).select(seq)
        await user.press("m")
        await user.until(lambda: seq in user.main.trace_section.view.marks, "marked by the session")
        await user.until(lambda: "times since the mark" in user.main.query_one("#trace-ladder").border_subtitle, "zero")
        await user.press("j")
        assert user.main.shown_call.seq == seq
        await user.press("p")
        assert "paused" in user.main.query_one("#trace-ladder").border_title
        user.main.aim("bob", "plain")
        await user.press("ctrl+j")
        sent = await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c, "answered")
        assert sent.seq not in lines(user).ladder
        await to_trace(user)
        await user.press("p")
        await user.until(lambda: sent.seq in lines(user).ladder, "let in")
        await user.main.trace_section.filter_by("method:echo")
        await user.until(lambda: {step.call.method for step in steps(user)} == {"echo"}, "filtered")
        await user.press("enter")
        assert type(user.app.screen).__name__ == "CallScreen"
