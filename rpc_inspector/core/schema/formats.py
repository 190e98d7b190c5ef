"""The formats of texts that schemas name: what is right, and what one looks like.

A format that is not here is neither checked nor offered: JSON Schema lets a reader ignore what it does not know, and
a false alarm about a right payload is worse than silence about a wrong one.
"""

import re
from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from msgspec import Struct


class Format(Struct, frozen=True):
    """A format: what people call it, one that is right, and whether a text is."""

    name: str
    example: str
    fits: Callable[[str], bool]


_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](.+)", re.ASCII | re.DOTALL)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-](\d\d):(\d\d))", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_DURATION = re.compile(r"P(\d+W|(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
#: A longer text is of no format whose texts people write.
_LONGEST = 2000


def _is_date(text: str) -> bool:
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    hour, minute, second = (int(found[number]) for number in (1, 2, 3))
    # 60 is a leap second.
    return hour < 24 and minute < 60 and second <= 60 and int(found[6] or 0) < 24 and int(found[7] or 0) < 60


def _is_date_time(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text)
    return found is not None and _is_date(found[1]) and _is_time(found[2])


def _reads(reading: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            reading(text)
        except ValueError:
            return False
        return True

    return fits


def _whole(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


FORMATS: dict[str, Format] = {
    "date-time": Format("a date and time like 2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z", _is_date_time),
    "date": Format("a date like 2026-01-31", "2026-01-31", _is_date),
    "time": Format("a time with its zone like 12:00:00Z", "12:00:00Z", _is_time),
    "duration": Format("a duration like PT1H30M", "PT1H", _whole(_DURATION)),
    "email": Format("an e-mail address", "name@example.com", _whole(_EMAIL)),
    "hostname": Format(
        "a host name", "example.com", lambda text: len(text) < 254 and _HOSTNAME.fullmatch(text) is not None
    ),
    "ipv4": Format("an IPv4 address", "192.0.2.1", _reads(IPv4Address)),
    "ipv6": Format("an IPv6 address", "2001:db8::1", lambda text: "%" not in text and _reads(IPv6Address)(text)),
    "uri": Format("a URL", "https://example.com/", _whole(_URI)),
    "uuid": Format("a UUID", str(UUID(int=0x1234567812344234A234567812345678)), _whole(_UUID)),
    "json-pointer": Format("a JSON pointer like /a/0", "/a/0", _whole(_POINTER)),
}
FORMATS["idn-email"] = FORMATS["email"]
FORMATS["url"] = FORMATS["uri"]
FORMATS["datetime"] = FORMATS["date-time"]


def fits_format(text: str, name: str) -> bool:
    """Whether a text is of a format; of one that is not known, every text is."""
    form = FORMATS.get(name)
    return form is None or (len(text) <= _LONGEST and form.fits(text))
