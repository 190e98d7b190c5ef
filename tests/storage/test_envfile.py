import pytest

from rpc_inspector.storage.envfile import read_env_file
from rpc_inspector.storage.reading import FileUnusable


def test_the_usual_syntax_is_understood(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# ours\nexport A='x y'\nB=\"${A}!\" # said\nC\n\nD=\n")
    assert read_env_file(file) == {"A": "x y", "B": "x y!", "D": ""}


def test_a_line_that_is_none_is_named(tmp_path):
    file = tmp_path / ".env"
    file.write_text("A=1\nB='open\n")
    with pytest.raises(FileUnusable, match="line 2"):
        read_env_file(file)
