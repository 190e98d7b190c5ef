"""What is known of a participant's methods: parsing what it says, and the names LiveKit's own frameworks register.

``rpc.methods`` (an attribute) and ``rpc.describe`` (a method) are conventions of this project: LiveKit has no
reflection. Neither is trusted: sizes are bounded and whatever does not parse is reported, not raised.
"""

import json
from collections.abc import Iterable, Mapping

import msgspec

from rpc_inspector.core.model import PROVENANCES, Kind, Method, Provenance

ADVERTISED_ATTRIBUTE = "rpc.methods"
DESCRIBE_METHOD = "rpc.describe"
PING_PREFIX = "rpc.ping."
#: Bounds on what one participant can make us hold.
MAX_ADVERTISED_BYTES = 64 * 1024
MAX_METHODS = 1000
MAX_NAME = 512
MAX_DESCRIPTION = 2000

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


def internal(method: str) -> bool:
    """Whether calls of that name are our own housekeeping: pings and describes."""
    return method == DESCRIBE_METHOD or method.startswith(PING_PREFIX)


def known_methods(kind: Kind) -> tuple[Method, ...]:
    """Names registered by LiveKit's own frameworks for participants of that kind, unverified."""
    return tuple(Method(name=name, provenance="known") for name in _KNOWN.get(kind, ()))


def parse_advertised(value: str) -> tuple[Method, ...]:
    """The methods in an ``rpc.methods`` attribute: ``{"v":1,"m":{"greet":{"d":"Greets the caller"}}}``.

    Raises:
        MethodsUnreadable: not JSON, another version, another shape, or too large.
    """
    if len(value) > MAX_ADVERTISED_BYTES:
        raise MethodsUnreadable(f"{ADVERTISED_ATTRIBUTE} is larger than 64 KiB")
    methods = _versioned(value, "m")
    found = []
    for name, entry in _bounded(methods):
        text = entry.get("d") if isinstance(entry, Mapping) else None
        found.append(Method(name=name, provenance="advertised", description=_description(text)))
    return tuple(found)


def parse_described(value: str) -> tuple[Method, ...]:
    """The methods in an answer of ``rpc.describe``.

    ``{"v":1,"methods":{"greet":{"description":"","request":SCHEMA,"response":SCHEMA,"examples":[...]}}}``

    Raises:
        MethodsUnreadable: not JSON, another version or another shape.
    """
    found = []
    for name, entry in _bounded(_versioned(value, "methods")):
        fields = entry if isinstance(entry, Mapping) else {}
        examples = fields.get("examples")
        found.append(
            Method(
                name=name,
                provenance="described",
                description=_description(fields.get("description")),
                request_schema=_schema(fields.get("request")),
                response_schema=_schema(fields.get("response")),
                examples=tuple(json.dumps(example) for example in examples[:20]) if isinstance(examples, list) else (),
            )
        )
    return tuple(found)


def merge_methods(sources: Mapping[Provenance, Iterable[Method]]) -> tuple[Method, ...]:
    """One entry a name: the surest provenance names it, and what surer sources leave open comes from the others."""
    merged: dict[str, Method] = {}
    for provenance in PROVENANCES:
        for method in sources.get(provenance, ()):
            have = merged.get(method.name)
            if have is None:
                merged[method.name] = method
            else:
                merged[method.name] = msgspec.structs.replace(
                    have,
                    description=have.description or method.description,
                    request_schema=have.request_schema or method.request_schema,
                    response_schema=have.response_schema or method.response_schema,
                    examples=have.examples or method.examples,
                )
    return tuple(merged.values())


def _versioned(value: str, key: str) -> Mapping[str, object]:
    try:
        decoded = msgspec.json.decode(value.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MethodsUnreadable("not JSON") from error
    if not isinstance(decoded, dict) or decoded.get("v") != 1:
        raise MethodsUnreadable("not version 1 of the convention")
    methods = decoded.get(key)
    if not isinstance(methods, dict):
        raise MethodsUnreadable(f"has no object {key!r}")
    return methods


def _bounded(methods: Mapping[str, object]) -> list[tuple[str, object]]:
    return [(name, entry) for name, entry in list(methods.items())[:MAX_METHODS] if 0 < len(name) <= MAX_NAME]


def _description(text: object) -> str | None:
    return text[:MAX_DESCRIPTION] if isinstance(text, str) and text else None


def _schema(value: object) -> str | None:
    return json.dumps(value) if isinstance(value, (dict, bool)) else None
