"""`trace` as a process, on rooms of both servers: what it prints, and every way in which it ends."""

import asyncio
import json
import os
import signal
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from livekit import rtc

from tests.support.commands import PROGRAM, clean_environment, end
from tests.support.rooms import KEY, ROOM, SECRET, call, echo, join, until


class Traced:
    """A running `trace`; what it said on stderr so far is in `said`."""

    def __init__(self, process):
        self.process = process
        self.said = ""
        self._reading = asyncio.create_task(self._read())

    async def _read(self):
        while line := await self.process.stderr.readline():
            self.said += line.decode()

    async def line(self):
        async with asyncio.timeout(20):
            return (await self.process.stdout.readline()).decode()

    async def object(self):
        return json.loads(await self.line())

    async def told(self, words):
        await until(lambda: words in self.said, within_s=20, what=f"{words!r} in {self.said!r}")

    async def ended(self):
        """Waits for its end; the rest of what it printed."""
        async with asyncio.timeout(20):
            rest = await self.process.stdout.read()
            await self.process.wait()
            await self._reading
        return rest.decode()


@asynccontextmanager
async def tracing(url, home, *arguments, wait="seeing calls"):
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "trace", "-r", ROOM, "-i", "inspector", *arguments,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=home, limit=1 << 22,
        env=clean_environment(home, LIVEKIT_URL=url, LIVEKIT_API_KEY=KEY, LIVEKIT_API_SECRET=SECRET),
    )  # fmt: skip
    traced = Traced(process)
    try:
        await traced.told(wait)
        yield traced
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def refused(room, method="nothing"):
    """Calls us, who have no method of that name."""
    await until(lambda: "inspector" in room.remote_participants, what="the inspector is there")
    with pytest.raises(rtc.RpcError) as caught:
        await call(room, "inspector", method, '{"city": "São Paulo"}')
    return caught.value.code


async def test_calls_to_us_are_lines_of_json_as_they_end(room_server, tmp_path):
    async with join(room_server.url, "web-1") as web, tracing(room_server.url, tmp_path, "--json") as traced:
        for method in ("one", "two"):
            assert await refused(web, method) == 1400
            made = await traced.object()
            assert (made["caller"], made["callee"], made["method"]) == ("web-1", "inspector", method)
            assert (made["direction"], made["outcome"], made["error"]["code"]) == ("incoming", "error", 1400)
            assert made["request"]["payload"] == '{"city": "São Paulo"}'
            assert {stage["stage"] for stage in made["views"][0]["stages"]} == {"request", "ack", "response"}
        traced.process.send_signal(signal.SIGTERM)
        assert await traced.ended() == ""
        assert traced.process.returncode == 0, traced.said
        assert traced.said.splitlines()[-1].startswith("2 calls · 2 errors · p50 ")
        assert "Traceback" not in traced.said


async def test_without_the_server_it_says_that_others_calls_do_not_pass_and_with_it_they_do(room_server, tmp_path):
    async with (
        join(room_server.url, "web-1") as web,
        join(room_server.url, "agent") as agent,
        tracing(room_server.url, tmp_path) as traced,
    ):
        echo(agent)
        await until(lambda: "agent" in web.remote_participants)
        await call(web, "agent")
        await refused(web)
        lines = [await traced.line()]
        while "UNSUPPORTED_METHOD" not in lines[-1]:
            lines.append(await traced.line())
        observed = [line for line in lines if "web-1 → agent" in line]
        if "the server shows what it forwards" in traced.said:
            assert len(observed) == 1
            assert observed[0].rstrip().endswith("✓ ok")
        else:
            assert "those of others do not pass here" in traced.said
            assert observed == []
        assert "web-1 → inspector" in lines[-1]
        assert any("connected" in line for line in lines)
        assert "\x1b[" not in "".join(lines)


async def test_a_filter_leaves_out_what_does_not_match_and_is_counted_by(room_server, tmp_path):
    how = ("--json", "--filter", 'method:wanted $.city~"paulo"')
    async with join(room_server.url, "web-1") as web, tracing(room_server.url, tmp_path, *how) as traced:
        await refused(web, "other")
        await refused(web, "wanted")
        assert (await traced.object())["method"] == "wanted"
        traced.process.send_signal(signal.SIGINT)
        assert await traced.ended() == ""
        assert "\n1 call · 1 error · " in traced.said


async def test_calls_that_run_at_the_end_are_printed_as_open(tmp_path, room_server):
    async with (
        join(room_server.url, "web-1") as web,
        join(room_server.url, "agent") as agent,
        tracing(room_server.url, tmp_path, "--json") as traced,
    ):
        if "the server shows" not in traced.said:
            pytest.skip("calls of others do not pass here")
        asked, answer = asyncio.Event(), asyncio.Event()

        async def slow(_data):
            asked.set()
            await answer.wait()
            return "late"

        agent.local_participant.register_rpc_method("slow", slow)
        await until(lambda: "agent" in web.remote_participants)
        calling = asyncio.create_task(call(web, "agent", "slow"))
        await asked.wait()
        await refused(web)
        assert (await traced.object())["outcome"] == "error"
        traced.process.send_signal(signal.SIGINT)
        made = json.loads(await traced.ended())
        assert (made["method"], made["outcome"], made["response"]) == ("slow", "open", None)
        assert "1 still running" in traced.said
        answer.set()
        assert await calling == "late"


async def test_it_ends_after_the_time_that_was_given(room_server, tmp_path):
    async with tracing(room_server.url, tmp_path, "--for", "0.5", "--json") as traced:
        assert await traced.ended() == ""
        assert traced.process.returncode == 0
        assert "0 calls · 0 errors\n" in traced.said


async def test_it_ends_when_nobody_reads_although_nothing_happens(room_server, tmp_path):
    async with tracing(room_server.url, tmp_path, "--json") as traced:
        traced.process._transport.get_pipe_transport(1).close()
        async with asyncio.timeout(15):
            assert await traced.process.wait() == 0
        await traced.told("0 calls")
        assert "BrokenPipe" not in traced.said


async def test_it_says_when_the_connection_ends_for_good(room_server, tmp_path):
    async with tracing(room_server.url, tmp_path, "--json") as traced, join(room_server.url, "inspector"):
        await traced.ended()
        assert traced.process.returncode == 4
        assert "error: " in traced.said
        assert "0 calls" in traced.said


def test_head_ends_it(in_room, live_room):
    """As a shell runs it: the first line closes the pipe."""
    peer = live_room.start_peer("comer")
    environment = clean_environment(in_room.home, **in_room.environment)
    trace = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "trace", "-r", "lobby"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    try:
        head = subprocess.run(["head", "-1"], stdin=trace.stdout, capture_output=True, timeout=30, check=True)  # noqa: S607 - the system's
        trace.stdout.close()
        assert head.stdout.count(b"\n") == 1
        assert trace.wait(20) == 0
        assert b"calls" in trace.stderr.read()
    finally:
        trace.stderr.close()
        end(peer)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reader_that_pauses_does_not_keep_it_from_ending(in_room, number):
    reading, writing = os.pipe()
    # Full from the start, so that its first line waits for ever.
    os.set_blocking(writing, False)
    try:
        while os.write(writing, b"x" * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(writing, True)
    trace = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "trace", "-r", "lobby"], stdout=writing, stderr=subprocess.PIPE,
        env=clean_environment(in_room.home, **in_room.environment),
    )  # fmt: skip
    os.close(writing)
    said = b""
    while b"seeing" not in said:
        said = trace.stderr.readline()
    # What there is to print: the caller comes, calls and leaves.
    assert in_room.run("call", "weather-agent", "echo", "-r", "lobby").returncode == 0
    trace.send_signal(number)
    try:
        _, said = trace.communicate(timeout=20)
        assert trace.returncode == 0
        assert b" call" in said
        assert b"not read in time" in said
    finally:
        os.close(reading)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_said_and_a_missing_output_ends_it(in_room):
    environment = clean_environment(in_room.home, **in_room.environment)
    trace = [*PROGRAM, "trace", "-r", "lobby"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(trace, stdout=full, stderr=subprocess.PIPE, env=environment, timeout=30, check=False)  # noqa: S603 - our own program
    assert done.returncode == 2
    assert b"cannot be written: No space left" in done.stderr
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *trace]
    done = subprocess.run(shell, stderr=subprocess.PIPE, env=environment, timeout=30, check=False)  # noqa: S603 - likewise
    assert done.returncode == 0
    assert b"0 calls" in done.stderr


def test_a_filter_that_cannot_be_read_is_shown_with_a_caret_below_what_is_wrong(in_room):
    done = in_room.run("trace", "-r", "lobby", "--filter", "method:日本 outcome:eror\x1b[31m")
    assert done.returncode == 2
    shown, caret, error, advice = done.stderr.decode().splitlines()
    assert shown == "  method:日本 outcome:eror\\e[31m"
    # Each of the two wide characters has two cells.
    assert caret == "  " + " " * len("method:xxxx outcome:") + "^"
    assert error.startswith("error: outcome is never")
    assert "There are ok" in advice or "Did you mean error?" in advice
    assert done.stdout == b""


def test_without_a_room_and_with_a_senseless_time_it_is_a_usage_error(in_room):
    assert in_room.run("trace").returncode == 2
    assert b"not between" in in_room.run("trace", "-r", "lobby", "--for", "0").stderr


def test_other_commands_end_well_too_when_nobody_reads(cli):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        for arguments in (["server"], ["explain"], ["explain", "1501"]):
            done = subprocess.run(  # noqa: S603 - our own program
                [*PROGRAM, *arguments], stdout=writing, stderr=subprocess.PIPE, timeout=30, check=False,
                env=clean_environment(cli.home),
            )  # fmt: skip
            assert done.returncode == 0
            assert b"Traceback" not in done.stderr
    finally:
        os.close(writing)
