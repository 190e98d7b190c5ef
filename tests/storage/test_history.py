"""The files of what was sent and what was typed: they survive, are the owner's alone, and stay small."""

import stat

import pytest

from rpc_inspector.storage import history
from rpc_inspector.storage.drafts import LONGEST, DraftFile
from rpc_inspector.storage.history import LONGEST_PAYLOAD, Ended, HistoryFile, Sent, to_keep
from rpc_inspector.storage.reading import FileUnusable


@pytest.fixture
def file(tmp_path):
    return HistoryFile(tmp_path / "state" / "history.jsonl")


def sent(name="1", **more):
    return Sent(id=name, at=1.0, destination="bob", method="echo", **{"payload": "{}", **more})


def test_calls_come_back_newest_first_with_how_they_ended(file):
    file.add(sent("1"))
    file.add(sent("2", payload='{"a":${uuid}}'))
    file.add(Ended(id="1", outcome="1502", ms=15000.5))
    newest, oldest = HistoryFile(file.path).read()
    assert (newest.id, newest.payload, newest.outcome) == ("2", '{"a":${uuid}}', "")
    assert (oldest.id, oldest.outcome, oldest.ms) == ("1", "1502", 15000.5)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_lines_that_are_none_are_passed_over(file):
    file.add(sent("1"))
    with file.path.open("ab") as raw:
        raw.write(b'{"is":"sent"\n\xff\xfe\n{"is":"other"}\n')
    file.add(sent("2"))
    assert [entry.id for entry in file.read()] == ["2", "1"]


def test_it_keeps_its_newer_half_when_it_is_too_large(file, monkeypatch):
    monkeypatch.setattr(history, "MAX_BYTES", 20_000)
    for number in range(400):
        file.add(sent(f"{number}", payload="x" * 100))
    assert file.path.stat().st_size <= 20_000
    found = file.read()
    assert found[0].id == "399"
    assert [int(entry.id) for entry in found] == list(range(399, 399 - len(found), -1))
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_secret_is_kept_as_its_name_and_a_long_payload_not_at_all():
    kept = to_keep(sent(payload='{"password":"hunter2"}'))
    assert (kept.payload, kept.secrets) == ('{"password":"${secret:ECHO_PASSWORD}"}', ("ECHO_PASSWORD",))
    assert to_keep(sent(payload="x" * (LONGEST_PAYLOAD + 1), bytes=7)).payload is None


def test_a_history_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(FileUnusable, match="cannot be written"):
        HistoryFile(tmp_path / "state" / "history.jsonl").add(sent())


def test_drafts_survive_change_and_are_forgotten(tmp_path):
    path = tmp_path / "drafts.json"
    DraftFile(path).change({("bob", "echo"): "half-ty", ("bob", "fail"): '{"token":"t0p"}'})
    DraftFile(path).change({("eve", "x"): "y" * (LONGEST + 1)})
    assert DraftFile(path).read() == {("bob", "echo"): "half-ty", ("bob", "fail"): '{"token":"${secret:FAIL_TOKEN}"}'}
    DraftFile(path).change({("bob", "echo"): ""})
    assert list(DraftFile(path).read()) == [("bob", "fail")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_holds_no_drafts_says_so(tmp_path):
    path = tmp_path / "drafts.json"
    path.write_text("[1]")
    with pytest.raises(FileUnusable, match="holds no drafts"):
        DraftFile(path).read()
