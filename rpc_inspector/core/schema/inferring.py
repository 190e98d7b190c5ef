"""A schema inferred from payloads that were seen, for methods that nobody describes; marked as inferred."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from rpc_inspector.core.schema.reading import SchemaUnusable
from rpc_inspector.core.schema.syntax import NotJson, parsed
from rpc_inspector.core.schema.views import parts

#: Payloads that are looked at, and characters of one and of all.
MOST_PAYLOADS = 200
LONGEST_PAYLOAD = 64 * 1024
_MOST_CHARACTERS = 1 << 20
#: An object of more keys is a map: its keys are data, and are not named.
_MOST_KEYS = 100
_DEEPEST = 20
#: A text is one of a few when it was seen so often, with so few values, each of them again and again.
_OFTEN, _FEW, _AGAIN = 8, 6, 2
_LONGEST_CHOICE = 40
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def infer(payloads: Iterable[str]) -> str:
    """A schema that payloads have in common, as JSON text.

    What every payload has is required. A text with few values, each seen repeatedly, is guessed to be an enum. Empty
    texts and texts that are no JSON are passed over; so is what is beyond the bounds.

    Args:
        payloads: the newest first, as the first that are within the bounds are looked at.

    Raises:
        SchemaUnusable: none of them is JSON.
    """
    seen: list[object] = []
    characters = 0
    for payload in payloads:
        if len(seen) == MOST_PAYLOADS or characters > _MOST_CHARACTERS:
            break
        if len(payload) > LONGEST_PAYLOAD:
            continue
        try:
            value = parsed(payload)
        except NotJson:
            continue
        seen.append(_bounded(value, 0))
        characters += len(payload)
    if not seen:
        raise SchemaUnusable("No payload that is JSON was seen.")
    return json.dumps(_schema(seen), indent=2, ensure_ascii=False)


def _bounded(value: object, depth: int) -> object:
    """The value without what would make its schema grow without bound."""
    if isinstance(value, dict):
        if len(value) > _MOST_KEYS or depth > _DEEPEST:
            return {}
        return {key: _bounded(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_bounded(inner, depth + 1) for inner in value] if depth <= _DEEPEST else []
    return value


def _schema(values: list[object]) -> dict[str, Any]:
    from genson import SchemaBuilder  # noqa: PLC0415 - loaded for what is inferred
    from genson.schema.strategies import String  # noqa: PLC0415 - likewise

    class Words(String):  # type: ignore[misc] # genson ships no types
        """Texts, and how often each was seen."""

        def __init__(self, node_class: Any) -> None:
            super().__init__(node_class)
            self._seen: Counter[str] = Counter()

        def add_object(self, obj: str) -> None:
            super().add_object(obj)
            # One value more than an enum may have says that it is none.
            if len(self._seen) <= _FEW:
                self._seen[obj[: _LONGEST_CHOICE + 1]] += 1

        def to_schema(self) -> dict[str, Any]:
            schema: dict[str, Any] = super().to_schema()
            return schema | {"enum": sorted(self._seen)} if _is_enum(self._seen) else schema

    class Builder(SchemaBuilder):  # type: ignore[misc] # likewise
        EXTRA_STRATEGIES = (Words,)

    builder = Builder(schema_uri=_DIALECT)
    for value in values:
        builder.add_object(value)
    found: dict[str, Any] = builder.to_schema()
    for part in parts(found):  # keys that differ from payload to payload are data too
        if isinstance(part.get("properties"), dict) and len(part["properties"]) > _MOST_KEYS:
            del part["properties"]
            part.pop("required", None)
    count = len(values)
    mark = f"inferred from {count} payload{'' if count == 1 else 's'}"
    return {"$schema": _DIALECT, "$comment": mark} | found


def _is_enum(seen: Counter[str]) -> bool:
    return (
        seen.total() >= _OFTEN
        and len(seen) <= _FEW
        and min(seen.values()) >= _AGAIN
        and max(len(text) for text in seen) <= _LONGEST_CHOICE
    )
