"""What counts as a secret in what participants publish, and how it is masked."""

import re

MASK = "•••••"
_SECRET_KEY = re.compile(
    r"secret|token|passw(or)?d|api[-_.]?key|authorization|credential|private[-_.]?key", re.IGNORECASE
)
#: Three base64url parts of which the first decodes to a JSON object's beginning (``eyJ`` is ``{"``).
_JWT = re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")

_USERINFO = re.compile(r"//[^/?#]*@")


def is_secret(key: str, value: str) -> bool:
    """Whether an attribute counts as a secret: by its key's name, or because its value is a JWT."""
    return bool(_SECRET_KEY.search(key) or _JWT.search(value))


def mask_attributes(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes with the values of secrets replaced."""
    return {key: MASK if is_secret(key, value) else value for key, value in attributes.items()}


def mask_jwts(text: str) -> str:
    """``text`` with every JWT in it replaced; for messages of servers that quote what they were sent."""
    return _JWT.sub(MASK, text)


def shown_url(url: str) -> str:
    """A server's URL without what could be a secret in it: user and password, and the query."""
    return _USERINFO.sub("//", url).partition("?")[0]
