"""Collections checked on real rooms: what holds, what does not, who is missing, what is never printed."""

import asyncio
import json

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from livekit import api

from rpc_inspector.core.exits import Exit
from rpc_inspector.core.session import NotConnected, Target
from rpc_inspector.core.templates import Raw, Sources
from rpc_inspector.headless.checking import Wish, check_collection
from rpc_inspector.headless.output import Output
from rpc_inspector.room import open_session
from rpc_inspector.storage.collections import read_collection
from tests.support.peers import peer
from tests.support.rooms import KEY, ROOM, SECRET, until

PIN = '99"11 ü'


class Room:
    """A folder of requests, a room, and what a check of the one in the other says."""

    def __init__(self, url, folder, capsys):
        self.url, self.folder, self._capsys = url, folder, capsys
        self.status = None

    def request(self, name, text):
        (self.folder / f"{name}.yaml").write_text(text)

    async def check(self, *, sources=Sources(), target=None, **how):  # noqa: B008 - immutable
        collection = read_collection(self.folder)
        wish = Wish(collection=collection, chosen=collection.requests, sources=sources, **how)
        there = target or Target(url=self.url, room=ROOM, api_key=KEY, api_secret=SECRET, describe=False)
        session = open_session()
        try:
            self.status = await check_collection(session, there, wish, Output())
        finally:
            await session.close()
            self.out, self.err = self._capsys.readouterr()
        return self.out

    async def lines(self, **how):
        """The objects of --json, without the summary."""
        *lines, summary = map(json.loads, (await self.check(as_json=True, **how)).splitlines())
        return lines, summary["summary"]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "requests"
    made.mkdir()
    return made


@pytest.fixture
async def room(room_server, folder, capsys):
    async with peer(room_server.url, "callee-1"):
        yield Room(room_server.url, folder, capsys)


async def test_all_as_expected_with_a_value_saved_for_later(room):
    room.request(
        "1",
        """{to: callee-*, method: echo, payload: {id: 7, name: "a \\"b\\""}, save: {id: $.id, name: $.name},
        expect: {$.id: ">6 and <8", ms: {total: 20000, ack: 20000}}}""",
    )
    room.request(
        "2",
        "to: {kind: standard}\nmethod: echo\npayload:\n  id: ${id}\n  text: ${name}\n  n: ${n}\n"
        "  seen: ${last:echo:$.id}\nexpect:\n  $: {id: 7, text: 'a \"b\"', n: 5, seen: 7}\n  $.n: '> 1'\n",
    )
    room.request(
        "3",
        "{to: callee-1, method: fail, payload: {code: 4020, message: 'no', data: '{\"a\": 1}'},"
        " expect: {code: 4020, message: no, $.a: 1}}",
    )
    room.request("4", "{to: callee-1, method: nothing, skip: not yet}")
    lines, summary = await room.lines(sources=Sources(variables={"n": Raw("5")}))
    assert [line["failures"] for line in lines] == [[], [], [], []]
    assert [line["status"] for line in lines] == ["passed", "passed", "passed", "skipped"]
    assert (summary["passed"], summary["failed"], summary["skipped"]) == (3, 0, 1)
    assert lines[0]["call"]["callee"] == "callee-1"
    assert room.status == Exit.OK


async def test_what_is_not_as_expected_is_told(room):
    room.request(
        "1", "{name: the first, to: callee-1, method: echo, payload: {a: 1}, expect: {$.a: '>2', $.b: exists}}"
    )
    room.request("2", "{to: callee-1, method: boom}")
    room.request("3", "{to: callee-1, method: sleep, payload: '0.01', expect: {ms: {total: 1}}}")
    room.request("4", "{to: callee-1, method: echo, payload: plain, save: {x: $.x}}")
    room.request("5", "{to: callee-1, method: echo, payload: '${x}'}")
    said = await room.check()
    assert room.status == Exit.NOT_AS_EXPECTED == 20
    lines = said.splitlines()
    assert lines[0].startswith("✗ the first  → callee-1 echo  ")
    assert lines[1:3] == ["    $.a: expected > 2, came 1", "    $.b: expected exists, came nothing there"]
    assert "    outcome: expected ok, came error 1500 APPLICATION_ERROR: Application error in method handler" in lines
    assert any(line.startswith("    ms.total: expected at most 1, came ") for line in lines)
    assert "    save x: expected $.x, came nothing there" in lines
    assert any(line.startswith("    request: expected ${x}, came There is no variable x.") for line in lines)
    assert lines[-1].startswith("0 as expected · 5 not · ")


async def test_bail_ends_at_the_first(room):
    room.request("1", "{to: callee-1, method: echo}")
    room.request("2", "{to: callee-1, method: gone}")
    room.request("3", "{to: callee-1, method: echo}")
    said = await room.check(bail=True)
    assert "1 as expected · 1 not · 1 not run" in said
    assert room.status == Exit.NOT_AS_EXPECTED


async def test_nobody_is_meant_and_that_can_be_expected(room):
    room.request("1", "{to: 'agent-*', method: echo}")
    room.request("2", "{to: calle-1, method: echo}")
    room.request("3", "{to: calle-1, method: echo, expect: {code: RECIPIENT_NOT_FOUND}}")
    lines, _ = await room.lines()
    assert [line["status"] for line in lines] == ["failed", "failed", "passed"]
    assert lines[0]["failures"][0]["came"].startswith("error 1401 RECIPIENT_NOT_FOUND: agent-* is not in the room")
    assert "callee-1" in lines[1]["call"]["error"]["causes"][0]


async def test_who_is_late_is_waited_for(room):
    room.request("1", "{to: 'late-*', method: echo, payload: x}")
    room.request("2", "{to: late-bird, method: echo, payload: x}")

    task = asyncio.ensure_future(room.check(wait_ms=30_000))
    async with peer(room.url, "late-bird") as bird:
        await asyncio.wait_for(task, 40)
        assert len(bird.handled("echo")) == 2
    assert room.status == Exit.OK


async def test_who_never_comes_is_waited_for_once(room):
    room.request("1", "{to: 'never-*', method: echo}")
    room.request("2", "{to: 'never-*', method: echo}")
    await room.check(wait_ms=200)
    assert room.err.count("never-* was not active within 0.2 s") == 1
    assert room.status == Exit.NOT_AS_EXPECTED


async def test_secrets_are_sent_and_never_printed(room, tmp_path):
    sent = '{to: callee-1, method: echo, payload: {pin: "${secret:PIN}", t: "${api_token}"}, save: {session: $.t},'
    room.request("1", f"{sent} expect: {{$.pin: '${{secret:PIN}}'}}}}")
    room.request("2", f"{sent} expect: {{$.pin: wrong, $: [], $.t: '!= ${{session}}'}}}}")
    room.request("3", '{to: callee-1, method: fail, payload: \'{"code": 5, "message": "${api_token}"}\'}')
    room.request("4", "to: callee-1\nmethod: echo\npayload: plain ${secret:PIN} ${session}\nexpect: {$: x}\n")
    sources = Sources(secrets={"PIN": PIN}, variables={"api_token": "t0ps3cret"})
    report = tmp_path / "junit.xml"
    lines, _ = await room.lines(sources=sources, junit=report)
    assert [line["status"] for line in lines] == ["passed", "failed", "failed", "failed"]
    assert json.loads(lines[0]["call"]["response"]["payload"]) == {"pin": "•••••", "t": "•••••"}
    assert lines[0]["call"]["response"]["redacted"]
    assert lines[0]["call"]["request"]["bytes"] > 30, "the size is the true one"
    people = await room.check(sources=sources)
    for text in (json.dumps(lines, ensure_ascii=False), people, room.err, report.read_text()):
        for secret in (PIN, json.dumps(PIN)[1:-1], "t0ps3cret"):
            assert secret not in text


async def test_the_junit_report_is_read_by_others(room, tmp_path):
    room.request("1", '{name: "fine <&>", to: callee-1, method: echo}')
    room.request(
        "2", '{name: "\\e[31m\\uFFFF]]>", to: callee-1, method: echo, payload: {a: "<\\0>"}, expect: {$.a: "]]>"}}'
    )
    room.request("3", "{to: callee-1, method: echo, skip: because}")
    report = tmp_path / "junit.xml"
    await room.check(junit=report)
    (suite,) = JUnitXml.fromfile(str(report))
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("requests", 3, 1, 0, 1)
    fine, odd, skipped = suite
    assert (fine.name, fine.classname, fine.result) == ("fine <&>", "requests", [])
    assert fine.time > 0
    assert "✓ ok" in fine.system_out
    assert odd.name == "\\e[31m\\u{ffff}]]>"
    assert isinstance(odd.result[0], Failure)
    assert not isinstance(odd.result[0], Error)
    assert odd.result[0].message == '$.a: expected "]]>", came "<\\u0000>"'
    assert isinstance(skipped.result[0], Skipped)


async def test_a_lost_connection_ends_the_check_and_leaves_a_report(room, tmp_path):
    room.request("1", "{to: callee-1, method: echo}")
    room.request("2", "{to: callee-1, method: sleep, payload: '20', timeout: 30}")
    room.request("3", "{to: callee-1, method: echo}")
    report = tmp_path / "junit.xml"
    target = Target(url=room.url, room=ROOM, identity="me", api_key=KEY, api_secret=SECRET, describe=False)
    running = asyncio.ensure_future(room.check(junit=report, target=target))
    await until(lambda: "✓ 1" in room._capsys.readouterr().out, within_s=20, what="first call")
    async with api.LiveKitAPI(room.url, KEY, SECRET) as service:
        await service.room.remove_participant(api.RoomParticipantIdentity(room=ROOM, identity="me"))
    with pytest.raises(NotConnected):
        await running
    assert "1 as expected · 1 not · 1 not run" in room.out
    assert next(iter(JUnitXml.fromfile(str(report)))).failures == 1


async def test_an_interrupt_leaves_a_report(room, tmp_path):
    room.request("1", "{to: callee-1, method: echo}")
    room.request("2", "{to: callee-1, method: sleep, payload: '60', timeout: 90}")
    report = tmp_path / "junit.xml"
    running = asyncio.ensure_future(room.check(junit=report))
    async with peer(room.url, "callee-2") as other:  # it sees the room as we are in it
        assert other
        await until(lambda: "✓ 1" in room._capsys.readouterr().out or running.done(), within_s=20, what="first call")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    suite = next(iter(JUnitXml.fromfile(str(report))))
    assert (suite.tests, suite.skipped) == (2, 1)
    assert "1 as expected · 1 not run" in room.out
