"""Reading small files of the user's: bounded, UTF-8, and with a sentence for everything that can go wrong."""

from pathlib import Path


class FileUnusable(Exception):  # noqa: N818 - says what happened
    """A file cannot be read or does not say what it should.

    Its text is ``what`` (one sentence, what is wrong and where) and ``advice`` (one sentence, what to do).
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what} {advice}".strip())
        self.what = what
        self.advice = advice


def read_bytes(path: Path, limit: int) -> bytes:
    """The file's bytes.

    Args:
        path: of the file.
        limit: of its size in bytes.

    Raises:
        FileUnusable: it is missing, unreadable or larger than ``limit``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise FileUnusable(f"There is no file {path}.", "Check its name.") from None
    except IsADirectoryError:
        raise FileUnusable(f"{path} is a directory.", "Name a file in it.") from None
    except PermissionError:
        raise FileUnusable(f"{path} may not be read by this user.", "Check its permissions and owner.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        reason = getattr(error, "strerror", None) or error
        raise FileUnusable(f"{path} cannot be read: {reason}.", "Check its name.") from error
    if len(content) > limit:
        raise FileUnusable(f"{path} is larger than {limit:,} bytes.", "Check that it is the right file.")
    return content


def read_text(path: Path, limit: int) -> str:
    """The file's text, which must be UTF-8; otherwise as :func:`read_bytes`.

    Raises:
        FileUnusable: also when it is not UTF-8; the text says at which byte.
    """
    try:
        return read_bytes(path, limit).decode()
    except UnicodeDecodeError as error:
        raise FileUnusable(
            f"{path} is not UTF-8 text: byte {error.start + 1} is 0x{error.object[error.start]:02x}.",
            "Save it as UTF-8.",
        ) from None


def read_passphrase(path: Path) -> str:
    """The passphrase in a file: its text without the line end.

    Raises:
        FileUnusable: unreadable, or it holds nothing.
    """
    passphrase = read_text(path, 64 * 1024).rstrip("\r\n")
    if not passphrase:
        raise FileUnusable(f"{path} is empty, so it holds no passphrase.", "Write the passphrase into it.")
    return passphrase
