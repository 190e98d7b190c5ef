"""Filters are kept between runs, bounded, readable by their owner alone; a broken file is told, not overwritten."""

import stat
import sys

import pytest

from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.storage.filters import LONGEST, MOST_SAVED, MOST_USED, FilterFile, Filters
from rpc_inspector.storage.reading import FileUnusable


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "rpc-inspector" / "filters.json"


def test_nothing_is_kept_at_first(path):
    assert FilterFile(path).read() == Filters()
    assert not path.exists()


def test_what_was_used_and_saved_is_there_in_the_next_run(path):
    FilterFile(path).remember("outcome:error")
    FilterFile(path).remember("method:get*")
    FilterFile(path).remember("outcome:error")
    FilterFile(path).save("slow \u202e ones", 'payload~"é" total>1s')
    assert FilterFile(path).read() == Filters(
        ("method:get*", "outcome:error"), {"slow \u202e ones": 'payload~"é" total>1s'}
    )
    FilterFile(path).forget("slow \u202e ones")
    assert FilterFile(path).read().saved == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_it(path):
    FilterFile(path).remember("a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["filters.json"]


def test_it_is_bounded(path):
    file = FilterFile(path)
    for number in range(MOST_USED + 5):
        file.remember(f"code:{number}")
    file.remember("x" * (LONGEST + 1))
    used = file.read().used
    assert len(used) == MOST_USED
    assert used[-1] == f"code:{MOST_USED + 4}"
    for number in range(MOST_SAVED):
        file.save(f"{number}", "a")
    file.save("0", "b")
    with pytest.raises(FileUnusable, match="already"):
        file.save("one more", "a")
    with pytest.raises(FileUnusable, match="Shorten"):
        file.save("long", "x" * (LONGEST + 1))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"used": 7}', b'{"used": [7]}', b"\xff\xfe", b'{"saved": []}'])
def test_a_broken_file_is_told_and_left_alone(path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(FileUnusable, match=r"filters\.json"):
        FilterFile(path).remember("a")
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileUnusable, match="cannot be written"):
        FilterFile(tmp_path / "file" / "filters.json").remember("a")


def test_a_filter_that_quotes_a_known_secret_is_not_remembered(tmp_path):
    file = FilterFile(tmp_path / "filters.json", Concealing(["hunter2"]))
    file.remember("payload:hunter2")
    file.remember("method:echo")
    assert file.read().used == ("method:echo",)
