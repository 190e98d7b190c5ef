import json
import shutil
import signal
import socket
from pathlib import Path

import pytest
import yaml
from junitparser import JUnitXml

from rpc_inspector.storage.collections import read_collection
from tests.support.calls import WALL, call, story

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "demo-collection"
SECRET = "s3cr3t-of-a-process"


def request(cli, name, text):
    (cli.home / "requests").mkdir(exist_ok=True)
    (cli.home / "requests" / f"{name}.yaml").write_text(text)


def check(cli, *arguments, **how):
    return cli.run("check", "requests", "-r", "lobby", *arguments, **how)


def test_a_check_that_holds_and_one_that_does_not(in_room):
    request(in_room, "1", "{name: good, to: weather-agent, method: echo, payload: {n: '${n}'}, expect: {$.n: '5'}}")
    done = check(in_room, "--var", "n=5")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().startswith("✓ good  → weather-agent echo  ")
    assert "checking 1 of 1 requests of requests" in done.stderr.decode()
    assert b"\x1b[" not in done.stdout
    done = check(in_room, "--var", "n=6", "--junit", "report.xml")
    assert done.returncode == 20
    assert '$.n: expected "5", came "6"' in done.stdout.decode()
    assert JUnitXml.fromfile(str(in_room.home / "report.xml")).failures == 1


def test_only_some_of_them(in_room):
    request(in_room, "1", "{to: weather-agent, method: echo, tags: [smoke]}")
    request(in_room, "2", "{to: weather-agent, method: boom}")
    done = check(in_room, "-k", "SMOKE echo", "--json")
    assert done.returncode == 0
    first, last = map(json.loads, done.stdout.splitlines())
    assert (first["file"], first["status"], first["call"]["outcome"]) == ("1.yaml", "passed", "ok")
    assert last["summary"]["passed"] == 1
    none = check(in_room, "-k", "nothing like it")
    assert none.returncode == 2
    assert b"None of the 2 requests" in none.stderr


def test_everything_that_is_wrong_is_told_at_its_place_before_anything_is_connected(cli):
    cli.environment = {"LIVEKIT_URL": "ws://127.0.0.1:1", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 32}
    request(cli, "1", "to: a\nmethod: b\ntimeuot: 5\n")
    request(cli, "2", "to: a\n  method: b\n")
    done = check(cli)
    said = done.stderr.decode()
    assert done.returncode == 2
    assert "requests/1.yaml:3:1: A request has no field timeuot. Did you mean timeout or ack_timeout?" in said
    assert "requests/2.yaml:2:9: This is no YAML" in said
    assert "2 things are wrong in the collection." in said
    assert "Traceback" not in said
    request(cli, "1", "to: a\nmethod: ${m}\n")
    request(cli, "2", "to: a\nmethod: b\npayload: ${secret:PIN}\n")
    said = check(cli).stderr.decode()
    assert "requests/1.yaml:2:9: There is no variable m." in said
    assert "requests/2.yaml:3:10: There is no secret PIN." in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gone"], "There is no folder gone"),
        (["requests", "--env", "staging"], "There is no environment staging"),
        (["requests", "--var", "novalue"], "is no NAME=VALUE"),
        (["requests", "--var", "uuid=1"], "cannot be the name of a variable"),
        (["requests", "--junit", "nowhere/report.xml"], "There is no directory nowhere"),
        (["requests", "--wait", "x"], "is not a number of seconds"),
    ],
)
def test_usage(cli, arguments, words):
    request(cli, "1", "{to: a, method: b}")
    done = cli.run("check", *arguments)
    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_no_connection(cli):
    request(cli, "1", "{to: a, method: b}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    secrets = {"LIVEKIT_URL": f"ws://127.0.0.1:{port}", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 32}
    assert check(cli, env=secrets).returncode == 4


def test_secrets_of_the_process_and_of_the_file_are_sent_and_not_printed(in_room):
    request(in_room, "1", 'to: weather-agent\nmethod: echo\npayload: "${secret:PIN} ${secret:KEPT}"\nexpect: {$: x}\n')
    (in_room.home / "requests" / ".secrets.yaml").write_text("KEPT: kept-in-a-file\n")
    for option in ((), ("--json",)):
        done = check(in_room, *option, env={"PIN": SECRET})
        assert done.returncode == 20
        said = (done.stdout + done.stderr).decode()
        assert SECRET not in said
        assert "kept-in-a-file" not in said
        assert "•••••" in said or "\\u2022" in said


def test_an_interrupt_tells_what_is_known(in_room):
    request(in_room, "1", "{to: weather-agent, method: echo}")
    request(in_room, "2", "{to: weather-agent, method: sleep, payload: '30', timeout: 60}")
    running = in_room.start("check", "requests", "-r", "lobby")
    assert running.stdout.readline().decode().startswith("✓ 1")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"1 as expected" in out
    assert b"Traceback" not in err


def test_the_example_holds_in_a_demo_room(cli):
    for more, passed in (([], 8), (["--env", "oslo", "-k", "smoke"], 2)):
        done = cli.run("check", str(EXAMPLE), "--demo", *more)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        assert f"{passed} as expected" in done.stdout.decode()


def exported(cli, *rows):
    from rpc_inspector.core.secrets.redaction import Rules
    from rpc_inspector.storage.export import FORMATS, About, export_file

    export_file(cli.home / "t.jsonl", rows, FORMATS["trace"], About(made=WALL, rules=Rules(payloads="keep")))
    return cli.run("export", "t.jsonl", "--format", "collection", "-o", "made")


def test_a_trace_becomes_a_collection(cli):
    done = exported(cli, *story())
    assert done.returncode == 0, done.stderr.decode()
    requests = read_collection(cli.home / "made").requests
    assert [one.method for one in requests][:3] == ["get_weather", "get_location", "refund"]
    assert "confirm" not in [one.method for one in requests], "calls to ourselves cannot be made again"
    assert not any(one.method.startswith("rpc.ping") for one in requests)
    assert requests[0].path.name == "010-get_weather.yaml"
    assert {one.method: one.expect.codes for one in requests}["refund"] == (1502,)
    again = cli.run("export", "t.jsonl", "--format", "collection", "-o", "made", "--force")
    assert again.returncode == 2
    assert b"never replaced" in again.stderr
    to_stdout = cli.run("export", "t.jsonl", "--format", "collection", "-o", "-")
    assert to_stdout.returncode == 2
    assert b"is a folder" in to_stdout.stderr
    assert not [path for path in cli.home.iterdir() if path.name.startswith(".made")]


def test_what_was_redacted_becomes_a_secret_and_the_collection_runs(in_room):
    from rpc_inspector.core.model import Payload, replace

    payload = json.dumps({"password": "hunter2", "cost": "${5}", "by": [{"api_key": 'k"1'}], "n": 1.50})
    made = replace(call(1, method="echo"), request=Payload(len(payload), payload), comment="it: #1")
    done = exported(in_room, made, replace(made, seq=2, id="2", request=Payload(5, "- pin")))
    assert done.returncode == 0, done.stderr.decode()
    folder = in_room.home / "made"
    text = "".join(path.read_text() for path in folder.rglob("*.yaml"))
    assert "hunter2" not in text
    assert yaml.safe_load((folder / "environments" / "default.yaml").read_text())["secrets"] == [
        "ECHO_API_KEY", "ECHO_PASSWORD",
    ]  # fmt: skip
    assert (folder / ".gitignore").read_text() == ".secrets.yaml\n"
    lacking = in_room.run("check", "made", "-r", "lobby")
    assert lacking.returncode == 2
    assert b"There is no secret ECHO_PASSWORD" in lacking.stderr
    run = in_room.run("check", "made", "-r", "lobby", env={"ECHO_PASSWORD": "12", "ECHO_API_KEY": SECRET})
    assert run.returncode == 0, run.stdout.decode()
    (first, second) = read_collection(folder).requests
    assert first.description == "it: #1"
    assert '"cost": "$${5}"' in first.payload
    assert second.payload == "- pin"
    shutil.rmtree(folder)
