"""What was typed for each method, and what to begin with where nothing was."""

import json
from collections.abc import Mapping

from rpc_inspector.core.model import Method
from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.text import sanitise

Key = tuple[str, str]
_DEEPEST = 4
#: A draft that is made for somebody has at most so many characters.
_LARGEST = 16_000


class Drafts:
    """Texts by (identity, method), kept as long as the program runs."""

    def __init__(self) -> None:
        self._texts: dict[Key, str] = {}

    def keep(self, key: Key, text: str) -> None:
        """Remember what stands in the editor for ``key``; an empty one is forgotten."""
        if text:
            self._texts[key] = text
        else:
            self._texts.pop(key, None)

    def text(self, key: Key, method: Method | None) -> str:
        """What was typed before, or a first draft from what the method says of itself."""
        return self._texts.get(key) or (first_draft(method) if method else "")


def first_draft(method: Method) -> str:
    """The request of the method's first example, else its schema's required fields, else nothing."""
    for example in method.examples:
        value = _decoded(example)
        if isinstance(value, dict) and "request" in value:
            request = value["request"]
            return request if isinstance(request, str) and _safe(request) else _text(request)
    schema = _decoded(method.request_schema)
    return _text(skeleton(schema)) if isinstance(schema, dict) else ""


def skeleton(schema: object, depth: int = 0) -> object:
    """The least value of a JSON Schema's shape: required fields with their default, first choice or an empty value."""
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        choices = schema.get(key)
        if isinstance(choices, list) and choices:
            return choices[0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object" or "properties" in schema:
        properties, required = schema.get("properties"), schema.get("required")
        names = required if isinstance(required, list) else []
        known = properties if isinstance(properties, Mapping) else {}
        return {name: skeleton(known.get(name), depth + 1) for name in names if isinstance(name, str)}
    empty: dict[object, object] = {"string": "", "number": 0, "integer": 0, "boolean": False, "array": []}
    return empty.get(kind) if isinstance(kind, str) else None


def _decoded(text: str | None) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    readable = json.dumps(value, ensure_ascii=False)
    text = readable if _safe(readable) else json.dumps(value)
    return (pretty(text) or text) if len(text) <= _LARGEST else ""


def _safe(text: str) -> bool:
    return len(text) <= _LARGEST and sanitise(text, multiline=True) == text
