"""What a participant says of its methods, read; and the names that LiveKit's own frameworks register.

``rpc.methods`` (an attribute) and ``rpc.describe`` (a method) are conventions of this project: LiveKit has no
reflection. Neither is trusted: sizes are bounded and whatever does not parse is reported, not raised.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from rpc_inspector.core.model import Kind, Method

ADVERTISED_ATTRIBUTE = "rpc.methods"
DESCRIBE_METHOD = "rpc.describe"
PING_PREFIX = "rpc.ping."
#: Names with this prefix are LiveKit's own.
RESERVED_PREFIX = "lk."
#: Bounds on what one participant can make us hold.
MAX_ADVERTISED_BYTES = 64 * 1024
MAX_DESCRIBED_BYTES = 4 * 1024 * 1024
MAX_METHODS = 1000
MAX_NAME = 512
MAX_DESCRIPTION = 2000
#: Characters of a schema or of a method's examples.
MAX_SCHEMA = 256 * 1024
MAX_EXAMPLES = 20

#: Names that LiveKit's frameworks register, by participant kind; whether they are there now is not known.
_KNOWN: dict[str, tuple[str, ...]] = {
    "agent": (
        "lk.agent.get_session_state",
        "lk.agent.get_chat_history",
        "lk.agent.get_agent_info",
        "lk.agent.send_message",
    ),
    "sip": ("lk.sip.GetRemoteHeaders", "lk.sip.EndCall"),
}


class MethodsUnreadable(ValueError):  # noqa: N818 - says what happened
    """What a participant says of its methods does not follow the convention; the text says how."""


class Told(NamedTuple):
    """What a participant said of its methods.

    Attributes:
        cut: it says itself that these are not all.
        remarks: what was left out of it here, in words.
        unasked: methods of which only the name was told and that were not asked about one by one.
    """

    methods: tuple[Method, ...] = ()
    cut: bool = False
    remarks: tuple[str, ...] = ()
    unasked: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """These are all the methods that it has to tell of."""
        return bool(self.methods) and not self.cut and not self.remarks


NOTHING_TOLD = Told()


def internal(method: str) -> bool:
    """Whether calls of that name are our own housekeeping: pings and describes."""
    return method == DESCRIBE_METHOD or method.startswith(PING_PREFIX)


def reserved(method: str) -> bool:
    """Whether the name is LiveKit's own or the convention's: of less interest than an application's."""
    return method.startswith(RESERVED_PREFIX) or internal(method)


def known_methods(kind: Kind) -> tuple[Method, ...]:
    """Names registered by LiveKit's own frameworks for participants of that kind, unverified."""
    return tuple(Method(name=name, provenance="known") for name in _KNOWN.get(kind, ()))


def parse_advertised(value: str) -> Told:
    """The methods in an ``rpc.methods`` attribute: ``{"v":1,"m":{"greet":{"d":"Greets the caller"}}}``.

    Raises:
        MethodsUnreadable: not JSON, another version, another shape, or too large.
    """
    if len(value) > MAX_ADVERTISED_BYTES:
        raise MethodsUnreadable(f"{ADVERTISED_ATTRIBUTE} is larger than 64 KiB")
    told = _decoded(value)
    methods = _methods(told, "m")
    found = tuple(
        Method(name=name, provenance="advertised", description=_description(entry.get("d")))
        for name, entry in _bounded(methods)
    )
    return Told(found, told.get("more") is True, _left_out(methods, len(found)))


def parse_described(value: str) -> Told:
    """The methods in an answer of ``rpc.describe``.

    ``{"v":1,"methods":{"greet":{"description":"","request":SCHEMA,"response":SCHEMA,"examples":[...]}}}``

    Raises:
        MethodsUnreadable: not JSON, another version, another shape, or too large.
    """
    if len(value) > MAX_DESCRIBED_BYTES:
        raise MethodsUnreadable(f"it has more than {MAX_DESCRIBED_BYTES >> 20} MiB")
    methods = _methods(_decoded(value), "methods")
    found = tuple(described(name, entry) for name, entry in _bounded(methods))
    too_long = sum(_too_long(one, methods[one.name]) for one in found)
    remarks = (
        (f"{too_long} of its schemas are longer than 256 KiB, or nested too deep, and left out",) if too_long else ()
    )
    return Told(found, remarks=(*_left_out(methods, len(found)), *remarks))


def described(name: str, entry: Mapping[str, object]) -> Method:
    """A method from the object that describes it; what is none of the convention's fields is passed over."""
    examples = entry.get("examples")
    shown = [_text(example) or "" for example in examples[:MAX_EXAMPLES]] if isinstance(examples, list) else []
    return Method(
        name=name,
        provenance="described",
        description=_description(entry.get("description")),
        request_schema=_schema(entry.get("request")),
        response_schema=_schema(entry.get("response")),
        examples=tuple(filter(None, shown)) if sum(map(len, shown)) <= MAX_SCHEMA else (),
    )


def is_bare(method: Method) -> bool:
    """Nothing but its name was told."""
    return not (method.description or method.request_schema or method.response_schema or method.examples)


def _decoded(value: str) -> Mapping[str, object]:
    try:
        decoded = msgspec.json.decode(value.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MethodsUnreadable("not JSON") from error
    if not isinstance(decoded, dict) or decoded.get("v") != 1:
        raise MethodsUnreadable("not version 1 of the convention")
    return decoded


def _methods(told: Mapping[str, object], key: str) -> Mapping[str, object]:
    methods = told.get(key)
    if not isinstance(methods, dict):
        raise MethodsUnreadable(f"has no object {key!r}")
    return methods


def _bounded(methods: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, entry in list(methods.items())[:MAX_METHODS]:
        if 0 < len(name) <= MAX_NAME:
            yield name, entry if isinstance(entry, Mapping) else {}


def _left_out(methods: Mapping[str, object], taken: int) -> tuple[str, ...]:
    if len(methods) > MAX_METHODS:
        return (f"it names {len(methods):,} methods; the first {MAX_METHODS:,} are kept",)
    missing = len(methods) - taken
    return (f"{missing} of its methods have no name, or one of over {MAX_NAME} characters",) if missing else ()


def _description(text: object) -> str | None:
    return text[:MAX_DESCRIPTION] if isinstance(text, str) and text else None


def _schema(value: object) -> str | None:
    text = _text(value) if isinstance(value, (dict, bool)) else None
    return text if text is not None and len(text) <= MAX_SCHEMA else None


def _text(value: object) -> str | None:
    try:
        return json.dumps(value)
    except RecursionError:  # it is nested almost as deep as the reader allows
        return None


def _too_long(method: Method, entry: object) -> int:
    given = entry if isinstance(entry, Mapping) else {}
    both = ((given.get("request"), method.request_schema), (given.get("response"), method.response_schema))
    return sum(isinstance(value, dict) and kept is None for value, kept in both)
