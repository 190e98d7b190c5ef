"""Reading what a request is expected to come to."""

from rpc_inspector.core.codes import CODES
from rpc_inspector.core.expectations import Comparison, Expectation, comparisons_of, exactly
from rpc_inspector.core.names import closest
from rpc_inspector.core.query.paths import Path, PathError
from rpc_inspector.core.query.patterns import RegexError
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.collections.fields import Fields, json_of
from rpc_inspector.storage.collections.nodes import Node

_FIELDS = ("outcome", "code", "message", "ms")
_MS_FIELDS = ("total", "ack")
_MOST_MS = 7_200_000
_CODES = {str(info.code.name): int(code) for code, info in CODES.items()}


def read_expectation(fields: Fields, node: Node | None) -> Expectation:
    """What ``expect`` says; without it, that the call succeeds."""
    if node is None:
        return Expectation()
    paths = [key for key in node.value if key.startswith("$")] if isinstance(node.value, dict) else []
    found = fields.mapping(node, (*_FIELDS, *paths), "expect")
    ms = fields.mapping(found["ms"], _MS_FIELDS, "ms") if "ms" in found else {}
    outcome = _outcome(fields, found.get("outcome"))
    codes = _codes(fields, found.get("code"))
    if codes and outcome == "ok":
        fields.wrong(found["code"].place, "A call that is ok has no code.", "Remove one of the two.")
    return Expectation(
        outcome="ok" if outcome == "ok" else "error" if outcome == "error" else None,
        codes=codes,
        message=_comparisons(fields, found["message"]) if "message" in found else (),
        paths=tuple(
            (path, _comparisons(fields, found[path])) for path in paths if _is_path(fields, path, node.keys[path])
        ),
        total_ms=fields.number(ms.get("total"), "total, in ms,", most=_MOST_MS),
        ack_ms=fields.number(ms.get("ack"), "ack, in ms,", most=_MOST_MS),
    )


def _outcome(fields: Fields, node: Node | None) -> str:
    outcome = fields.text(node, "outcome")
    if node and outcome not in ("ok", "error"):
        fields.wrong(node.place, f"There is no outcome {sanitise(outcome)} to expect.", "It is ok or error.")
    return outcome


def _codes(fields: Fields, node: Node | None) -> tuple[int, ...]:
    if node is None:
        return ()
    codes = []
    for entry in node.value if isinstance(node.value, list) else [node]:
        code = entry.value
        if isinstance(code, str) and code.upper() in _CODES:
            codes.append(_CODES[code.upper()])
        elif isinstance(code, int) and not isinstance(code, bool):
            codes.append(code)
        else:
            near = closest(str(code), _CODES)
            fields.wrong(
                entry.place,
                f"{sanitise(str(code), limit=80)} is no code.",
                f"Did you mean {near[0]}?" if near else "It is a number, or a name such as CONNECTION_TIMEOUT.",
            )
    return tuple(codes)


def _is_path(fields: Fields, path: str, place: tuple[int, int]) -> bool:
    try:
        Path.parse(path)
    except PathError as error:
        fields.wrong(
            (place[0], place[1] + error.column), f"{sanitise(path)} is no JSON path. {error.what}", error.advice
        )
        return False
    return True


def _comparisons(fields: Fields, node: Node) -> tuple[Comparison, ...]:
    """A comparison in words, ``{is: VALUE}``, or the value itself."""
    if isinstance(node.value, dict) and set(node.value) == {"is"}:
        return exactly(json_of(node.value["is"]))
    if not isinstance(node.value, str):
        return exactly(json_of(node))
    try:
        typed = comparisons_of(node.value)
    except RegexError as error:
        fields.wrong(node.place, error.what, error.advice)
        return ()
    # A value that compares with nothing keeps the type that it was written with.
    return exactly(json_of(node)) if len(typed) == 1 and typed == exactly(json_of(Node(node.value, 1, 1))) else typed
