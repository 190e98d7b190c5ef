"""Methods that were called before: kept, bounded, private."""

import pytest

from rpc_inspector.core.catalogue import SavedMethod
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.storage.saved_methods import MOST, SavedMethods


def called(method, identity="web-1"):
    return SavedMethod(identity=identity, kind="standard", method=method)


def test_the_latest_are_kept_last_and_only_for_their_owner(tmp_path):
    path = tmp_path / "state" / "methods.json"
    kept = SavedMethods(path)
    assert kept.read() == ()
    kept.remember([called("a"), called("b")])
    assert SavedMethods(path).remember([called("a")]) == (called("b"), called("a"))
    assert kept.read() == (called("b"), called("a"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["methods.json"]


def test_so_many_are_kept_and_no_monsters(tmp_path):
    kept = SavedMethods(tmp_path / "methods.json")
    kept.remember(called(f"m{n}") for n in range(MOST + 10))
    kept.remember([called("x" * 1000), called("", "bob")])
    assert len(kept.read()) == MOST
    assert kept.read()[0] == called("m10")


def test_one_that_does_not_keep_only_reads(tmp_path):
    path = tmp_path / "methods.json"
    SavedMethods(path).remember([called("a")])
    assert SavedMethods(path, keeps=False).remember([called("b")]) == (called("a"),)
    assert SavedMethods(path).read() == (called("a"),)


@pytest.mark.parametrize("content", ["{", '{"methods": 3}', '{"methods": [{"identity": "a"}]}', "\xff"])
def test_a_file_that_holds_something_else_is_told(tmp_path, content):
    path = tmp_path / "methods.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(FileUnusable, match="holds no methods"):
        SavedMethods(path).read()
