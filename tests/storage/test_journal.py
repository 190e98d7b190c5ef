"""The journal: what it holds, that it survives, and what it does when the disk does not let it."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rpc_inspector.core.events import RpcEvent, WireError
from rpc_inspector.core.model import Call, CallError, LogLine, Participant, Payload, replace
from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.storage.journal.files import Limits, PartFile, file_name, parts_of, prune
from rpc_inspector.storage.journal.writer import Journal
from rpc_inspector.storage.traces.reading import Reading, read_rows
from tests.support.calls import call, story

IN_ROOM = Update(state=SessionState(status="connected", room="the/room", url="ws://host:7880"))
KEEP = Rules(payloads="keep")
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"


class Recording:
    """A journal in a folder of its own, and what it said."""

    def __init__(self, folder, rules=KEEP, **how):
        self.paths, self.said = [], []
        self.journal = Journal(folder, rules, began=self.paths.append, failed=self.said.append, **how)

    def wait(self, condition, within_s=10.0):
        """What the writing thread will have done soon."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "not in time"
            time.sleep(0.005)

    def written(self):
        self.journal.close()
        return [json.loads(line) for line in Path(self.paths[0]).read_bytes().splitlines()]


def record(folder, *updates, rules=KEEP, events=(), **how):
    recording = Recording(folder, rules, **how)
    recording.journal.take(IN_ROOM)
    for update in updates:
        recording.journal.take(update)
    for event in events:
        recording.journal.event(event)
    return recording


def ended(rows):
    """What reading makes of calls that were running."""
    return [replace(row, outcome="lost", note="the recording ended before it did")
            if isinstance(row, Call) and row.is_open else row for row in rows]  # fmt: skip


def test_rows_come_back_as_they_were(tmp_path):
    recording = record(tmp_path, Update(rows=tuple(story())))
    recording.journal.close()
    rows, report = read_rows(recording.paths[0])
    assert sorted(rows, key=lambda row: row.seq) == ended(story())
    assert report.sentences() == []


def test_a_later_version_of_a_row_replaces_the_earlier(tmp_path):
    before, after = call(1, total=None), call(1, total=20.0)
    recording = record(tmp_path, Update(rows=(before, call(2))))
    recording.wait(lambda: recording.paths)
    recording.journal.take(Update(rows=(replace(after, marked=True, comment="slow"),)))
    recording.journal.close()
    rows, _ = read_rows(recording.paths[0])
    assert [row.seq for row in rows] == [1, 2]
    assert rows[0] == replace(after, marked=True, comment="slow")


def test_what_comes_while_a_batch_is_written_is_written_before_the_end(tmp_path):
    kept = []

    def began(path):
        """The writer is in the middle of its first batch: the session hands over more, and ends."""
        kept.append(path)
        journal.take(Update(rows=(call(2),)))
        journal._closing.set()

    journal = Journal(tmp_path, KEEP, began=began, failed=kept.append)
    journal.take(IN_ROOM)
    journal.take(Update(rows=(call(1),)))
    journal.close()
    rows, _ = read_rows(kept[0])
    assert [row.seq for row in rows] == [1, 2]


def test_only_its_owner_may_read_it(tmp_path):
    recording = record(tmp_path / "journals", Update(rows=(call(1),)))
    recording.journal.close()
    path = Path(recording.paths[0])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_first_line_says_what_it_is_and_the_last_that_it_is_all(tmp_path):
    lines = record(tmp_path, Update(rows=(call(1),))).written()
    assert {"rpc-inspector": "journal", "v": 1, "room": "the/room", "part": 1}.items() <= lines[0].items()
    assert [list(line) for line in lines[1:]] == [["state"], ["call"], ["end"]]


def test_nothing_is_made_before_a_room_is_known(tmp_path):
    recording = Recording(tmp_path / "journals")
    recording.journal.take(Update(state=SessionState(), rows=(call(1),)))
    recording.journal.close()
    assert recording.paths == []
    assert not (tmp_path / "journals").exists()


def test_what_vantage_points_report_is_there_without_payloads(tmp_path):
    event = RpcEvent(source="sdk", stage="request", dir="sent", time=5.0, id="i", payload="secret", payload_bytes=6)
    failed = RpcEvent(source="sdk", stage="response", dir="received", time=6.0, id="i",
                      error=WireError(1500, "told in the row", "data"))  # fmt: skip
    lines = record(tmp_path, events=(event, failed)).written()
    packets = [line["packet"] for line in lines if "packet" in line]
    assert [packet["time"] for packet in packets] == [5.0, 6.0]
    assert "payload" not in packets[0]
    assert packets[1]["error"] == {"code": 1500, "message": ""}


def test_the_packets_themselves_are_there_where_they_were_kept(tmp_path):
    event = RpcEvent(source="sdk", stage="ack", dir="received", time=5.0, id="i", raw=(b"\x00\xff",))
    lines = record(tmp_path, events=(event,)).written()
    assert [line["packet"]["raw"] for line in lines if "packet" in line] == [["AP8="]]


def test_of_the_roster_only_changes_are_written(tmp_path):
    one, other = Participant(identity="one"), Participant(identity="other")
    recording = record(tmp_path, Update(roster=(one, other)))
    recording.wait(lambda: recording.paths)
    recording.journal.take(Update(roster=(one,)))
    recording.wait(lambda: b"gone" in Path(recording.paths[0]).read_bytes())
    recording.journal.take(Update(roster=(replace(one, state="active"),)))
    told = [line for line in recording.written() if "participants" in line or "gone" in line]
    assert [[who["identity"] for who in line.get("participants", [])] for line in told] == [
        ["one", "other"],
        [],
        ["one"],
    ]
    assert told[1]["gone"] == ["other"]


@pytest.mark.parametrize(("mode", "kept"), [("keep", True), ("redact", True), ("off", False)])
def test_payloads_are_recorded_as_asked(tmp_path, mode, kept):
    plain = call(1, request=Payload(2, "{}"))
    secret = call(2, request=Payload(30, json.dumps({"password": "hunter2", "n": 1})))
    lines = record(tmp_path, Update(rows=(plain, secret)), rules=Rules(payloads=mode)).written()
    first, second = (line["call"]["request"] for line in lines if "call" in line)
    assert ("text" in first) == kept
    assert ("hunter2" in second.get("text", "")) == (mode == "keep")
    assert second["bytes"] == 30
    assert second.get("redacted", False) == (mode != "keep")


@pytest.mark.parametrize("mode", ["keep", "redact", "off"])
def test_no_token_is_ever_written(tmp_path, mode):
    someone = Participant(identity="one", attributes={"auth": JWT, "api_key": "k-123"}, metadata=f'{{"t":"{JWT}"}}')
    state = SessionState(status="closed", room="r", detail=f"refused {JWT}")
    log = LogLine(number=1, time=1.0, wall=1.0, level=30, text=f"token={JWT}")
    recording = record(tmp_path, Update(state=state, roster=(someone,), logs=(log,)), rules=Rules(payloads=mode))
    recording.journal.close()
    text = Path(recording.paths[0]).read_text()
    assert JWT not in text
    assert "k-123" not in text


def test_a_lone_surrogate_passes(tmp_path):
    odd = call(1, method="\ud83d", request=Payload(3, "\udc00"), error=CallError(code=1, message="\ud800"))
    recording = record(tmp_path, Update(rows=(odd,)))
    recording.journal.close()
    assert read_rows(recording.paths[0])[0] == [odd]


# Files


def test_a_full_part_gets_a_number_and_the_next_is_complete_in_itself(tmp_path):
    someone = Participant(identity="one")
    recording = record(tmp_path, Update(roster=(someone,)), limits=Limits(part=4_000))
    for seq in range(1, 40):
        recording.journal.take(Update(rows=(call(seq),)))
        recording.wait(lambda: not recording.journal._queue)
    recording.journal.close()
    last = Path(recording.paths[0])
    parts = parts_of(last)
    assert len(parts) > 2
    assert [part.name for part in parts[:-1]] == [f"{last.stem}.{n}.jsonl" for n in range(1, len(parts))]
    assert [row.seq for row in read_rows(str(last))[0]] == list(range(1, 40))
    alone = Reading(str(parts[1]))
    batches = list(alone)
    assert alone.report.sentences() == []
    assert [who for batch in batches for who in batch.participants] == [someone]
    assert any(batch.state and batch.state.room == "the/room" for batch in batches)


def make(folder, name, size, age):
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"x" * size)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


def test_the_oldest_are_removed_beyond_the_limits(tmp_path):
    paths = [make(tmp_path, f"j{n}", 100, age=100 - n) for n in range(5)]
    prune(tmp_path, Limits(total=10_000, files=4))
    assert [path.exists() for path in paths] == [False, True, True, True, True]
    prune(tmp_path, Limits(total=250, files=50))
    assert [path.exists() for path in paths] == [False, False, False, True, True]


def test_what_is_being_written_is_not_removed(tmp_path):
    part = PartFile(tmp_path / "used.jsonl")
    part.write(b"x" * 100)
    os.utime(part.path, (1, 1))
    others = [make(tmp_path, f"j{n}", 100, age=n) for n in range(3)]
    prune(tmp_path, Limits(total=100, files=50))
    assert part.path.exists()
    assert not any(path.exists() for path in others)
    part.close()
    prune(tmp_path, Limits(total=50, files=50))
    assert not part.path.exists()


def test_a_room_of_any_name_makes_a_file_name(tmp_path):
    from datetime import UTC, datetime

    at = datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)
    names = [file_name(room, at) for room in ("../../etc", "日本 \x1b[31m", "", "x" * 500)]
    assert all(name.startswith("20261120T120000.123Z-") and "/" not in name and len(name) < 100 for name in names)
    for name in names:
        (tmp_path / name).touch()


# When it cannot be written


def test_a_folder_that_cannot_be_made_is_told_once_and_nothing_breaks(tmp_path):
    (tmp_path / "file").touch()
    recording = record(tmp_path / "file" / "journals")
    recording.wait(lambda: recording.said)
    for _ in range(100):
        recording.journal.take(Update(rows=(call(1),)))
    recording.journal.close()
    assert len(recording.said) == 1
    assert "--no-journal" in recording.said[0]
    assert not recording.journal._queue


FULL_DISK = """
import resource
import sys
from pathlib import Path
from tests.storage.test_journal import *
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
recording = record(Path(sys.argv[1]))
seq = 0
while not recording.said:
    seq += 1
    recording.journal.take(Update(rows=(call(seq),)))
    recording.wait(lambda: recording.said or not recording.journal._queue)
recording.journal.take(Update(rows=(call(seq + 1),)))
recording.journal.close()
print(seq, recording.paths[0])
print(*recording.said, sep="\\n")
"""


def run_child(source, folder, **how):
    return subprocess.Popen(  # noqa: S603 - this very file's
        [sys.executable, "-c", source, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, **how,
    )  # fmt: skip


def test_a_disk_that_is_full_ends_the_recording_and_what_was_written_is_read(tmp_path):
    child = run_child(FULL_DISK, tmp_path)
    told, *said = child.communicate(timeout=30)[0].splitlines()
    assert child.returncode == 0
    last, path = told.split(" ", 1)
    assert len(said) == 1
    assert said[0].startswith("The journal ended: File too large.")
    rows, report = read_rows(path)
    assert len(rows) >= int(last) - 2 > 5
    assert report.skipped <= 1


KILLED = """
import sys, time
from pathlib import Path
from tests.storage.test_journal import *
recording = record(Path(sys.argv[1]))
recording.wait(lambda: recording.paths)
print(recording.paths[0], flush=True)
seq = 0
while True:
    seq += 1
    recording.journal.take(Update(rows=(call(seq, comment=str(time.monotonic())),)))
    print(seq, time.monotonic(), flush=True)
    time.sleep(0.01)
"""


@pytest.mark.parametrize("after_s", [0.3, 0.55, 0.8])
def test_killed_at_any_moment_it_loses_at_most_the_last_200_ms(tmp_path, after_s):
    child = run_child(KILLED, tmp_path)
    path = child.stdout.readline().strip()
    handed = []
    deadline = time.monotonic() + after_s
    while time.monotonic() < deadline:
        seq, at = child.stdout.readline().split()
        handed.append((int(seq), float(at)))
    child.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    child.wait(10)
    child.stdout.close()
    rows, report = read_rows(path)
    kept = {row.seq for row in rows}
    # Handing over takes the session up to 33 ms of the 200.
    assert {seq for seq, at in handed if at < killed - 0.167} <= kept
    assert report.skipped <= 1


def test_a_disk_that_hangs_costs_no_more_memory_than_so_much(tmp_path, monkeypatch):
    monkeypatch.setattr("rpc_inspector.storage.journal.writer.MOST_WAITING", 50)
    recording = Recording(tmp_path)
    for seq in range(1, 101):
        recording.journal.take(Update(rows=(call(seq),)))  # no room yet, so nothing is written
    recording.journal._queue.popleft()
    recording.journal.take(IN_ROOM)
    lines = recording.written()
    assert [line["lost"] for line in lines if "lost" in line] == [50]
    assert read_rows(recording.paths[0])[1].sentences() == ["50 records could not be written in time."]
