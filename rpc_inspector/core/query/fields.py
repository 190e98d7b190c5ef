"""The fields of the filter language: what each is called, what it takes, and where a call or a room event has it.

The reference in docs/filter.md, the help in the interface, completion and the advice in errors are all made from this.
"""

from collections.abc import Callable
from operator import attrgetter
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.events import Transport
from rpc_inspector.core.model import Call, CallDirection, Measure, Outcome, Purpose, RoomEvent, RoomEventKind

#: ``name``: short and repeated, like an identity; ``text``: a payload; ``number``; ``flag``.
Kind = Literal["name", "text", "number", "flag"]

#: Units and what they are in ms or bytes; the first is meant where none is written.
MILLISECONDS = MappingProxyType({"ms": 1.0, "us": 0.001, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0})
AGES = MappingProxyType({"s": 1000.0, "ms": 1.0, "us": 0.001, "m": 60_000.0, "h": 3_600_000.0})
BYTES = MappingProxyType({"B": 1.0, "kB": 1e3, "MB": 1e6, "KiB": 1024.0, "MiB": 1024.0**2})
NO_UNITS: MappingProxyType[str, float] = MappingProxyType({})


class Field(Struct, frozen=True, kw_only=True):
    """A field.

    Attributes:
        name: as it is written.
        kind: what it takes: ``:`` and ``~`` for names and texts, comparisons for numbers, nothing for flags.
        about: what it finds, as half a sentence.
        examples: expressions with their meanings.
        values: all that it can be; empty where that is open.
        units: that its numbers may have, the default first.
    """

    name: str
    kind: Kind
    about: str
    examples: tuple[tuple[str, str], ...]
    values: tuple[str, ...] = ()
    units: MappingProxyType[str, float] = NO_UNITS

    @property
    def operators(self) -> tuple[str, ...]:
        """What may follow its name."""
        if self.name == "code":
            return (":", *COMPARISONS)
        return {"name": (":", "~"), "text": (":", "~"), "number": COMPARISONS, "flag": ()}[self.kind]


COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def _field(name: str, kind: Kind, about: str, *examples: tuple[str, str], **how: object) -> Field:
    return Field(name=name, kind=kind, about=about, examples=examples, **how)  # type: ignore[arg-type] # values and units


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        _field("method", "name", "the method's name", ("method:get*", "methods that begin with get")),
        _field("peer", "name", "caller or callee", ("peer:weather-agent", "to or from weather-agent")),
        _field("from", "name", "the caller", ("from:web-1", "calls that web-1 made")),
        _field("to", "name", "the callee", ("to:weather-agent|billing", "calls of either of the two")),
        _field("outcome", "name", "how it ended", ("outcome:error|lost", "failed, or its end was not seen"),
               values=get_args(Outcome)),
        _field("code", "name", "the error's code, by number or name",
               ("code:1501", "no ack came in time"), ("code:*timeout", "1501 and 1502"),
               ("code>=2000", "an application's own")),
        _field("error", "text", "the error's message and data", ("error~timed.?out", "by regular expression")),
        _field("dir", "name", "whose call it is", ("dir:outgoing", "calls of ours"), values=get_args(CallDirection)),
        _field("version", "name", "the protocol's version", ("version:v1", "calls in packets of version 1"),
               values=get_args(Transport)),
        _field("payload", "text", "request or response",
               ('payload~"user-\\d+"', "either payload, by regular expression")),
        _field("request", "text", "the request's payload", ("request:{}", "the request is an empty object")),
        _field("response", "text", "the response's payload", ("response~rain", "the response has rain in it")),
        _field("total", "number", "time to its end", ("total>50ms", "slower than 50 ms"), units=MILLISECONDS),
        _field("ack", "number", "time to the ack", ("ack<=5ms", "acknowledged within 5 ms"), units=MILLISECONDS),
        _field("answer", "number", "time to the response, from packets", ("answer>=1.5s", "answered not before 1.5 s"),
               units=MILLISECONDS),
        _field("handler", "number", "time that the callee took, where its end was seen",
               ("handler>1s", "the handler ran for more than a second"), units=MILLISECONDS),
        _field("size", "number", "bytes of request and response together", ("size>1kB", "more than 1,000 bytes"),
               units=BYTES),
        _field("age", "number", "time since it began; in an opened file, until the file's end",
               ("age<5m", "of the last five minutes"), units=AGES),
        _field("id", "name", "the request's id", ("id:5f2c*", "whose id begins so")),
        _field("room", "name", "the room's name", ("room:lobby", "in the room lobby")),
        _field("purpose", "name", "what we made it for", ("not purpose:ping", "all but our pings"),
               values=get_args(Purpose)),
        _field("marked", "flag", "marked by you", ("marked", "what you marked")),
        _field("comment", "text", "what you wrote about it", ("comment:*", "what you wrote something about")),
        _field("note", "text", "what is odd about it, in our words", ("note~late", "whose remark has late in it")),
        _field("event", "name", "a room event, by its kind",
               ("event:left|joined peer:web-1", "when web-1 came and went"), values=get_args(RoomEventKind)),
    )
}  # fmt: skip

#: Examples of what is no field.
GENERAL_EXAMPLES = (
    ("paris", "paris in the method, a peer or a payload"),
    ('"new york"', "both words in this order"),
    ('$.city="Paris"', "request or response has this JSON value there"),
    ("$..id", "a payload has an id somewhere in it"),
    ("$.items[0].price>=9.5", "numbers compare with numbers"),
    ("$.city:par*", "JSON text by glob, without case"),
    ("$.next=null", "null, true, false, numbers, text"),
    ('$["odd key"]~"^a"', "JSON text by regular expression"),
    ("method:get* outcome:error", "side by side: both"),
    ("total>1s or not outcome:ok", "and, or, not, parentheses"),
)

#: Expressions with their meanings: each is tested.
EXAMPLES: tuple[tuple[str, str], ...] = (
    *(example for field in FIELDS.values() for example in field.examples),
    *GENERAL_EXAMPLES,
)

# What fields are read from. A call or an event that lacks it gives None, or nothing.


#: Durations of a call.
MEASURES: dict[str, Callable[[Call], Measure | None]] = {
    "total": attrgetter("duration"),
    "ack": attrgetter("ack"),
    "answer": attrgetter("answer"),
    "handler": attrgetter("handler"),
}


def _size(call: Call) -> float | None:
    if call.response is None:
        return None if call.request is None else call.request.bytes
    return call.response.bytes if call.request is None else call.request.bytes + call.response.bytes


#: Other numbers of a call; ``age`` needs to know now.
NUMBERS: dict[str, Callable[[Call], float | None]] = {
    "size": _size,
    "code": lambda call: None if call.error is None else call.error.code,
}

#: Names of a call that are one attribute.
ATTRIBUTES: dict[str, str] = {
    "method": "method", "from": "caller", "to": "callee", "outcome": "outcome", "dir": "direction",
    "version": "transport", "id": "id", "room": "room", "purpose": "purpose", "comment": "comment", "note": "note",
}  # fmt: skip

#: What a room event has: the same names for the same things.
EVENT_ATTRIBUTES: dict[str, str] = {"event": "kind", "peer": "identity", "room": "room"}

#: Terms that are asked of room events although the filter does not name ``event``.
ABOUT_ANY_ROW = frozenset({"event", "room", "age", "marked"})


def error_texts(call: Call) -> tuple[str, ...]:
    """The message and the data of its error."""
    error = call.error
    return () if error is None else (error.message, error.data or "")


def codes(call: Call) -> tuple[str, ...]:
    """The code of its error as number and as name."""
    error = call.error
    return () if error is None else (str(error.code), error.name or "")


CODE_NAMES: tuple[str, ...] = tuple(code.name for code in ErrorCode)


def age(row: Call | RoomEvent, now: float) -> float:
    """How long ago it began, in ms; ``now`` in seconds since the epoch."""
    return (now - row.wall) * 1000
