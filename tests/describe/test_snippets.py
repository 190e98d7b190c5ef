"""The snippets of docs/describe.md, run as they stand there: who follows them is found and described."""

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

import pytest
from livekit import rtc

from rpc_inspector.core.methods import parse_advertised, parse_described
from tests.support.node import rtc_node
from tests.support.rooms import call, embedded_server, join, token, until

PAGE = (Path(__file__).parents[2] / "docs" / "describe.md").read_text()
#: What an app has of its own around the snippet.
NODE = """
import { Room } from "@livekit/rtc-node";
const room = new Room();
await room.connect(URL, TOKEN, { autoSubscribe: false });
const weather = async (city) => ({ city, temp: 21 });
SNIPPET
process.stdin.resume().on("end", () => process.exit(0));
"""


def snippet(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL).group(1)


async def look(room, who):
    """What somebody in the room learns of `who` by the convention."""
    await until(lambda: "rpc.methods" in room.remote_participants[who].attributes, within_s=20)
    told = parse_advertised(room.remote_participants[who].attributes["rpc.methods"])
    described = parse_described(await call(room, who, "rpc.describe", '{"v":1}'))
    alone = parse_described(await call(room, who, "rpc.describe", '{"v":1,"method":"get_weather"}'))
    none = parse_described(await call(room, who, "rpc.describe", '{"v":1,"method":"none"}'))
    assert described == alone
    assert none.methods == ()
    return told.methods[0], described.methods[0]


async def test_the_page_shows_what_is_read():
    attribute, answer = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert [(one.name, one.description) for one in parse_advertised(attribute).methods] == [
        ("get_weather", "The weather in a city now"), ("set_units", None),
    ]  # fmt: skip
    assert json.loads(parse_described(answer).methods[0].examples[0])["request"] == {"city": "Paris"}


async def test_python():
    class Weather(TypedDict):
        temp: int

    class WeatherRequest(TypedDict):
        city: str

    code, published = snippet("python").split("await room.connect")
    code = code.replace("    ...\n", "    return '{\"temp\":21}'\n")
    space = {"rtc": rtc, "Weather": Weather, "WeatherRequest": WeatherRequest}
    exec(code, space)  # noqa: S102 - the page's own code
    assert "await methods.publish(room.local_participant)" in published
    async with embedded_server() as server, join(server.url, "app") as app, join(server.url, "us") as us:
        await space["methods"].publish(app.local_participant)
        told, described = await look(us, "app")
        assert (told.name, told.description) == ("get_weather", "The weather in a city now.")
        assert json.loads(described.request_schema)["required"] == ["city"]
        assert await call(us, "app", "get_weather") == '{"temp":21}'


async def test_javascript():
    folder, node = rtc_node(), shutil.which("node")
    async with embedded_server() as server, join(server.url, "us") as us:
        code = NODE.replace("URL", json.dumps(server.url)).replace("TOKEN", json.dumps(token("app")))
        process = await asyncio.create_subprocess_exec(
            node, "--input-type=module", "--eval", code.replace("SNIPPET", snippet("js")),
            cwd=folder, stdin=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            await until(lambda: "app" in us.remote_participants, within_s=30)
            told, described = await look(us, "app")
            assert told.description == described.description == "The weather in a city now"
            assert json.loads(described.request_schema)["required"] == ["city"]
            assert json.loads(await call(us, "app", "get_weather", '{"city":"Oslo"}')) == {"city": "Oslo", "temp": 21}
        finally:
            process.stdin.close()
            async with asyncio.timeout(10):
                await process.wait()


def test_go_is_formatted(tmp_path):
    gofmt = shutil.which("gofmt")
    if gofmt is None:
        pytest.skip("no gofmt on this machine")
    file = tmp_path / "describe.go"
    file.write_text(f"package app\n\n{snippet('go')}")
    done = subprocess.run([gofmt, "-e", "-l", file], capture_output=True, text=True, check=False)  # noqa: S603 - Go's own
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
