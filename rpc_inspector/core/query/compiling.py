"""From a filter to fast predicates over rows of the trace.

A filter becomes two predicates, one for calls and one for room events, so that no term need ask which it has. Terms
that are cheap stand first in ``and`` and ``or``.
"""

import operator
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from rpc_inspector.core.callobject import rounded
from rpc_inspector.core.model import Call, Measure, RoomEvent, TraceRow
from rpc_inspector.core.query import fields, syntax
from rpc_inspector.core.query.contents import Texts, payload_texts, value_test
from rpc_inspector.core.query.paths import Path, Sign
from rpc_inspector.core.query.patterns import SEARCHED, Test, any_of, cached, inside, search, spans_texts

CallTest = Callable[[Call], bool]
EventTest = Callable[[RoomEvent], bool]

#: What a term costs for a call, roughly in tenths of a microsecond.
CHEAP, NUMBER, SUBSTRING, REGEX, PATH = 1, 5, 6, 12, 15


def compile_node(node: syntax.Node, now: float) -> Callable[[TraceRow], bool]:
    """The predicate of a filter; ``now`` in seconds since the epoch."""
    of_call, _ = _calls(node, now)
    of_event = _events(node, now) if _asks_events(node) else _nothing

    def matches(row: TraceRow) -> bool:
        # Calls come in subclasses too (core.sifting).
        return of_event(row) if row.__class__ is RoomEvent else of_call(row)  # type: ignore[arg-type] # the class says it

    return matches


def _nothing(_row: object) -> bool:
    return False


def _anything(_row: object) -> bool:
    return True


def _asks_events(node: syntax.Node) -> bool:
    """Terms about calls leave all room events out, unless ``event`` is asked for."""
    names = [getattr(term, "field", getattr(term, "subject", "")) for term in syntax.terms(node)]
    if "event" in names:
        return True
    return all(isinstance(term, syntax.Word) or name in fields.ABOUT_ANY_ROW
               for term, name in zip(syntax.terms(node), names, strict=True))  # fmt: skip


# Putting terms together


def _calls(node: syntax.Node, now: float) -> tuple[CallTest, int]:
    """The predicate over calls, and what it costs."""
    if isinstance(node, (syntax.And, syntax.Or)):
        parts = sorted((_calls(part, now) for part in node.parts), key=lambda part: part[1])
        tests = [test for test, _ in parts]
        return (_all(tests) if isinstance(node, syntax.And) else _any(tests)), sum(cost for _, cost in parts)
    if isinstance(node, syntax.Not):
        test, cost = _calls(node.part, now)
        return (lambda call: not test(call)), cost
    return _term(node, now)


def _events(node: syntax.Node, now: float) -> EventTest:
    if isinstance(node, syntax.And):
        return _all([_events(part, now) for part in node.parts])
    if isinstance(node, syntax.Or):
        return _any([_events(part, now) for part in node.parts])
    if isinstance(node, syntax.Not):
        test = _events(node.part, now)
        return lambda event: not test(event)
    return _event_term(node, now)


def _all(tests: list[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    if len(tests) == 2:
        one, other = tests
        return lambda row: one(row) and other(row)

    def test(row: object) -> bool:
        for each in tests:  # noqa: SIM110 - a generator costs twice as much
            if not each(row):
                return False
        return True

    return test


def _any(tests: list[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    if len(tests) == 2:
        one, other = tests
        return lambda row: one(row) or other(row)

    def test(row: object) -> bool:
        for each in tests:  # noqa: SIM110 - likewise
            if each(row):
                return True
        return False

    return test


# Terms about calls


def _term(term: syntax.Node, now: float) -> tuple[CallTest, int]:
    match term:
        case syntax.Flag(field="marked"):
            return attrgetter("marked"), CHEAP
        case syntax.Word(pattern=pattern):
            return _word(pattern), SUBSTRING
        case syntax.Number():
            return _number(term, now), CHEAP if term.field == "age" else NUMBER
        case syntax.Exists() | syntax.Value():
            return _path(term.path, term)
        case syntax.Text() | syntax.Search():
            return _path(term.subject, term) if isinstance(term.subject, Path) else _text(term.subject, term)
    return _anything, CHEAP


#: Fields whose values are few and repeat from call to call, so that each is looked at once.
_REPEATED = {"method", "from", "to", "peer", "outcome", "dir", "version", "room", "purpose"}


def _text(name: str, term: syntax.Text | syntax.Search) -> tuple[CallTest, int]:
    """A test of the text that a field has."""
    if name == "payload" and isinstance(term, syntax.Search):
        return _payloads(term.regex), REGEX
    test = any_of(term.patterns) if isinstance(term, syntax.Text) else search(term.regex)
    cost = SUBSTRING if isinstance(term, syntax.Text) else REGEX
    if name in _REPEATED:
        test, cost = cached(test), CHEAP
    if name in fields.ATTRIBUTES:
        return _known(attrgetter(fields.ATTRIBUTES[name]), test), cost
    if name == "peer":
        return _peer(test), cost
    texts = _TEXTS.get(name)
    return (_nothing if texts is None else lambda call: any(map(test, texts(call)))), cost


#: Fields that have several texts, or long ones. A call has nothing of ``event``.
_TEXTS: dict[str, Texts] = {
    "code": fields.codes,
    "error": fields.error_texts,
    "payload": payload_texts("payload"),
    "request": payload_texts("request"),
    "response": payload_texts("response"),
}


def _known(get: Callable[[Any], Any], test: Test) -> Callable[[Any], bool]:
    """A test of one attribute; unknown does not match."""
    return lambda row: (value := get(row)) is not None and test(value)


def _peer(test: Test) -> CallTest:
    def either(call: Call) -> bool:
        caller = call.caller
        if caller is not None and test(caller):
            return True
        callee = call.callee
        return callee is not None and test(callee)

    return either


def _word(pattern: syntax.Pattern) -> CallTest:
    in_text = inside(pattern)
    in_name = cached(in_text)

    def test(call: Call) -> bool:
        for name in (call.method, call.caller, call.callee):
            if name is not None and in_name(name):
                return True
        for payload in (call.request, call.response):
            if payload is not None and (text := payload.text) and in_text(text[:SEARCHED]):
                return True
        return call.error is not None and any(map(in_text, fields.error_texts(call)))

    return test


def _payloads(regex: str) -> CallTest:
    """A regular expression in either payload: both as lines of one text, as a look costs more than its length."""
    matches = search(regex)
    apart = spans_texts(regex)

    def test(call: Call) -> bool:
        one, other = call.request, call.response
        request = "" if one is None or one.text is None else one.text[:SEARCHED]
        if other is None or other.text is None:
            return bool(request or (one and one.text is not None)) and matches(request)
        if one is None or one.text is None:
            return matches(other.text[:SEARCHED])
        if apart:
            return matches(request) or matches(other.text[:SEARCHED])
        return matches(f"{request}\n{other.text[:SEARCHED]}")

    return test


_SIGNS: dict[Sign, Callable[[float, float], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def _comparison(term: syntax.Number) -> tuple[Callable[[float, float], bool], float]:
    scale = fields.FIELDS[term.field].units.get(term.unit, 1.0)
    return _SIGNS[term.sign], term.number * scale


def _number(term: syntax.Number, now: float) -> CallTest:
    """A comparison; what is unknown matches none."""
    compare, limit = _comparison(term)
    if term.field == "age":
        return lambda call: compare(fields.age(call, now), limit)
    if term.field in fields.MEASURES:
        return _measured(fields.MEASURES[term.field], compare, limit)
    read = fields.NUMBERS[term.field]
    return lambda call: (value := read(call)) is not None and compare(value, limit)


def _measured(get: Callable[[Call], Measure | None], compare: Callable[[float, float], bool], limit: float) -> CallTest:
    """A comparison of a duration with no more digits than its source has, as JSON shows it."""

    def test(call: Call) -> bool:
        measure = get(call)
        if measure is None:
            return False
        ms = measure.ms
        # Rounding, which moves a value by half a millisecond at most, only where it may matter: it takes its time.
        if -1.0 < ms - limit < 1.0:
            ms = rounded(ms, measure.precision)
        return compare(ms, limit)

    return test


def _path(path: Path, term: Any) -> tuple[CallTest, int]:
    """What is found in the request or in the response."""
    found_in = value_test(path, term)

    def test(call: Call) -> bool:
        request = call.request
        if request is not None and request.text and found_in(request.text):
            return True
        response = call.response
        return response is not None and bool(response.text) and found_in(response.text or "")

    return test, PATH


# Terms about room events: what they do not have is unknown


def _event_term(term: syntax.Node, now: float) -> EventTest:
    match term:
        case syntax.Everything():
            return _anything
        case syntax.Flag(field="marked"):
            return attrgetter("marked")
        case syntax.Word(pattern=pattern):
            in_text = inside(pattern)
            return lambda event: in_text(event.text) or (event.identity is not None and in_text(event.identity))
        case syntax.Number(field="age"):
            compare, limit = _comparison(term)
            return lambda event: compare(fields.age(event, now), limit)
        case syntax.Text() | syntax.Search() if term.subject in fields.EVENT_ATTRIBUTES:
            test = any_of(term.patterns) if isinstance(term, syntax.Text) else search(term.regex)
            return _known(attrgetter(fields.EVENT_ATTRIBUTES[str(term.subject)]), test)
    return _nothing
