"""A schema as fields to fill in: what a form shows, expanded only as far as somebody looks."""

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from rpc_inspector.core.query.paths import Path, Way
from rpc_inspector.core.schema.fitting import Fitting, nearest
from rpc_inspector.core.schema.kinds import kinds_of
from rpc_inspector.core.schema.making import make
from rpc_inspector.core.schema.regexes import matcher
from rpc_inspector.core.schema.shapes import Keywords
from rpc_inspector.core.schema.values import Kind
from rpc_inspector.core.schema.views import Document, View

#: Conditions within what follows from conditions.
_MOST_CONDITIONS = 10
#: Included schemas that are looked through for a title.
_MOST_INCLUDED = 20


class Field(Struct, frozen=True, dict=True, eq=False, kw_only=True, repr_omit_defaults=True):
    """A place in a payload and what may stand there. Texts come from the schema, unsanitised.

    Attributes:
        path: the keys and positions on the way to it; ``()`` of the whole.
        name: what to call a variant, which has no key of its own.
        title: what to call it: its name, else the title of its schema (not of what that refers to), else its key or
            position; may be empty of the whole.
        kind: what its value is; ``any`` if that is not said, or if there is more than one kind to choose from.
        kinds: every kind that is allowed but ``null``; empty if that is not said.
        required: its object must have it; the whole is required.
        nullable: ``null`` is allowed beside its kind.
        enum: the values to choose from, as decoded; a constant is an enum of one; empty if any value is allowed.
        labels: what the values of ``enum`` are called, one each; empty if they have no names.
        default: ``UNSET`` if there is none.
        examples: values that the schema gives.
        minimum, maximum: bounds of a number, inclusive unless ``above`` or ``below`` says otherwise.
        above, below: the bound itself is not allowed.
        multiple_of: of which a number must be a multiple.
        min_length, max_length: of a text in characters, of an array in elements, of an object in members.
        pattern: the regular expression (ECMAScript's) that a text must match somewhere.
        format: the name of a text's format: ``date-time``, ``email``.
        unique: an array's elements must differ.
        read_only: set by the callee; nothing to fill in.
        deprecated: better left out.
        recursive: it holds, further down, what it is itself in: expand it only when asked to.
        notes: what could not be understood here, in sentences for people.
    """

    document: Document
    schema: object
    path: Way = ()
    name: str = ""
    required: bool = True
    ancestors: frozenset[int] = frozenset()

    def __repr__(self) -> str:
        return f"Field({Path.to(self.path)}, {self.kind})"

    @cached_property
    def view(self) -> View:
        """The schema of the place, flat."""
        return self.document.view(self.schema)

    @property
    def _says(self) -> Keywords:
        return self.view.keywords

    @property
    def title(self) -> str:
        """What to call it."""
        # What a reference leads to is titled as a type, Place, which says less than the key that is to be filled in.
        own = next((part["title"] for part in _spelled_out(self.schema) if isinstance(part.get("title"), str)), "")
        found = own or (self.path[-1] if self.path else self._says.get("title", ""))
        return self.name or str(found)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind that is allowed but ``null``."""
        return kinds_of(self.view)

    @property
    def kind(self) -> Kind:
        """What its value is."""
        return self.kinds[0] if len(self.kinds) == 1 else "any"

    @property
    def nullable(self) -> bool:
        """``null`` is allowed beside its kind."""
        return self.view.nullable and self.kind != "null"

    @property
    def enum(self) -> tuple[object, ...]:
        """The values to choose from."""
        return tuple(self._says.get("enum", ()))

    @property
    def labels(self) -> tuple[str, ...]:
        """What they are called."""
        return self.view.labels

    @property
    def default(self) -> object | UnsetType:
        """What the callee takes if nothing is given."""
        default: object | UnsetType = self._says.get("default", UNSET)
        return default

    @property
    def examples(self) -> tuple[object, ...]:
        """Values that the schema gives."""
        return tuple(self._says.get("examples", ()))

    @property
    def description(self) -> str:
        """What the schema says of it."""
        return str(self._says.get("description", ""))

    @property
    def minimum(self) -> float | None:
        """The least number."""
        return _tighter(self._says, "minimum", "exclusiveMinimum", max)

    @property
    def above(self) -> bool:
        """The number must be above the minimum."""
        return self.minimum is not None and self.minimum == self._says.get("exclusiveMinimum")

    @property
    def maximum(self) -> float | None:
        """The greatest number."""
        return _tighter(self._says, "maximum", "exclusiveMaximum", min)

    @property
    def below(self) -> bool:
        """The number must be below the maximum."""
        return self.maximum is not None and self.maximum == self._says.get("exclusiveMaximum")

    @property
    def multiple_of(self) -> float | None:
        """Of which a number must be a multiple."""
        return self._says.get("multipleOf")

    @property
    def min_length(self) -> int | None:
        """The least number of characters, elements or members."""
        return self._length("min")

    @property
    def max_length(self) -> int | None:
        """The greatest number of characters, elements or members."""
        return self._length("max")

    def _length(self, end: str) -> int | None:
        of = {"array": "Items", "object": "Properties"}.get(self.kind, "Length")
        found = self._says.get(end + of)
        return None if found is None else int(found)

    @property
    def pattern(self) -> str:
        """The regular expression that a text must match."""
        return str(self._says.get("pattern", ""))

    @property
    def format(self) -> str:
        """The name of a text's format."""
        return str(self._says.get("format", ""))

    @property
    def unique(self) -> bool:
        """An array's elements must differ."""
        return self._says.get("uniqueItems") is True

    @property
    def read_only(self) -> bool:
        """Nothing to fill in."""
        return self._says.get("readOnly") is True

    @property
    def deprecated(self) -> bool:
        """Better left out."""
        return self._says.get("deprecated") is True

    @property
    def recursive(self) -> bool:
        """It is of the same schema as something that it is in."""
        return self.view.origin in self.ancestors

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What could not be understood here."""
        notes = list(self.view.notes)
        if self.view.never:
            notes.append("no value is right here: the schema contradicts itself or forbids it")
        if self.pattern and matcher(self.pattern) is None:
            notes.append("its pattern is not checked: it cannot be matched in bounded time")
        return tuple(notes)

    @cached_property
    def children(self) -> tuple["Field", ...]:
        """The members of an object that the schema names, in its order; the required ones that it only names too."""
        properties = self._says.get("properties", {})
        required = self._says.get("required", ())
        names = dict.fromkeys([*properties, *required])
        return tuple(self._inner(name, properties.get(name, True), required=name in required) for name in names)

    @property
    def open(self) -> bool:
        """An object may have members that the schema does not name, or names by a pattern."""
        return self._says.get("additionalProperties", True) is not False or "patternProperties" in self._says

    @property
    def tuple_length(self) -> int:
        """The first so many elements of an array have each a schema of its own."""
        return len(self._says.get("prefixItems", ()))

    def child(self, step: str | int) -> "Field | None":
        """The field of a key or of a position; ``None`` if nothing may stand there."""
        if isinstance(step, int):
            return self._element(step)
        named = next((child for child in self.children if child.path[-1] == step), None)
        if named is not None:
            return named
        for pattern, schema in self._says.get("patternProperties", {}).items():
            test = matcher(pattern)
            if test is not None and test(step):
                return self._inner(step, schema)
        others = self._says.get("additionalProperties", True)
        return None if others is False else self._inner(step, others)

    def _element(self, position: int) -> "Field | None":
        first = self._says.get("prefixItems", [])
        schema = first[position] if position < len(first) else self._says.get("items", True)
        return None if schema is False else self._inner(position, schema)

    def _inner(self, step: str | int, schema: object, *, required: bool = False) -> "Field":
        return Field(
            document=self.document,
            schema=schema,
            path=(*self.path, step),
            required=required,
            ancestors=self.ancestors | {self.view.origin},
        )

    @cached_property
    def variants(self) -> tuple["Field", ...]:
        """The shapes to choose from (``oneOf``, ``anyOf``), each whole; empty if there is one shape alone."""
        view = self.view
        return tuple(
            Field(
                document=self.document,
                schema=self.document.joined(option, view.base),
                path=self.path,
                name=_variant_title(self.document, option, number),
                required=self.required,
                ancestors=self.ancestors,
            )
            for number, option in enumerate(view.choice)
        )

    def variant_for(self, value: object) -> int:
        """Which of the variants a value is, or is nearest to: its number; 0 if there are none."""
        return nearest(self.document, self.view.choice, value)

    def settled(self, value: object) -> "Field":
        """The field as its conditions (``if``) leave it for a decoded value; itself if it has none."""
        field = self
        for _ in range(_MOST_CONDITIONS):
            view = field.view
            if "if" not in view.keywords:
                break
            holds = Fitting(self.document).fits(view.keywords["if"], value)
            follows = view.keywords.get("then" if holds else "else", True)
            field = replace(field, schema=self.document.joined(view.plain, follows))
        return field

    def made(self, *, everything: bool = False) -> object:
        """A value for it: the least that is required, or an example of everything."""
        return make(self.document, self.schema, everything=everything)

    def fits(self, value: object) -> bool:
        """Whether a decoded value is right here, as far as is seen without the validator."""
        return Fitting(self.document).fits(self.schema, value)


def _spelled_out(schema: object) -> Iterator[dict[str, Any]]:
    """A schema and what it includes, but nothing that it refers to."""
    waiting = [schema]
    for _ in range(_MOST_INCLUDED):
        if not waiting:
            return
        here = waiting.pop(0)
        if isinstance(here, dict):
            yield here
            included = here.get("allOf")
            waiting[:0] = included if isinstance(included, list) else ()


def _tighter(says: Keywords, inclusive: str, exclusive: str, choose: Any) -> float | None:
    bounds = [says[keyword] for keyword in (inclusive, exclusive) if keyword in says]
    return choose(bounds) if bounds else None


def _variant_title(document: Document, option: object, number: int) -> str:
    """A shape's own title, else the constants that tell it apart, else its kind or its required keys."""
    view = document.view(option)
    keywords = view.keywords
    if keywords.get("title"):
        return str(keywords["title"])
    for name, schema in keywords.get("properties", {}).items():
        values = document.view(schema).keywords.get("enum", ())
        if len(values) == 1:
            return f"{name}: {values[0] if isinstance(values[0], str) else json.dumps(values[0])}"[:80]
    if "enum" in keywords:
        return ", ".join(json.dumps(value, ensure_ascii=False) for value in keywords["enum"][:4])[:80]
    if keywords.get("required"):
        return ", ".join(keywords["required"][:3])[:80]
    kinds = kinds_of(view)
    return kinds[0] if len(kinds) == 1 else f"shape {number + 1}"
