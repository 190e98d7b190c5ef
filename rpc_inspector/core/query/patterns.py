"""Finding text: globs, words and regular expressions, none of which can be made to take long.

Globs are compared piece by piece in linear time. Regular expressions are RE2's, which knows no backtracking: its time
is linear in the text whatever the expression, where Python's ``re`` needs 1.8 s for ``x+y`` over 100,000 payloads of
200 bytes, and for ``(x+x+)+y`` forever.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rpc_inspector.core.query.syntax import Pattern

Test = Callable[[str], bool]

#: Characters of a payload that are looked at: what is longer is searched in its beginning only.
SEARCHED = 1 << 20
#: Characters of a regular expression, and the instructions that RE2 may make of it: the automaton of a larger one does
#: not fit into the memory that it has, and what RE2 then does is linear too, but slow.
LONGEST_REGEX = 1000
_LARGEST_PROGRAM = 5000
#: The ends of the whole text, or ``^`` and ``$`` made to mean them.
_ABOUT_ENDS = re.compile(r"\\[Az]|\(\?[a-zA-Z]*-[a-zA-Z]*m")


def any_of(patterns: tuple[Pattern, ...]) -> Test:
    """Whether a text is one of them, without case; ``*`` matches anything."""
    whole = frozenset(pattern.text.lower() for pattern in patterns if not pattern.glob)
    globs = [_glob(pattern.text.lower()) for pattern in patterns if pattern.glob]
    if not globs:
        return lambda text: text.lower() in whole

    def test(text: str) -> bool:
        lowered = text.lower()
        return lowered in whole or any(glob(lowered) for glob in globs)

    return test


def _glob(pattern: str) -> Test:
    first, *middle, last = pattern.split("*")
    shortest = len(first) + len(last)

    def test(text: str) -> bool:
        if len(text) < shortest or not (text.startswith(first) and text.endswith(last)):
            return False
        return _in_order(middle, text, len(first), len(text) - len(last))

    return test


def _in_order(pieces: list[str], text: str, at: int, end: int) -> bool:
    for piece in pieces:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def inside(pattern: Pattern) -> Test:
    """Whether a text has it in it, without case; ``*`` matches anything between two parts."""
    pieces = [piece for piece in pattern.text.lower().split("*") if piece] if pattern.glob else [pattern.text.lower()]
    if len(pieces) == 1:
        only = pieces[0]
        return lambda text: only in text.lower()

    def test(text: str) -> bool:
        lowered = text.lower()
        return _in_order(pieces, lowered, 0, len(lowered))

    return test


def cached(test: Test) -> Test:
    """For names, which repeat from call to call."""
    return lru_cache(maxsize=4096)(test)


class RegexError(ValueError):
    """A regular expression that cannot be used: ``what`` and ``advice``."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} {advice}")
        self.what = what
        self.advice = advice


def check_regex(regex: str) -> None:
    """See that a regular expression can be used.

    Raises:
        RegexError: it cannot.
    """
    _compiled(regex)


def search(regex: str) -> Test:
    """Whether a regular expression matches somewhere in a line of a text, without case.

    Raises:
        RegexError: it is none.
    """
    # The RE2 inside, asked directly: the wrapper's search costs as much again, to make positions that nobody asks for.
    inner = _compiled(regex)._regexp  # noqa: SLF001 - see above; a test sees that it is there
    match, anywhere = inner.Match, type(inner).Anchor.UNANCHORED

    def test(text: str) -> bool:
        encoded = text.encode("utf-8", "replace")
        return bool(match(anywhere, encoded, 0, len(encoded))[0][0] >= 0)

    return test


def spans_texts(regex: str) -> bool:
    """Whether it would tell a text alone from the same text as some lines of a longer one."""
    return bool(_ABOUT_ENDS.search(regex))


@lru_cache(maxsize=16)
def _compiled(regex: str) -> Any:
    import re2  # type: ignore[import-untyped] # it ships no types # noqa: PLC0415 - loaded for the filters that have a regular expression

    if len(regex) > LONGEST_REGEX:
        raise RegexError(f"The regular expression has more than {LONGEST_REGEX} characters.", "Make it shorter.")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.never_nl = True
    options.case_sensitive = False
    try:
        re2.compile(regex, options)  # by itself, so that no parenthesis of it ends ours
        made = re2.compile(f"(?m:{regex})", options)
    except (re2.error, UnicodeEncodeError) as error:
        raise RegexError(_words(error), "The syntax is RE2's: no look-around and no back-references.") from None
    if made.programsize > _LARGEST_PROGRAM:
        raise RegexError("The regular expression is too large.", "Repeat fewer things fewer times.")
    return made


def _words(error: Exception) -> str:
    what = error.args[0] if error.args else ""
    text = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)
    return f"This is no regular expression: {text}."
