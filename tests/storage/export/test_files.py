"""A file appears whole or not at all, for its owner's eyes, and never in the place of another unasked."""

import os
import stat

import pytest

from rpc_inspector.storage.export import FORMATS, About, FileThere, export_file
from rpc_inspector.storage.reading import FileUnusable
from tests.support.calls import WALL, story

ABOUT = About(made=WALL)


def test_a_file_is_written_whole_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "out.html"
    size = export_file(path, story(), FORMATS["html"], ABOUT)
    assert size == path.stat().st_size > 1000
    assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("mine")
    with pytest.raises(FileThere, match="there already"):
        export_file(path, story(), FORMATS["csv"], ABOUT)
    assert path.read_text() == "mine"
    export_file(path, story(), FORMATS["csv"], ABOUT, force=True)
    assert path.read_text().startswith("number,")


def test_what_fails_half_way_leaves_nothing_and_takes_nothing(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("mine")

    def interrupted():
        yield from story()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_file(path, interrupted(), FORMATS["json"], ABOUT, force=True)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["nowhere/out.html", "out\0.html", "", "file/out.html", "x" * 300])
def test_a_place_that_cannot_be_written_to_is_a_sentence(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileUnusable) as refused:
        export_file(tmp_path / name, story(), FORMATS["html"], ABOUT, force=True)
    assert refused.value.what.endswith(".")
    assert refused.value.advice
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is full")  # noqa: PTH110 - a device
def test_a_full_disk_is_a_sentence():
    with open("/dev/full", "w") as full, pytest.raises(OSError, match="space"):  # noqa: PTH123 - likewise
        FORMATS["csv"].write(story() * 500, full, ABOUT)
