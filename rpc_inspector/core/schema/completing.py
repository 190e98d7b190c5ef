"""What may be typed next in a payload by its schema: keys that are not there yet, and values to choose from."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import UNSET, Struct

from rpc_inspector.core.schema.cursor import Cursor, decoded, locate
from rpc_inspector.core.schema.fields import Field
from rpc_inspector.core.schema.values import equal, written

#: At most so many are offered.
MOST = 30
_MOST_SHAPES = 50
_MOST_MADE = 5
_MOST_LOOKED_AT = 10_000
#: Longer values are not offered: nobody recognises them in a list.
_LONGEST = 200


class Suggestion(Struct, frozen=True):
    """What may stand in place of ``text[start:end]``, and a few words about it; both unsanitised."""

    start: int
    end: int
    insert: str
    about: str = ""


#: What may be inserted, and what to say about it, or whose field it is.
Offer = tuple[str, str | Field]


def complete(root: Field, text: str, cursor: int) -> list[Suggestion]:
    """What may be typed at the cursor, the likeliest first; empty where a comma or a colon belongs."""
    place = locate(text, cursor)
    if place is None or place.role == "none":
        return []
    fields = _at(root, place)
    offers = _keys(fields, place) if place.role == "key" else _values(fields, place)
    there = text[place.start : place.end]
    return [
        Suggestion(place.start, place.end, insert, about if isinstance(about, str) else _about(about))
        for insert, about in _fitting(offers, place.typed)
        if insert != there
    ][:MOST]


def _at(root: Field, place: Cursor) -> list[Field]:
    """The fields that the place may be, one for each shape that the values around it leave possible."""
    fields = [root]
    for step, container in zip(place.way, place.open, strict=False):
        found = (shape.child(step) for shape in _shapes(fields, container.scalars))
        fields = list({id(field.schema): field for field in found if field is not None}.values())
    return fields


def _shapes(fields: list[Field], scalars: Mapping[str, str]) -> list[Field]:
    """The shapes that fields may have by what is there, of all if that rules them all out."""
    return list(islice((shape for field in fields for shape in _variants(field, scalars, 0)), _MOST_SHAPES))


def _variants(field: Field, scalars: Mapping[str, str], depth: int) -> Iterator[Field]:
    if not field.variants or depth > 5:
        yield field.settled({name: decoded(source) for name, source in scalars.items()}) if scalars else field
        return
    possible = [variant for variant in field.variants if not _ruled_out(variant, scalars)] or field.variants
    for variant in possible:
        yield from _variants(variant, scalars, depth + 1)


def _ruled_out(variant: Field, scalars: Mapping[str, str]) -> bool:
    properties = variant.view.keywords.get("properties", {})
    for name, source in scalars.items():
        if source and name in properties:
            values = variant.document.view(properties[name]).keywords.get("enum")
            if values is not None and not any(equal(decoded(source), one) for one in values):
                return True
    return False


def _keys(fields: list[Field], place: Cursor) -> Iterator[Offer]:
    there = place.open[-1].scalars
    children = [child for shape in _shapes(fields, there) for child in shape.children]
    named: dict[str, Field] = {}
    for child in children:
        named.setdefault(str(child.path[-1]), child)
    missing = [child for name, child in named.items() if name not in there and name not in place.later]
    for child in sorted(missing, key=lambda child: not child.required):
        key = written(child.path[-1])
        yield key if place.colon else f"{key}: ", child


def _about(field: Field) -> str:
    kind = "" if field.kind == "any" else field.kind
    said = field.description.split("\n", 1)[0] or (field.title if field.title != field.path[-1] else "")
    return ", ".join(part for part in (kind, "required" if field.required else "", said[:_LONGEST]) if part)


def _values(fields: list[Field], place: Cursor) -> Iterator[Offer]:
    shapes = _shapes(fields, {})
    for number, field in enumerate(shapes):
        labels = field.labels or ("",) * len(field.enum)
        default = field.default
        if default is not UNSET:
            yield written(default), "default"
        yield from ((written(value), label) for value, label in zip(field.enum, labels, strict=True))
        if "boolean" in field.kinds and not field.enum:
            yield from (("true", ""), ("false", ""))
        yield from ((written(value), "example") for value in field.examples)
        if field.kind in ("object", "array") and place.way and not place.typed and number < _MOST_MADE:
            yield written(field.made()), "what is required"
    if any(field.nullable or "null" in field.kinds for field in [*fields, *shapes]):
        yield "null", ""


def _fitting(offers: Iterable[Offer], typed: str) -> list[Offer]:
    """Those that go on from what was typed, then those that have it in them; each once."""
    once: dict[str, str | Field] = {}
    for insert, about in islice(offers, _MOST_LOOKED_AT):
        if len(insert) <= _LONGEST:
            once[insert] = once.get(insert) or about
    low = typed.strip('"').casefold()
    begin, inside = [], []
    for insert, about in once.items():
        if insert.strip('"').casefold().startswith(low):
            begin.append((insert, about))
        elif low in insert.casefold():
            inside.append((insert, about))
    return [*begin, *inside][: MOST + 1]
