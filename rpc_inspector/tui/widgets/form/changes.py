"""What is done to a payload from its form: each a function from raw text to raw text, the rest left as typed."""

from msgspec import UNSET, UnsetType

from rpc_inspector.core.query.paths import Way
from rpc_inspector.core.schema import Field, NoSuchPlace, get, insert, remove, set_in
from rpc_inspector.core.schema.making import make
from rpc_inspector.core.schema.syntax import parsed


def put(text: str, way: Way, value: object | UnsetType) -> str:
    """The text with a value; ``UNSET`` takes it away. What is no container on the way to it gives way.

    Raises:
        NotJson: the text is none.
    """
    if value is UNSET:
        return drop(text, way)
    try:
        return set_in(text, way, value)
    except NoSuchPlace:
        step = way[-1]
        return put(text, way[:-1], {step: value} if isinstance(step, str) else [value])


def drop(text: str, way: Way) -> str:
    """The text without a value that may be there.

    Raises:
        NotJson: the text is none.
    """
    if not way or not text.strip():
        return "" if not way else text
    try:
        return remove(text, way)
    except NoSuchPlace:
        return text


def add(text: str, way: Way, field: Field) -> str:
    """The text with another element at the end of a list.

    Raises:
        NotJson: the text is none.
    """
    have = get(parsed(text), way) if text.strip() else UNSET
    count = len(have) if isinstance(have, list) else 0
    element = field.child(count)
    return put(text, (*way, count), made(element) if element is not None else None)


def move(text: str, way: Way, by: int) -> str:
    """The text with an element moved among its siblings, as far as there are any.

    Raises:
        NotJson: the text is none.
    """
    *outer, position = way
    holder = get(parsed(text), tuple(outer))
    if not isinstance(position, int) or not isinstance(holder, list) or not 0 <= position + by < len(holder):
        return text
    return insert(remove(text, way), (*outer, position + by), holder[position])


def reshape(text: str, way: Way, shape: Field) -> str:
    """The text with a value of another shape, which keeps what the two have in common.

    Raises:
        NotJson: the text is none.
    """
    had = get(parsed(text), way) if text.strip() else UNSET
    if had is not UNSET and shape.fits(had):
        return text
    value = made(shape)
    if isinstance(value, dict) and isinstance(had, dict):
        for key, inner in had.items():
            known = shape.child(key)
            if known is not None and key in value and known.fits(inner):
                value[key] = inner
    return put(text, way, value)


def made(field: Field) -> object:
    """The least value of a field."""
    return make(field.document, field.schema, everything=False)
