"""What the form says of a field: its value, what to type where there is none, and what it is for."""

from msgspec import UNSET

from rpc_inspector.core.schema import Field
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.form.rows import FOLDING, TYPED, Row
from rpc_inspector.tui.widgets.form.values import source, typed

_LONGEST = 200
_KINDS = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object",
    "array": "list", "null": "null", "any": "any JSON",
}  # fmt: skip


def option_text(row: Row, index: int) -> str:
    """What a choice is called."""
    if row.labels:
        return sanitise(row.labels[index], limit=_LONGEST)
    value = row.options[index]
    return sanitise(value, limit=_LONGEST) if isinstance(value, str) and value else source(value)[:_LONGEST]


def next_beginning_so(row: Row, start: str) -> int | None:
    """The next choice after the chosen one that is called so at its beginning, going round."""
    count = len(row.options)
    order = [(row.chosen + step) % count for step in range(1, count + 1)]
    return next((at for at in order if option_text(row, at).casefold().startswith(start)), None)


def value_text(row: Row) -> str:
    """What stands there; empty for nothing."""
    value = row.value
    if row.control in ("choice", "shape") and row.chosen >= 0:
        return option_text(row, row.chosen)
    if value is UNSET:
        return ""
    if row.control in FOLDING:
        if not isinstance(value, (dict, list)):
            return "null" if value is None else ""
        word = "member" if isinstance(value, dict) else "element"
        return f"{len(value):,} {word}{'' if len(value) == 1 else 's'}"
    if isinstance(value, str) and row.control in TYPED:
        return typed(row)[:_LONGEST]
    return source(value)[:_LONGEST]


def hint(row: Row, example: object) -> str:
    """What stands where there is no value: what is taken then, an example, or what belongs there."""
    if row.control in ("add", "key", "note"):
        return "type its name" if row.control == "key" else ""
    field = row.field
    if field.default is not UNSET:
        return f"{_short(field.default)} by default"
    if row.control in FOLDING:
        return "empty" if field.required else "not there"
    given = [example] if example is not UNSET else field.examples[:1]
    if given and not isinstance(given[0], (dict, list)):
        return f"e.g. {_short(given[0])}"
    return _options_words(row) if row.options else kind_words(field)


def _options_words(row: Row) -> str:
    return f"one of {len(row.options):,}" if len(row.options) > 1 else f"always {option_text(row, 0)}"


def kind_words(field: Field) -> str:
    """What belongs there: ``whole number, 1 to 14``."""
    kinds = [_KINDS[kind] for kind in field.kinds] or [_KINDS["any"]]
    words = sanitise(field.format, limit=40) if field.format and field.kind == "string" else " or ".join(kinds)
    if field.nullable:
        words += " or null"
    bounds = _bounds(field)
    return f"{words}, {bounds}" if bounds else words


def _bounds(field: Field) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and not field.above and not field.below:
        return f"{_number(low)} to {_number(high)}"
    parts = [f"{'above' if field.above else 'at least'} {_number(low)}"] if low is not None else []
    if high is not None:
        parts.append(f"{'below' if field.below else 'at most'} {_number(high)}")
    counted = {"string": "characters", "array": "elements", "object": "members"}.get(field.kind)
    if counted and field.min_length is not None and field.min_length > 1:
        parts.append(f"at least {field.min_length:,} {counted}")
    if counted and field.max_length is not None:
        parts.append(f"at most {field.max_length:,} {counted}")
    return ", ".join(parts)


def about(row: Row) -> str:
    """A sentence or two on the field under the cursor."""
    field = row.field
    if row.control == "note":
        return row.text
    if row.foreign:
        return "The schema does not know this."
    if row.control in ("add", "key"):
        return f"enter {'adds one' if row.control == 'add' else 'names a new one'}"
    parts = [sanitise(note, limit=_LONGEST) for note in field.notes]
    parts += [sanitise(field.description, limit=_LONGEST)] if field.description else []
    parts.append(
        kind_words(field) if row.control not in ("choice", "shape") else f"{len(row.options):,} to choose from"
    )
    if not field.required:
        parts.append("optional")
    if field.deprecated:
        parts.append("deprecated")
    if field.read_only:
        parts.append("set by the callee")
    return f" {G.dot} ".join(parts)


def _short(value: object) -> str:
    return sanitise(value, limit=60) if isinstance(value, str) and value else source(value)[:60]


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
