"""The regular expressions of schemas: matched by RE2, whose time is linear, and never by ``re``, which may hang.

JSON Schema's are ECMAScript's; RE2 has no look-around and no back-references. An expression that it cannot take is
not matched at all, and that is told.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any, cast

from rpc_inspector.core.query.patterns import LONGEST_REGEX

Test = Callable[[str], bool]
#: Instructions that RE2 may make of an expression; larger automata are linear too, but slow.
_LARGEST_PROGRAM = 5000
_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))")


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Test | None:
    """Whether an expression matches somewhere in a text; ``None`` if it cannot be matched in bounded time."""
    import re2  # type: ignore[import-untyped] # it ships no types # noqa: PLC0415 - loaded for schemas that have patterns

    if len(pattern) > LONGEST_REGEX:
        return None
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        made = re2.compile(_UNICODE_ESCAPE.sub(r"\1\\x{\2\3}", pattern), options)
    except (re2.error, UnicodeEncodeError):
        return None
    if made.programsize > _LARGEST_PROGRAM:
        return None
    return lambda text: made.search(text.encode("utf-8", "replace").decode()) is not None


def matching_text(pattern: str, shortest: int = 0, longest: int | None = None) -> str | None:
    """A short text that an expression matches, of so many characters; ``None`` if none was found."""
    test = matcher(pattern)
    if test is None:
        return None
    from rstr import Rstr  # noqa: PLC0415 - loaded for examples of schemas that have patterns

    # Repetitions are as few as allowed, and a few more for those that must be longer.
    for more in (0, 1, 2, 4, 8, 16, 32):
        try:
            text = Rstr(cast(Random, _Plainest(more))).xeger(pattern)
        except (re.error, KeyError, IndexError, RecursionError, OverflowError):  # what ECMAScript has and re has not
            return None
        if shortest <= len(text) and (longest is None or len(text) <= longest) and test(text):
            return text
    return None


class _Plainest:
    """Stands where rstr wants chance: the plainest character, the first branch, the fewest repetitions."""

    def __init__(self, more: int) -> None:
        self._more = more

    def choice(self, among: Any) -> Any:
        """One of the branches or characters."""
        among = list(among)
        if among and all(isinstance(one, str) for one in among):
            return min(among, key=lambda one: (not one.isalnum(), not one.isascii(), one.isdigit(), one))
        return among[0]

    def randint(self, least: int, most: int) -> int:
        """How often something is repeated."""
        return min(least + self._more, most)

    def sample(self, among: Any, count: int) -> list[Any]:
        """So many of them."""
        return [self.choice(among)] * count
