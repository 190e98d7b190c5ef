"""JSON values one after another, in an array or laid out over many lines, without holding all of them."""

import json
import re
from collections.abc import Iterator

_BEGINS = re.compile(rb"\s*(?:\[|\{\s*\n)")
_BETWEEN = re.compile(r"[\s,]*")
_decoder = json.JSONDecoder()
#: A value that is cut short is complained of so near to the end: at the start of its last word, number or escape.
_LONGEST_TOKEN = 32


def spans_lines(start: bytes) -> bool:
    """Whether a file that begins so is an array, or objects that take several lines each.

    One that is broken at its first value is neither: its lines may be good all the same.
    """
    if not _BEGINS.match(start):
        return False
    text = _whole_characters(start)[0].lstrip()
    between = _BETWEEN.match(text, text.startswith("["))
    try:
        _decoder.raw_decode(text, between.end() if between else 0)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or error.pos > len(text) - _LONGEST_TOKEN
        return is_cut or text.startswith("]", error.pos)
    except RecursionError:
        return True
    return True


def values(content: Iterator[bytes], longest: int) -> Iterator[list[bytes | None]]:
    """The JSON text of each value, those of a block together; ``None`` for what is none, which is where it ends."""
    text, at, wanted = "", 0, 0
    pending = b""
    opened = False
    for block in content:
        # A character that is cut in two waits for its other half.
        whole, pending = _whole_characters(pending + block)
        text = text[at:] + whole
        at = 0
        if not opened and (start := text.lstrip()):
            opened, at = True, len(text) - len(start) + start.startswith("[")
        if len(text) < wanted:
            continue
        found, at, done = _take(text, at)
        wanted = 0 if found else 2 * len(text)  # a large value is not looked through again at each block
        yield found
        if done:
            return
        if len(text) - at > longest:
            break
    found, at, done = _take(text, at)
    yield found if done or not text[at:].strip(" \t\r\n,") else [*found, None]


def _whole_characters(content: bytes) -> tuple[str, bytes]:
    cut = next((n for n in range(1, 4) if len(content) >= n and content[-n] >= 0xC0), 0)
    end = len(content) - cut
    return content[:end].decode("utf-8", "replace"), content[end:]


def _take(text: str, at: int) -> tuple[list[bytes | None], int, bool]:
    """The values that are whole, where the next begins, and whether the array ended."""
    found: list[bytes | None] = []
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if text.startswith("]", at):
            return found, at, True
        try:
            _, end = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, at, False
        if end == len(text) and text[end - 1] not in '}]"':  # a number could go on
            return found, at, False
        found.append(text[at:end].encode("utf-8", "surrogatepass"))
        at = end
