"""LiveKit's SDK for Node, for tests of programs that use it."""

import os
import shutil
import subprocess
from pathlib import Path

import platformdirs
import pytest

RTC_NODE = "1.1.0"


def rtc_node() -> Path:
    """A folder with @livekit/rtc-node in it, cached; skips the test when it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("no Node and npm on this machine")
    root = Path(os.environ.get("RPC_INSPECTOR_TEST_CACHE") or platformdirs.user_cache_dir("rpc-inspector"))
    folder = root / f"rtc-node-{RTC_NODE}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        command = [npm, "install", f"@livekit/rtc-node@{RTC_NODE}", "--silent", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=90, check=False)  # noqa: S603
        if done.returncode:
            pytest.skip(f"npm cannot install @livekit/rtc-node: {done.stderr[-200:]}")
        (folder / "done").touch()
    return folder
