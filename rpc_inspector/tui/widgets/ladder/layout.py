"""Where lifelines stand: the idle ones hidden where names and methods need the room, then squeezed, then scrolled."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from rpc_inspector.core.ladder.lifelines import Lifelines
from rpc_inspector.tui.widgets.names import Names

#: Cells of the gutter and of the time column with the blanks around it.
GUTTER = 2
TIME = 12
SIDE = GUTTER + TIME + 2
#: Cells from one lifeline to the next.
NARROWEST, WIDEST = 14, 40
#: With less than this most methods with their sizes are cut: nobody idle is shown at that price.
ROOMY = 24
#: The outermost names get at most so many cells on the far side of their lifelines, so names twice that.
_EDGE = 15


class Layout(NamedTuple):
    """Lifelines and their places, in cells from where the time column ends.

    Attributes:
        people: from left to right. at: the column of each. pitch: from one to the next.
        width: of all of them. view: of what is visible of it.
        hidden: how many participants have no lifeline, because they made and got no call and there is no room.
    """

    people: tuple[str | None, ...] = ()
    at: dict[str | None, int] = {}  # noqa: RUF012 - never changed
    pitch: int = NARROWEST
    width: int = 0
    view: int = 0
    hidden: int = 0

    @property
    def name_width(self) -> int:
        """Cells for a name above its lifeline."""
        return min(self.pitch - 2, 2 * _EDGE)

    @property
    def scrolls(self) -> bool:
        """Wider than what is visible."""
        return self.width > self.view

    def offset_for(self, ends: Sequence[str | None], offset: int) -> int:
        """Where the view begins so that these lifelines are in it, the first of them at least; near ``offset``."""
        columns = [self.at[who] for who in ends if who in self.at]
        margin = self.pitch // 2
        for column in reversed(columns):
            offset = min(max(offset, column + margin - self.view), column - margin)
        return max(min(offset, self.width - self.view), 0)

    def visible(self, offset: int) -> Sequence[str | None]:
        """The lifelines that are in view, the view beginning at ``offset``, and the next on either side."""
        if not self.people:
            return ()
        first = max((offset - self.at[self.people[0]]) // self.pitch, 0)
        return self.people[first : first + self.view // self.pitch + 3]


def plan(width: int, lifelines: Lifelines, names: Names, us: str) -> Layout:
    """Lay lifelines out in a pane of ``width`` cells; ourselves first."""
    people = sorted(lifelines.everybody(), key=lambda who: (who != us or not us, who is None))
    view = max(width - SIDE, NARROWEST)
    idle = [who for who in people if lifelines.is_idle(who)]
    hidden = 0
    if idle and len(people) * ROOMY > view:
        keep = max(view // ROOMY - (len(people) - len(idle)), 0)
        gone = set(idle[keep:])
        hidden = len(gone)
        people = [who for who in people if who not in gone]
    return _place(tuple(people), view, names, hidden)


def _place(people: tuple[str | None, ...], view: int, names: Names, hidden: int) -> Layout:
    if not people:
        return Layout(view=view, hidden=hidden)
    left, right = (min(cell_len(names.text(who)) // 2 + 1, _EDGE) for who in (people[0], people[-1]))
    between = len(people) - 1
    room = (view - left - right) // between if between else WIDEST
    pitch = min(max(room, NARROWEST), WIDEST)
    left = min(left, pitch // 2)
    at = {who: left + place * pitch for place, who in enumerate(people)}
    return Layout(people, at, pitch, left + between * pitch + min(right, pitch // 2), view, hidden)
