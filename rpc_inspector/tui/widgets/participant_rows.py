"""The lines of the participants' pane: participants, their methods, and LiveKit's own methods as a group."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from rpc_inspector.core.methods import reserved
from rpc_inspector.core.model import Method, Participant
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.method_words import SHORT, describing_words
from rpc_inspector.tui.widgets.cells import cut, elide

_SURE = ("advertised", "described")
#: From this width on there is room for descriptions.
WIDE = 60
_INDENT = 3
_LONGEST_WORD = len("advertised")


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    Attributes:
        method: of the participant; ``None`` for the participant itself, empty for its group of LiveKit's methods.
        sure: the participant itself says that it has the method.
    """

    identity: str
    method: str | None
    text: Content
    sure: bool = False

    @property
    def key(self) -> tuple[str, str | None]:
        """What the line is about, whatever it says."""
        return self.identity, self.method

    @property
    def is_group(self) -> bool:
        """It stands for the methods that are LiveKit's own."""
        return self.method == ""


@dataclass(frozen=True, slots=True)
class Folding:
    """Which methods are hidden.

    Attributes:
        all: of a participant, all of them. own: of an identity, those that are LiveKit's own.
    """

    all: Callable[[Participant], bool]
    own: Callable[[str], bool]


def rows_of(roster: Iterable[Participant], wanted: str, folding: Folding, width: int = 80) -> Iterator[Row]:
    """The lines for a roster: others by name, ourselves last.

    Args:
        roster: in any order.
        wanted: must occur in identity, kind, or a method's name or description; case folded.
        folding: what is hidden while nothing is wanted.
        width: in cells.
    """
    everybody = sorted(roster, key=lambda someone: (someone.is_self, someone.identity.casefold(), someone.identity))
    for someone in everybody:
        named = wanted in someone.identity.casefold() or wanted in someone.kind
        methods = [method for method in someone.methods if named or _matches(method, wanted)]
        if not (named or methods):
            continue
        hidden = folding.all(someone) and not wanted
        yield Row(someone.identity, None, _participant_line(someone, width, hidden=hidden))
        if not hidden and not someone.is_self:
            yield from _method_rows(someone.identity, methods, folding, width, folded=not wanted)


def _matches(method: Method, wanted: str) -> bool:
    return wanted in method.name.casefold() or wanted in (method.description or "").casefold()


def _method_rows(identity: str, methods: list[Method], folding: Folding, width: int, *, folded: bool) -> Iterator[Row]:
    """LiveKit's own methods come last, behind one line where there are others."""
    own = [method for method in methods if reserved(method.name)]
    others = [method for method in methods if not reserved(method.name)]
    grouped = bool(others) and len(own) > 1
    shown = own
    yield from (_method_row(identity, method, width) for method in others)
    if grouped:
        hidden = folded and folding.own(identity)
        sign = G.folded if hidden else G.unfolded
        yield Row(identity, "", Content.styled(f"   {sign} {len(own)} of LiveKit's own", "$muted"))
        shown = [] if hidden else own
    yield from (_method_row(identity, method, width) for method in shown)


def _method_row(identity: str, method: Method, width: int) -> Row:
    return Row(identity, method.name, _method_line(method, width), method.provenance in _SURE)


def _participant_line(someone: Participant, width: int, *, hidden: bool) -> Content:
    name = sanitise_name(someone.identity)
    if someone.is_self:
        return Content.styled(f"{name}  you", "$muted")
    sure = any(method.provenance != "known" for method in someone.methods)
    parts: list[tuple[str, str]] = [(name, "bold" if sure else "$muted")]
    if someone.remarks:
        parts.append((f" {G.refused}", "$text-warning"))
    said = describing_words(someone, brief=width < WIDE)
    if someone.state != "active":
        words = "gone" if someone.state == "disconnected" else "not active"
        parts.append((f"  {G.waiting} {words}", "$text-warning"))
    elif not someone.methods:
        parts.append((f"  {said or 'no methods known'}", "$muted"))
    else:
        # Where there is little room, what is odd takes the place of what is usual.
        kind = "" if said and width < WIDE and someone.kind == "standard" else f"  {someone.kind}"
        parts += [(kind, "$muted"), (f"  {said}" if said else "", "$muted")]
    if hidden and someone.methods:
        parts.append((f"  {G.folded} {len(someone.methods):,} methods", "$muted"))
    return Content.assemble(*parts)


def _method_line(method: Method, width: int) -> Content:
    """Sign, name, how it is known, and where there is room what it is for; both ends of a long name stay."""
    sure = method.provenance in _SURE
    sign = (f" {G.refused} ", "$text-warning") if method.conflicts else (" " * _INDENT, "")
    name = sanitise(method.name, limit=80)
    if width >= WIDE:
        room = min(32, width // 3)
        shown = elide(name, room)
        about = cut(sanitise(method.description or "", limit=200), width - _INDENT - room - 2 - _LONGEST_WORD - 2)
        return Content.assemble(
            sign,
            (shown + " " * (room - cell_len(shown)), "" if sure else "$muted"),
            (f"  {method.provenance:<{_LONGEST_WORD}}", "$muted italic"),
            (f"  {about}" if about else "", "$muted"),
        )
    word = (
        method.provenance
        if _INDENT + cell_len(name) + 1 + len(method.provenance) <= width
        else SHORT[method.provenance]
    )
    shown = elide(name, max(width - _INDENT - 1 - len(word), 6))
    gap = max(width - _INDENT - cell_len(shown) - len(word), 1)
    return Content.assemble(sign, (shown, "" if sure else "$muted"), (" " * gap + word, "$muted italic"))


def best_position(rows: list[Row], kept: Row | None) -> int | None:
    """Where the cursor goes: the same line, else its participant, else the first method, if possible a sure one."""
    if kept is not None:
        for key in (kept.key, (kept.identity, None)):
            for index, row in enumerate(rows):
                if row.key == key:
                    return index
    methods = [index for index, row in enumerate(rows) if row.method]
    return next((index for index in methods if rows[index].sure), methods[0] if methods else 0 if rows else None)
