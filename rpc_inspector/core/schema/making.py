"""Payloads made from a schema: the least that is required, and an example of everything.

Deterministic, without the validator: what the schema gives (examples, defaults, enums) is looked at before it is used,
as schemas lie, and the rest is the plainest value within the bounds.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from msgspec import UNSET

from rpc_inspector.core.schema.fitting import Fitting, fits_text
from rpc_inspector.core.schema.formats import FORMATS
from rpc_inspector.core.schema.kinds import kinds_of
from rpc_inspector.core.schema.numbers import number_within
from rpc_inspector.core.schema.regexes import matching_text
from rpc_inspector.core.schema.shapes import Keywords
from rpc_inspector.core.schema.values import Kind, equal
from rpc_inspector.core.schema.views import Document, View

#: Values in one payload that is made, and how deep they may be.
_MOST_VALUES = 2000
_DEEPEST = 24
#: Values that are looked at for whether they fit, and examples that are looked at in one place.
_MOST_LOOKS = 50_000
_MOST_EXAMPLES = 10
#: An example's optional members are left out below this depth.
_DEEPEST_OPTIONAL = 5
#: Characters or elements that a schema can make us write at one place.
_LONGEST = 4000
_MOST_ELEMENTS = 100
#: How many members of an object are invented to reach ``minProperties``.
_MOST_INVENTED = 100
_EMPTY: dict[Kind, Any] = {"object": {}, "array": [], "string": "", "integer": 0, "number": 0, "boolean": False}


class _Cut(Exception):  # noqa: N818 - says what happened
    """Nothing can be made here: the schema is recursive without an end, forbids everything, or is too large."""


def make(document: Document, schema: object, *, everything: bool) -> object:
    """A value of a schema.

    Args:
        document: what the schema is part of.
        schema: of the value.
        everything: an example with optional members too; otherwise the least that is required, texts empty.
    """
    try:
        return _Maker(document, everything=everything).value(schema, frozenset(), 0)
    except _Cut:
        return _EMPTY.get(next(iter(kinds_of(document.view(schema))), "any"))


class _Maker:
    def __init__(self, document: Document, *, everything: bool) -> None:
        self._document = document
        self._everything = everything
        self._left = _MOST_VALUES
        self._fitting = Fitting(document, _MOST_LOOKS)

    def value(self, schema: object, above: frozenset[int], depth: int) -> object:
        self._left -= 1
        view = self._document.view(schema)
        if self._left < 0 or depth > _DEEPEST or view.never:
            raise _Cut
        for given in self._given(view):
            if self._fits(schema, given):
                return given
        if "if" in view.keywords:
            return self._conditional(view, above, depth)
        if view.choice:
            return self._chosen(schema, view, above, depth)
        kinds = kinds_of(view)
        kind: Kind = next(iter(kinds), "any")
        if kind in ("null", "any"):
            return None if kind == "null" or view.nullable or not self._everything else "text"
        try:
            return self._of_kind(kind, view, above, depth)
        except _Cut:
            if view.nullable:
                return None
            raise

    def _conditional(self, view: View, above: frozenset[int], depth: int) -> object:
        """What is made is looked at by the condition, and made again with what follows from it."""
        condition = view.keywords["if"]
        made = self.value(view.plain, above, depth + 1)
        for consequence in ("then", "else") if self._fits(condition, made) else ("else", "then"):
            follows = view.keywords.get(consequence, True)
            if self._fits(follows, made) and self._fits(condition, made) == (consequence == "then"):
                return made
            with suppress(_Cut):
                again = self.value(self._document.joined(view.plain, follows), above, depth + 1)
                if self._fits(condition, again) == (consequence == "then"):
                    return again
        return made

    def _given(self, view: View) -> Iterator[object]:
        keywords = view.keywords
        if self._everything:
            yield from keywords.get("examples", ())[:_MOST_EXAMPLES]
        default = keywords.get("default", UNSET)
        # An example shows more than an empty default does.
        if default is not UNSET and not (self._everything and default in (None, "", [], {})):
            yield default
        values = keywords.get("enum", ())
        yield from (value for value in values if value is not None)
        yield from (value for value in values if value is None)

    def _fits(self, schema: object, value: object) -> bool:
        return self._fitting.fits(schema, value)

    def _chosen(self, schema: object, view: View, above: frozenset[int], depth: int) -> object:
        """The first shape of which something fitting can be made, the ones that lead back to themselves last."""
        fallback: list[object] = []
        options = sorted(view.choice, key=lambda option: self._document.view(option).origin in above)
        for option in options:
            origins = above | {view.origin, self._document.view(option).origin}
            try:
                made = self.value(self._document.joined(option, view.base), origins, depth + 1)
            except _Cut:
                continue
            if self._fits(schema, made):
                return made
            fallback.append(made)
        if fallback:
            return fallback[0]
        if view.nullable:
            return None
        raise _Cut

    def _of_kind(self, kind: Kind, view: View, above: frozenset[int], depth: int) -> object:
        if kind == "object":
            return self._object(view, above | {view.origin}, depth)
        if kind == "array":
            return self._array(view, above | {view.origin}, depth)
        if kind == "string":
            return self._text(view)
        if kind == "boolean":
            return self._everything
        return number_within(view.keywords, whole=kind == "integer", start=1 if self._everything else 0)

    def _object(self, view: View, above: frozenset[int], depth: int) -> dict[str, object]:
        keywords = view.keywords
        properties, required = keywords.get("properties", {}), keywords.get("required", ())
        made = {}
        fewest, most = keywords.get("minProperties", 0), keywords.get("maxProperties", _MOST_VALUES)
        for name in dict.fromkeys([*properties, *required]):
            schema = properties.get(name, keywords.get("additionalProperties", True))
            if name in required:
                made[name] = self.value(schema, above, depth + 1)
            elif len(made) + sum(other not in made for other in required) < most and (
                len(made) < fewest or self._wanted(schema, above, depth)
            ):
                try:
                    made[name] = self.value(schema, above, depth + 1)
                except _Cut:
                    continue
        if len(made) < fewest or (self._everything and not made and self._maps(keywords) and most > 0):
            self._invent(made, keywords, above, depth)
        return made

    def _wanted(self, schema: object, above: frozenset[int], depth: int) -> bool:
        """Whether an optional member belongs into an example."""
        if not self._everything or depth >= _DEEPEST_OPTIONAL:
            return False
        view = self._document.view(schema)
        return view.origin not in above and not view.keywords.get("deprecated") and not view.keywords.get("readOnly")

    @staticmethod
    def _maps(keywords: Keywords) -> bool:
        """An object whose keys are data: one of them shows what the values are."""
        return isinstance(keywords.get("additionalProperties"), dict) and "propertyNames" not in keywords

    def _invent(self, made: dict[str, object], keywords: Keywords, above: frozenset[int], depth: int) -> None:
        schema = keywords.get("additionalProperties", True)
        for number in range(1, _MOST_INVENTED + 1):
            if schema is not False:
                made.setdefault(f"key{number}", self.value(schema, above, depth + 1))
            if len(made) >= keywords.get("minProperties", 0):
                return

    def _array(self, view: View, above: frozenset[int], depth: int) -> list[object]:
        keywords = view.keywords
        first, rest = keywords.get("prefixItems", []), keywords.get("items", True)
        fewest = min(keywords.get("minItems", 0), _MOST_ELEMENTS)
        most = keywords.get("maxItems", _MOST_ELEMENTS)
        contained = keywords.get("contains")
        holding = min(keywords.get("minContains", 1), _MOST_ELEMENTS) if contained is not None else 0
        count = max(fewest, holding)
        if self._everything and depth < _DEEPEST_OPTIONAL:
            count = max(count, len(first) or int("items" in keywords and rest is not False))
        made: list[object] = []
        for position in range(min(count, most)):
            schema = first[position] if position < len(first) else rest
            if holding and position >= count - holding:
                schema = self._document.joined(schema, contained)
            try:
                element = self.value(schema, above, depth + 1)
            except _Cut:
                if position < fewest:
                    raise
                break
            unique = keywords.get("uniqueItems") is True
            made.append(self._another(schema, element, made) if unique else element)
        return made

    def _another(self, schema: object, element: object, have: list[object]) -> object:
        """An element that is not there yet, if one is found quickly."""
        for other in self._others(schema, element, len(have)):
            if not any(equal(other, one) for one in have) and self._fits(schema, other):
                return other
        return element

    def _others(self, schema: object, element: object, number: int) -> Iterator[object]:
        keywords = self._document.view(schema).keywords
        yield element
        yield from keywords.get("enum", ())
        if isinstance(element, bool):
            yield not element
        elif isinstance(element, (int, float)):
            step = keywords.get("multipleOf", 1)
            yield from (element + step * number, element - step * number)
        elif isinstance(element, str):
            yield from (f"{element}{number}", f"{element[: -len(str(number))]}{number}")
        elif isinstance(element, dict):
            for name, value in element.items():
                inner = keywords.get("properties", {}).get(name, True)
                yield from ({**element, name: other} for other in self._others(inner, value, number))
        elif isinstance(element, list) and element:
            inner = keywords.get("items", True)
            yield from ([*element[:-1], other] for other in self._others(inner, element[-1], number))

    def _text(self, view: View) -> str:
        keywords = view.keywords
        fewest = min(int(keywords.get("minLength", 0)), _LONGEST)
        most = keywords.get("maxLength")
        if not self._everything and not fewest and "pattern" not in keywords and "format" not in keywords:
            return ""
        form = FORMATS.get(keywords.get("format", ""))
        plain = "text"[:most] if most is not None else "text"
        candidates = [form.example] if form else ["" if not self._everything else plain]
        if "pattern" in keywords and not fits_text(view, candidates[0]):
            candidates.append(matching_text(keywords["pattern"], fewest, most) or "")
        candidates += [plain, "text" * (fewest // 4) + "text"[: fewest % 4]]
        return next((text for text in candidates if fits_text(view, text)), candidates[-1])
