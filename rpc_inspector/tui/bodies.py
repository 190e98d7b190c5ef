"""What of a payload can be shown, and how, without ever freezing the screen.

Measured with Textual 8.2: a highlighting editor takes 100 ms an edit at 100 kB and seconds to paint one long line.
"""

from dataclasses import dataclass

from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.text import ELLIPSIS, sanitise

#: Above so many characters nothing is highlighted or wrapped.
PLAIN_ABOVE = 16_000
#: A longer line is cut where it is only shown, and not wrapped where it is edited.
LONGEST_LINE = 10_000
#: More than this is not put into a widget at all.
MOST_SHOWN = 1_000_000
#: Nor is a line that is longer: every key would take a fifth of a second.
LONGEST_EDITED = 250_000


@dataclass(frozen=True, slots=True)
class Body:
    """A payload as shown: safe text, whether to highlight it as JSON, and what was done to it, in words."""

    text: str
    highlight: bool
    notes: tuple[str, ...] = ()


def too_large_to_highlight(text: str) -> bool:
    """Whether an editor should treat the text as plain."""
    return len(text) > PLAIN_ABOVE or longest_line(text) > LONGEST_LINE


def too_large_to_edit(text: str) -> bool:
    """Whether an editor would be slow with it even as plain text."""
    return len(text) > MOST_SHOWN or longest_line(text) > LONGEST_EDITED


def longest_line(text: str) -> int:
    """Characters of the longest line."""
    return max(map(len, text.split("\n"))) if len(text) > LONGEST_LINE else len(text)


def body(payload: str, *, raw: bool) -> Body:
    """The payload for display: indented if it is JSON and ``raw`` is not asked for."""
    notes = []
    indented = None if raw else pretty(payload)
    text = payload if indented is None else indented
    if len(text) > MOST_SHOWN:
        notes.append(f"the first {MOST_SHOWN:,} characters of {len(text):,}")
        text = text[:MOST_SHOWN]
    if longest_line(text) > LONGEST_LINE:
        notes.append(f"lines cut at {LONGEST_LINE:,} characters")
        text = "\n".join(_cut(line) for line in text.split("\n"))
    large = len(text) > PLAIN_ABOVE
    if large:
        notes.append("large: not highlighted")
    return Body(sanitise(text, multiline=True), not large and not notes, tuple(notes))


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + ELLIPSIS
