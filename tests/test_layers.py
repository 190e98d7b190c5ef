"""Which part may know what, where import-linter cannot look: livekit's subpackages, and what an import really loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "rpc_inspector"

#: livekit's subpackages by what may use them.
ALLOWED = {
    "room": {"rtc", "api", "protocol"},
    "demo": {"rtc", "api", "protocol"},
    "server": {"api", "protocol"},
    "wire": {"protocol"},
}


def livekit_imports(path):
    """The subpackages of livekit that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "livekit":
            names = [f"livekit.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("livekit."))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_livekit_is_known_only_where_it_may_be(path):
    folder = path.relative_to(PACKAGE).parts[0]
    assert set(livekit_imports(path)) <= ALLOWED.get(folder, set())


def loaded_by(statement):
    """The names of all modules that a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    return set(done.stdout.split())


def core_modules():
    return [f"rpc_inspector.core.{path.stem}" for path in (PACKAGE / "core").glob("*.py") if path.stem != "__init__"]


def test_the_core_loads_nothing_heavy():
    statement = "import " + ", ".join(core_modules())
    heavy = {"livekit", "google.protobuf", "textual", "rich", "click", "aiohttp", "asyncio", "socket", "yaml"}
    assert not loaded_by(statement) & heavy


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("rpc_inspector.tui.app", {"livekit", "aiohttp", "google.protobuf", "livekit.rtc", "yaml"}),
        ("rpc_inspector.tui.start", {"textual", "livekit", "aiohttp"}),
        ("rpc_inspector.demo.process", {"livekit", "aiohttp", "aiortc", "textual"}),
        ("rpc_inspector.wire.capture", {"livekit.rtc", "livekit.api", "textual", "aiohttp"}),
    ],
)
def test_what_loads_before_the_first_paint_is_light(module, heavy):
    assert not loaded_by(f"import {module}") & heavy
