"""Which collection was open last, in a file of the user's state folder."""

from contextlib import suppress
from pathlib import Path

import msgspec

from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.storage.writing import replace_file

_MAX_BYTES = 64 * 1024


class Remembered(msgspec.Struct, frozen=True):
    """The folder, absolute, and the name of the environment; empty where there was none."""

    folder: str = ""
    environment: str = ""


def default_path() -> Path:
    """Where it is kept."""
    from platformdirs import user_state_path  # noqa: PLC0415 - needed once, not on import

    return user_state_path("rpc-inspector") / "collection.json"


def recall(path: Path) -> Remembered:
    """What was open last; nothing where that is not known. Never fails: it is a convenience."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MAX_BYTES), type=Remembered)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Remembered()


def remember(path: Path, what: Remembered) -> None:
    """Keep it for the next time, where the file can be written; never fails likewise."""
    with suppress(FileUnusable, UnicodeEncodeError):
        replace_file(path, msgspec.json.encode(what), "The collection is not remembered.")
