"""What was typed and not sent yet, per method, in a file of the user's state folder."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from rpc_inspector.core.secrets.naming import Known, name_secrets
from rpc_inspector.storage.reading import FileUnusable, read_bytes
from rpc_inspector.storage.writing import replace_file

#: So many drafts are kept, those changed last; longer ones (characters) are not kept over the program's end.
MOST = 200
LONGEST = 100_000
_MAX_BYTES = 6 * MOST * LONGEST
_ADVICE = "Remove it; it is made anew."

#: Identity and method.
Key = tuple[str, str]


class Draft(msgspec.Struct, frozen=True):
    """A text by identity and method."""

    identity: str
    method: str
    text: str


_DECODER: msgspec.json.Decoder[list[Draft]] = msgspec.json.Decoder(list[Draft])


def default_path() -> Path:
    """Where the user's drafts are kept."""
    from platformdirs import user_state_path  # noqa: PLC0415 - needed once, not on import

    return user_state_path("rpc-inspector") / "drafts.json"


class DraftFile:
    """The file. Every change reads it anew, because another of our programs may have written to it.

    Args:
        path: of the file.
        known: knows secrets by their values.
    """

    def __init__(self, path: Path, known: Known | None = None) -> None:
        self.path = path
        self._known = known

    def read(self) -> dict[Key, str]:
        """The drafts, those changed last at the end; nothing if there is no file.

        Raises:
            FileUnusable: it cannot be read or holds something else.
        """
        if not self.path.exists():
            return {}
        try:
            found = _DECODER.decode(read_bytes(self.path, _MAX_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FileUnusable(f"{self.path} holds no drafts: {error}.", _ADVICE) from error
        return {(draft.identity, draft.method): draft.text for draft in found[-MOST:]}

    def change(self, changed: Mapping[Key, str]) -> None:
        """Take over what was changed; an empty text is forgotten. Secrets become names of secrets.

        Raises:
            FileUnusable: likewise, or it cannot be written.
        """
        now = self.read()
        for key, text in changed.items():
            now.pop(key, None)
            if text and len(text) <= LONGEST:
                now[key] = name_secrets(text, method=key[1], known=self._known).text
        drafts = [Draft(identity, method, text) for (identity, method), text in list(now.items())[-MOST:]]
        content = msgspec.json.format(msgspec.json.encode(drafts), indent=1)
        replace_file(self.path, content, "What is typed does not survive the end of the program.")
