"""Writing small files of the user's: 0600, as a whole, moved into place, so that what is there is always whole."""

import os
import tempfile
from pathlib import Path

from rpc_inspector.storage.reading import FileUnusable


def replace_file(path: Path, content: bytes, lost: str) -> None:
    """Have the file hold this, readable by its owner only; folders are made where they are missing.

    Args:
        path: of the file.
        content: all of it.
        lost: one sentence, what it means that it could not be written.

    Raises:
        FileUnusable: it cannot be written; what was there stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FileUnusable(f"{path} cannot be written: {error.strerror or error}.", lost) from error
