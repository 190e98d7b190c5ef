"""What a secret can look like in bytes: as it is, in JSON, in base64 wherever it begins, in hex."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

#: A value of fewer characters is not looked for: it would be found everywhere, and the trace be nothing but masks.
SHORTEST = 4
#: The same holds for what JSON says in words.
_WORDS = frozenset({"true", "false", "null"})

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_EDGE = rb"[A-Za-z0-9+/_-]?"
#: Of base64 that begins 0, 1 or 2 bytes before the secret, so many characters hold bits of what is before.
_FOREIGN = (0, 2, 3)


def too_short(value: str) -> bool:
    """Whether a secret is too short, or too common, to be looked for."""
    return len(value.strip()) < SHORTEST or value.strip() in _WORDS


def values_of(written: str) -> set[str]:
    """The values that are secret where ``written`` was put into a text: in JSON it stands quoted or escaped."""
    found = set()
    for text in (written, f'"{written}"'):
        value = _decoded(text)
        if isinstance(value, str):
            found |= {value, value.strip()}
        elif isinstance(value, dict | list):
            # Somebody who sends it back writes it anew.
            for ascii_only in (True, False):
                found |= {json.dumps(value, ensure_ascii=ascii_only, separators=how) for how in (None, (",", ":"))}
    return {value for value in {written, written.strip(), *found} if not too_short(value)}


def forms_of(value: str) -> set[str]:
    """A value as it stands in plain text and within JSON's strings."""
    return {value, *(json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))}


def shapes_of(values: Iterable[str]) -> dict[bytes, bytes]:
    """What to look for, each with the pattern that finds all of it; escapes are read before (``layers``)."""
    found: dict[bytes, bytes] = {}
    for value in values:
        plain = value.encode("utf-8", "surrogatepass")
        for needle in (plain, plain.replace(b" ", b"+"), plain.hex().encode(), plain.hex().upper().encode()):
            found[needle] = re.escape(needle)
        for text in forms_of(value):
            found.update(_in_base64(text.encode("utf-8", "surrogatepass")))
    return found


def _in_base64(plain: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The characters that the secret alone decides, and with them those that it shares with its neighbours."""
    for lead, foreign in enumerate(_FOREIGN):
        bits = 8 * (lead + len(plain))
        core = b64encode(bytes(lead) + plain)[foreign : bits // 6]
        for needle in {core, core.translate(_URL_SAFE)}:
            yield needle, (_EDGE if lead else b"") + re.escape(needle) + (_EDGE if bits % 6 else b"")


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
