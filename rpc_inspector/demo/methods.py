"""The methods of a demo participant: what each is for, how it is called, and what it does."""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from livekit import rtc

from rpc_inspector.describe import Methods

#: The application's own code for a request that the handler cannot work with.
BAD_REQUEST = 4000

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """An incoming call as a handler gets it."""

    caller: str
    payload: str

    @property
    def body(self) -> dict[str, Any]:
        """The payload as a JSON object; nothing at all counts as an empty one.

        Raises:
            rtc.RpcError: BAD_REQUEST, it is not one.
        """
        try:
            body = json.loads(self.payload or "{}")
        except ValueError as error:
            raise rtc.RpcError(BAD_REQUEST, "The payload is not JSON", json.dumps({"problem": str(error)})) from error
        if not isinstance(body, dict):
            raise rtc.RpcError(BAD_REQUEST, "The payload is not a JSON object")
        return body

    def text(self, field: str) -> str:
        """A field that must be there and be a text.

        Raises:
            rtc.RpcError: BAD_REQUEST, it is missing or something else.
        """
        value = self.body.get(field)
        if not isinstance(value, str) or not value:
            raise rtc.RpcError(BAD_REQUEST, f"{field} is missing", json.dumps({"field": field, "expected": "string"}))
        return value

    def number(self, field: str, default: float, *, least: float, most: float) -> float:
        """A field that may be a number between two bounds.

        Raises:
            rtc.RpcError: BAD_REQUEST, it is something else.
        """
        value = self.body.get(field, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            wanted = {"field": field, "expected": "number", "minimum": least, "maximum": most}
            raise rtc.RpcError(BAD_REQUEST, f"{field} is not a number from {least:g} to {most:g}", json.dumps(wanted))
        return value


#: What a handler gives back: a text is sent as it is, anything else as JSON.
Handler = Callable[[Request], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class DemoMethod:
    """A method: its name, what it is for, how it is called, and what it does.

    Attributes:
        request, response: JSON Schemas.
        examples: payload and answer, as JSON values.
    """

    name: str
    description: str
    handler: Handler
    request: Schema
    response: Schema
    examples: Sequence[tuple[object, object]] = ()

    async def invoke(self, data: rtc.RpcInvocationData) -> str:
        """Answer a call, in the form in which the SDK wants its handlers."""
        answer = await self.handler(Request(data.caller_identity, data.payload))
        return answer if isinstance(answer, str) else compact(answer)


def compact(value: object) -> str:
    """A value as JSON without blanks and escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def an_object(*required: str, **properties: Schema) -> Schema:
    """The schema of an object with these properties."""
    schema: Schema = {"type": "object", "properties": properties}
    return schema | {"required": list(required)} if required else schema


def a(kind: str, description: str = "", **more: object) -> Schema:
    """The schema of a value of that type."""
    return {"type": kind} | ({"description": description} if description else {}) | more


def table(methods: Iterable[DemoMethod]) -> Methods:
    """The methods as the table from which they are registered, advertised and described."""
    made = Methods()
    for method in methods:
        made.add(
            method.name,
            description=method.description,
            request=method.request,
            response=method.response,
            examples=method.examples,
        )(method.invoke)
    return made
