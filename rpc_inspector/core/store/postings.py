"""Numbers of rows by a word: who took part, which method, how it ended. A few bytes a row, and honest after drops."""

from array import array
from collections.abc import Container, Sequence


class Postings:
    """For each word the numbers of the rows that it was said of.

    What is found may be out of date (a row changed, or was dropped) or twice there: the reader looks at the row.
    """

    def __init__(self) -> None:
        # Most words of a hostile room are said of one row: a bare number takes less than an array.
        self._rows: dict[str, int | array[int]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, word: str, seq: int) -> None:
        """Row ``seq`` is about ``word``."""
        have = self._rows.get(word)
        if have is None:
            self._rows[word] = seq
        elif isinstance(have, int):
            self._rows[word] = array("Q", (have, seq))
        else:
            have.append(seq)

    def find(self, word: str) -> Sequence[int]:
        """The numbers for ``word``, as they were added."""
        have = self._rows.get(word, ())
        return (have,) if isinstance(have, int) else have

    def sweep(self, alive: Container[int]) -> None:
        """Forget the numbers that are not ``alive``."""
        kept: dict[str, int | array[int]] = {}
        for word, have in self._rows.items():
            if isinstance(have, int):
                if have in alive:
                    kept[word] = have
            elif left := array("Q", (seq for seq in have if seq in alive)):
                kept[word] = left
        self._rows = kept
