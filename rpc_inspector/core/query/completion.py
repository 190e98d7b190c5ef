"""What may be typed next: fields, operators, values that were seen, units, keywords."""

import re
from collections.abc import Iterable

from msgspec import Struct

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.query.fields import CODE_NAMES, FIELDS, Field
from rpc_inspector.core.query.syntax import Pattern

#: At most so many are offered.
MOST = 50
KEYWORDS = ("and", "or", "not")


class Vocabulary(Struct, frozen=True, kw_only=True):
    """What was seen, in the order in which it shall be offered.

    ``paths`` are JSON paths like ``$.city``; ``codes`` the numbers of errors.
    """

    methods: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    rooms: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @staticmethod
    def of(rows: Iterable[TraceRow]) -> "Vocabulary":
        """What rows of a trace have, the oldest first; without paths, as that would decode every payload."""
        methods, identities, codes, rooms = (dict[str, None](), dict[str, None](), dict[int, None](), dict[str, None]())
        for row in rows:
            rooms[row.room] = None
            if isinstance(row, Call):
                methods |= {row.method: None} if row.method else {}
                identities |= {name: None for name in (row.caller, row.callee) if name}
                codes |= {row.error.code: None} if row.error else {}
            elif row.identity:
                identities[row.identity] = None
        return Vocabulary(methods=tuple(methods), identities=tuple(identities), codes=tuple(codes), rooms=tuple(rooms))


class Completions(Struct, frozen=True):
    """What may stand in place of ``text[start:end]``, the likeliest first."""

    start: int
    end: int
    words: tuple[str, ...] = ()


_QUOTED = re.compile(r'"(?:\\.|[^"\\])*("|\\?$)', re.DOTALL)
_HEAD = re.compile(r"(?P<name>[^\s()\"|:=<>~!]+)\s*(?P<operator>:|~|!=|<=|>=|=|<|>)")
_LAST_VALUE = re.compile(r'(?:"(?:\\.|[^"\\])*"?|[^|"])*$', re.DOTALL)
_NUMBER_TYPED = re.compile(r"\d+(?:\.\d+)?")
#: What follows the cursor and belongs to what is being typed.
_END_OF_NAME = re.compile(r'[^\s()|":=<>~!]*(?::|~|!=|<=|>=|=|<|>)?')
_END_OF_VALUE = re.compile(r'[^\s()|"]*"?')


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> Completions:
    """What may be typed at the cursor.

    Args:
        text: the filter as it is typed.
        cursor: 0 to ``len(text)``.
        vocabulary: what values there are.

    Returns:
        Words for the part of the term that the cursor is in, up to that part's end.
    """
    before = text[:cursor]
    start = _term_start(before)
    term = before[start:]
    stripped = term.lstrip("!")
    start += len(term) - len(stripped)
    head = _HEAD.match(stripped)
    if head is None:
        end = _END_OF_NAME.match(text, cursor).end()  # type: ignore[union-attr] # it matches the empty text too
        return _offer(start, end, stripped, _beginnings(stripped, vocabulary))
    value_start = start + head.end()
    typed = stripped[head.end() :]
    last = _LAST_VALUE.search(typed)
    value_start += last.start() if last else 0
    end = _END_OF_VALUE.match(text, cursor).end()  # type: ignore[union-attr] # likewise
    value = text[value_start:cursor]
    return _offer(value_start, end, value, _values(head["name"].lower(), head["operator"], value, vocabulary))


def _term_start(before: str) -> int:
    """Where the term begins that is being typed: the text is read from its beginning, as quotes may hold anything."""
    start = at = 0
    while at < len(before):
        if before[at] == '"':
            closed = _QUOTED.match(before, at)
            at = closed.end() if closed else len(before)
            continue
        at += 1
        if before[at - 1] in "()" or before[at - 1].isspace():
            start = at
    return start


def _offer(start: int, end: int, typed: str, words: Iterable[str]) -> Completions:
    """Those that go on from what was typed, then those that have it in them."""
    low = typed.strip('"').lower()
    fitting = [word for word in words if low in word.lower() and word != typed]
    begin = [word for word in fitting if word.strip('"').lower().startswith(low)]
    # What is in both lists is offered where it stands first.
    others = fitting if low else []
    return Completions(start, end, tuple(dict.fromkeys([*begin, *others]))[:MOST])


def _beginnings(typed: str, vocabulary: Vocabulary) -> list[str]:
    """What a term may begin with."""
    if typed.startswith("$"):
        return list(vocabulary.paths)
    field = FIELDS.get(typed.lower())
    if field is not None and field.operators:
        return [_begun(field), *(field.name + operator for operator in field.operators)]
    names = [_begun(field) for field in FIELDS.values()]
    # Names alone would drown the fields.
    seen = [*vocabulary.methods, *vocabulary.identities] if typed else []
    return [*names, *(KEYWORDS if typed else ()), *(Pattern(name).shown(word=True) for name in seen)]


def _begun(field: Field) -> str:
    """A field with the operator that its first example has."""
    if not field.operators:
        return field.name
    return field.name + (">" if field.kind == "number" else ":")


def _values(name: str, operator: str, typed: str, vocabulary: Vocabulary) -> list[str]:
    """What a field's value may be."""
    field = FIELDS.get(name)
    if field is None:
        return ["true", "false", "null"] if name.startswith("$") and operator in ("=", "!=") else []
    if operator == "~":
        return []
    if field.units:
        return _units(field, typed)
    values = field.values or {
        "method": vocabulary.methods,
        "peer": vocabulary.identities,
        "from": vocabulary.identities,
        "to": vocabulary.identities,
        "room": vocabulary.rooms,
        "code": (*map(str, vocabulary.codes), *CODE_NAMES),
    }.get(name, ())
    return [Pattern(value).shown() for value in values]


def _units(field: Field, typed: str) -> list[str]:
    """A number's units, once there is a number."""
    number = _NUMBER_TYPED.match(typed)
    return [number[0] + unit for unit in field.units] if number else []
