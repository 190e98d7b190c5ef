"""A session on a real room, saved and written in every format by the command."""

import csv
import io
import json

import pytest

from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.core.session import Invocation, Target
from rpc_inspector.room import open_session
from rpc_inspector.storage.export import FORMATS, About, export_file
from rpc_inspector.storage.traces.reading import read_rows
from tests.support.calls import WALL
from tests.support.exports import Page
from tests.support.peers import peer
from tests.support.rooms import KEY, ROOM, SECRET, embedded_server, until

SECRET_PAYLOAD = '{"city": "Paris", "password": "hunter2hunter2", "note": "</script>"}'
CODES = [None, 1400, 1500, None]


@pytest.fixture
async def recorded(tmp_path):
    """Four calls on a room, one of them with a secret, one marked and commented, saved as they are."""
    async with embedded_server() as server, peer(server.url, "callee"):
        session = open_session()
        try:
            await session.join(Target(url=server.url, room=ROOM, api_key=KEY, api_secret=SECRET, describe=False))
            assert await session.wait_for_participant("callee", 10)
            for method, payload in (("echo", SECRET_PAYLOAD), ("none", "{}"), ("boom", "x"), ("echo", "é\u202e")):
                seq = session.start_call(Invocation(destination="callee", method=method, payload=payload))
                await session.finished(seq)
            await until(lambda: len(session.row(seq).views) == 2, what="both vantage points saw the last call")
            session.mark(seq, marked=True)
            session.comment(seq, "=the one that matters")
            path = tmp_path / "recorded.jsonl"
            keep = About(made=WALL, rules=Rules(payloads="keep"))
            export_file(path, session.rows(), FORMATS["trace"], keep)
            yield path, list(session.rows())
        finally:
            await session.close()


def exported(cli, *arguments):
    done = cli.run("export", "recorded.jsonl", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done


async def test_what_was_saved_opens_as_it_was(recorded):
    path, rows = recorded
    read, report = read_rows(str(path))
    assert report.sentences() == []
    assert sorted(read, key=lambda row: row.seq) == rows
    assert any(isinstance(row, RoomEvent) for row in read)
    assert [call.error and call.error.code for call in read if isinstance(call, Call)] == CODES


async def test_every_format_of_a_real_session(recorded, cli):
    _, rows = recorded
    calls = [row for row in rows if isinstance(row, Call)]
    for name, form in FORMATS.items():
        done = exported(cli, "--format", name, "-o", f"out.{form.extension}")
        out = cli.home / f"out.{form.extension}"
        files = sorted(out.rglob("*.yaml")) if form.folder else [out]
        text = "".join(path.read_text(encoding="utf-8") for path in files)
        assert "Wrote 4 calls to" in done.stderr.decode()
        assert "Redacted: obvious secrets" in done.stderr.decode()
        assert "hunter2hunter2" not in text
        if name == "csv":
            found = list(csv.DictReader(io.StringIO(text, newline="")))
            assert [row["code"] for row in found] == [str(code or "") for code in CODES]
            assert {row["ack_source"] for row in found} <= {"capture", "server"}
            assert found[3]["comment"] == "'=the one that matters"
        elif name == "json":
            found = [json.loads(line) for line in text.splitlines()]
            assert [one["id"] for one in found] == [call.id for call in calls]
            assert found[0]["request"]["redacted"] is True
        elif name == "html":
            page = Page(text)
            assert page.count("details") == 4
            assert page.count("script") == 1
            shown = "".join(page.text)
            assert "caller (sdk)" in shown
            assert "server (server)" in shown
            assert "=the one that matters" in shown
        elif name == "mermaid":
            assert text.count("->>") == 4 + 4 + 2, "requests, acks and answers"
            assert text.count("-x") == 2
        elif name == "markdown":
            assert "✗ 1400 UNSUPPORTED_METHOD" in text
        elif name == "perfetto":
            events = json.loads(text)["traceEvents"]
            assert sum(one["ph"] == "X" and one["cat"] != "handler" for one in events) == 4


async def test_options_choose_calls_and_what_is_taken_out(recorded, cli):
    assert recorded
    done = exported(cli, "-o", "-", "--format", "json", "--filter", "outcome:error", "--payloads", "off")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["error"]["code"] for one in found] == [1400, 1500]
    assert all(one["request"]["payload"] is None for one in found)
    done = exported(cli, "-o", "-", "--format", "json", "--redact-path", "$.city", "--redact-key", "no*")
    first = json.loads(json.loads(done.stdout.splitlines()[0])["request"]["payload"])
    assert first == {"city": "•••••", "password": "•••••", "note": "•••••"}
    done = exported(cli, "-o", "-", "--format", "json", "--no-redact")
    assert json.loads(done.stdout.splitlines()[0])["request"]["payload"] == SECRET_PAYLOAD
    done = exported(cli, "-o", "marked.csv", "--filter", "marked")
    assert "Wrote 1 of 4 calls to marked.csv" in done.stderr.decode(), "the format is that of the name"
    assert (cli.home / "marked.csv").read_text().startswith("number,")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--filter", "outcome:"), "has no value yet"),
        (("--redact-path", "city"), "--redact-path: A path begins with $."),
        (("-o", "there.html"), "is there already"),
        (("-o", "nowhere/x.html"), "There is no directory"),
    ],
)
def test_mistakes_are_sentences_and_write_nothing(cli, arguments, said):
    (cli.home / "there.html").write_text("mine")
    (cli.home / "calls.jsonl").write_text('{"v":1,"outcome":"ok","started_at":"2026-11-20T12:00:00.123Z"}\n')
    before = sorted(cli.home.iterdir())
    done = cli.run("export", "calls.jsonl", *arguments)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert sorted(cli.home.iterdir()) == before
    assert (cli.home / "there.html").read_text() == "mine"


def test_a_damaged_trace_gives_what_could_be_read(cli):
    good = '{"v":1,"outcome":"ok","method":"m","started_at":"2026-11-20T12:00:00.123Z"}\n'
    (cli.home / "calls.jsonl").write_text(good + "{broken\n" + good)
    done = cli.run("export", "calls.jsonl", "--format", "json", "-o", "-")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "1 of 3 lines could not be read" in done.stderr.decode()
    assert cli.run("export", "missing.jsonl").returncode == 2


def test_a_reader_that_goes_away_is_no_failure(cli):
    good = '{"v":1,"outcome":"ok","method":"m","started_at":"2026-11-20T12:00:00.123Z"}\n'
    (cli.home / "calls.jsonl").write_text(good * 20_000)
    process = cli.start("export", "calls.jsonl", "--format", "csv", "-o", "-")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_pings_and_describes_are_left_out_unless_asked_for(cli):
    call = '{"v":1,"outcome":"ok","method":"%s","purpose":"%s","started_at":"2026-11-20T12:00:00.123Z"}\n'
    (cli.home / "calls.jsonl").write_text(call % ("greet", "call") + call % ("rpc.describe", "describe"))

    def methods(*arguments):
        done = cli.run("export", "calls.jsonl", "--format", "json", "-o", "-", *arguments)
        return [json.loads(line)["method"] for line in done.stdout.splitlines()]

    assert methods() == ["greet"]
    assert methods("--all") == ["greet", "rpc.describe"]
    assert cli.run("export", "calls.jsonl", "--format", "trace", "-o", "-").stdout.count(b"rpc.describe") == 1
