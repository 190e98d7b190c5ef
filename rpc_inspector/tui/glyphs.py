"""The few signs that the interface uses, and their fallback where the terminal's encoding has none of them."""

import sys
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One cell each, in every monospaced font."""

    program: str = "◆"
    on: str = "●"
    off: str = "○"
    waiting: str = "◌"
    ok: str = "✓"
    failed: str = "✗"
    refused: str = "▲"
    to: str = "→"
    into: str = "\u203a"  # a single right-pointing angle quotation mark
    bar: str = "━"
    rest: str = "╌"
    dot: str = "·"
    folded: str = "▶"
    unfolded: str = "▼"
    rising: str = "▲"
    back: str = "←"
    note: str = "¶"
    ellipsis: str = "…"
    #: Heights of a bar, eighth by eighth.
    levels: str = "▁▂▃▄▅▆▇█"


ASCII = Glyphs(
    program="*", on="*", off="o", waiting="~", ok="+", failed="x", refused="!", to=">", into=">", bar="=", rest="-",
    dot="-", folded=">", unfolded="v", rising="^", back="<", ellipsis="~", note='"', levels="_.:-=+*#",
)  # fmt: skip


def glyphs_for(encoding: str | None) -> Glyphs:
    """The signs that ``encoding`` can write."""
    try:
        "".join(astuple(Glyphs())).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return Glyphs()


#: Of this process's terminal. Textual itself writes UTF-8 when told nothing else.
G = glyphs_for(getattr(sys.__stdout__, "encoding", None) or "utf-8")
