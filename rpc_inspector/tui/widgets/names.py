"""Names in columns: ours shortened where that is unambiguous, long ones cut so that no two look alike."""

import re

from rich.cells import cell_len

from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.widgets.cells import elide

#: Names remembered; a room that has more is not ours to keep in memory, they are then only cut.
MAX_NAMES = 20_000
UNKNOWN = "?"
_CHOSEN_FOR_US = re.compile(r"(inspector)-[0-9a-f]{3}")


class Names:
    """The identities and methods seen so far.

    Attributes:
        widest: cells of the widest name of each of ``caller``, ``callee`` and ``method``.
    """

    def __init__(self) -> None:
        self.widest = {"caller": 0, "callee": 0, "method": 0}
        self._seen: dict[str, set[str | None]] = {"caller": {None}, "callee": {None}, "method": {None}}
        self._others: set[str] = set()
        self._us = ""
        self._cuts: dict[tuple[str, int], str] = {}
        self._taken: dict[tuple[str, int], str] = {}

    def see(self, role: str, name: str | None) -> bool:
        """Note a name in its role; True if the columns must be laid out anew."""
        seen = self._seen[role]
        if name in seen or name is None or len(seen) > MAX_NAMES:
            return False
        seen.add(name)
        grown = role != "method" and self.meet(name)
        width = cell_len(self.text(name))
        if width > self.widest[role]:
            self.widest[role] = width
            return True
        return grown

    def meet(self, identity: str) -> bool:
        """Note that somebody has this identity; True if our own must now be shown in full."""
        was = self.ours_shown
        if identity != self._us and identity.startswith("inspector") and len(self._others) < MAX_NAMES:
            self._others.add(identity)
        return self._measure_us(was)

    def set_us(self, identity: str) -> bool:
        """Our own identity; True if it is shown otherwise now."""
        was = self.ours_shown
        if identity != self._us and self._us.startswith("inspector"):
            self._others.add(self._us)
        self._us = identity
        self._others.discard(identity)
        return self._measure_us(was)

    def _measure_us(self, was: str) -> bool:
        """Give our name its room if it is shown otherwise now; True if so."""
        if self.ours_shown == was:
            return False
        for role in ("caller", "callee"):
            if self._us in self._seen[role]:
                self.widest[role] = max(self.widest[role], cell_len(self.ours_shown))
        return True

    @property
    def ours_shown(self) -> str:
        """Our identity as shown: ``inspector`` for ``inspector-7f3`` while nobody else could be meant by it."""
        chosen = _CHOSEN_FOR_US.fullmatch(self._us)
        return chosen.group(1) if chosen and not self._others else sanitise_name(self._us)

    def is_us(self, identity: str | None) -> bool:
        """Whether that is our identity."""
        return bool(self._us) and identity == self._us

    def text(self, name: str | None) -> str:
        """A name, safe to show."""
        if name is None:
            return UNKNOWN
        return self.ours_shown if self.is_us(name) else sanitise_name(name)

    def fit(self, name: str | None, width: int) -> str:
        """A name in at most ``width`` cells. Cut names keep both ends, and no two names are cut to the same text."""
        full = self.text(name)
        if cell_len(full) <= width:
            return full
        cut = self._cuts.get((full, width))
        if cut is None:
            cut = self._cut(full, width)
            if len(self._cuts) < MAX_NAMES:
                self._cuts[full, width] = cut
                self._taken.setdefault((cut, width), full)
        return cut

    def _cut(self, full: str, width: int) -> str:
        """Try other places for the ellipsis while another name is already shown as this text."""
        usual = (width - 1) // 2
        for tail in sorted(range(1, width - 1), key=lambda tail: abs(tail - usual)):
            cut = elide(full, width, tail)
            if self._taken.get((cut, width), full) == full:
                return cut
        return elide(full, width)
