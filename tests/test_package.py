"""The wheel, installed in an empty environment without the extra: it starts, finds its themes, says what it lacks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rpc_inspector import __version__

TOP = Path(__file__).parents[1]
UV = shutil.which("uv")

pytestmark = pytest.mark.skipif(UV is None, reason="building and installing the wheel needs uv")


def run(*command, **how):
    words = [str(part) for part in command]
    return subprocess.run(words, check=False, capture_output=True, text=True, timeout=300, **how)  # noqa: S603 - our own commands


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of programs of an environment that has nothing but our wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    for command in (
        [UV, "build", "--quiet", "--wheel", "--out-dir", folder, TOP],
        [UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"],
    ):
        done = run(*command)
        assert done.returncode == 0, done.stderr
    wheel = next(folder.glob("*.whl"))
    done = run(UV, "pip", "install", "--quiet", "--python", folder / "venv", wheel)
    assert done.returncode == 0, done.stderr
    return folder / "venv" / ("Scripts" if os.name == "nt" else "bin")


def test_it_starts(installed, tmp_path):
    done = run(installed / "rpc-inspector", "--version", cwd=tmp_path)
    assert done.returncode == 0
    assert __version__ in done.stdout


def test_its_themes_are_found(installed, tmp_path):
    code = "from rpc_inspector.tui.theming import load_themes, shipped_directory as d; print(*load_themes(d()))"
    done = run(installed / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for theme in ("inspector-dark", "inspector-light"):
        assert theme in done.stdout


@pytest.mark.parametrize("command", [["demo"], ["demo", "--headless"], ["server"]], ids=" ".join)
def test_without_the_extra_it_says_how_to_get_it(installed, tmp_path, command):
    # A driver that stands in for a terminal, so that the interface itself is not what is refused.
    environment = os.environ | {"TEXTUAL_DRIVER": "textual.drivers.headless_driver:HeadlessDriver"}
    done = run(installed / "rpc-inspector", *command, cwd=tmp_path, env=environment)
    assert done.returncode == 1
    assert "pip install 'rpc-inspector[demo]'" in done.stderr
    assert "Traceback" not in done.stderr
