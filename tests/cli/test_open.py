"""`open`: a saved trace as JSON, and what a file that is none gets."""

import gzip
import json
import signal

import pytest

from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.model import Call, Payload, replace
from rpc_inspector.storage.journal.lines import Header, Line, encode
from tests.support.calls import call, event, story

LINES = [call_line(row) for row in story() if isinstance(row, Call)]
JOURNAL = encode(Header(session="a", room="demo")) + b"".join(
    encode(Line(call=row) if isinstance(row, Call) else Line(event=row)) for row in story()
)


def lines(done):
    return done.stdout.decode("ascii").splitlines()


def ids(done):
    return [json.loads(line)["id"] for line in lines(done)]


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(LINES) + "\n")
    return str(path)


def test_call_objects_pass_unchanged(cli, trace):
    done = cli.run("open", trace, "--json")
    assert (done.returncode, lines(done), done.stderr) == (0, LINES, b"")


def test_a_journal_becomes_call_objects(cli, tmp_path):
    path = tmp_path / "journal.jsonl"
    later = replace(call(2, 1.123), comment="later")
    path.write_bytes(JOURNAL + encode(Line(call=later)))
    done = cli.run("open", str(path), "--json")
    assert done.returncode == 0
    assert ids(done) == [json.loads(line)["id"] for line in LINES]
    assert lines(done)[0] == call_line(later)
    notes = {made["id"]: made["note"] for made in map(json.loads, lines(done)) if made["note"]}
    assert notes == {"id-11": "the recording ended before it did"}
    assert [json.loads(line)["outcome"] for line in lines(done)].count("open") == 0


def test_standard_input_packed_or_not(cli):
    content = "\n".join(LINES).encode()
    for sent in (content, gzip.compress(content)):
        done = cli.run("open", "-", "--json", stdin=sent)
        assert (done.returncode, lines(done)) == (0, LINES)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("method:charge", ["id-7", "id-9", "id-10"]),
        ("outcome:error code:15*", ["id-4", "id-7", "id-9"]),
        ("total>5s", ["id-4", "id-9"]),
        ("ack<1ms", ["id-3"]),
        ("size>1MB or dir:incoming", ["id-12"]),
        ("purpose:ping", ["id-14"]),
        ("peer:phone*", ["id-6"]),
        ("not outcome:ok|error", ["id-10", "id-11", "id-13"]),
        ("age<500ms", ["id-4", "id-9", "id-12", "id-13"]),
    ],
)
def test_a_filter_lets_through_what_matches(cli, trace, expression, wanted):
    done = cli.run("open", trace, "--json", "--filter", expression)
    assert done.returncode == 0
    if expression.startswith("age"):  # what begins less than 500 ms before the end of the last to end
        wanted = [json.loads(line)["id"] for line in LINES if "12:00:09" in line]
    assert ids(done) == wanted
    assert f"{len(wanted)} of {len(LINES)} calls match" in done.stderr.decode()


@pytest.mark.parametrize("expression", ["method:get*", "outcome:lost", "total>50ms", "ack>=4ms", "size>100B", "marked"])
def test_objects_and_journal_answer_a_filter_alike(cli, tmp_path, trace, expression):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(JOURNAL)
    one = cli.run("open", trace, "--json", "--filter", f"{expression} not id:id-11")
    other = cli.run("open", str(path), "--json", "--filter", f"{expression} not id:id-11")
    assert ids(one) == ids(other)


def test_ages_count_from_the_end_of_the_trace(cli, tmp_path):
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(call_line(call(seq, at=float(seq), total=10)) for seq in range(10)))
    done = cli.run("open", str(path), "--json", "--filter", "age<2.5s")
    assert ids(done) == ["id-7", "id-8", "id-9"]
    done = cli.run("open", "-", "--json", "--filter", "age<2.5s", stdin=path.read_bytes())
    assert done.returncode == 2
    assert b"standard input" in done.stderr


def test_hostile_text_is_escaped(cli, tmp_path):
    path = tmp_path / "trace.jsonl"
    hostile = call(1, method="\u202e\x9b31m", request=Payload(9, "\x1b]52;c;eA==\x07 😀 \ud83d"))
    made = json.dumps(json.loads(call_line(hostile)), ensure_ascii=False).encode("utf-8", "surrogatepass")
    surrogate_escaped = call_line(hostile).encode()
    raw = json.dumps(json.loads(call_line(replace(hostile, request=None))), ensure_ascii=False).encode()
    path.write_bytes(b"\n".join([surrogate_escaped, raw, made]))
    done = cli.run("open", str(path), "--json")
    assert done.returncode == 0
    assert [json.loads(line)["method"] for line in lines(done)] == ["\u202e\x9b31m"] * 2
    assert b"1 of 3 lines could not be read" in done.stderr


def test_what_could_not_be_read_is_told_and_the_rest_is_there(cli, tmp_path):
    path = tmp_path / "trace.jsonl"
    path.write_text(f"{LINES[0]}\nnonsense \x1b[31m\n{LINES[1]}\n{LINES[2][:40]}")
    done = cli.run("open", str(path), "--json")
    assert (done.returncode, lines(done)) == (0, LINES[:2])
    said = done.stderr.decode()
    assert "2 of 4 lines could not be read" in said
    assert "Line 2:" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\x89PNG\r\n", "a PNG image"), (b"hello\n", "it is text"), (None, "There is no file")],
)
@pytest.mark.parametrize("more", [["--json"], []])
def test_a_file_that_is_no_trace(cli, tmp_path, content, said, more):
    path = tmp_path / "foreign"
    if content is not None:
        path.write_bytes(content)
    done = cli.run("open", str(path), *more)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_filter_that_cannot_be_read(cli, trace):
    done = cli.run("open", trace, "--json", "--filter", "method:get* outcome:")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines()[1] == " " * len("  method:get* outcome:") + "^"


def test_the_interface_needs_a_terminal(cli, trace):
    done = cli.run("open", trace)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr.decode()


def test_a_reader_that_goes_away_ends_it_quietly(cli, tmp_path):
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(LINES * 2000))
    process = cli.start("open", str(path), "--json")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_an_interrupt_ends_it(cli):
    import subprocess

    process = cli.start("open", "-", "--json", stdin=subprocess.PIPE)
    process.stdin.write(f"{LINES[0]}\n".encode())
    process.stdin.flush()
    assert process.stdout.readline().decode().strip() == LINES[0]  # so it is reading
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=15)
    assert process.returncode == 130
    assert b"Traceback" not in said


def test_room_events_are_no_calls(cli, tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(encode(Header()) + encode(Line(event=event(1, 1.0))))
    done = cli.run("open", str(path), "--json")
    assert (done.returncode, done.stdout) == (0, b"")
