"""A participant in a process of its own, driven by lines of JSON: ``python -m tests.support.peer URL TOKEN``.

It has to be another process: our capture reads all packets of its process, and a peer's are not ours.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Peer:
    """The test's end of a peer."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._number = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def do(self, what: str, **arguments: Any) -> Any:
        """Have the peer do something; what came of it."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"n": self._number, "do": what, **arguments})
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()
        return await asyncio.wait_for(answer, 30)

    async def _read(self) -> None:
        while line := await self._process.stdout.readline():
            answer = json.loads(line)
            self._answers.pop(answer["n"]).set_result(answer["is"])

    async def end(self) -> None:
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading


@asynccontextmanager
async def peer(url: str, token: str, *, passphrase: str = "") -> AsyncIterator[Peer]:
    """A connected peer with the methods of :func:`_handlers`, for as long as the block runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.peer", url, token, passphrase,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if key != "LIVEKIT_RTC_DEBUG"}, limit=2**24,
    )  # fmt: skip
    one = Peer(process)
    try:
        await one.do("hello")
        yield one
    finally:
        await one.end()


async def _main(url: str, token: str, passphrase: str) -> None:
    from livekit import rtc

    room = rtc.Room()
    key = rtc.KeyProviderOptions(shared_key=passphrase.encode())
    encryption = rtc.E2EEOptions(key_provider_options=key) if passphrase else None
    await room.connect(url, token, rtc.RoomOptions(auto_subscribe=False, encryption=encryption))
    got: list[dict[str, Any]] = []
    handlers = _handlers(rtc, room, got) | _describers()
    for name in ("echo", "slow", "boom", "refuse", "leave", "big"):
        room.local_participant.register_rpc_method(name, handlers[name])
    doing: set[asyncio.Task[None]] = set()
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        task = asyncio.create_task(_obey(json.loads(line), rtc, room, handlers, got))
        doing.add(task)
        task.add_done_callback(doing.discard)
    await room.disconnect()
    sys.stdout.flush()
    os._exit(0)  # livekit 1.2.0 sometimes aborts at interpreter exit


def _handlers(rtc: Any, room: Any, got: list[dict[str, Any]]) -> dict[str, Any]:
    leaving: list[asyncio.Task[None]] = []

    def note(data: Any) -> None:
        got.append(
            {
                "id": data.request_id, "caller": data.caller_identity, "payload": data.payload,
                "told_ms": round(data.response_timeout * 1000), "at": time.monotonic(),
            }
        )  # fmt: skip

    async def echo(data: Any) -> str:
        note(data)
        return data.payload

    async def slow(data: Any) -> str:
        note(data)
        await asyncio.sleep(float(data.payload))
        return "late"

    async def boom(data: Any) -> str:
        note(data)
        raise ValueError("stays here")

    async def refuse(data: Any) -> str:
        note(data)
        raise rtc.RpcError(4711, "no", '{"why":"because"}')

    async def leave(data: Any) -> str:
        note(data)
        # From a task of its own: a disconnect waits for the handlers that it cancels.
        leaving.append(asyncio.create_task(room.disconnect()))
        await asyncio.sleep(60)
        return ""

    async def big(data: Any) -> str:
        note(data)
        return "x" * int(data.payload)

    return {"echo": echo, "slow": slow, "boom": boom, "refuse": refuse, "leave": leave, "big": big}


def _describers() -> dict[str, Any]:
    async def describe(data: Any) -> str:
        asked = json.loads(data.payload)
        fields = {"description": "Says it again", "request": {"type": "string"}, "examples": [{"request": "a"}]}
        if asked.get("method"):
            return json.dumps({"v": 1, "methods": {asked["method"]: fields}})
        return json.dumps({"v": 1, "methods": {"echo": fields, "slow": {}}})

    async def names_only(data: Any) -> str:
        asked = json.loads(data.payload)
        if asked.get("method"):
            return json.dumps({"v": 1, "methods": {asked["method"]: {"description": f"about {asked['method']}"}}})
        return json.dumps({"v": 1, "methods": {"echo": {}, "slow": {}}})

    async def lies(_data: Any) -> str:
        return "\x1b[31m not JSON"

    return {"describe": describe, "names_only": names_only, "lies": lies}


async def _obey(line: dict[str, Any], rtc: Any, room: Any, handlers: dict[str, Any], got: list[dict[str, Any]]) -> None:
    us, answer = room.local_participant, None
    match line["do"]:
        case "attributes":
            await us.set_attributes(line["attributes"])
        case "register":
            us.register_rpc_method(line["method"], handlers[line["handler"]])
        case "call":
            try:
                answer = {"ok": await us.perform_rpc(
                    destination_identity=line["to"], method=line["method"], payload=line.get("payload", "")
                )}  # fmt: skip
            except rtc.RpcError as failed:
                answer = {"code": int(failed.code)}
        case "got":
            answer = got
        case "disconnect":
            await room.disconnect()
        case "name":
            await us.set_name(line["name"])
        case "metadata":
            await us.set_metadata(line["metadata"])
        case "participants":
            answer = sorted(room.remote_participants)
    sys.stdout.write(json.dumps({"n": line["n"], "is": answer}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:4]))
