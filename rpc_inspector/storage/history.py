"""What was sent, in a file of the user's state folder: one JSON object a line, the oldest first, 0600.

What is kept is what was typed: placeholders unresolved, and obvious secrets as the names of secrets. A line is added
when a call begins and another when it ends, so that a program that is killed loses nothing.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from rpc_inspector.core.secrets.naming import Known, name_secrets
from rpc_inspector.storage.reading import FileUnusable, read_bytes
from rpc_inspector.storage.writing import replace_file

#: The file is cut to its newer half when it grows over so many bytes; so many calls are handed out.
MAX_BYTES = 4_000_000
MOST = 2_000
#: A longer payload (characters) is not kept, only that it was sent.
LONGEST_PAYLOAD = 100_000
_LOST = "The history does not survive the end of the program."


class Sent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="sent", tag_field="is"):
    """A call that was sent.

    Attributes:
        id: of this entry. at: seconds since the epoch.
        payload: as it was typed, a template; ``None`` where it was too long to be kept.
        bytes: of the payload as it was sent. response_ms: the timeout. ack_ms: likewise of the ack; 0 is the usual.
        secrets: names that stand for what was not kept.
        outcome: ``ok``, ``cancelled``, an error's code; empty while it runs, or where nobody saw its end. ms: how long.
        times: how often it was sent, of a repetition; then ``outcome`` is the commonest but ``ok``, ``ms`` the median.
    """

    id: str
    at: float
    destination: str
    method: str
    payload: str | None = None
    bytes: int = 0
    response_ms: int = 0
    ack_ms: int = 0
    secrets: tuple[str, ...] = ()
    outcome: str = ""
    ms: float | None = None
    times: int = 1


class Ended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="ended", tag_field="is"):
    """How a call, or a repetition, of that id ended."""

    id: str
    outcome: str
    ms: float | None = None
    times: int = 1


_DECODER: msgspec.json.Decoder[Sent | Ended] = msgspec.json.Decoder(Sent | Ended)


def default_path() -> Path:
    """Where the user's history is kept."""
    from platformdirs import user_state_path  # noqa: PLC0415 - needed once, not on import

    return user_state_path("rpc-inspector") / "history.jsonl"


def to_keep(entry: Sent, known: Known | None = None) -> Sent:
    """The entry as it may be written: no obvious secret, none that is ``known``, no payload that is too long."""
    if entry.payload is None or len(entry.payload) > LONGEST_PAYLOAD:
        return msgspec.structs.replace(entry, payload=None)
    named = name_secrets(entry.payload, method=entry.method, known=known)
    return msgspec.structs.replace(entry, payload=named.text, secrets=named.names)


class HistoryFile:
    """The file. Several programs may add to it at once: each line is written in one piece.

    Args:
        path: of the file; folders are made where they are missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, line: Sent | Ended) -> None:
        """Add a line; ``Sent`` only as :func:`to_keep` has it.

        Raises:
            FileUnusable: it cannot be written.
        """
        content = msgspec.json.encode(line) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, content)
                size = os.fstat(descriptor).st_size
            finally:
                os.close(descriptor)
        except OSError as error:
            raise FileUnusable(f"{self.path} cannot be written: {error.strerror or error}.", _LOST) from error
        if size > MAX_BYTES:
            self._shorten()

    def read(self) -> tuple[Sent, ...]:
        """The calls, the newest first; lines that are no entries are passed over.

        Raises:
            FileUnusable: it cannot be read.
        """
        if not self.path.exists():
            return ()
        entries: dict[str, Sent] = {}
        for line in read_bytes(self.path, 4 * MAX_BYTES).splitlines():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                found = _DECODER.decode(line)
                if isinstance(found, Sent):
                    entries[found.id] = found
                elif begun := entries.get(found.id):
                    end = {"outcome": found.outcome, "ms": found.ms, "times": found.times}
                    entries[found.id] = msgspec.structs.replace(begun, **end)
        return tuple(reversed(entries.values()))[:MOST]

    def _shorten(self) -> None:
        """Keep the newer half."""
        kept: list[bytes] = []
        size = 0
        for line in _lines(self.read()):
            size += len(line)
            if size > MAX_BYTES // 2:
                break
            kept.append(line)
        replace_file(self.path, b"".join(reversed(kept)), _LOST)


def _lines(entries: Iterable[Sent]) -> Iterable[bytes]:
    for entry in entries:
        yield msgspec.json.encode(entry) + b"\n"
