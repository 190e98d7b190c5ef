"""Filters that were used and those that were given names, in a file of the user's state folder."""

from pathlib import Path

import msgspec

from rpc_inspector.core.secrets.naming import Known
from rpc_inspector.storage.reading import FileUnusable, read_bytes
from rpc_inspector.storage.writing import replace_file

#: So many filters of the history are kept, the newest; so many may have names; longer ones are not kept.
MOST_USED = 200
MOST_SAVED = 100
LONGEST = 2000
LONGEST_NAME = 60
_MAX_BYTES = 4 * (MOST_USED + MOST_SAVED) * (LONGEST + LONGEST_NAME) + 10_000
_ADVICE = "Remove it; it is made anew."


class Filters(msgspec.Struct, frozen=True):
    """What the file holds: ``used``, the newest last, and ``saved`` by name."""

    used: tuple[str, ...] = ()
    saved: dict[str, str] = {}


def default_path() -> Path:
    """Where the user's filters are kept."""
    from platformdirs import user_state_path  # noqa: PLC0415 - needed once, not on import

    return user_state_path("rpc-inspector") / "filters.json"


class FilterFile:
    """The file. Every change reads it anew, because another of our programs may have written to it.

    Args:
        path: of the file.
        known: knows secrets by their values; a filter that quotes one is not kept by itself.
    """

    def __init__(self, path: Path, known: Known | None = None) -> None:
        self.path = path
        self._known = known

    def read(self) -> Filters:
        """What is in the file; nothing if there is none.

        Raises:
            FileUnusable: it cannot be read or holds something else.
        """
        if not self.path.exists():
            return Filters()
        try:
            found = msgspec.json.decode(read_bytes(self.path, _MAX_BYTES), type=Filters)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FileUnusable(f"{self.path} holds no filters: {error}.", _ADVICE) from error
        used = tuple(text for text in found.used if len(text) <= LONGEST)[-MOST_USED:]
        saved = {name: text for name, text in found.saved.items() if len(text) <= LONGEST}
        return Filters(used, dict(list(saved.items())[:MOST_SAVED]))

    def remember(self, text: str) -> Filters:
        """Note that a filter was used: it is the newest now, whenever it was used before.

        Raises:
            FileUnusable: the file cannot be read or written.
        """
        now = self.read()
        quotes_secret = self._known is not None and self._known.text(text) != text
        if not text or len(text) > LONGEST or quotes_secret:
            return now
        used = (*(before for before in now.used if before != text), text)[-MOST_USED:]
        return self._write(Filters(used, now.saved))

    def save(self, name: str, text: str) -> Filters:
        """Give a filter a name, or the name another filter.

        Raises:
            FileUnusable: likewise, or there are too many, or it is too long.
        """
        now = self.read()
        if len(text) > LONGEST or len(name) > LONGEST_NAME:
            raise FileUnusable(
                f"A filter has at most {LONGEST:,} characters and its name {LONGEST_NAME}.", "Shorten it."
            )
        if name not in now.saved and len(now.saved) >= MOST_SAVED:
            raise FileUnusable(f"There are {MOST_SAVED} saved filters already.", "Remove one of them.")
        return self._write(Filters(now.used, {**now.saved, name: text}))

    def forget(self, name: str) -> Filters:
        """Remove a saved filter, if it is there.

        Raises:
            FileUnusable: likewise.
        """
        now = self.read()
        return self._write(Filters(now.used, {other: text for other, text in now.saved.items() if other != name}))

    def _write(self, filters: Filters) -> Filters:
        # Not for others to read: a filter may quote a payload.
        replace_file(self.path, msgspec.json.format(msgspec.json.encode(filters), indent=1), "The filter is not kept.")
        return filters
