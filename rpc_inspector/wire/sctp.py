"""SCTP packets (RFC 9260, I-DATA of RFC 8260) as a bystander sees them.

Only what carries user messages is read. Checksums are not verified: the packets were accepted by the SCTP stack that
logged them, and peers may agree on a zero checksum (RFC 9653).
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

DATA, I_DATA = 0, 64
_END, _BEGIN, _UNORDERED = 1, 2, 4

_HEADER = struct.Struct(">HHII")
_CHUNK = struct.Struct(">BBH")
_DATA = struct.Struct(">IHHI")
_I_DATA = struct.Struct(">IHHII")


class Fragment(Struct, frozen=True, gc=False):
    """What one DATA or I-DATA chunk carries.

    ``message`` is the SSN (DATA) or MID (I-DATA); ``index`` orders the fragments of a message without gap: the TSN
    (DATA) or the FSN (I-DATA). ``ppid`` is known at a message's first fragment alone with I-DATA, otherwise 0.
    """

    tsn: int
    kind: int
    stream_id: int
    unordered: bool
    message: int
    index: int
    ppid: int
    begin: bool
    end: bool
    data: bytes


class Packet(Struct, frozen=True, gc=False):
    """One SCTP packet: its verification tag and the fragments of user messages in it.

    ``damaged`` says that it ends too early or holds a chunk that cannot be: the rest of it was read.
    """

    tag: int
    fragments: list[Fragment]
    damaged: bool = False


def parse(data: bytes) -> Packet | None:
    """Read one SCTP packet from its common header on; ``None`` if it is too short to be one."""
    if len(data) < _HEADER.size:
        return None
    tag = _HEADER.unpack_from(data)[2]
    fragments: list[Fragment] = []
    damaged = False
    for kind, flags, start, end in _chunks(data):
        if end > len(data):
            damaged = True
        elif kind in (DATA, I_DATA):
            fragment = _fragment(kind, flags, data[start:end])
            if fragment is None:
                damaged = True
            else:
                fragments.append(fragment)
    return Packet(tag, fragments, damaged)


def _chunks(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Type, flags and the bounds of the value of each chunk; the last one's end may lie beyond the packet's."""
    at = _HEADER.size
    while at + _CHUNK.size <= len(data):
        kind, flags, length = _CHUNK.unpack_from(data, at)
        if length < _CHUNK.size:
            yield kind, flags, at, len(data) + 1
            return
        yield kind, flags, at + _CHUNK.size, at + length
        at += (length + 3) & ~3


def _fragment(kind: int, flags: int, value: bytes) -> Fragment | None:
    layout = _DATA if kind == DATA else _I_DATA
    if len(value) <= layout.size:  # RFC 9260, 3.3.1: a chunk without user data is a protocol violation
        return None
    begin, end = bool(flags & _BEGIN), bool(flags & _END)
    if kind == DATA:
        tsn, stream_id, message, ppid = layout.unpack_from(value)
        index = tsn
    else:
        tsn, stream_id, _reserved, message, shared = layout.unpack_from(value)
        ppid, index = (shared, 0) if begin else (0, shared)
    payload = value[layout.size :]
    return Fragment(tsn, kind, stream_id, bool(flags & _UNORDERED), message, index, ppid, begin, end, payload)
