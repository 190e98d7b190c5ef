"""Whether a value fits a part of a schema, and which of several parts it fits best.

A form asks at every key which shape the payload has, and examples are looked at before they are offered: a small look
at the keywords that tell shapes apart. Whether a payload is right is said by ``problems``, which knows all keywords.
"""

from collections.abc import Sequence

from rpc_inspector.core.schema.formats import fits_format
from rpc_inspector.core.schema.regexes import matcher
from rpc_inspector.core.schema.values import equal, is_a
from rpc_inspector.core.schema.views import Document, View

#: Values that are looked at for one answer; what is larger is taken to fit from there on.
_MOST_LOOKED_AT = 2000
#: Shapes that a value is compared with.
_MOST_OPTIONS = 100


class Fitting:
    """One question, and how much was looked at for it."""

    def __init__(self, document: Document, looks: int = _MOST_LOOKED_AT) -> None:
        self._document = document
        self._left = looks

    def fits(self, schema: object, value: object, depth: int = 0) -> bool:
        """Whether a value fits a schema, as far as can be seen quickly."""
        self._left -= 1
        if self._left < 0 or depth > 30:
            return True
        view = self._document.view(schema)
        if value is None and view.nullable:
            return not view.never
        if view.never or not _fits_scalar(view, value) or not self._fits_inside(view, value, depth):
            return False
        if "if" in view.keywords:
            follows = "then" if self.fits(view.keywords["if"], value, depth + 1) else "else"
            if not self.fits(view.keywords.get(follows, True), value, depth + 1):
                return False
        return not view.choice or self._fits_choice(view, value, depth)

    def _fits_choice(self, view: View, value: object, depth: int) -> bool:
        fitting = (option for option in view.choice if self.fits(option, value, depth + 1))
        first = next(fitting, None)
        return first is not None and not (view.exactly and any(True for _ in fitting))

    def _fits_inside(self, view: View, value: object, depth: int) -> bool:
        if isinstance(value, dict):
            return self._fits_object(view, value, depth)
        return not isinstance(value, list) or self._fits_array(view, value, depth)

    def _fits_object(self, view: View, value: dict[str, object], depth: int) -> bool:
        keywords = view.keywords
        known = keywords.get("properties", {})
        size_fits = keywords.get("minProperties", 0) <= len(value) <= keywords.get("maxProperties", len(value))
        if not size_fits or any(name not in value for name in keywords.get("required", ())):
            return False
        others = keywords.get("additionalProperties", True)
        for name, inner in value.items():
            if name in known:
                if not self.fits(known[name], inner, depth + 1):
                    return False
            elif "patternProperties" not in keywords and not self.fits(others, inner, depth + 1):
                return False
        return True

    def _fits_array(self, view: View, value: list[object], depth: int) -> bool:
        keywords = view.keywords
        if not keywords.get("minItems", 0) <= len(value) <= keywords.get("maxItems", len(value)):
            return False
        first = keywords.get("prefixItems", [])
        schemas = [*first, *[keywords.get("items", True)] * (len(value) - len(first))]
        return all(self.fits(schema, inner, depth + 1) for schema, inner in zip(schemas, value, strict=False))


def _fits_scalar(view: View, value: object) -> bool:
    keywords = view.keywords
    if "type" in keywords and not any(is_a(value, one) for one in keywords["type"]):
        return False
    if "enum" in keywords and not any(equal(value, one) for one in keywords["enum"]):
        return False
    if isinstance(value, str):
        return fits_text(view, value)
    return isinstance(value, (bool, list, dict)) or not isinstance(value, (int, float)) or _fits_number(view, value)


def fits_text(view: View, value: str) -> bool:
    """Whether a text has the length, the pattern and the format."""
    keywords = view.keywords
    if not keywords.get("minLength", 0) <= len(value) <= keywords.get("maxLength", len(value)):
        return False
    test = matcher(keywords["pattern"]) if "pattern" in keywords else None
    return (test is None or test(value)) and fits_format(value, keywords.get("format", ""))


def _fits_number(view: View, value: float) -> bool:
    keywords = view.keywords
    if value < keywords.get("minimum", value) or value > keywords.get("maximum", value):
        return False
    if "exclusiveMinimum" in keywords and value <= keywords["exclusiveMinimum"]:
        return False
    if "exclusiveMaximum" in keywords and value >= keywords["exclusiveMaximum"]:
        return False
    return "multipleOf" not in keywords or is_multiple(value, keywords["multipleOf"])


def is_multiple(value: float, of: float) -> bool:
    """Whether a number is a multiple, with the patience that decimal fractions need."""
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    try:
        quotient = value / of
    except OverflowError:
        return True
    return abs(quotient - round(quotient)) < 1e-9 if abs(quotient) < 1e15 else True


def nearest(document: Document, options: Sequence[object], value: object) -> int:
    """Which of several schemas a value fits, or fits best: its number.

    The constants that tell shapes apart count most, so that a shape just begun is not taken for a looser one that it
    happens to fit; then whether it fits, the kind, and the keys that are there.
    """
    fitting = Fitting(document, 10 * _MOST_LOOKED_AT)
    scores = [
        (_score(document, fitting, option, value), -number) for number, option in enumerate(options[:_MOST_OPTIONS])
    ]
    return -max(scores)[1] if scores else 0


def _score(document: Document, fitting: Fitting, option: object, value: object) -> tuple[int, bool, bool, int]:
    view = document.view(option)
    kinds = view.keywords.get("type")
    right_kind = kinds is None or any(is_a(value, one) for one in kinds)
    fits = fitting.fits(option, value)
    if not isinstance(value, dict):
        return (0, fits, right_kind, 0)
    known = view.keywords.get("properties", {})
    told = [(document.view(known[key]).keywords.get("enum"), inner) for key, inner in value.items() if key in known]
    constants = sum(1 if any(equal(inner, one) for one in enum) else -1 for enum, inner in told if enum is not None)
    missing = sum(name not in value for name in view.keywords.get("required", ()))
    return (constants, fits, right_kind, len(told) - missing)
