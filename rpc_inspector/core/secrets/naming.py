"""Texts that are kept on disk: an obvious secret becomes the name of one, ``${secret:PASSWORD}``, never a mask.

A mask that came back from a file could be sent by mistake; a placeholder asks for its value before anything is sent.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.redaction import Rules, is_secret, redact_text

_PLACEHOLDER = re.compile(r"\$?\$\{[^{}\r\n]{1,300}\}")
#: Stand-ins that neither JSON nor prose gives a meaning: private use.
_BEGIN, _END = "\ue000", "\ue001"
_STAND_IN = re.compile(f"{_BEGIN}([0-9]+){_END}")
_MASKED = re.compile(f'(?:"((?:[^"\\\\]|\\\\.)*)"\\s*:\\s*)?("?){MASK}("?)')
_NO_NAME = re.compile(r"\W+", re.ASCII)
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAME = 60
_RULES = Rules()
#: What the value of no key, and what a whole payload, is called.
UNKNOWN, WHOLE = "SECRET", "PAYLOAD"


class Known(Protocol):
    """Who knows secrets by their values (``Concealing``)."""

    def named(self, text: str) -> Mapping[str, str]:
        """What stands in a text of secrets, with the names of their placeholders, which may be empty."""
        ...

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        ...


class Named(NamedTuple):
    """A text without secrets, and the names that stand for them now, each once."""

    text: str
    names: tuple[str, ...]


def secret_name(method: str, *keys: str) -> str:
    """What a secret is called that nobody named: ``LOGIN_PASSWORD`` for that of the method ``login``.

    The method is part of it: what is typed for one callee's password must not be sent to another's.

    Args:
        method: that it is sent to; empty where it is not known.
        keys: under which it stands, the innermost first; the first that has letters or digits counts.
    """
    key = next(filter(None, map(_constant, keys)), UNKNOWN)
    prefix = _constant(method)
    name = f"{prefix}_{key}" if prefix else key
    return f"_{name}" if name[:1].isdigit() else name


def is_secret_name(name: str, value: str = "") -> bool:
    """Whether a variable of that name is a secret: it is called like one, or as :func:`secret_name` calls them."""
    words = name.split("_")
    return any(is_secret("_".join(words[at:]), value) for at in range(len(words)))


def name_secrets(text: str, rules: Rules = _RULES, *, method: str = "", known: Known | None = None) -> Named:
    """Put ``${secret:NAME}`` where a secret is; what was a placeholder already stays as it was.

    Two different secrets of a method under the same key get the same name.

    Args:
        text: a template.
        rules: what is a secret by its place.
        method: that it is sent to.
        known: knows secrets by their values; they get the names that they have. Where one is encoded, so that no
            placeholder would send the same, the whole text becomes one.
    """
    names: dict[str, None] = {}
    kept: list[str] = []

    def stand_in(placeholder: str) -> str:
        kept.append(placeholder)
        return f"{_BEGIN}{len(kept) - 1}{_END}"

    # A text that uses the stand-ins' own signs: then its placeholders may be named anew.
    foreign = _BEGIN in text or _END in text
    hidden = text if foreign else _PLACEHOLDER.sub(lambda found: stand_in(found[0]), text)
    if known is not None and (values := known.named(hidden)):
        longest_first = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))

        def name(found: re.Match[str]) -> str:
            if found[0].startswith(_BEGIN):
                return found[0]
            given = values[found[0]] or f"secret:{secret_name(method)}"
            names[given.removeprefix("secret:")] = None
            return stand_in(f"${{{given}}}")

        hidden = re.sub(f"{_STAND_IN.pattern}|{longest_first}", name, hidden)
    masked = redact_text(hidden, rules)
    named = hidden if masked == hidden else _renamed(hidden, masked, method, names)
    restored = _STAND_IN.sub(lambda found: kept[int(found[1])] if int(found[1]) < len(kept) else found[0], named)
    if known is not None and known.text(rest := _STAND_IN.sub(_BEGIN, named)) != rest:
        whole = secret_name(method, WHOLE)
        return Named(f"${{secret:{whole}}}", (whole,))
    return Named(restored, tuple(names))


def _renamed(hidden: str, masked: str, method: str, names: dict[str, None]) -> str:
    """``masked`` with names for its masks; a stand-in that was masked in ``hidden`` comes back."""
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
            name = secret_name(method, found[1] or "")
            names[name] = None
            parts.append(f"{found[2]}${{secret:{name}}}{found[3]}")
        origin, at = origin + len(was), found.end()
    return "".join([*parts, masked[at:]])


def _literal_after(masked: str, at: int) -> str:
    """What stands between a mask and the next one, or the end."""
    following = _MASKED.search(masked, at)
    return masked[at : following.start(2)] if following else masked[at:]


def _constant(key: str) -> str:
    """A key as environment variables are written: ``apiKey`` is ``API_KEY``."""
    return _NO_NAME.sub("_", _WORD_BREAK.sub("_", key)).strip("_").upper()[:_LONGEST_NAME]
