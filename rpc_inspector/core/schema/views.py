"""A schema seen flat: references followed, ``allOf`` merged, so that one mapping says what may stand at a place.

References lead inside the document only: what is at a URL is never fetched. Schemas may refer to themselves; nothing
here expands what nobody asks for, and each schema is merged into a view once.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from rpc_inspector.core.schema.shapes import STRICTER, Keywords, common_types, own
from rpc_inspector.core.schema.values import equal

#: Schemas that are merged into one view; what says more than that by allOf and $ref says it to nobody.
MOST_MERGED = 200
#: Choices within choices that are looked into for what they have in common.
_DEEPEST_CHOICE = 40


class View(Struct, frozen=True, eq=False, kw_only=True):
    """What a schema and all that it refers to and includes say of one value.

    Attributes:
        keywords: merged; ``const`` as an ``enum`` of one, ``type`` as a list without ``null``, tuples as
            ``prefixItems`` with ``items`` for what follows.
        choice: the schemas of which one is to be chosen, in the keyword's order; empty where there is none.
        exactly: only one of the choice may be right (``oneOf``).
        base: the keywords without the choice, to be joined with a chosen schema.
        plain: the keywords without the condition (``if``), to be joined with what follows from it.
        nullable: ``null`` is allowed beside what the rest says.
        labels: what the values of ``enum`` are called, where they are given as titled constants.
        notes: what could not be followed, for people.
        never: no value is right.
        origin: the schema at the end of the references: the same for every place that refers to it.
    """

    keywords: Keywords
    choice: tuple[object, ...] = ()
    exactly: bool = False
    base: Keywords
    plain: Keywords
    nullable: bool = False
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    never: bool = False
    origin: int = 0


class Document:
    """A decoded schema, and the views of its parts."""

    def __init__(self, root: object) -> None:
        self.root = root
        self._views: dict[int, tuple[object, View]] = {}
        self._joined: dict[tuple[int, ...], dict[str, Any]] = {}
        self._names: dict[str, object] | None = None
        #: Views in the making: a choice may lead back to the schema that offers it.
        self.open: set[int] = set()

    def view(self, schema: object) -> View:
        """The schema seen flat; the same object for the same schema."""
        have = self._views.get(id(schema))
        if have is None:
            # The schema is kept beside its view: an id is only good for as long as its object lives.
            have = self._views[id(schema)] = (schema, _Merging(self).view(schema))
        return have[1]

    def joined(self, *schemas: object) -> object:
        """A schema that demands them all; the same object for the same schemas."""
        distinct = list({id(one): one for one in schemas}.values())
        if len(distinct) == 1:
            return distinct[0]
        key = tuple(id(one) for one in distinct)
        if key not in self._joined:
            self._joined[key] = {"allOf": distinct}
        return self._joined[key]

    def target(self, reference: str) -> object:
        """What a ``$ref`` leads to.

        Raises:
            LookupError: it leads nowhere in this document; the text says so for people.
        """
        address, _, fragment = reference.partition("#")
        fragment = unquote(fragment)
        own = self.root.get("$id") if isinstance(self.root, dict) else None
        start = self.root if not address or address == own else self._named(address)
        if start is None:
            raise LookupError(f"{reference[:200]} is elsewhere and is not fetched")
        if fragment and not fragment.startswith("/"):
            found = self._named("#" + fragment)
            if found is None:
                raise LookupError(f"{reference[:200]} leads nowhere")
            return found
        return _pointed(start, fragment, reference)

    def _named(self, name: str) -> object:
        """The part with that ``$id``, or with that ``$anchor`` (``#name``); ``None`` if there is none."""
        if self._names is None:
            self._names = {}
            for part in parts(self.root):
                for keyword, prefix in (("$anchor", "#"), ("$dynamicAnchor", "#"), ("$id", "")):
                    if isinstance(value := part.get(keyword), str):
                        self._names.setdefault(prefix + value, part)
        return self._names.get(name)


def parts(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a decoded JSON value, the outer before the inner."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting.extend(reversed(here.values()))
        elif isinstance(here, list):
            waiting.extend(reversed(here))


def _pointed(value: Any, pointer: str, reference: str) -> object:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and len(key) < 7 and int(key) < len(value):
            value = value[int(key)]
        else:
            raise LookupError(f"{reference[:200]} leads nowhere")
    return value


class _Merging:
    """One view in the making."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.keywords: dict[str, Any] = {}
        self.notes: list[str] = []
        self.labels: tuple[str, ...] = ()
        self.never = self.nullable = False
        self._types: list[str] | None = None
        self._seen: set[int] = set()

    def view(self, schema: object) -> View:
        origin = self._origin(schema)
        already = origin in self.document.open
        self.document.open.add(origin)
        self._add(schema)
        choice = self._choice()
        if not already:
            self.document.open.discard(origin)
        self._settle_null()
        self.never = self.never or self.keywords.get("not") in (True, {})
        chosen = ("oneOf" if "oneOf" in self.keywords else "anyOf",) if choice else ()
        return View(
            keywords=self.keywords,
            choice=choice,
            exactly=chosen == ("oneOf",),
            base=self._without(chosen),
            plain=self._without(_CONDITION if "if" in self.keywords else ()),
            nullable=self.nullable,
            labels=self.labels,
            notes=tuple(dict.fromkeys(self.notes)),
            never=self.never,
            origin=origin,
        )

    def _without(self, left_out: tuple[str, ...]) -> Keywords:
        if not left_out:
            return self.keywords
        return {keyword: value for keyword, value in self.keywords.items() if keyword not in left_out}

    def _settle_null(self) -> None:
        values = self.keywords.get("enum")
        if self._types is not None:
            self.nullable = self.nullable or ("null" in self._types and (values is None or None in values))
            self.keywords["type"] = [one for one in self._types if one != "null"] or ["null"]
            self.never = self.never or not self._types
        elif values is not None:
            self.nullable = self.nullable or None in values

    def _origin(self, schema: object) -> int:
        seen: set[int] = set()
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and id(schema) not in seen:
            seen.add(id(schema))
            try:
                schema = self.document.target(schema["$ref"])
            except LookupError:
                break
        return id(schema)

    def _add(self, schema: object) -> None:
        """The schema's own keywords, then what it refers to, then what it includes; without recursion."""
        waiting = [schema]
        while waiting:
            here = waiting.pop()
            if here is False:
                self.never = True
            if not isinstance(here, dict) or id(here) in self._seen:
                continue
            if len(self._seen) >= MOST_MERGED:
                self.notes.append(f"only {MOST_MERGED} of the schemas that apply here were looked at")
                return
            self._seen.add(id(here))
            for keyword, value in own(here):
                self._take(keyword, value)
            included = here.get("allOf")
            waiting.extend(reversed(included) if isinstance(included, list) else ())
            if isinstance(reference := here.get("$ref"), str):
                try:
                    waiting.append(self.document.target(reference))
                except LookupError as error:
                    self.notes.append(str(error))

    def _take(self, keyword: str, value: Any) -> None:
        if keyword == "type":
            self._types = common_types(self._types, value)
        elif keyword not in self.keywords:
            self.keywords[keyword] = value
        elif keyword in _SCHEMA_MAPS:
            self.keywords[keyword] = self._both_maps(self.keywords[keyword], value)
        elif keyword in ("items", "additionalProperties"):
            self.keywords[keyword] = self.document.joined(self.keywords[keyword], value)
        elif keyword == "enum":
            self.keywords[keyword] = [
                one for one in self.keywords[keyword] if any(equal(one, other) for other in value)
            ]
            self.never = self.never or not self.keywords[keyword]
        elif keyword in STRICTER:
            self.keywords[keyword] = STRICTER[keyword](self.keywords[keyword], value)

    def _both_maps(self, one: Keywords, other: Keywords) -> Keywords:
        both = {key: self.document.joined(one[key], other[key]) for key in one if key in other}
        return {**one, **other, **both}

    def _choice(self) -> tuple[object, ...]:
        """The schemas to choose from, once those that only say ``null`` or name constants are understood."""
        while (keyword := next((one for one in ("oneOf", "anyOf") if one in self.keywords), None)) is not None:
            options = self.keywords[keyword]
            views = [self.document.view(option) if not self._knows(option) else None for option in options]
            rest = [
                option
                for option, view in zip(options, views, strict=True)
                if view is None or not (view.never or view.keywords.get("type") == ["null"])
            ]
            self.nullable = self.nullable or any(view is not None and _only_null(view) for view in views)
            if len(rest) == 1 and not self._knows(rest[0]):
                del self.keywords[keyword]
                view = self.document.view(rest[0])
                self.nullable = self.nullable or view.nullable
                self._add(rest[0])
                continue
            if not rest:
                del self.keywords[keyword]
                self._types, self.never = (["null"], self.never) if self.nullable else (self._types, True)
                continue
            if self._constants(keyword, rest):
                continue
            return tuple(rest)
        return ()

    def _knows(self, schema: object) -> bool:
        """Whether a schema is, or refers to, one that is being merged: a choice that leads back to itself."""
        origin = self._origin(schema)
        return origin in self._seen or origin in self.document.open or len(self.document.open) > _DEEPEST_CHOICE

    def _constants(self, keyword: str, options: list[object]) -> bool:
        """Titled constants are an enum with labels."""
        given = [option for option in options if isinstance(option, dict) and "const" in option]
        if not options or len(given) < len(options) or any(set(one) - _OF_CONSTANTS for one in given):
            return False
        del self.keywords[keyword]
        self._take("enum", [one["const"] for one in given])
        titles = tuple(str(one.get("title") or one.get("description") or "") for one in given)
        kept = len(self.keywords["enum"]) == len(given)
        self.labels = titles if any(titles) and kept else ()
        return True


_CONDITION = ("if", "then", "else")
_SCHEMA_MAPS = ("properties", "patternProperties")
_OF_CONSTANTS = {"const", "title", "description", "type"}


def _only_null(view: View) -> bool:
    return view.keywords.get("type") == ["null"]
