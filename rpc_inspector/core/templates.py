"""Placeholders in payloads: ``${city}``, ``${uuid}``, ``${env:HOME}``, ``${secret:PIN}``, ``${last:login:$.id}``.

What is put in their place fits where they stand. Inside a JSON string it is escaped, so that no value can end the
string; where a placeholder is a whole JSON value (``"days": ${days}``) it is written as JSON; in plain text it is
written as it is. What was put in is never looked through again: a value cannot smuggle in another's secret.
"""

import json
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from msgspec import Struct

from rpc_inspector.core.names import closest
from rpc_inspector.core.query.paths import Key, Path, PathError
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.naming import is_secret_name
from rpc_inspector.core.secrets.redaction import is_secret
from rpc_inspector.core.secrets.shapes import too_short

#: So many placeholders of a text are filled in; so many characters may come of it.
MOST_PLACEHOLDERS = 1000
LONGEST_RESULT = 64 * 1024 * 1024
_LONGEST_NAME = 300

#: Names with a meaning of their own; no variable can have them.
BUILT_IN = ("uuid", "now", "now:unix")
_KINDS = ("env", "secret", "last")

_NAME = rf"\$\{{(?P<name>[^{{}}\r\n]{{1,{_LONGEST_NAME}}})\}}"
_IN_TEXT = re.compile(rf"(?P<literal>\$\$\{{)|{_NAME}")
#: Of JSON outside of strings: all up to the next string, or other place, that may hold a placeholder.
_UNEVENTFUL = re.compile(r'(?:[^"$\\]++|"(?:[^"\\$]++|\\[^$])*+")*+')
_IN_JSON = re.compile(rf'(?P<literal>\$\$\{{)|{_NAME}|(?P<escape>\\["\\])|(?P<quote>")')


class Raw(Struct, frozen=True):
    """Text of no type, as of the command line: as a whole JSON value it is what it reads as, ``3`` a number."""

    text: str

    def __repr__(self) -> str:
        """Without the text, which may be a secret."""
        return "Raw(...)"


class Sources(Struct, frozen=True, kw_only=True):
    """What placeholders stand for.

    Attributes:
        variables: JSON values, or :class:`Raw`, by name.
        secrets: texts by name, for ``${secret:NAME}``.
        environment: of the process, for ``${env:NAME}``.
        responses: the text of the latest response of each method, for ``${last:METHOD:$.path}``.
        now: in seconds since the epoch; ``None`` is the present.
    """

    variables: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}
    environment: Mapping[str, str] = {}
    responses: Mapping[str, str] = {}
    now: float | None = None

    def __repr__(self) -> str:
        """Without values: any of them may be a secret."""
        return f"Sources(variables={sorted(self.variables)}, secrets={sorted(self.secrets)})"


class Placeholder(NamedTuple):
    """A placeholder in a text, from ``start`` to ``end`` in characters.

    ``quoted``: inside a JSON string. ``whole``: it is a whole JSON value (or key).
    """

    start: int
    end: int
    name: str
    quoted: bool = False
    whole: bool = False


class Span(NamedTuple):
    """Where in the result a placeholder's value stands, in characters; ``secret``: not to be displayed."""

    start: int
    end: int
    name: str
    secret: bool = False


class Missing(NamedTuple):
    """A placeholder that nothing could be put in for: ``what`` is wrong, ``advice``; where it is in the template."""

    name: str
    what: str
    advice: str
    start: int
    end: int


class Resolved(Struct, frozen=True, kw_only=True):
    """A text with its placeholders filled in.

    Attributes:
        text: to be sent. Placeholders that are missing are in it as they were.
        missing: why it should not be sent, in the order of the template; empty where all is there.
        secrets_used: names as in ``${secret:NAME}``, and those of variables that look like secrets.
        spans: what was put in, in the order of ``text``.
        remarks: sentences on what may not be as it was meant, unsanitised.
    """

    text: str
    missing: tuple[Missing, ...] = ()
    secrets_used: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Resolved({self.masked!r}, missing={[one.name for one in self.missing]})"

    @property
    def masked(self) -> str:
        """The text for eyes: secrets are masked."""
        parts, at = [], 0
        for span in self.spans:
            if span.secret:
                parts += [self.text[at : span.start], MASK]
                at = span.end
        return "".join([*parts, self.text[at:]])


def placeholders(text: str, *, plain: bool = False) -> tuple[Placeholder, ...]:
    """The placeholders of a text, in order.

    Args:
        text: a payload.
        plain: it is no JSON, whatever it begins with; for names.
    """
    return tuple(token for token in _tokens(text, plain=plain) if token.name)


def literal(text: str) -> str:
    """A template of which exactly ``text`` comes: for what others wrote, which must not ask for our secrets."""
    return text.replace("${", "$${")


def resolve(text: str, sources: Sources, *, plain: bool = False) -> Resolved:
    """Fill in the placeholders of a text; ``$${`` becomes ``${``. Never fails: see ``Resolved.missing``.

    Args:
        text: a payload, or a name.
        sources: what placeholders stand for.
        plain: it is no JSON, whatever it begins with; for names.
    """
    if "${" not in text:
        return Resolved(text=text)
    return _Filling(text, sources).fill(_tokens(text, plain=plain))


def _tokens(text: str, *, plain: bool) -> Iterator[Placeholder]:
    """Placeholders, and ``$${`` as one without a name."""
    if plain or text.lstrip()[:1] not in ("{", "[", '"'):
        for one in _IN_TEXT.finditer(text):
            yield Placeholder(one.start(), one.end(), one["name"] or "")
        return
    quoted, at = False, 0
    while True:
        if not quoted and (skipped := _UNEVENTFUL.match(text, at)):
            at = skipped.end()
        found = _IN_JSON.search(text, at)
        if found is None:
            return
        at = found.end()
        if found["quote"]:
            quoted = not quoted
        elif not found["escape"]:
            name = _unescaped(found["name"]) if quoted and found["name"] else found["name"] or ""
            whole = not quoted and _stands_alone(text, found.start(), found.end())
            yield Placeholder(found.start(), found.end(), name, quoted, whole)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing but JSON's own separators are around it."""
    while start > 0 and text[start - 1].isspace():
        start -= 1
    while end < len(text) and text[end].isspace():
        end += 1
    return (start == 0 or text[start - 1] in ":,[{") and (end == len(text) or text[end] in ",]}:")


def _unescaped(name: str) -> str:
    """A path in a JSON string has its quotes escaped."""
    if "\\" not in name:
        return name
    try:
        return str(json.loads(f'"{name}"'))
    except ValueError:
        return name


class _NotThere(Exception):  # noqa: N818 - says what happened
    """Nothing can be put in: ``what`` and ``advice``."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


class _Filling:
    """One text being filled in."""

    def __init__(self, text: str, sources: Sources) -> None:
        self._text, self._sources = text, sources
        self._now = time.time() if sources.now is None else sources.now
        self._parts: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._missing: list[Missing] = []
        self._remarks: dict[str, None] = {}
        self._seen = 0

    def fill(self, tokens: Iterable[Placeholder]) -> Resolved:
        at = 0
        for token in tokens:
            self._add(self._text[at : token.start])
            at = token.end
            if not token.name:
                self._add("${")
                continue
            try:
                self._put(token)
            except _NotThere as error:
                self._missing.append(Missing(token.name, error.what, error.advice, token.start, token.end))
                self._add(self._text[token.start : token.end])
        self._add(self._text[at:])
        return Resolved(
            text="".join(self._parts),
            missing=tuple(self._missing),
            secrets_used=tuple(dict.fromkeys(span.name.removeprefix("secret:") for span in self._spans if span.secret)),
            spans=tuple(self._spans),
            remarks=tuple(self._remarks),
        )

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _put(self, token: Placeholder) -> None:
        self._seen += 1
        if self._seen > MOST_PLACEHOLDERS:
            raise _NotThere(f"There are more than {MOST_PLACEHOLDERS:,} placeholders.", "Use fewer.")
        value, secret = self._value(token.name)
        text = _written(value, token)
        if self._length + len(text) > LONGEST_RESULT:
            raise _NotThere(f"The text would be longer than {LONGEST_RESULT:,} characters.", "Use shorter values.")
        if "${" in text:
            self._remarks[f"The value of {token.name} holds ${{…}}, which is sent as it is."] = None
        if secret and too_short(_plain(value)):
            self._remarks[f"Too short to mask in answers: {token.name}"] = None
        self._spans.append(Span(self._length, self._length + len(text), token.name, secret))
        self._add(text)

    def _value(self, name: str) -> tuple[object, bool]:
        """What stands for a name, and whether it is a secret."""
        if name in BUILT_IN:
            return self._built_in(name), False
        kind, colon, rest = name.partition(":")
        if not colon or kind not in _KINDS:
            return self._variable(name)
        if kind == "env":
            text = _of(self._sources.environment, rest, "environment variable", "Set it, or correct the name.")
            return Raw(text), is_secret_name(rest, text)
        if kind == "secret":
            advice = "Set it in the process's environment or in .secrets.yaml."
            return Raw(_of(self._sources.secrets, rest, "secret", advice)), True
        return self._last(rest)

    def _built_in(self, name: str) -> object:
        if name == "uuid":
            return str(uuid.uuid4())
        if name == "now:unix":
            return int(self._now)
        return datetime.fromtimestamp(self._now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _variable(self, name: str) -> tuple[object, bool]:
        known = [*self._sources.variables, *BUILT_IN, *(f"{kind}:" for kind in _KINDS)]
        value = _of(self._sources.variables, name, "variable", "Set it, or write $${ for a plain ${.", known)
        return value, is_secret_name(name, _plain(value))

    def _last(self, rest: str) -> tuple[object, bool]:
        method, found, inner = rest.partition(":$")
        text = _of(self._sources.responses, method, "earlier response of", "Call that method first.")
        if not found:
            return Raw(text), is_secret("", text)
        try:
            path = Path.parse(f"${inner}")
        except PathError as error:
            raise _NotThere(error.what, error.advice) from None
        try:
            value = next(path.find(json.loads(text)), _NOTHING)
        except (ValueError, RecursionError):
            raise _NotThere(f"The response of {method} is no JSON.", "Leave out the path.") from None
        if value is _NOTHING:
            raise _NotThere(f"The response of {method} has no {path}.", "Look at the response, and correct the path.")
        last = path.steps[-1] if path.steps else None
        return value, is_secret(last.name if isinstance(last, Key) else "", _plain(value))


_NOTHING = object()
Value = TypeVar("Value")


def _of(values: Mapping[str, Value], name: str, kind: str, advice: str, known: Iterable[str] | None = None) -> Value:
    try:
        return values[name]
    except KeyError:
        near = closest(name, values if known is None else known)
        hint = f"Did you mean {' or '.join(near)}?" if near else advice
        raise _NotThere(f"There is no {kind} {name}.", hint) from None


def _plain(value: object) -> str:
    """A value within text."""
    if isinstance(value, Raw):
        return value.text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _written(value: object, token: Placeholder) -> str:
    """A value where the placeholder stands."""
    text = _plain(value)
    if token.quoted:
        return json.dumps(text, ensure_ascii=False)[1:-1]
    if not token.whole:
        return text
    if isinstance(value, Raw):
        return text if _is_json(text) else json.dumps(text, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
