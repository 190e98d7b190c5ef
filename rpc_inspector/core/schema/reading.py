"""A schema as it came, read within bounds: the door to fields, skeletons, examples and completion."""

import json
from functools import cached_property
from typing import NoReturn

from msgspec import Struct

from rpc_inspector.core.schema.completing import Suggestion, complete
from rpc_inspector.core.schema.fields import Field
from rpc_inspector.core.schema.values import written
from rpc_inspector.core.schema.views import Document

#: Bounds of a schema: characters, levels of brackets, values.
LONGEST = 256 * 1024
DEEPEST = 100
MOST_VALUES = 50_000


class SchemaUnusable(ValueError):  # noqa: N818 - says what happened
    """A text that is no schema, or more than is read; ``what`` says why in a sentence for people."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Schema(Struct, frozen=True, dict=True, eq=False):
    """A schema that was read; ``root`` is its JSON, decoded."""

    text: str
    root: object

    @cached_property
    def document(self) -> Document:
        """What its references lead into."""
        return Document(self.root)

    def fields(self) -> Field:
        """The whole payload as a field; what is in it is expanded when it is looked at."""
        return self._fields

    @cached_property
    def _fields(self) -> Field:
        return Field(document=self.document, schema=self.root)

    def skeleton(self) -> str:
        """The least payload, as JSON text: what is required, with defaults and first choices, else empty."""
        return written(self._fields.made(), indent="  ")

    def example(self) -> str:
        """A payload with everything, as JSON text: the schema's own examples, defaults and choices first."""
        return written(self._fields.made(everything=True), indent="  ")

    def complete(self, text: str, cursor: int) -> list[Suggestion]:
        """What may be typed at a place of a payload's text, the likeliest first: keys, and values to choose from.

        Args:
            text: the payload as far as it is typed; it need be no JSON yet.
            cursor: 0 to ``len(text)``.
        """
        return complete(self._fields, text, cursor)


def read(text: str) -> Schema:
    """Read a schema: JSON Schema 2020-12 or draft 7.

    What is wrong inside it is met where it stands: a field then has a note.

    Raises:
        SchemaUnusable: no JSON, no schema, or beyond the bounds.
    """
    root = decoded(text)
    if not isinstance(root, (dict, bool)):
        raise SchemaUnusable("The schema is no JSON object.")
    return Schema(text, root)


def decoded(text: str) -> object:
    """The JSON of a schema's text.

    Raises:
        SchemaUnusable: no JSON, or beyond the bounds.
    """
    if len(text) > LONGEST:
        raise SchemaUnusable(f"The schema has {len(text):,} characters; {LONGEST:,} are read.")
    try:
        root = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise SchemaUnusable(
            f"The schema is no JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise SchemaUnusable("The schema is nested too deeply.") from None
    except ValueError as error:  # NaN, or an integer of more digits than Python converts
        raise SchemaUnusable(f"The schema is no JSON: {error}.") from None
    _bound(root)
    return root


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _bound(root: object) -> None:
    level, values = [root], 0
    for _ in range(DEEPEST):
        values += len(level)
        if values > MOST_VALUES:
            raise SchemaUnusable(f"The schema has more than {MOST_VALUES:,} values.")
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise SchemaUnusable(f"The schema is nested more than {DEEPEST} deep.")
