"""Methods that were called before, in a file of the user's state folder: what to offer where nobody tells of any."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from rpc_inspector.core.catalogue import SavedMethod
from rpc_inspector.core.methods import MAX_NAME
from rpc_inspector.storage.reading import FileUnusable, read_bytes
from rpc_inspector.storage.writing import replace_file

#: So many are kept, those called last.
MOST = 500
_MAX_BYTES = MOST * (MAX_NAME * 2 * 6 + 200)
_ADVICE = "Remove it; it is made anew."


class _File(msgspec.Struct):
    """What the file holds, the latest last."""

    methods: tuple[SavedMethod, ...] = ()


def default_path() -> Path:
    """Where the user's methods are kept."""
    from platformdirs import user_state_path  # noqa: PLC0415 - needed once, not on import

    return user_state_path("rpc-inspector") / "methods.json"


class SavedMethods:
    """The file. Every change reads it anew, because another of our programs may have written to it.

    Args:
        path: of the file. keeps: write to it; otherwise it is only read.
    """

    def __init__(self, path: Path, *, keeps: bool = True) -> None:
        self.path = path
        self._keeps = keeps

    def read(self) -> tuple[SavedMethod, ...]:
        """What is in the file, the latest last; nothing if there is none.

        Raises:
            FileUnusable: it cannot be read or holds something else.
        """
        if not self.path.exists():
            return ()
        try:
            found = msgspec.json.decode(read_bytes(self.path, _MAX_BYTES), type=_File)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FileUnusable(f"{self.path} holds no methods: {error}.", _ADVICE) from error
        return tuple(one for one in found.methods if _fits_in(one))[-MOST:]

    def remember(self, called: Iterable[SavedMethod]) -> tuple[SavedMethod, ...]:
        """Note that methods were called: they are the latest now, whenever they were called before.

        Raises:
            FileUnusable: the file cannot be read or written.
        """
        now = dict.fromkeys(self.read())
        if not self._keeps:
            return tuple(now)
        for one in filter(_fits_in, called):
            now.pop(one, None)
            now[one] = None
        kept = tuple(now)[-MOST:]
        content = msgspec.json.format(msgspec.json.encode(_File(kept)), indent=1)
        replace_file(self.path, content, "The method is not kept.")
        return kept


def _fits_in(one: SavedMethod) -> bool:
    return 0 < len(one.method) <= MAX_NAME and len(one.identity) <= MAX_NAME
