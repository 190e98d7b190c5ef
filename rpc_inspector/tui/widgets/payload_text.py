"""A payload as text with style, at a size that a screen can take.

Measured with Textual 8.2: wrapping and styling cost in proportion to the text, so of large payloads a part is shown
and the rest is counted.
"""

from pygments.token import Token
from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from rpc_inspector.core.budgets import utf8_size
from rpc_inspector.core.model import Payload
from rpc_inspector.core.payloads import pretty
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.tui.glyphs import G

#: Larger payloads are shown as they came: indenting them would make the part that is shown say less.
PRETTY_ABOVE = 200_000
#: So much of a payload is shown: characters, lines, and characters that are highlighted at most.
MOST_CHARACTERS = 20_000
MOST_LINES = 500
MOST_HIGHLIGHTED = 8_000


class _JsonColours(HighlightTheme):
    """The theme's own colours of JSON."""

    STYLES = {  # noqa: RUF012 - Textual reads it from the class
        Token.Name.Tag: "$json-key",
        Token.Literal.String.Double: "$json-string",
        Token.Literal.Number: "$json-number",
        Token.Keyword.Constant: "$json-literal",
    }


def payload_lines(title: str, payload: Payload | None, *, raw: bool) -> Content:
    """A titled payload; empty without one.

    Args:
        title: what it is, e.g. ``Request``.
        payload: with its text where that is known.
        raw: as it came; otherwise indented if it is JSON.
    """
    if payload is None:
        return Content("")
    notes = [f"{payload.bytes:,} B" if payload.bytes < 100_000 else f"{size(payload.bytes)} ({payload.bytes:,} B)"]
    if payload.broken:
        notes.append(f"cannot be read: {sanitise(payload.broken, limit=200)}")
    if payload.text is None:
        return _titled(title, [*notes, *([] if payload.broken else ["its text is not known"])], None)
    if not payload.text:
        return _titled(title, [*notes, "empty"], None)
    indented = None if raw or len(payload.text) > PRETTY_ABOVE else pretty(payload.text)
    whole = payload.text if indented is None else indented
    notes.append("raw" if raw else "text" if indented is None and len(payload.text) <= PRETTY_ABOVE else "JSON")
    if not raw and len(payload.text) > PRETTY_ABOVE:
        notes[-1] = "too large to indent"
    shown = _cut(whole)
    if len(shown) < len(whole):
        notes.append(f"the first {len(shown):,} characters of {len(whole):,}")
    safe = sanitise(shown, multiline=True)
    if indented is not None and len(safe) <= MOST_HIGHLIGHTED:
        return _titled(title, notes, highlight(safe, language="json", theme=_JsonColours))
    return _titled(title, notes, Content(safe))


def data_lines(title: str, text: str, *, raw: bool) -> Content:
    """The same for text that is no payload: an error's data."""
    return payload_lines(title, Payload(utf8_size(text), text), raw=raw)


def _cut(text: str) -> str:
    """As much of the text as is shown."""
    lines = text[:MOST_CHARACTERS].split("\n", MOST_LINES)
    return "\n".join(lines[:MOST_LINES])


def _titled(title: str, notes: list[str], text: Content | None) -> Content:
    heading = Content.assemble((title, "bold"), (f"  {f' {G.dot} '.join(notes)}", "$muted"))
    return heading if text is None else Content("\n").join([heading, text])
