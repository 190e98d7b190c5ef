"""What a collection's files say, and what is wrong with them."""

from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS
from rpc_inspector.core.expectations import Expectation
from rpc_inspector.core.model import Kind, Participant
from rpc_inspector.core.query.patterns import any_of
from rpc_inspector.core.query.syntax import Pattern
from rpc_inspector.core.templates import Sources, resolve
from rpc_inspector.storage.reading import FileUnusable


class Problem(NamedTuple):
    """Something that is wrong in a file: where (line and column from 1), what, and what to do. Unsanitised."""

    path: Path
    line: int
    column: int
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.what} {self.advice}".rstrip()


class CollectionUnusable(FileUnusable):
    """Files of a collection do not say what they should: all that is wrong is in ``problems``."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = "One thing is" if len(problems) == 1 else f"{len(problems)} things are"
        super().__init__(f"{count} wrong in the collection: {problems[0]}", "Nothing was sent.")
        self.problems = problems


class To(Struct, frozen=True, kw_only=True):
    """Whom a request is for: somebody who is all of this.

    Attributes:
        identity: with ``*`` for anything, and placeholders; empty is anybody.
        kind: of participant.
        attributes: by name; a value may have ``*`` too.
    """

    identity: str = ""
    kind: Kind | None = None
    attributes: dict[str, str] = {}

    @property
    def is_exact(self) -> bool:
        """It names one identity."""
        return not self.kind and not self.attributes and "*" not in self.identity

    def __str__(self) -> str:
        """``weather-*``, ``kind agent, role=weather``."""
        kind = f"kind {self.kind}" if self.kind else ""
        named = (f"{name}={value}" for name, value in self.attributes.items())
        return ", ".join(filter(None, (self.identity, kind, *named)))

    def resolved(self, sources: Sources) -> "To":
        """With its placeholders filled in, as far as they can be; names are plain text."""
        identity = resolve(self.identity, sources, plain=True).text
        named = {name: resolve(value, sources, plain=True).text for name, value in self.attributes.items()}
        return To(identity=identity, kind=self.kind, attributes=named)

    def fits(self, someone: Participant) -> bool:
        """Whether a participant is who is meant. Without case where there is a ``*``."""
        if self.identity and not _same(self.identity, someone.identity):
            return False
        if self.kind and someone.kind != self.kind:
            return False
        return all(
            name in someone.attributes and _same(value, someone.attributes[name])
            for name, value in self.attributes.items()
        )


def _same(pattern: str, text: str) -> bool:
    return any_of((Pattern(pattern, glob=True),))(text) if "*" in pattern else pattern == text


class Request(Struct, frozen=True, kw_only=True):
    """One request of a collection.

    Attributes:
        path: of its file. name: how it is told; the file's name unless it says another.
        to, method, payload: with placeholders (``core.templates``). ``payload`` is the text that is sent.
        response_ms, ack_ms: as of :class:`core.session.Invocation`.
        expect: what it should come to.
        save: JSON paths into what comes back, by the name of the variable that later requests have it under.
        skip: why it is not run; empty if it is.
        places: line and column of what was read, by the name of its field.
    """

    path: Path
    name: str
    to: To
    method: str
    description: str = ""
    payload: str = ""
    response_ms: int = DEFAULT_RESPONSE_MS
    ack_ms: int = DEFAULT_ACK_MS
    expect: Expectation = Expectation()
    save: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    skip: str = ""
    places: dict[str, tuple[int, int]] = {}

    def problem(self, field: str, what: str, advice: str = "") -> Problem:
        """Something that is wrong with one of its fields, at its place."""
        line, column = self.places.get(field, (1, 1))
        return Problem(self.path, line, column, what, advice)

    @property
    def words(self) -> str:
        """Everything that it can be found by."""
        return " ".join((self.path.stem, self.name, str(self.to), self.method, *self.tags)).casefold()


class Collection(Struct, frozen=True, kw_only=True):
    """A folder's requests, in the order of their files' paths."""

    folder: Path
    requests: tuple[Request, ...] = ()

    def file_of(self, request: Request) -> str:
        """A request's file as it is named within the folder."""
        return request.path.relative_to(self.folder).as_posix()
