"""The one function through which all text from elsewhere goes before it is displayed.

A terminal obeys escape sequences whoever wrote them: a participant's name could write to the clipboard, a payload
could hide what follows it. Everything from the network, a file or a log passes :func:`sanitise` before it reaches a
widget or a terminal. JSON output does not: there, ASCII escapes keep every character.
"""

import re
from functools import lru_cache

ELLIPSIS = "…"

#: Characters that move the cursor, hide or reorder text, or have no shape: shown as ``\\u{...}`` escapes instead.
#: C0 and C1 controls, soft hyphen, zero-width and bidi marks, line and paragraph separators, invisible operators,
#: interlinear annotation, byte order mark, tag characters, variation selectors and lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_UNSAFE_BUT_LAYOUT = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
#: More than this many combining marks on one character climb over the neighbouring rows ("zalgo").
_STACKED_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\x00": "\\0"}


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _NAMED.get(character) or f"\\u{{{ord(character):x}}}"


def sanitise(text: str, *, limit: int | None = None, multiline: bool = False) -> str:
    """Return ``text`` safe to show in a terminal.

    Args:
        text: anything, also lone surrogates and control characters.
        limit: cut to this many characters, the last one an ellipsis; ``None`` cuts nothing.
        multiline: keep line feeds and tabs (a payload in an editor); otherwise they are escaped too.

    Returns:
        Printable text: unsafe characters as visible escapes, stacked combining marks cut to three.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    safe = (_UNSAFE_BUT_LAYOUT if multiline else _UNSAFE).sub(_escape, text)
    safe = _STACKED_MARKS.sub(r"\1", safe)
    if limit is not None and len(safe) > limit:
        safe = safe[: max(limit - 1, 0)] + ELLIPSIS
    return safe


@lru_cache(maxsize=4096)
def sanitise_name(name: str) -> str:
    """:func:`sanitise` for identities and method names, cached, at most 80 characters: they repeat on every row."""
    return sanitise(name, limit=80)
