"""The signs that a ladder is drawn with: kinds of arrows differ in shape, whatever the colours are."""

from dataclasses import dataclass

from rpc_inspector.tui.glyphs import ASCII, G, Glyphs


@dataclass(frozen=True, slots=True)
class Signs:
    """One cell each.

    Attributes:
        line, dash, unseen: of a request or answer, of an ack, of an arrow whose packet was not seen (every other cell).
        heads: to the left and to the right. open_heads: likewise, of an ack.
        life, held, full: a lifeline at rest, with a call in its hands, with several.
        silence: a lifeline while nothing happens. again: packets that were sent more than once.
    """

    line: str = "─"
    dash: str = "╌"
    unseen: str = "·"
    heads: str = "◀▶"
    open_heads: str = "◁▷"
    life: str = "│"
    held: str = "┃"
    full: str = "║"
    silence: str = "┊"
    again: str = "»"
    less: str = "\u2039"  # single angle quotation marks: what is beyond the edges
    more: str = "\u203a"
    pick: str = "+"


_ASCII = Signs(
    line="=", dash="-", unseen=".", heads="<>", open_heads="<>", life=":", held="|", full="#", silence=" ", again=">",
    less="<", more=">",
)  # fmt: skip


def signs_for(glyphs: Glyphs) -> Signs:
    """The signs that go with the interface's others."""
    return _ASCII if glyphs == ASCII else Signs()


SIGNS = signs_for(G)
