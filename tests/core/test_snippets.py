"""A call as text that makes it again: what a stranger chose is a literal in it, and nothing of it is invisible."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.model import Payload
from rpc_inspector.core.session import Invocation, SessionState
from rpc_inspector.core.snippets import LANGUAGES, command, invocation_of, javascript, python
from tests.support import hostile
from tests.support.calls import call

STATE = SessionState(url="wss://x", room="my room")
HOSTILE = ["@home", "-5", "--url", "it's\n\\n %s $HOME `id` $(id) \"\\'", "", "x" * 200_000, *hostile.TEXTS]


def wanted(text, **more):
    return Invocation(**({"destination": "bob", "method": "echo", "payload": text} | more))


def test_the_command_is_quoted_for_a_shell_and_holds_no_secret():
    line = command(wanted('{"a": "it\'s"}'), STATE)
    assert line.startswith('rpc-inspector call bob echo \'{"a": "it\'"\'"\'s"}\'')
    assert line.endswith("--url wss://x --room 'my room'")
    assert "--timeout" not in line
    assert command(wanted("", response_ms=1500, ack_ms=250), STATE).endswith(" --timeout 1.5 --ack-timeout 0.25")


@pytest.mark.parametrize("method", ["echo", "-e", "line\nend", "\u202egpj"])
def test_a_copied_command_survives_a_shell(method, tmp_path):
    """A program in the command's place tells what it is given; click tells arguments from options as ours does."""
    program = tmp_path / "rpc-inspector"
    program.write_text(f"""#!{sys.executable}
import json, sys, click
@click.group()
def main(): pass
@main.command()
@click.argument("identity")
@click.argument("method")
@click.argument("payload", default="")
@click.option("--url")
@click.option("--room")
def call(payload, **given):
    text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass") if payload == "-" else payload
    print(json.dumps({{**given, "payload": text}}))
main()
""")
    program.chmod(0o755)
    lines = "\n".join(command(wanted(payload, method=method), STATE) for payload in HOSTILE)
    done = subprocess.run(
        ["/bin/sh"], input=lines, env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONUTF8": "1"},
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    expected = {"identity": "bob", "method": method, "url": "wss://x", "room": "my room"}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [expected | {"payload": text} for text in HOSTILE]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@pytest.mark.parametrize("text", HOSTILE[:5] + HOSTILE[6:])
def test_nothing_invisible_is_in_what_is_copied(language, text):
    made = language.make(wanted(text, destination=f"a{text}", method=f"b{text}"), SessionState(room=f"c{text}"))
    assert all(one.isprintable() or one == "\n" for one in made)
    if language.name == "command":
        assert "\n" not in made


@given(st.text(st.characters()), st.text(st.characters(), min_size=1))
def test_the_python_program_calls_exactly_that(payload, method):
    program = ast.parse(python(wanted(payload, method=method, response_ms=1500), SessionState(room=payload)))
    calls = [node for node in ast.walk(program) if isinstance(node, ast.Call)]
    made = next(node for node in calls if getattr(node.func, "attr", "") == "perform_rpc")
    given_to_it = {keyword.arg: ast.literal_eval(keyword.value) for keyword in made.keywords}
    assert given_to_it == {
        "destination_identity": "bob", "method": method, "payload": payload, "response_timeout": 1.5,
    }  # fmt: skip


def test_the_javascript_program_calls_exactly_that(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    texts = [text for text in HOSTILE if text]
    for number, text in enumerate(texts):
        made = javascript(wanted(text, method=text), SessionState(room=text))
        assert "</script" not in made
        # In the SDK's place something that tells what it is given.
        told = re.sub(r"^import .*$", "const dispose = () => {};\n" + _ROOM, made, count=1, flags=re.MULTILINE)
        (tmp_path / f"{number:03}.mjs").write_text(told)
        (tmp_path / f"{number:03}.check.mjs").write_text(made)
    (tmp_path / "all.mjs").write_text("".join(f'await import("./{number:03}.mjs");\n' for number in range(len(texts))))
    done = subprocess.run([node, "all.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    found = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert found == [
        {"destinationIdentity": "bob", "method": text, "payload": text, "responseTimeout": 15000} for text in texts
    ]
    subprocess.run([node, "--check", "000.check.mjs"], cwd=tmp_path, check=True)  # noqa: S603


_ROOM = """class Room {
  connect() {} disconnect() {}
  localParticipant = { performRpc: (given) => JSON.stringify(given) };
}"""


def test_a_call_of_the_trace_is_made_again_with_its_limits():
    made = call(1, callee="bob", method="echo", request=Payload(2, "{}"), budget=budget_for(9000, 3000))
    assert invocation_of(made) == Invocation(
        destination="bob", method="echo", payload="{}", response_ms=9000, ack_ms=3000
    )
    unknown = invocation_of(call(1, callee=None, method=None, request=None))
    assert [language.make(unknown, STATE) for language in LANGUAGES] == ["", "", ""]
