"""Texts that are kept on disk: an obvious secret becomes the name of one, ``${secret:PASSWORD}``, never a mask.

A mask that came back from a file could be sent by mistake; a placeholder asks for its value before anything is sent.
"""

import re
from typing import NamedTuple

from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.redaction import Rules, redact_text

_PLACEHOLDER = re.compile(r"\$?\$\{[^{}\r\n]{1,300}\}")
#: Stand-ins that neither JSON nor prose gives a meaning: private use.
_BEGIN, _END = "\ue000", "\ue001"
_STAND_IN = re.compile(f"{_BEGIN}([0-9]+){_END}")
_MASKED = re.compile(f'(?:"((?:[^"\\\\]|\\\\.)*)"\\s*:\\s*)?("?){MASK}("?)')
_NO_NAME = re.compile(r"\W+", re.ASCII)
_LONGEST_NAME = 60
_RULES = Rules()


class Named(NamedTuple):
    """A text without obvious secrets, and the names that stand for them now, each once."""

    text: str
    names: tuple[str, ...]


def name_secrets(text: str, rules: Rules = _RULES) -> Named:
    """Put ``${secret:NAME}`` where the rules find a secret; what was a placeholder already stays as it was.

    Two different secrets under the same key get the same name: it is the key's.
    """
    kept: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"{_BEGIN}{len(kept) - 1}{_END}"

    # A text that uses the stand-ins' own signs: then its placeholders may be named anew.
    hidden = text if _BEGIN in text or _END in text else _PLACEHOLDER.sub(stand_in, text)
    masked = redact_text(hidden, rules)
    if masked == hidden:
        return Named(text, ())
    names: dict[str, None] = {}
    parts: list[str] = []
    at = origin = 0
    for found in _MASKED.finditer(masked):
        literal = masked[at : found.start(2)]
        parts.append(literal)
        origin += len(literal)
        follows = _literal_after(masked, found.end())
        end = hidden.find(follows, origin) if follows else len(hidden)
        was = hidden[origin : end if end >= 0 else len(hidden)]
        if _STAND_IN.fullmatch(was.strip('"')):
            parts.append(was)
        else:
            name = _constant(found[1] or "SECRET")
            names[name] = None
            parts.append(f"{found[2]}${{secret:{name}}}{found[3]}")
        origin, at = origin + len(was), found.end()
    parts.append(masked[at:])
    restored = _STAND_IN.sub(
        lambda found: kept[int(found[1])] if int(found[1]) < len(kept) else found[0], "".join(parts)
    )
    return Named(restored, tuple(names))


def _literal_after(masked: str, at: int) -> str:
    """What stands between a mask and the next one, or the end."""
    following = _MASKED.search(masked, at)
    return masked[at : following.start(2)] if following else masked[at:]


def _constant(key: str) -> str:
    """A key as environment variables are written."""
    return _NO_NAME.sub("_", key).strip("_").upper()[:_LONGEST_NAME] or "SECRET"
