"""Names that resemble what was typed."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, among: Iterable[str], *, most: int = 3) -> list[str]:
    """The names among those given that resemble ``name``, best first; case does not count.

    Names that begin with what was typed, or the other way round, count as alike however long the rest is.
    """
    folded = {candidate.casefold(): candidate for candidate in among}
    wanted = name.casefold()
    found = [folded[match] for match in get_close_matches(wanted, folded, n=most, cutoff=0.6)]
    prefixed = [real for low, real in folded.items() if wanted and (low.startswith(wanted) or wanted.startswith(low))]
    return list(dict.fromkeys([*found, *prefixed]))[:most]
