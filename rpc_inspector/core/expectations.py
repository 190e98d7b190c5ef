"""What a call is expected to come to, and how it differs from that: for checks that run without anybody watching.

A comparison is written as people say it: ``">10"``, ``">= 0 and <50"``, ``"!= closed"``, ``/^Par/``, ``exists``,
``absent``; anything else is the value itself. Values may have placeholders (``core.templates``).
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from msgspec import Struct

from rpc_inspector.core.codes import code_name
from rpc_inspector.core.model import Call, Measure
from rpc_inspector.core.query.paths import Key, Path, Sign, agrees
from rpc_inspector.core.query.patterns import check_regex, search
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.redaction import Rules, is_secret, redact_text
from rpc_inspector.core.templates import Sources, resolve
from rpc_inspector.core.text import ELLIPSIS

How = Sign | Literal["matches", "exists", "absent"]

_SIGNED = re.compile(r"\s*(>=|<=|!=|>|<|=)\s*(.*)", re.DOTALL)
_AND = re.compile(r"\s+and\s+(?=[<>=!])")
_WORDS: dict[str, How] = {"exists": "exists", "absent": "absent"}
_SIGNS: dict[str, Sign] = {sign: sign for sign in get_args(Sign)}
_LONGEST_SHOWN = 200
_RULES = Rules()


class Comparison(Struct, frozen=True):
    """One comparison.

    Attributes:
        sign: how to compare.
        wanted: JSON with placeholders, or what was typed after the sign; for ``matches`` a regular expression.
    """

    sign: How
    wanted: str = ""


class Expectation(Struct, frozen=True, kw_only=True):
    """What a call should come to; what is not named does not matter.

    Attributes:
        outcome: ``None`` is ``error`` where there are codes, otherwise ``ok``.
        codes: of the error; any of them.
        message: of the error.
        paths: JSON paths into what came back (the response, or the error's data) and what they should lead to. What is
            no JSON is a text at ``$``.
        total_ms, ack_ms: at most.
    """

    outcome: Literal["ok", "error"] | None = None
    codes: tuple[int, ...] = ()
    message: tuple[Comparison, ...] = ()
    paths: tuple[tuple[str, tuple[Comparison, ...]], ...] = ()
    total_ms: float | None = None
    ack_ms: float | None = None


class Failure(NamedTuple):
    """Something that came otherwise: where, what was expected, what came. Obvious secrets are masked; unsanitised."""

    at: str
    expected: str
    came: str


def comparisons_of(typed: str) -> tuple[Comparison, ...]:
    """The comparisons that a text stands for; as a value it is itself.

    Raises:
        core.query.patterns.RegexError: of ``/…/``.
    """
    word = typed.strip()
    if word in _WORDS:
        return (Comparison(_WORDS[word]),)
    if len(word) > 1 and word.startswith("/") and word.endswith("/"):
        check_regex(word[1:-1])
        return (Comparison("matches", word[1:-1]),)
    found = [_SIGNED.fullmatch(part) for part in _AND.split(typed)]
    if not all(found):
        return exactly(json.dumps(typed, ensure_ascii=False))
    return tuple(Comparison(_SIGNS[one[1]], one[2].strip()) for one in found if one)


def exactly(value: str) -> tuple[Comparison, ...]:
    """That it is this value, given as JSON with placeholders."""
    return (Comparison("=", value),)


def check(call: Call, wanted: Expectation, sources: Sources) -> tuple[Failure, ...]:
    """How a finished call differs from what was expected; nothing if it does not.

    Where the outcome is another, only that is said.
    """
    outcome = wanted.outcome or ("error" if wanted.codes or wanted.message else "ok")
    if call.outcome != outcome:
        expected = f"error {_codes(wanted.codes)}".strip() if outcome == "error" else outcome
        return (Failure("outcome", expected, _outcome(call)),)
    failures: list[Failure] = []
    if call.error and wanted.codes and call.error.code not in wanted.codes:
        failures.append(Failure("code", _codes(wanted.codes), _code(call.error.code)))
    if call.error:
        failures += _compare("message", [call.error.message], wanted.message, sources)
    came = came_back(call)
    for path, tests in wanted.paths:
        found = [] if came is NOTHING else list(Path.parse(path).find(came))
        failures += _compare(path, found, tests, sources)
    failures += _slow("ms.total", call.total, wanted.total_ms)
    failures += _slow("ms.ack", call.ack, wanted.ack_ms)
    return tuple(failures)


#: What came back is not known, or nothing did.
NOTHING = object()


def came_back(call: Call) -> object:
    """The response, or the error's data, decoded, or as it is where it is no JSON; else :data:`NOTHING`."""
    text = call.response.text if call.response else None
    if call.error:
        text = call.error.data
    if text is None:
        return NOTHING
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _compare(at: str, found: list[object], comparisons: Iterable[Comparison], sources: Sources) -> Iterator[Failure]:
    """Every value that a path leads to is compared; it must lead somewhere."""
    for one in comparisons:
        if one.sign in ("exists", "absent"):
            if (one.sign == "exists") != bool(found):
                yield Failure(at, one.sign, _shown(at, found[0]) if found else "nothing there")
            continue
        wanted, words, problem = _wanted(one, sources)
        if problem:
            yield Failure(at, words, problem)
        elif not found:
            yield Failure(at, words, "nothing there")
        else:
            odd = next((value for value in found if not _holds(one, value, wanted)), NOTHING)
            if odd is not NOTHING:
                yield Failure(at, words, _shown(at, odd))


def _wanted(one: Comparison, sources: Sources) -> tuple[object, str, str]:
    """The value to compare with, how it is told (secrets masked), and what is missing for it."""
    if one.sign == "matches":
        return one.wanted, f"/{one.wanted}/", ""
    # As the only element of an array a placeholder is a whole value, and keeps its type.
    resolved = resolve(f"[{one.wanted}]", sources)
    told = resolved.masked[1:-1]
    try:
        (value,) = json.loads(resolved.text)
    except (ValueError, RecursionError):
        resolved = resolve(one.wanted, sources, plain=True)
        value, told = resolved.text, json.dumps(resolved.masked, ensure_ascii=False)
    words = _cut(told if one.sign == "=" else f"{one.sign} {told}")
    return value, words, " ".join(f"{lack.what} {lack.advice}" for lack in resolved.missing)


def _holds(one: Comparison, value: object, wanted: object) -> bool:
    if one.sign == "matches":
        return search(one.wanted)(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return agrees(value, _SIGNS[one.sign], wanted)


def _slow(at: str, measure: Measure | None, limit: float | None) -> Iterator[Failure]:
    if limit is None:
        return
    if measure is None:
        yield Failure(at, f"at most {limit:g}", "not seen")
    elif measure.ms > limit:
        yield Failure(at, f"at most {limit:g}", f"{measure.ms:.1f}")


def _outcome(call: Call) -> str:
    if call.error is None:
        return call.outcome
    message = redact_text(call.error.message, _RULES)
    return _cut(f"error {_code(call.error.code)}: {message}" if message else f"error {_code(call.error.code)}")


def _codes(codes: Iterable[int]) -> str:
    return " or ".join(map(_code, codes))


def _code(code: int) -> str:
    return f"{code} {code_name(code) or ''}".strip()


def _shown(at: str, value: object) -> str:
    """A value for eyes: what looks like a secret is masked."""
    text = json.dumps(value, ensure_ascii=False)
    steps = Path.parse(at).steps if at.startswith("$") else ()
    if steps and isinstance(steps[-1], Key) and is_secret(steps[-1].name, text):
        return MASK
    return _cut(redact_text(text, _RULES))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + ELLIPSIS
