"""A schema and a payload as rows to fill in; pure, so that 200 fields cost as much as what is asked of them."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from rpc_inspector.core.query.paths import Way
from rpc_inspector.core.schema import Field, Kind
from rpc_inspector.core.schema.values import equal, kind_of

#: How a row is filled in: by typing (``text``, ``number``, ``json``, ``key``), by choosing (``flag``, ``choice``,
#: ``shape``), or by what is under it (``group``, ``list``); ``add`` makes another element, ``note`` says something.
Control = Literal["text", "number", "json", "flag", "choice", "shape", "group", "list", "add", "key", "note"]

TYPED: frozenset[Control] = frozenset(("text", "number", "json", "key"))
CHOSEN: frozenset[Control] = frozenset(("flag", "choice", "shape"))
FOLDING: frozenset[Control] = frozenset(("group", "list"))
#: Beyond these the raw text is the place to edit.
MOST_ROWS = 3000
MOST_ELEMENTS = 200
_DEEPEST = 16
_CONTROLS: dict[Kind, Control] = {
    "object": "group", "array": "list", "string": "text", "number": "number", "integer": "number", "boolean": "flag",
}  # fmt: skip


class Row(Struct, frozen=True, kw_only=True, eq=False):
    """One line of the form. Texts come from schema and payload, unsanitised.

    Attributes:
        way: of the value that it changes; of ``add`` and ``key`` the container's.
        field: what may stand there, with its variant chosen.
        value: what stands there; ``UNSET`` for nothing.
        depth: how far it is indented.
        folded: what is under it is hidden.
        options: of a choice: the values. labels: what they are called.
        chosen: which of them is there; -1 for none.
        choosing: of ``shape`` the field whose variants are the options.
        foreign: the schema does not know it.
        stays: it is there because the payload has it, not because the schema names it: nothing typed removes it.
        text: of a ``note``.
    """

    control: Control
    way: Way
    field: Field
    value: object | UnsetType = UNSET
    depth: int = 0
    folded: bool = False
    options: tuple[object, ...] = ()
    labels: tuple[str, ...] = ()
    chosen: int = -1
    foreign: bool = False
    stays: bool = False
    text: str = ""

    @property
    def key(self) -> tuple[Way, Control]:
        """What it is known by from one moment to the next."""
        return self.way, self.control

    @property
    def label(self) -> str:
        """What it is called: the key, as it stands in the payload."""
        if self.control == "add":
            return "add"
        if self.control == "key":
            return "add key"
        if not self.way:
            return self.field.title or "payload"
        step = self.way[-1]
        return f"[{step}]" if isinstance(step, int) else step

    @property
    def is_element(self) -> bool:
        """It can be moved among its siblings."""
        return bool(self.way) and isinstance(self.way[-1], int) and self.control not in ("add", "key", "note")


class Rows:
    """What of a form is shown now.

    Args:
        folds: what its user folded or unfolded. shapes: the variants that its user chose, while they fit.
    """

    def __init__(self, root: Field, value: object, folds: Mapping[Way, bool], shapes: Mapping[Way, int]) -> None:
        self._root, self._value = root, value
        self._folds, self._shapes = folds, shapes
        self._left = MOST_ROWS

    def all(self) -> list[Row]:
        """The rows, the outer before the inner."""
        rows = list(self._of(self._root, self._value, -1 if self._is_plain_object() else 0))
        if self._left <= 0:
            said = f"only the first {MOST_ROWS:,} rows are shown: edit the rest in the raw text"
            rows.append(Row(control="note", way=(), field=self._root, text=said))
        return rows

    def _is_plain_object(self) -> bool:
        """The whole needs no row of its own: it is an object, and everything is in it."""
        return not self._root.variants and self._root.kind == "object" and _is_object(self._value)

    def _of(
        self, field: Field, value: object, depth: int, *, foreign: bool = False, stays: bool = False
    ) -> Iterator[Row]:
        if self._left <= 0 or depth > _DEEPEST:
            return
        self._left -= 1
        if field.variants and not field.enum:
            yield from self._shape(field, value, depth, stays=stays)
            return
        row = _row(field, value, depth, foreign=foreign, stays=stays)
        if row.control not in FOLDING:
            yield row
            return
        folded = depth >= 0 and self._folds.get(field.path, self._begins_folded(field, value, depth))
        if depth >= 0:
            yield replace(row, folded=folded)
        if not folded:
            yield from self._inside(field, value, depth + 1)

    @staticmethod
    def _begins_folded(field: Field, value: object, depth: int) -> bool:
        is_empty = value is UNSET or value is None
        return is_empty and (not field.required or field.recursive or depth > _DEEPEST // 2)

    def _shape(self, field: Field, value: object, depth: int, *, stays: bool) -> Iterator[Row]:
        number = self._shapes.get(field.path, -1)
        variants = field.variants
        if not 0 <= number < len(variants) or not (value is UNSET or variants[number].fits(value)):
            number = field.variant_for(value) if value is not UNSET else 0
        titles = tuple(variant.title for variant in variants)
        yield Row(
            control="shape", way=field.path, field=field, value=value, depth=max(depth, 0),
            options=tuple(range(len(variants))), labels=titles, chosen=-1 if value is UNSET else number,
            stays=stays,
        )  # fmt: skip
        if value is UNSET and not field.required:
            return
        shape = variants[number]
        if shape.variants and not shape.enum:
            yield from self._of(shape, value, max(depth, 0) + 1)
            return
        row = _row(shape, value, max(depth, 0) + 1, stays=stays)
        if row.control in FOLDING:
            yield from self._inside(shape, value, max(depth, 0) + 1)
        else:
            yield row

    def _inside(self, field: Field, value: object, depth: int) -> Iterator[Row]:
        yield from self._elements(field, value, depth) if field.kind == "array" else self._members(field, value, depth)

    def _members(self, field: Field, value: object, depth: int) -> Iterator[Row]:
        have = value if isinstance(value, dict) else {}
        named = set()
        for child in field.children:
            step = child.path[-1]
            named.add(step)
            yield from self._of(child, have.get(step, UNSET), depth)
        for key, inner in have.items():
            if key not in named:
                known = field.child(key)
                yield from self._of(known or _unknown(field, key), inner, depth, foreign=known is None, stays=True)
        if _is_map(field):
            yield Row(control="key", way=field.path, field=field, depth=depth)

    def _elements(self, field: Field, value: object, depth: int) -> Iterator[Row]:
        have = value if isinstance(value, list) else []
        for position, inner in enumerate(have[:MOST_ELEMENTS]):
            known = field.child(position)
            yield from self._of(known or _unknown(field, position), inner, depth, foreign=known is None, stays=True)
        if len(have) > MOST_ELEMENTS:
            said = f"{len(have) - MOST_ELEMENTS:,} more elements: edit them in the raw text"
            yield Row(control="note", way=field.path, field=field, depth=depth, text=said)
        elif field.child(len(have)) is not None and (field.max_length is None or len(have) < field.max_length):
            yield Row(control="add", way=field.path, field=field, depth=depth)


def element_around(way: Way) -> Way:
    """The way to the innermost element of a list that a value is in, or is; empty if there is none."""
    while way and not isinstance(way[-1], int):
        way = way[:-1]
    return way


def _row(field: Field, value: object, depth: int, *, foreign: bool = False, stays: bool = False) -> Row:
    """A row for what a field is; for what it holds, where that is something else."""
    options = (None,) if field.kind == "null" else field.enum
    if options and field.nullable and None not in options:
        options = (*options, None)
    labels = field.labels if len(field.labels) == len(options) else ()
    control: Control = "choice" if options else _CONTROLS.get(field.kind, "json")
    if not options and value is not UNSET and value is not None and not _holds(control, value):
        control = "json"
    chosen = next((at for at, one in enumerate(options) if value is not UNSET and equal(one, value)), -1)
    return Row(
        control=control, way=field.path, field=field, value=value, depth=depth, options=options, labels=labels,
        chosen=chosen, foreign=foreign, stays=stays,
    )  # fmt: skip


def _holds(control: Control, value: object) -> bool:
    kind = kind_of(value)
    return control == "json" or _CONTROLS.get(kind) == control


def _is_object(value: object) -> bool:
    return value is UNSET or value is None or isinstance(value, dict)


def _is_map(field: Field) -> bool:
    """An object whose keys are data."""
    keywords = field.view.keywords
    return "patternProperties" in keywords or isinstance(keywords.get("additionalProperties"), dict)


def _unknown(field: Field, step: str | int) -> Field:
    return Field(document=field.document, schema=True, path=(*field.path, step), required=False)
