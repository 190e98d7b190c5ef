"""What is wrong with a payload by its schema: problems with their places in the text, for people.

Bounded in size, depth and steps, so that no schema and no payload takes for ever; what was not checked is told. A
payload of a megabyte may still take a second or two: call it off the loop.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from msgspec import Struct

from rpc_inspector.core.query.paths import Path, Way
from rpc_inspector.core.schema.errors import Told, told
from rpc_inspector.core.schema.places import Places
from rpc_inspector.core.schema.reading import LONGEST, SchemaUnusable, decoded
from rpc_inspector.core.schema.syntax import NotJson, parsed
from rpc_inspector.core.schema.views import parts
from rpc_inspector.core.schema.wording import subject

#: Characters of a payload that is checked.
LONGEST_PAYLOAD = 1 << 20
#: Problems that are told of one payload.
MOST_PROBLEMS = 50
#: Parts of payloads that meet parts of schemas, 5 to 20 microseconds each.
_STEPS = 100_000
_SCHEMA_STEPS = 100_000


class Problem(Struct, frozen=True, kw_only=True):
    """Something wrong, or not checked. Texts hold what payload and schema say, unsanitised.

    Attributes:
        message: a sentence without its full stop: ``days must be at most 14, is 20``.
        path: the place in the payload; of a key that is missing, where it would be.
        line, column: from 1, in characters, in the payload's text; 0 where the problem has no place in it.
        length: of what is wrong, in characters, as far as its first line goes.
        about: ``payload``: it is wrong; ``schema``: that is unusable, so nothing was checked; ``check``: something
            was not checked, or there are more problems than are told.
    """

    message: str
    path: Way = ()
    line: int = 0
    column: int = 0
    length: int = 0
    about: Literal["payload", "schema", "check"] = "payload"


class _Checked(Struct, frozen=True):
    """A schema that is ready to check payloads; ``wrong`` says why it is not."""

    root: Any
    draft7: bool = False
    has_patterns: bool = False
    wrong: str = ""


def problems(schema_text: str, payload: str) -> tuple[Problem, ...]:
    """What is wrong with a payload, in the order of its text; then what could not be checked. Empty if all is right.

    Args:
        schema_text: JSON Schema, 2020-12 or draft 7; up to 256 KiB.
        payload: the text that would be sent.
    """
    if len(payload) > LONGEST_PAYLOAD:
        return (_unchecked(f"the payload is larger than {LONGEST_PAYLOAD:,} characters and was not checked"),)
    schema = _ready(schema_text) if len(schema_text) <= LONGEST else _Checked(None, wrong="The schema is too large.")
    if schema.wrong:
        return (Problem(message=schema.wrong, about="schema"),)
    try:
        value = parsed(payload)
    except NotJson as error:
        place = Places(payload).stretch(error.at, error.at + error.length)
        return (Problem(message=error.what, line=place.line, column=place.column, length=place.length),)
    found, notes = _validated(schema, value)
    placed = _placed(found, Places(payload))
    if len(placed) > MOST_PROBLEMS:
        placed = placed[:MOST_PROBLEMS]
        notes.append(f"only the first {MOST_PROBLEMS} problems are told")
    return (*placed, *(_unchecked(note) for note in notes))


def _unchecked(message: str) -> Problem:
    return Problem(message=message, about="check")


def _validated(schema: _Checked, value: object) -> tuple[list[Told], list[str]]:
    """The problems with their paths, each once, and what was not checked."""
    from rpc_inspector.core.schema.keywords import (  # noqa: PLC0415 - jsonschema takes 200 ms to load
        WORDED,
        TooMuchWork,
        Watch,
        validator,
    )

    watch = Watch(_STEPS, has_patterns=schema.has_patterns)
    found: dict[Told, None] = {}
    stopped = []
    try:
        for error in validator(schema.root, watch, draft7=schema.draft7).iter_errors(value):
            found.update(dict.fromkeys(islice(told(error, WORDED), MOST_PROBLEMS)))
            if len(found) > MOST_PROBLEMS:
                break
    except TooMuchWork:
        stopped.append("the check was stopped: the schema asks for too much work")
    except RecursionError:
        stopped.append("the check was stopped: the schema or the payload is nested too deeply")
    except Exception as error:  # noqa: BLE001 - schemas come from strangers, and the validator trusts them
        stopped.append(f"the check was stopped: the schema confuses the validator ({type(error).__name__})")
    return list(found), [*watch.told, *stopped][:MOST_PROBLEMS]


def _placed(found: Iterable[Told], places: Places) -> list[Problem]:
    made = [_problem(path, message, places) for path, message in found]
    return sorted(made, key=lambda problem: (problem.line, problem.column))


def _problem(path: Way, message: str, places: Places) -> Problem:
    of_key = message.startswith(("is not known here", "is not a right key", "is not allowed here"))
    place = places.of(path, key=of_key)
    message = f"{subject(path)} {message}"
    return Problem(message=message, path=path, line=place.line, column=place.column, length=place.length)


@lru_cache(maxsize=8)
def _ready(text: str) -> _Checked:
    """A schema, looked at by its draft's meta-schema once."""
    try:
        root = decoded(text)
    except SchemaUnusable as error:
        return _Checked(None, wrong=error.what)
    if not isinstance(root, (dict, bool)):
        return _Checked(None, wrong="The schema is no JSON object.")
    draft7 = is_draft7(root)
    wrong = next(_schema_errors(root, draft7=draft7), "")
    has_patterns = any("patternProperties" in part for part in parts(root))
    return _Checked(root, draft7, has_patterns, wrong)


def _schema_errors(root: object, *, draft7: bool) -> Iterator[str]:
    from rpc_inspector.core.schema.keywords import (  # noqa: PLC0415 - likewise
        WORDED,
        TooMuchWork,
        Watch,
        validator,
        validator_class,
    )

    check = validator(validator_class(draft7=draft7).META_SCHEMA, Watch(_SCHEMA_STEPS), draft7=draft7)
    try:
        for error in check.iter_errors(root):
            path, message = next(told(error, WORDED))
            yield f"The schema is wrong: {Path.to(path) if path else 'it'} {message}."
    except (TooMuchWork, RecursionError):
        yield "The schema is too large or nested too deeply to be used for checking."


def is_draft7(root: object) -> bool:
    """Whether a schema is of draft 7 or before: it says so, or says nothing and has tuples as those had them."""
    named = root.get("$schema") if isinstance(root, dict) else None
    if isinstance(named, str):
        return "draft-0" in named
    return any(isinstance(part.get("items"), list) for part in parts(root))
