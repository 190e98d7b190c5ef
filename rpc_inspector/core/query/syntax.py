"""What a filter is made of, and its canonical text: reading that text again gives the same filter.

Immutable; made by ``parsing``, made runnable by ``compiling``.
"""

import re

from msgspec import Struct

from rpc_inspector.core.query.paths import Path, Sign

#: A field's name, or a path into the payloads.
Subject = str | Path
#: What can be written as the value of a path without quotes and is no text.
Literal = str | int | float | bool | None

_PLAIN = re.compile(r'[^\s()"|*]+')
_PLAIN_WORD = re.compile(r'[^\s()"|*:=<>~!$][^\s()"|*:=<>~]*')
_KEYWORDS = {"and", "or", "not"}
_PAIR = re.compile(r'\\.|"', re.DOTALL)


class Pattern(Struct, frozen=True):
    """Text to find, without case. ``glob``: its ``*`` stand for anything."""

    text: str
    glob: bool = False

    def shown(self, *, word: bool = False, reserved: frozenset[str] = frozenset()) -> str:
        """As it is written, quoted where it must be: ``word`` stands alone, ``reserved`` words mean something else."""
        if self.glob:
            return self.text
        plain = (_PLAIN_WORD if word else _PLAIN).fullmatch(self.text)
        if plain and not (word and (self.text.lower() in _KEYWORDS or self.text.lower() in reserved)):
            return self.text
        return quoted(self.text)


class Everything(Struct, frozen=True):
    """The empty filter."""

    def __str__(self) -> str:
        return ""


class Word(Struct, frozen=True):
    """``paris``, ``"two words"``: anywhere in methods, peers and payloads."""

    pattern: Pattern

    def __str__(self) -> str:
        return self.pattern.shown(word=True, reserved=RESERVED)


class Flag(Struct, frozen=True):
    """``marked``."""

    field: str

    def __str__(self) -> str:
        return self.field


class Text(Struct, frozen=True):
    """``method:get*|set*``, ``$.city:par*``."""

    subject: Subject
    patterns: tuple[Pattern, ...]

    def __str__(self) -> str:
        return f"{self.subject}:{'|'.join(pattern.shown() for pattern in self.patterns)}"


class Search(Struct, frozen=True):
    """``payload~"regex"``, ``$.city~"regex"``."""

    subject: Subject
    regex: str

    def __str__(self) -> str:
        return f'{self.subject}~"{_PAIR.sub(_keep_pair, self.regex)}"'


class Number(Struct, frozen=True):
    """``total>50ms``: ``number`` in ``unit``, which is empty where the field has none."""

    field: str
    sign: Sign
    number: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.field}{self.sign}{number_text(self.number)}{self.unit}"


class Exists(Struct, frozen=True):
    """``$.city``."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


class Value(Struct, frozen=True):
    """``$.city="Paris"``, ``$.n>=3``, ``$.on=true``, ``$.next=null``."""

    path: Path
    sign: Sign
    value: Literal

    def __str__(self) -> str:
        return f"{self.path}{self.sign}{_literal(self.value)}"

    def __eq__(self, other: object) -> bool:
        # To Python True is 1; here they are two filters.
        return isinstance(other, Value) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class Not(Struct, frozen=True):
    """``not term``: all that the term does not match."""

    part: "Node"

    def __str__(self) -> str:
        return f"not {_grouped(self.part)}"


class And(Struct, frozen=True):
    """Terms side by side; at least two, none of them an And."""

    parts: "tuple[Node, ...]"

    def __str__(self) -> str:
        text = ""
        for part in self.parts:
            shown = _grouped(part) if isinstance(part, Or) else str(part)
            if shown.lower() in UNITS and text[-1:].isdigit():
                shown = quoted(shown)
            text += f" {shown}" if text else shown
        return text


class Or(Struct, frozen=True):
    """``a or b``; at least two, none of them an Or."""

    parts: "tuple[Node, ...]"

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Term = Word | Flag | Text | Search | Number | Exists | Value
Node = Everything | Term | Not | And | Or

#: Words that are terms by themselves, so the words themselves need quotes.
RESERVED = frozenset({"marked"})
#: Units, which may stand apart from their number, so that the same words after a number need quotes.
UNITS = frozenset({"us", "ms", "s", "m", "h", "b", "kb", "mb", "kib", "mib"})


def both(parts: "list[Node]") -> Node:
    """All of them: one And, or the only part."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0]


def either(parts: "list[Node]") -> Node:
    """Any of them: one Or, or the only part."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    return Or(tuple(flat)) if len(flat) > 1 else flat[0]


def negated(part: Node) -> Node:
    """The opposite; twice is not at all."""
    return part.part if isinstance(part, Not) else Not(part)


def children(node: Node) -> tuple[Node, ...]:
    """What a node is made of."""
    if isinstance(node, (And, Or)):
        return node.parts
    return (node.part,) if isinstance(node, Not) else ()


def terms(node: Node) -> "list[Term]":
    """All terms of a filter."""
    waiting, found = [node], []
    while waiting:
        one = waiting.pop()
        waiting += children(one)
        if isinstance(one, Term):
            found.append(one)
    return found


def quoted(text: str) -> str:
    """Text in quotes: a quote and a backslash get a backslash before them."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    """What :func:`quoted` made of it; a backslash before anything else stays."""
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def unquoted_regex(text: str) -> str:
    """A regular expression out of its quotes: only the backslash before a quote goes."""
    return re.sub(r"\\(.)", lambda pair: '"' if pair[1] == '"' else pair[0], text[1:-1], flags=re.DOTALL)


def number_text(number: float) -> str:
    """``50`` rather than ``50.0``."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def _keep_pair(found: re.Match[str]) -> str:
    return '\\"' if found[0] == '"' else found[0]


def _literal(value: Literal) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else repr(value)


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, (And, Or)) else str(node)
