"""A real browser for tests: headless Chromium with livekit-client from the npm registry."""

import asyncio
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from aiohttp import web

LIVEKIT_CLIENT = "2.23.0"
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Path of a Chromium; skips the test when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine")


def livekit_client() -> str:
    """Source of livekit-client, from the cache or from npm; skips the test when it cannot be had."""
    return npm_file("livekit-client", LIVEKIT_CLIENT, "dist/livekit-client.umd.js")


def npm_file(package: str, version: str, path: str) -> str:
    """A file of a package, from the cache or from npm; skips the test when it cannot be had."""
    root = os.environ.get("RPC_INSPECTOR_TEST_CACHE") or platformdirs.user_cache_dir("rpc-inspector")
    script = Path(root) / f"{package}-{version}{''.join(Path(path).suffixes)}"
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(_fetched(package, version, path))
    return script.read_text()


def _fetched(package: str, version: str, path: str) -> str:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"no npm to fetch {package} with")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"{package}@{version}", "--silent"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
        if done.returncode:
            pytest.skip(f"npm cannot fetch {package}: {done.stderr[-200:]}")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            member = archive.extractfile(f"package/{path}")
            assert member is not None
            return member.read().decode()


def read_by_browser(page: Path, *flags: str) -> tuple[str, list[str]]:
    """A file as Chromium sees it once its scripts ran: the document, and what was written to its console."""
    command = [chromium(), *_FLAGS, *flags, "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(  # noqa: S603 - the browser on a page of our own
            [*command, f"--user-data-dir={profile}", page.as_uri()],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


_PAGE = """<!doctype html><script src="/livekit-client.js"></script><script type="module">
const report = (name, value) => fetch("/report", {method: "POST", body: JSON.stringify({name, value})});
const {Room, RpcError} = LivekitClient;
try { SCRIPT } catch (error) { await report("failed", String(error.stack || error)); }
</script>"""


class Page:
    """What the script in the page reports: `await page.report("name")`."""

    def __init__(self) -> None:
        self._values: dict[str, asyncio.Future[Any]] = {}

    def _future(self, name: str) -> asyncio.Future[Any]:
        return self._values.setdefault(name, asyncio.get_running_loop().create_future())

    def take(self, name: str, value: Any) -> None:
        """Takes a report; `failed` fails every wait."""
        if not self._future(name).done():
            self._future(name).set_result(value)

    async def report(self, name: str, *, within_s: float = 30) -> Any:
        """The value that the page reports under `name`; raises AssertionError with what failed in the page."""
        wanted, failed = self._future(name), self._future("failed")
        done, _ = await asyncio.wait({wanted, failed}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        assert wanted in done, f"no {name!r} from the page: {failed.result() if failed in done else 'too late'}"
        return wanted.result()


@asynccontextmanager
async def page(script: str, *flags: str, stderr: int = asyncio.subprocess.DEVNULL) -> AsyncIterator[Page]:
    """A page in Chromium that runs `script` (a module's body) with livekit-client loaded.

    The script tells what happens by `await report(name, value)`. `flags` are further ones of Chromium's, whose log
    goes to the file descriptor `stderr`.
    """
    program, library = chromium(), livekit_client()
    opened = Page()

    async def report(request: web.Request) -> web.Response:
        body = await request.json()
        opened.take(body["name"], body["value"])
        return web.Response()

    def text(body: str, kind: str) -> Any:
        async def handler(_request: web.Request) -> web.Response:
            return web.Response(text=body, content_type=kind)

        return handler

    app = web.Application()
    app.router.add_get("/", text(_PAGE.replace("SCRIPT", script), "text/html"))
    app.router.add_get("/livekit-client.js", text(library, "text/javascript"))
    app.router.add_post("/report", report)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *_FLAGS,
            *flags,
            f"--user-data-dir={profile}",
            url,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=stderr,
        )
        try:
            yield opened
        finally:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()
            await runner.cleanup()
