"""Where a cursor stands in JSON that is being typed: unfinished, wrong, and right by turns.

Own tokens, as a parser of JSON gives up at the first thing that is not there yet, and one that mends errors mends them
otherwise at every key. What was typed before the cursor says it all: which containers are open, and what comes next.
"""

import json
import re
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.query.paths import Way

#: Characters around the cursor that are looked at: what is before the first of them is not understood.
LONGEST = 200_000
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')
#: What follows the cursor and belongs to what it is in.
_REST_OF_STRING = re.compile(r'(?:[^"\\\n,:{}\[\]]|\\.)*"|\w*')
_REST_OF_WORD = re.compile(r"[\w.+-]*")
_COLON = re.compile(r"\s*:")

Awaited = Literal["key", "colon", "value", "comma"]


class Open(Struct):
    """A container that is open at the cursor.

    Attributes:
        closes: the bracket that will close it.
        awaits: what may come next in it.
        step: the key or position of what is being typed, or was typed last.
        scalars: the source of the members that are there and are no containers; of others the key alone, with "".
    """

    closes: str
    awaits: Awaited
    step: str | int
    scalars: dict[str, str]


class Cursor(Struct, frozen=True):
    """What is being typed.

    Attributes:
        role: whether a key or a value belongs here; ``none``: a comma or a colon does.
        way: to what is being typed; of a key, to the object that it is for.
        open: the containers around it, the outermost first; one more than ``way`` has steps, for keys.
        start, end: the characters that a completion replaces.
        typed: what stands there before the cursor.
        colon: a colon follows already.
        later: the keys that stand after the cursor in the same object.
    """

    role: Literal["key", "value", "none"]
    way: Way
    open: tuple[Open, ...]
    start: int
    end: int
    typed: str
    colon: bool = False
    later: frozenset[str] = frozenset()


def locate(text: str, at: int) -> Cursor | None:
    """Where a cursor stands; ``None`` if too much is before it.

    Args:
        text: what was typed so far.
        at: 0 to ``len(text)``.
    """
    if at > LONGEST:
        return None
    reader = _Reader()
    start, typed, before = at, "", 0
    for token in _TOKEN.finditer(text, 0, at):
        word = token[0]
        unclosed = word[0] == '"' and not _closed(word)
        if token.end() == at and (unclosed or word[0] not in '"{}[],:'):
            start, typed = token.start(), word
            break
        reader.take(word)
        before = token.end()
    rest = (_REST_OF_STRING if typed.startswith('"') else _REST_OF_WORD).match(text, at)
    end = rest.end() if rest else at
    awaits = reader.open[-1].awaits if reader.open else ("comma" if reader.done else "value")
    if awaits in ("comma", "colon") and reader.open and reader.open[-1].closes == "}" and "\n" in text[before:start]:
        awaits = "key"  # whoever begins a new line there has forgotten the comma
    role: Literal["key", "value", "none"] = "key" if awaits == "key" else "value" if awaits == "value" else "none"
    steps = reader.open if role == "value" else reader.open[:-1]
    return Cursor(
        role=role,
        way=tuple(one.step for one in steps),
        open=tuple(reader.open),
        start=start,
        end=end,
        typed=typed,
        colon=_COLON.match(text, end) is not None,
        later=_later(text, end) if role == "key" else frozenset(),
    )


def _closed(word: str) -> bool:
    return len(word) > 1 and word[-1] == '"' and (len(word) - len(word[:-1].rstrip("\\"))) % 2 == 1


class _Reader:
    """Follows tokens, forgiving what is missing."""

    def __init__(self) -> None:
        self.open: list[Open] = []
        self.done = False

    def take(self, word: str) -> None:
        if word == "{":
            self.open.append(Open("}", "key", "", {}))
        elif word == "[":
            self.open.append(Open("]", "value", 0, {}))
        elif word in "]}":
            self._close(word)
        elif word in ",:":
            if self.open:
                self._separate(self.open[-1], word)
        else:
            self._scalar(word)

    def _close(self, word: str) -> None:
        """The innermost container of that bracket ends; those in it that were forgotten end with it."""
        for number in range(len(self.open) - 1, -1, -1):
            if self.open[number].closes == word:
                del self.open[number:]
                break
        self._valued("")

    @staticmethod
    def _separate(container: Open, word: str) -> None:
        if isinstance(container.step, int):
            container.step, container.awaits = container.step + (word == ","), "value"
        else:
            container.awaits = "value" if word == ":" else "key"

    def _scalar(self, word: str) -> None:
        if self.open and isinstance(self.open[-1].step, str) and self.open[-1].awaits in ("key", "comma"):
            key = decoded(word)
            self.open[-1].step = key if isinstance(key, str) else word
            self.open[-1].awaits = "colon"
            self.open[-1].scalars.setdefault(self.open[-1].step, "")
        else:
            self._valued(word)

    def _valued(self, source: str) -> None:
        if not self.open:
            self.done = True
            return
        self.open[-1].awaits = "comma"
        if isinstance(self.open[-1].step, str):
            self.open[-1].scalars[self.open[-1].step] = source


def decoded(word: str) -> object:
    """A scalar's value, or what it seems to say if it is not finished."""
    if word[:1] == '"' and word[-1] == '"' and "\\" not in word and len(word) > 1:
        return word[1:-1]
    try:
        return json.loads(word)
    except ValueError:
        return word.strip('"')


def _later(text: str, at: int) -> frozenset[str]:
    """The keys that follow in the object that the cursor is in."""
    depth, keys, before = 0, set(), ""
    for token in _TOKEN.finditer(text, at, at + LONGEST):
        word = token[0]
        if word in "{[":
            depth += 1
        elif word in "}]":
            depth -= 1
            if depth < 0:
                break
        elif word == ":" and depth == 0 and before.startswith('"'):
            keys.add(str(decoded(before)))
        before = word
    return frozenset(keys)
