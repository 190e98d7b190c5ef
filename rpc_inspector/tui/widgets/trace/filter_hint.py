"""What is said below a filter while it is typed: what is wrong, and where, or what may come next."""

from rich.cells import cell_len
from textual.content import Content

from rpc_inspector.core.query import Completions, QueryError
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.widgets.cells import cut

#: So many completions are shown, each no longer than this.
MOST = 20
LONGEST = 80


def error_line(error: QueryError, at: int, width: int) -> Content:
    """A caret under what is wrong, and the sentence beside it, on whichever side has room.

    Args:
        error: with its sentences.
        at: the cell in which it is wrong; one that is out of sight is pointed at from the edge.
        width: in cells.
    """
    at = min(max(at, 0), max(width - 2, 0))
    words = sanitise(f"{error.what} {error.advice}".strip(), limit=300)
    # What may still become a filter is not scolded.
    style = "$muted" if error.unfinished else "$text-error"
    caret = ("^", f"bold {style}")
    if at + 2 + cell_len(words) <= width or at < width // 2:
        return Content.assemble(" " * at, caret, " ", (cut(words, width - at - 2), style))
    words = cut(words, at - 1)
    return Content.assemble(" " * (at - 1 - cell_len(words)), (words, style), " ", caret)


def offers_line(offers: Completions) -> Content:
    """What may be typed next; the first is what the tab key takes."""
    if not offers.words:
        return Content("")
    first, *others = (sanitise(word, limit=LONGEST) for word in offers.words[:MOST])
    return Content.assemble("  ", ("tab", "$text-primary"), " ", (first, "bold"), "   ", "   ".join(others))


def may_become_field(offers: Completions, text: str, cursor: int) -> bool:
    """Whether the first completion is a field with its operator; until that is there, a bare word would be searched."""
    return goes_on_as(offers, text, cursor) and offers.words[0].endswith((":", ">"))


def goes_on_as(offers: Completions, text: str, cursor: int) -> bool:
    """Whether the first completion begins with what was typed at the cursor."""
    typed = text[offers.start : cursor].lower()
    return bool(typed and offers.words and offers.words[0].lower().startswith(typed))
