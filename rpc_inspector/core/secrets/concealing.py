"""Keeping the secrets that are sent out of everything that leaves memory: whoever is called may send them back.

What a secret is by its name is masked by ``redaction``; here a secret is known by its value, wherever it stands.
"""

import re
from collections.abc import Iterable, Sequence

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call, CallError, LogLine, Method, Participant, Payload, RoomEvent, replace
from rpc_inspector.core.secrets.fitting import masked
from rpc_inspector.core.secrets.layers import layers
from rpc_inspector.core.secrets.shapes import forms_of, shapes_of, too_short, values_of
from rpc_inspector.core.templates import Resolved

#: So many texts with short secrets in them are remembered, the latest.
_MOST_TEXTS = 20_000

Spans = Sequence[tuple[int, int]]


class Concealing:
    """Masks the values that it knows to be secret, however they are escaped or encoded. Shared by a whole run.

    A value is looked for as it is, escaped as in JSON and URLs (nested up to three times), in base64 wherever it
    begins in it, and in hex. What is compressed, encrypted, or cut in pieces is not found. A value of fewer than
    ``shapes.SHORTEST`` characters is masked only in the payloads that it was put into: everywhere else it would be
    found by chance.

    It may be asked in any thread; only one may teach it.

    Attributes:
        version: changes whenever something more is known to be secret.
        is_idle: nothing is known to be secret: everything stays as it is.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.version = 0
        self.is_idle = True  # no property: it is asked for each row and packet of the journal
        self._names: dict[str, str] = {}
        self._seen: tuple[tuple[bytes, ...], re.Pattern[bytes]] | None = None
        self._short: dict[int, tuple[tuple[int, int], ...]] = {}
        self.add(secrets)

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Concealing({len(self._names)} values)"

    def learn(self, resolved: Resolved) -> None:
        """Know the secrets that were put into a text."""
        secret = [span for span in resolved.spans if span.secret]
        if not secret:
            return
        for span in secret:
            self.add([resolved.text[span.start : span.end]], span.name)
        if any(too_short(resolved.text[span.start : span.end].strip('"')) for span in secret):
            key = hash(resolved.text)
            self._short.pop(key, None)
            self._short[key] = tuple((span.start, span.end) for span in secret)
            self._changed()
            if len(self._short) > _MOST_TEXTS:
                del self._short[next(iter(self._short))]

    def add(self, secrets: Iterable[str], name: str = "") -> None:
        """Know these values too; ``name`` is that of the placeholder for them, if there is one."""
        new = {value: name for secret in secrets for value in values_of(secret)}
        lacking = new.keys() - self._names.keys()
        # In one piece, as below: another thread may be looking at it.
        self._names = {**self._names, **{value: name for value, name in new.items() if name or value in lacking}}
        if lacking:
            found = shapes_of(self._names)
            longest_first = sorted(found, key=len, reverse=True)
            self._seen = tuple(longest_first), re.compile(b"|".join(found[needle] for needle in longest_first))
            self._changed()

    def _changed(self) -> None:
        self.version += 1
        self.is_idle = False

    # What is masked

    def text(self, text: str) -> str:
        """The text with every secret masked; what was JSON stays JSON."""
        if self._seen is None:
            return text
        data = text.encode("utf-8", "surrogatepass")
        spans = self._spans(data)
        return masked(data, spans) if spans else text

    def holds(self, data: bytes) -> bool:
        """Whether there is a secret in it."""
        return bool(self._spans(data))

    def call(self, call: Call) -> Call:
        """The call likewise, wherever it holds text of others; the same object where it holds no secret."""
        if self.is_idle:
            return call
        made = replace(
            call,
            request=self._payload(call.request),
            response=self._payload(call.response),
            error=self._error(call.error),
            note=call.note and self.text(call.note),
            comment=call.comment and self.text(call.comment),
        )
        return call if made == call else made

    def event(self, event: RoomEvent) -> RoomEvent:
        """The room event likewise."""
        return event if self.is_idle or not event.text else replace(event, text=self.text(event.text))

    def log(self, line: LogLine) -> LogLine:
        """The line of the log likewise."""
        return line if self.is_idle else replace(line, text=self.text(line.text))

    def participant(self, someone: Participant) -> Participant:
        """What a participant publishes likewise; what it says of its methods stays, for calls are made of it."""
        if self.is_idle:
            return someone
        attributes = {key: self.text(value) for key, value in someone.attributes.items()}
        remarks = tuple(map(self.text, someone.remarks))
        return replace(someone, attributes=attributes, metadata=self.text(someone.metadata), remarks=remarks)

    def method(self, method: Method) -> Method:
        """What is said of a method likewise, where it is to be kept."""
        if self.is_idle:
            return method
        return replace(
            method,
            description=method.description and self.text(method.description),
            request_schema=method.request_schema and self.text(method.request_schema),
            response_schema=method.response_schema and self.text(method.response_schema),
            examples=tuple(map(self.text, method.examples)),
            conflicts=tuple(map(self.text, method.conflicts)),
        )

    def packets(self, event: RpcEvent) -> RpcEvent:
        """A report without its packets where a secret is in them, or may be in what they hold compressed."""
        if self.is_idle or not event.raw:
            return event
        said = [text for text in (event.payload, event.error and event.error.message, event.error and event.error.data)
                if text]  # fmt: skip
        unread = event.compressed and event.payload is None
        told = any(self.holds(text.encode("utf-8", "surrogatepass")) or hash(text) in self._short for text in said)
        return replace(event, raw=()) if unread or told or self.holds(b"".join(event.raw)) else event

    def _payload(self, payload: Payload | None) -> Payload | None:
        if payload is None or payload.text is None:
            return payload
        text = payload.text
        if self._short and (spans := self._short.get(hash(text))):
            offsets = [(len(text[:start].encode()), len(text[:end].encode())) for start, end in spans]
            text = masked(text.encode(), offsets)
        text = self.text(text)
        return payload if text == payload.text else replace(payload, text=text, redacted=True)

    def _error(self, error: CallError | None) -> CallError | None:
        if error is None:
            return None
        data = None if error.data is None else self.text(error.data)
        causes = tuple(map(self.text, error.causes))
        return replace(error, message=self.text(error.message), data=data, causes=causes)

    # What is looked for

    def named(self, text: str) -> dict[str, str]:
        """The secrets that stand in a text, as they are or as JSON writes them, with their placeholders' names."""
        return {form: name for value, name in self._names.items() for form in forms_of(value) if form in text}

    def _spans(self, data: bytes) -> list[tuple[int, int]]:
        """Where in a text secrets stand, in bytes, in order and apart."""
        seen = self._seen
        if seen is None:
            return []
        needles, pattern = seen
        found = sorted(
            layer.span(*match.span())
            for layer in layers(data)
            if any(needle in layer.data for needle in needles)
            for match in pattern.finditer(layer.data)
        )
        apart: list[tuple[int, int]] = []
        for start, end in found:
            if apart and start < apart[-1][1]:
                apart[-1] = apart[-1][0], max(end, apart[-1][1])
            else:
                apart.append((start, end))
        return apart
