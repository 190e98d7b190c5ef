"""Calls and events as lines, and the stream that they are written to."""

import os
import threading

import pytest

from rpc_inspector.core.model import replace
from rpc_inspector.headless import pipes
from rpc_inspector.headless.report import width
from rpc_inspector.headless.tracelines import call_text, event_text, new_columns
from tests.support.calls import call, event, story

DIM, RESET = "\x1b[2m", "\x1b[0m"


def plain(text):
    return text.replace(DIM, "").replace(RESET, "")


def test_a_line_says_who_what_how_large_how_fast_and_how_it_ended():
    line = call_text(call(1, 0.123, caller="web-1", callee="agent", method="get_weather"), new_columns())
    assert line.startswith(DIM)
    assert plain(line).split()[1:] == ["web-1", "→", "agent", "get_weather", "38/34", "B", "12.0", "ms", "41.2", "ms",
                                       "\x1b[32m✓", "ok"]  # fmt: skip


def test_columns_stand_below_each_other_whatever_is_in_them():
    columns = new_columns()
    rows = [one for one in story() if not hasattr(one, "kind")]
    names = ["日本の天気", "e\u0301clair", "a" * 70, "\x1b[31m", "x"]
    rows += [replace(call(90 + place), caller=name, method=name) for place, name in enumerate(names)]
    for row in rows:
        call_text(row, columns)
    places = set()
    for row in rows:
        before, _, _ = call_text(row, columns).rpartition("\x1b[3")
        if len(row.caller or "") < 40:
            places.add(width(plain(before)))
    assert len(places) == 1


def test_an_event_is_one_dim_line_that_a_terminal_does_not_obey():
    line = event_text(event(1, 2.8, "left", "web\x1b[2J", "gone\nfor good"))
    assert line.startswith(DIM)
    assert plain(line)[14:] == "web\\e[2J left (gone\\nfor good)"
    assert plain(event_text(event(1, 0, "notice", None, "the journal ended")))[14:] == "the journal ended"


@pytest.fixture
def pipe(monkeypatch):
    reading, writing = os.pipe()
    monkeypatch.setattr(pipes, "stdout_number", lambda: writing)
    ends = [reading, writing]
    yield ends
    for one in ends:
        os.close(one)


def test_lines_are_written_in_order_and_all_of_them_by_the_end(pipe):
    writer = pipes.LineWriter(lambda: None)
    lines = [f"{number} ☃" for number in range(3000)]
    read = []
    reader = threading.Thread(target=lambda: read.append(os.fdopen(os.dup(pipe[0]), encoding="utf-8").read()))
    reader.start()
    for line in lines:
        writer.write(line)
    writer.close(10)
    os.close(pipe.pop())
    reader.join(10)
    assert read[0].splitlines() == lines
    assert writer.unwritten == 0


def test_that_nobody_reads_is_noticed_while_there_is_nothing_to_write(pipe):
    closed = threading.Event()
    writer = pipes.LineWriter(closed.set)
    assert not pipes.nobody_reads(pipe[1])
    os.close(pipe.pop(0))
    assert pipes.nobody_reads(pipe[0])
    assert closed.wait(10)
    writer.write("to nobody")
    writer.close(1)
    assert writer.unwritten == 1


def test_a_reader_that_pauses_holds_up_nobody_and_the_rest_is_counted(pipe, monkeypatch):
    monkeypatch.setattr(pipes, "MOST_WAITING", 10)
    writer = pipes.LineWriter(lambda: None)
    line = "x" * 100_000  # more than a pipe holds
    for _ in range(50):
        writer.write(line)
    writer.close(0.1)
    assert 35 <= writer.unwritten <= 50
    os.close(pipe.pop(0))  # which ends the thread


def test_a_file_and_a_missing_output_are_told_from_a_pipe(tmp_path):
    with (tmp_path / "out").open("w") as file:
        assert not pipes.nobody_reads(file.fileno())
    assert pipes.nobody_reads(None)
