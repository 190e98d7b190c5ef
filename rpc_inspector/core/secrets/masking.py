"""Taking secrets out of text: JSON, what was meant to be JSON, and prose.

Everything outside of a secret stays as it was, character by character: no number is written anew, no key moves. Time is
linear in the text's length.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

MASK = "•••••"

#: Where a value stands in a JSON text, from the root: keys and indices.
Steps = list[str | int]
#: Whether the value under this key, or at these steps, is a secret.
IsSecretKey = Callable[[str], bool]
IsSecretPlace = Callable[[Steps], bool]

#: Three base64url parts of which the first decodes to a JSON object's beginning (``eyJ`` is ``{"``).
_JWT = re.compile(r"\beyJ[\w-]{5,}+\.[\w-]{5,}+\.[\w-]*+")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}-----|\Z)", re.DOTALL)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@\"\\]{0,200}:[^/\s@\"\\]{1,200}(?=@)")
#: Nothing is masked in prose that has none of these.
_WORTH_A_LOOK = re.compile("[:=]|eyJ|PRIVATE")
#: A name and what separates it from its value, in prose, in a query string, in a header or in JSON within a string.
_NAME = re.compile(r"(?<![\w.-])([\w.-]++)\\*[\"']?\s{0,8}[:=]\s{0,8}")
_QUOTED = re.compile(r"(\\*\")((?:[^\"\\]|\\+[^\"\\])*+)|(')([^'\n]*+)")
_NESTED = re.compile(r"[{\[].*", re.DOTALL)
_BARE = re.compile(r"[^\s,;&\"'\\<>(){}\[\]]++")
#: The value of a header has blanks and semicolons in it.
_HEADER = re.compile(r"[^\r\n\"'\\{}\[\]]++")
_HEADER_NAMES = ("authorization", "cookie")

_LONGEST_REMEMBERED = 100
_NO_SEPARATORS = {ord(separator): None for separator in "-_. "}

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
#: Also strings that nobody ended: what was cut off is looked through as well.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s"{}\[\],:]++', re.DOTALL)


@lru_cache(maxsize=64)
def key_matcher(globs: tuple[str, ...]) -> IsSecretKey:
    """Whether a whole key is one of ``globs``: without case; ``*`` anything; ``-_.`` and blanks optional."""
    pattern = re.compile("|".join(f"(?:{_loose(glob)})" for glob in globs) or r"(?!)", re.IGNORECASE | re.DOTALL)

    def matches(key: str) -> bool:
        return pattern.fullmatch(key) is not None

    remembered = lru_cache(maxsize=2048)(matches)
    # Keys repeat, but for those of somebody who would fill the memory with them.
    return lambda key: remembered(key) if len(key) <= _LONGEST_REMEMBERED else matches(key)


@lru_cache(maxsize=64)
def _chunks(globs: tuple[str, ...]) -> tuple[str, ...]:
    parts = {max(re.split(r"\*+", glob.lower().translate(_NO_SEPARATORS)), key=len) for glob in globs}
    return ("eyj", "privatekey", "://", "\\u", *sorted(parts))


def may_hold(text: str, globs: tuple[str, ...]) -> bool:
    """Whether a closer look is worth it: False for most texts, and in a few microseconds."""
    squeezed = text.lower().translate(_NO_SEPARATORS)
    return any(chunk in squeezed for chunk in _chunks(globs))


def _loose(glob: str) -> str:
    plain = glob.translate(_NO_SEPARATORS)
    return "[-_. ]?".join(".*" if part == "*" else re.escape(part) for part in plain)


def mask_jwts(text: str) -> str:
    """``text`` with every JWT in it replaced; for messages of servers that quote what they were sent."""
    return _JWT.sub(MASK, text)


def has_jwt(text: str) -> bool:
    """Whether there is a JWT in it."""
    return bool(_JWT.search(text))


def mask_prose(text: str, secret: IsSecretKey) -> str:
    """Text that is no JSON, without JWTs, private keys, passwords in URLs, and values after a secret's name."""
    text = _PRIVATE_KEY.sub(MASK, _URL_PASSWORD.sub(MASK, mask_jwts(text)))
    parts: list[str] = []
    at = 0
    while name := _NAME.search(text, at):
        parts.append(text[at : name.end()])
        at = name.end()
        if secret(name[1]):
            at = _skip_value(text, at, name[1], parts)
    parts.append(text[at:])
    return "".join(parts)


def _skip_value(text: str, at: int, name: str, parts: list[str]) -> int:
    """Put the mask for the value that begins ``at`` into ``parts``; where it ends."""
    if quoted := _QUOTED.match(text, at):
        parts.append((quoted[1] or quoted[3]) + MASK)
        return quoted.end()
    bare = _HEADER if name.lower().endswith(_HEADER_NAMES) else _BARE
    if value := _NESTED.match(text, at) or bare.match(text, at):
        parts.append(MASK)
        return value.end()
    return at


def mask_json(text: str, secret: IsSecretKey, place: IsSecretPlace | None, *, valid: bool) -> str:
    """``text`` with the values of secret keys, and those at secret places, replaced by a JSON string.

    Args:
        text: JSON, or what begins like it.
        secret: whether a key is a secret's name.
        place: whether a value's place is a secret; ``None``: no place is.
        valid: it is JSON and must stay so; otherwise what lies between is masked as prose.
    """
    parts: list[str] = []
    at = 0
    for start, end in _hidden(text, secret, place):
        parts += [_mask_between(text[at:start], secret, valid=valid), f'"{MASK}"']
        at = end
    parts.append(_mask_between(text[at:], secret, valid=valid))
    return "".join(parts)


def _mask_between(text: str, secret: IsSecretKey, *, valid: bool) -> str:
    if not valid:
        return mask_prose(text, secret)
    # Each string by itself, or a mask could swallow the quote that ends it.
    return _STRING.sub(lambda string: _mask_string(string[0], secret), text)


def _mask_string(string: str, secret: IsSecretKey) -> str:
    return f'"{mask_prose(string[1:-1], secret)}"' if _WORTH_A_LOOK.search(string) else string


def depth(text: str) -> int:
    """How deep containers are nested in a JSON text."""
    now = most = 0
    for token in _TOKEN.finditer(text):
        now += (token[0] in "{[") - (token[0] in "}]")
        most = max(most, now)
    return most


def _hidden(text: str, secret: IsSecretKey, place: IsSecretPlace | None) -> Iterator[tuple[int, int]]:
    """From where to where each secret value reaches; tolerant of anything that is not JSON."""
    where = _Place()
    inside, start = -1, 0  # the depth outside of the container that is hidden; -1: none is
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "}]":
            where.close()
            if inside == len(where.stack):
                yield start, token.end()
                inside = -1
        elif where.is_value(mark):
            if inside < 0 and where.is_secret(secret, place):
                if mark in "{[":
                    inside, start = len(where.stack), token.start()
                else:
                    yield token.span()
            where.open(mark)
    if inside >= 0:
        yield start, len(text)


class _Place:
    """Where in a JSON text we are. ``stack``, per open container: an array's index, an object's key or ``None``."""

    def __init__(self) -> None:
        self.stack: list[str | int | None] = []

    def open(self, mark: str) -> None:
        if mark in "{[":
            self.stack.append(None if mark == "{" else 0)

    def close(self) -> None:
        if self.stack:
            self.stack.pop()

    def is_value(self, mark: str) -> bool:
        """Take in a token that closes nothing: whether a value begins with it."""
        top = self.stack[-1] if self.stack else 0
        if mark == ",":
            if self.stack:
                self.stack[-1] = top + 1 if isinstance(top, int) else None
        elif mark != ":" and top is None:
            self.stack[-1] = _key(mark)
        else:
            return mark != ":"
        return False

    def is_secret(self, secret: IsSecretKey, place: IsSecretPlace | None) -> bool:
        if self.stack and isinstance(self.stack[-1], str) and secret(self.stack[-1]):
            return True
        return place is not None and place([step for step in self.stack if step is not None])


def _key(token: str) -> str:
    if "\\" in token:
        try:
            return str(json.loads(token))
        except ValueError:
            pass
    return token.strip('"')
