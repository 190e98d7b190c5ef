"""What was typed for each method, and what to begin with where nothing was.

What others say of their methods is taken literally: a placeholder in an example must not fetch a secret of ours.
"""

import json
from collections.abc import Mapping
from functools import lru_cache

from rpc_inspector.core.model import Method
from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.templates import literal
from rpc_inspector.core.text import sanitise

Key = tuple[str, str]
_DEEPEST = 4
#: A draft that is made for somebody has at most so many characters.
_LARGEST = 16_000


class Drafts:
    """Texts by (identity, method). What changed can be taken, to be kept over the program's end."""

    def __init__(self) -> None:
        self._texts: dict[Key, str] = {}
        self._changed: dict[Key, str] = {}

    def keep(self, key: Key, text: str, method: Method | None = None) -> None:
        """Remember what stands in the editor for ``key``; an empty one is forgotten, and so is a first draft."""
        if method is not None and text == first_draft(method):
            text = ""
        if text == self._texts.get(key, ""):
            return
        self._changed[key] = text
        if text:
            self._texts[key] = text
        else:
            self._texts.pop(key, None)

    def restore(self, texts: Mapping[Key, str]) -> None:
        """Take what was kept before; what was typed since is newer."""
        for key, text in texts.items():
            if key not in self._changed:
                self._texts.setdefault(key, text)

    def take_changed(self) -> dict[Key, str]:
        """What changed since it was last asked for; empty texts are forgotten ones."""
        changed, self._changed = self._changed, {}
        return changed

    def text(self, key: Key, method: Method | None) -> str:
        """What was typed before, or a first draft from what the method says of itself."""
        return self._texts.get(key) or (first_draft(method) if method else "")


@lru_cache(maxsize=32)
def first_draft(method: Method) -> str:
    """As a template: the request of the method's first example, else its schema's required fields, else nothing."""
    return literal(_first_draft(method))


def _first_draft(method: Method) -> str:
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
