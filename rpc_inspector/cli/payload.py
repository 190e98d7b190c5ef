"""A call's payload, from the command line, a file or stdin."""

import sys
from pathlib import Path

from rpc_inspector.cli.ending import Refused
from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.storage.reading import read_text

#: More than any handler will want; what is read is held in memory several times.
MAX_BYTES = 64 * 1024 * 1024


def read_payload(argument: str) -> str:
    """The payload that ``argument`` stands for: itself, ``-`` for stdin, ``@FILE`` for a file.

    Raises:
        Refused: it is too large, is not UTF-8, or cannot be sent.
        FileUnusable: the file cannot be read.
    """
    if argument == "-":
        return _from_stdin()
    if argument.startswith("@"):
        return read_text(Path(argument[1:]), MAX_BYTES)
    require_sendable(PAYLOAD=argument)
    return argument


def _from_stdin() -> str:
    if sys.stdin is None:
        raise Refused("There is no standard input to read the payload from.", "Give it as an argument or @FILE.")
    if sys.stdin.isatty():
        sys.stderr.write("Type the payload; ^D on an empty line ends it.\n")
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused(f"The payload on stdin is larger than {MAX_BYTES:,} bytes.", "Send less.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Refused(
            f"The payload on stdin is not UTF-8: byte {error.start + 1} is 0x{content[error.start]:02x}.",
            "Payloads are text; encode bytes, for example as base64.",
        ) from None


def require_sendable(**arguments: str) -> None:
    """See that arguments can be sent: bytes that are not UTF-8 arrive from the shell as lone surrogates.

    Raises:
        Refused: one cannot; or a destination or method is empty.
    """
    for name, text in arguments.items():
        if problem := unsendable(text):
            raise Refused(f"{name} cannot be sent: {problem}.", "Type it in UTF-8.")
        if not text and name != "PAYLOAD":
            raise Refused(f"{name} is empty.", "Name it.")
