"""What counts as a secret in what participants publish and send, and how it is taken out."""

import json
import re
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.model import Call, CallError, Payload, RoomEvent, replace
from rpc_inspector.core.payload.text import json_problem
from rpc_inspector.core.query.paths import Path
from rpc_inspector.core.secrets.masking import (
    MASK,
    IsSecretPlace,
    depth,
    has_jwt,
    key_matcher,
    mask_json,
    mask_jwts,
    mask_prose,
    may_hold,
)

#: Keys whose values are secrets unless somebody says otherwise: globs, without case, ``-``, ``_`` and ``.`` optional.
#: ``*token`` and not ``*token*``: ``max_tokens`` and ``tokens_used`` are what agents count.
SECRET_KEYS = (
    "*secret*", "*password*", "*passwd*", "pwd", "*passphrase*", "*passcode*", "*token", "jwt", "*api_key*",
    "*access_key*", "*private_key*", "*authorization*", "*credential*", "cookie", "set_cookie", "*session_id",
    "*credit_card*", "*card_number*", "cvv", "cvc", "iban", "ssn",
)  # fmt: skip
#: Payloads longer than so many characters are taken out whole: to look through them would take seconds.
LONGEST_LOOKED_THROUGH = 1_000_000
#: Where there are paths, a payload nested deeper is masked whole: each place in it would cost its depth.
DEEPEST_LOOKED_THROUGH = 64

_USERINFO = re.compile(r"//[^/?#]*@")

Payloads = Literal["keep", "redact", "off"]


class Rules(Struct, frozen=True, kw_only=True):
    """What is taken out of what is kept or handed on.

    Attributes:
        keys: globs of keys whose values are masked wherever they stand in a payload.
        paths: JSON paths (``$.user.name``) whose values are masked.
        payloads: ``redact`` masks by these rules; ``off`` takes every payload out; ``keep`` changes nothing at all.

    Raises:
        ValueError: a path is none (``core.query.paths.PathError``).
    """

    keys: tuple[str, ...] = SECRET_KEYS
    paths: tuple[str, ...] = ()
    payloads: Payloads = "redact"

    def __post_init__(self) -> None:
        """Refuse what is no path before anything relies on it."""
        for path in self.paths:
            Path.parse(path)

    @property
    def words(self) -> str:
        """One sentence for a reader of what was kept: what is missing in it."""
        if self.payloads == "keep":
            return "Nothing was redacted."
        own = [key for key in self.keys if key not in SECRET_KEYS]
        usual = "obvious secrets (passwords, tokens, keys, cookies, JWTs)" if len(own) < len(self.keys) else "JWTs"
        named = ", ".join([usual, *(f"values of {key}" for key in own), *self.paths])
        return f"Redacted: {'payloads as a whole, and elsewhere ' if self.payloads == 'off' else ''}{named}."


def redact(call: Call, rules: Rules) -> Call:
    """The call without what the rules take out; never fails.

    Payloads, an error's data and message, its causes, the comment and the note are looked through. Sizes stay true.
    With ``off`` a payload's text is ``None``, and an error's data the mask. What stands encoded in a payload (base64,
    compressed) is not seen.
    """
    if rules.payloads == "keep":
        return call
    return replace(
        call,
        request=_payload(call.request, rules),
        response=_payload(call.response, rules),
        error=_error(call.error, rules),
        comment=call.comment and redact_text(call.comment, rules),
        note=call.note and redact_text(call.note, rules),
    )


def redact_event(event: RoomEvent, rules: Rules) -> RoomEvent:
    """The room event likewise: its text may name attributes and their values."""
    return event if rules.payloads == "keep" else replace(event, text=redact_text(event.text, rules))


def redact_text(text: str, rules: Rules) -> str:
    """A text of any kind with what the rules take out masked; too long to look through, it is masked whole."""
    if rules.payloads == "keep":
        return text
    if len(text) > LONGEST_LOOKED_THROUGH:
        return MASK
    if not rules.paths and not may_hold(text, rules.keys):
        return text

    secret = key_matcher(rules.keys)
    valid = json_problem(text) is None
    if not valid and text.lstrip()[:1] not in ("{", "["):
        return mask_prose(text, secret)
    if rules.paths and (not valid or depth(text) > DEEPEST_LOOKED_THROUGH):
        return MASK  # what a path leads to in it cannot be told
    return mask_json(text, secret, _places(text, rules.paths), valid=valid)


def _places(text: str, paths: tuple[str, ...]) -> IsSecretPlace | None:
    """Whether one of the paths leads to a place in the JSON ``text``."""
    if not paths:
        return None
    value = json.loads(text)
    places = {place for path in paths for place, _ in Path.parse(path).locate(value)}
    return lambda steps: tuple(steps) in places


def _payload(payload: Payload | None, rules: Rules) -> Payload | None:
    if payload is None or payload.text is None:
        return payload
    if rules.payloads == "off" or len(payload.text) > LONGEST_LOOKED_THROUGH:
        return replace(payload, text=None, redacted=True)
    text = redact_text(payload.text, rules)
    return payload if text == payload.text else replace(payload, text=text, redacted=True)


def _error(error: CallError | None, rules: Rules) -> CallError | None:
    if error is None:
        return None
    data = error.data
    if data is not None:
        data = MASK if rules.payloads == "off" else redact_text(data, rules)
    causes = tuple(redact_text(cause, rules) for cause in error.causes)
    return replace(error, message=redact_text(error.message, rules), data=data, causes=causes)


def is_secret(key: str, value: str) -> bool:
    """Whether an attribute counts as a secret: by its key's name, or because its value is a JWT."""
    return key_matcher(SECRET_KEYS)(key) or has_jwt(value)


def mask_attributes(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes with the values of secrets replaced."""
    return {key: MASK if is_secret(key, value) else value for key, value in attributes.items()}


def shown_url(url: str) -> str:
    """A server's URL without what could be a secret in it: user and password, and the query."""
    return _USERINFO.sub("//", url).partition("?")[0]


__all__ = [
    "MASK",
    "SECRET_KEYS",
    "Payloads",
    "Rules",
    "is_secret",
    "mask_attributes",
    "mask_jwts",
    "redact",
    "redact_event",
    "redact_text",
    "shown_url",
]
