"""The table of a participant's methods: registered, advertised and described from the same entries."""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from rpc_inspector.describe.schemas import schema_of

ATTRIBUTE = "rpc.methods"
METHOD = "rpc.describe"
VERSION = 1
#: Bytes of UTF-8 that the attribute may have; all of a participant's attributes together may have 64 KiB.
MAX_ATTRIBUTE = 8 * 1024
#: Bytes of UTF-8 that an answer may have, so that it reaches callers of version 1 of LiveKit RPC, too.
MAX_ANSWER = 15_000
#: Characters of a description in the attribute.
MAX_SHORT = 80

Handler = TypeVar("Handler", bound=Callable[[Any], Awaitable[str | None]])


class Participant(Protocol):
    """As much of ``rtc.LocalParticipant`` as is needed."""

    def register_rpc_method(self, method_name: str, handler: Callable[[Any], Awaitable[str | None]]) -> Any:
        """Have the handler answer calls of that name."""
        ...

    async def set_attributes(self, attributes: dict[str, str]) -> None:
        """Change some of the participant's attributes."""
        ...


@dataclass(frozen=True)
class _Method:
    name: str
    handler: Callable[[Any], Awaitable[str | None]]
    description: str
    request: dict[str, Any] | None
    response: dict[str, Any] | None
    examples: tuple[dict[str, Any], ...]

    @property
    def described(self) -> dict[str, Any]:
        """Its entry in an answer of ``rpc.describe``; what is not known is left out."""
        entry = {"description": self.description, "request": self.request, "response": self.response}
        known = {key: value for key, value in entry.items() if value}
        return known | ({"examples": list(self.examples)} if self.examples else {})


class Methods:
    """The methods of a participant."""

    def __init__(self) -> None:
        self._methods: dict[str, _Method] = {}

    def add(
        self,
        name: str | None = None,
        *,
        description: str = "",
        request: Any = None,
        response: Any = None,
        examples: Iterable[tuple[Any, Any]] = (),
    ) -> Callable[[Handler], Handler]:
        """Decorate a handler; it stays as it is.

        Args:
            name: of the method; by default the handler's.
            description: one sentence; by default the first paragraph of the handler's docstring.
            request: what the payload looks like: a JSON Schema (a dict), or a type that :func:`schema_of` reads.
            response: likewise.
            examples: pairs of payload and answer, as JSON values.

        Raises:
            TypeError: a type whose schema is not known.
            ValueError: the name is taken.
        """

        def decorate(handler: Handler) -> Handler:
            method = _Method(
                name=str(name or getattr(handler, "__name__", "")),
                handler=handler,
                description=description or _first_paragraph(handler),
                request=None if request is None else schema_of(request),
                response=None if response is None else schema_of(response),
                examples=tuple({"request": asked, "response": answered} for asked, answered in examples),
            )
            if not method.name or method.name in self._methods or method.name == METHOD:
                raise ValueError(f"a method cannot be called {method.name!r}: the name is empty or taken")
            self._methods[method.name] = method
            return handler

        return decorate

    async def publish(self, participant: Participant, *, advertise: bool = True, describe: bool = True) -> None:
        """Register every handler, answer ``rpc.describe``, and advertise the names. After ``room.connect``.

        Args:
            participant: ``room.local_participant``.
            advertise: set the attribute. It needs a token with ``canUpdateOwnMetadata``; without it livekit's SDKs say
                nothing, and the methods are still described.
            describe: answer ``rpc.describe``.
        """
        for method in self._methods.values():
            participant.register_rpc_method(method.name, method.handler)
        if describe:
            participant.register_rpc_method(METHOD, self.describe)
        if advertise:
            await participant.set_attributes({ATTRIBUTE: self.advertisement()})

    def advertisement(self) -> str:
        """The value of the attribute: names and short descriptions in at most 8 KiB, ``"more": true`` when cut."""
        told: dict[str, Any] = {}
        for method in self._methods.values():
            entry = {"d": method.description[:MAX_SHORT]} if method.description else {}
            longer = told | {method.name: entry}
            if _size({"v": VERSION, "m": longer, "more": True}) > MAX_ATTRIBUTE:
                return _compact({"v": VERSION, "m": told, "more": True})
            told = longer
        return _compact({"v": VERSION, "m": told})

    async def describe(self, data: Any) -> str:
        """The handler of ``rpc.describe``; ``data.payload`` is ``{"v":1}`` or ``{"v":1,"method":NAME}``."""
        return self.description(data.payload)

    def description(self, question: str = "") -> str:
        """The answer to a question: all methods, or the one that it names; names alone where all is too much."""
        wanted = _wanted(question)
        chosen = {name: one.described for name, one in self._methods.items() if wanted in (None, name)}
        answer = {"v": VERSION, "methods": chosen}
        if wanted is None and _size(answer) > MAX_ANSWER:
            answer = {"v": VERSION, "methods": {name: {} for name in chosen}}
        return _compact(answer)


def _wanted(question: str) -> str | None:
    try:
        asked = json.loads(question or "{}")
    except ValueError:
        return None
    name = asked.get("method") if isinstance(asked, dict) else None
    return name if isinstance(name, str) else None


def _first_paragraph(handler: object) -> str:
    return " ".join((inspect.getdoc(handler) or "").split("\n\n")[0].split())


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _size(value: object) -> int:
    return len(_compact(value).encode("utf-8", "surrogatepass"))
