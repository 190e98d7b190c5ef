"""Files of any size as lines: from a path or standard input, packed or not, each line bounded.

What is wrong with the file as a file (packed data that is damaged or ends early) ends the lines and is reported; it
does not raise, because what came before it is worth showing.
"""

import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

from rpc_inspector.storage.reading import FileUnusable

BLOCK = 256 << 10
#: A line may be so long, in bytes: a payload of 50 MiB with every character escaped fits.
LONGEST_LINE = 256 << 20
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


def open_source(path: str) -> BufferedReader:
    """The file, or standard input for ``-``.

    Raises:
        FileUnusable: it cannot be opened.
    """
    if path == "-":
        if sys.stdin is None:
            raise FileUnusable("There is no standard input to read.", "Name a file.")
        # A descriptor of our own: closing it leaves standard input to whoever needs it next.
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    try:
        return Path(path).open("rb")
    except FileNotFoundError:
        raise FileUnusable(f"There is no file {path}.", "Check its name.") from None
    except IsADirectoryError:
        raise FileUnusable(f"{path} is a directory.", "Name a file in it.") from None
    except PermissionError:
        raise FileUnusable(f"{path} may not be read by this user.", "Check its permissions and owner.") from None
    except (OSError, ValueError) as error:
        raise FileUnusable(f"{path} cannot be read: {error}.", "Check its name.") from None


def blocks(file: BufferedReader, damaged: Callable[[str], None]) -> Iterator[bytes]:
    """The content, unpacked, as it comes; ``damaged`` is told why it ended where it should not have."""
    stream = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == _GZIP else file
    first = True
    while True:
        try:
            block = stream.read1(BLOCK)
        except EOFError:
            return damaged("the packed data ends before its end")
        except (gzip.BadGzipFile, zlib.error) as error:
            return damaged(f"the packed data is damaged: {error}")
        except OSError as error:
            return damaged(f"reading failed: {error.strerror or error}")
        if not block:
            return None
        yield block.removeprefix(_BOM) if first else block
        first = False


def lines(content: Iterator[bytes], longest: int = LONGEST_LINE) -> Iterator[list[bytes | None]]:
    """The lines of each block that ends one, without their line feeds; ``None`` for one that is too long."""
    pieces: list[bytes] = []
    size = 0
    for block in content:
        head, *rest = block.split(b"\n")
        size += len(head)
        if size <= longest:
            pieces.append(head)
        else:
            pieces.clear()  # its bytes are counted, not kept
        if rest:
            whole = None if size > longest else b"".join(pieces)
            yield [whole, *rest[:-1]]
            pieces, size = [rest[-1]], len(rest[-1])
    if size:
        yield [None if size > longest else b"".join(pieces)]
