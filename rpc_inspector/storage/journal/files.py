"""The journal's files: their names, rotation into parts, and which of the old ones are removed."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import platformdirs

if os.name == "posix":
    import fcntl

SUFFIX = ".jsonl"
_PART = re.compile(r"\.(\d+)\.jsonl$")
_ROOM_CHARACTERS = 40


class Limits(NamedTuple):
    """How much is kept, in bytes: a part, all journals together; and how many files."""

    part: int = 64 << 20
    total: int = 512 << 20
    files: int = 50


LIMITS = Limits()


def default_folder() -> Path:
    """Where journals are, in the user's folder for state."""
    return platformdirs.user_state_path("rpc-inspector") / "journals"


def file_name(room: str, began: datetime) -> str:
    """``20261120T120000.123Z-ROOM-PID.jsonl``: sorts by time, and every system takes it as a name."""
    at = began.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", room)[:_ROOM_CHARACTERS] or "room"
    return f"{at}Z-{safe}-{os.getpid()}{SUFFIX}"


def parts_of(path: Path) -> list[Path]:
    """All files of a journal in the order in which they were written; ``path`` is the last of them."""
    if path.suffix != SUFFIX or _PART.search(path.name):
        return [path]
    stem = path.name.removesuffix(SUFFIX)
    numbered = [
        (int(match[1]), other)
        for other in path.parent.glob(f"*{SUFFIX}")
        if other.name.startswith(f"{stem}.") and (match := _PART.search(other.name)) and match.start() == len(stem)
    ]
    return [other for _, other in sorted(numbered)] + [path]


class PartFile:
    """The part that is being written. Nobody but its owner can read it; a lock says that it is in use.

    Args:
        path: of the newest part; an older one gets its number in its name.

    Raises:
        OSError: it cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        _lock(self._fd)

    def write(self, content: bytes) -> None:
        """Hand it to the system at once: what was written survives the end of this process."""
        rest = memoryview(content)
        while rest:
            written = os.write(self._fd, rest)
            self.size += written
            rest = rest[written:]

    def close(self) -> None:
        """Let go of the file, if that was not done yet."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def rotate(self, number: int) -> "PartFile":
        """Give this part its number and begin the next one under its name."""
        self.close()
        self.path.rename(self.path.with_name(f"{self.path.name.removesuffix(SUFFIX)}.{number}{SUFFIX}"))
        return PartFile(self.path)


def prune(folder: Path, limits: Limits) -> None:
    """Remove the oldest parts beyond the limits, but none that is being written.

    What cannot be removed is left alone: it is no reason not to record.
    """
    files = sorted(_sizes(folder), key=lambda found: found[0])
    total, count = sum(size for _, size, _ in files), len(files)
    for _, size, path in files:
        if total <= limits.total and count <= limits.files:
            return
        if not _in_use(path):
            with suppress(OSError):
                path.unlink()
                total, count = total - size, count - 1


def _sizes(folder: Path) -> Iterator[tuple[float, int, Path]]:
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):  # somebody else removed it
            status = path.stat()
            yield status.st_mtime, status.st_size, path


def _lock(fd: int) -> None:
    if os.name == "posix":
        with suppress(OSError):  # a file system without locks: then age alone protects it
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _in_use(path: Path) -> bool:
    """Whether a living process writes it: the system takes the lock back however a process ends."""
    if os.name != "posix":
        return False  # Windows does not remove what is open
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False
