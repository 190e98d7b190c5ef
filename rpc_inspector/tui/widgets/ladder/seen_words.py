"""What a filter is completed with: names and codes that the room had, noted as they come."""

from typing import TYPE_CHECKING, TypeVar

from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Update

if TYPE_CHECKING:
    from rpc_inspector.core.query import Vocabulary

#: Of each kind so many are remembered, the first that came.
MOST = 1000
_Word = TypeVar("_Word", str, int)


class SeenWords:
    """Notes every method, identity, error code and room once."""

    def __init__(self) -> None:
        self._methods: dict[str, None] = {}
        self._identities: dict[str, None] = {}
        self._codes: dict[int, None] = {}
        self._rooms: dict[str, None] = {}

    def see(self, update: Update) -> None:
        """Note what a batch of the session's brings."""
        for someone in update.roster or ():
            _note(self._identities, someone.identity)
            for method in someone.methods:
                _note(self._methods, method.name)
        for row in update.rows:
            _note(self._rooms, row.room)
            if isinstance(row, Call):
                _note(self._methods, row.method)
                _note(self._identities, row.caller)
                _note(self._identities, row.callee)
                _note(self._codes, row.error.code if row.error else None)
            else:
                _note(self._identities, row.identity)

    @property
    def vocabulary(self) -> "Vocabulary":
        """All of it."""
        from rpc_inspector.core.query import Vocabulary  # noqa: PLC0415 - when first filtered

        return Vocabulary(
            methods=tuple(self._methods),
            identities=tuple(self._identities),
            codes=tuple(self._codes),
            rooms=tuple(self._rooms),
        )


def _note(words: dict[_Word, None], word: _Word | None) -> None:
    if word is not None and word not in words and len(words) < MOST:
        words[word] = None
