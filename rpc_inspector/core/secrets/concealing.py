"""Keeping the secrets that were sent out of what is printed: whoever is called may send them back."""

import json
import re
from collections.abc import Iterable

from rpc_inspector.core.model import Call, CallError, Payload, replace
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.templates import Resolved


class Concealing:
    """Masks the values that it knows to be secret, as they are and as JSON writes them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(secrets)

    def learn(self, resolved: Resolved) -> None:
        """Know the secrets that were put into a text."""
        self.add(resolved.text[span.start : span.end] for span in resolved.spans if span.secret)

    def add(self, secrets: Iterable[str]) -> None:
        """Know these values too."""
        for secret in secrets:
            # In a JSON text it stands with its quotes, or escaped between those of a longer string.
            unquoted = _decoded(secret, secret)
            for plain in (unquoted, _decoded(f'"{unquoted}"', unquoted)):
                forms = (plain, json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1])
                self._known.update(form for form in forms if form.strip())
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def call(self, call: Call) -> Call:
        """The call likewise, wherever it holds text of others."""
        return replace(
            call,
            request=self._payload(call.request),
            response=self._payload(call.response),
            error=self._error(call.error),
            note=call.note and self.text(call.note),
        )

    def _payload(self, payload: Payload | None) -> Payload | None:
        if payload is None or payload.text is None:
            return payload
        text = self.text(payload.text)
        return payload if text == payload.text else replace(payload, text=text, redacted=True)

    def _error(self, error: CallError | None) -> CallError | None:
        if error is None:
            return None
        data = None if error.data is None else self.text(error.data)
        causes = tuple(map(self.text, error.causes))
        return replace(error, message=self.text(error.message), data=data, causes=causes)


def _decoded(text: str, otherwise: str) -> str:
    """The text that a JSON text stands for."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return otherwise
    return value if isinstance(value, str) else otherwise
