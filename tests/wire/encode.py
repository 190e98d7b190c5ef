"""A minimal encoder of SCTP packets and packet lines: the other direction of what is under test."""

import struct

BEGIN, END, UNORDERED = 2, 1, 4


def chunk(kind, flags, value):
    padding = b"\0" * (-len(value) % 4)
    return struct.pack(">BBH", kind, flags, len(value) + 4) + value + padding


def data(tsn, payload, *, flags=BEGIN | END, stream=1, ssn=0, ppid=53):
    return chunk(0, flags, struct.pack(">IHHI", tsn & 0xFFFFFFFF, stream, ssn, ppid) + payload)


def i_data(tsn, payload, *, flags, mid, fsn=0, stream=1, ppid=53):
    shared = ppid if flags & BEGIN else fsn
    return chunk(64, flags, struct.pack(">IHHII", tsn & 0xFFFFFFFF, stream, 0, mid, shared) + payload)


def packet(*chunks, tag=0xCAFE):
    return struct.pack(">HHII", 5000, 5000, tag, 0) + b"".join(chunks)


def fragments(first_tsn, payload, size, **how):
    """DATA chunks of one message in pieces of `size` bytes."""
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    last = len(pieces) - 1
    return [
        data(first_tsn + i, piece, flags=(BEGIN if i == 0 else 0) | (END if i == last else 0), **how)
        for i, piece in enumerate(pieces)
    ]


def line(raw, *, stamp="00:00:01.000", way="I"):
    """A record of the logger `livekit`, as SDK 1.2.0 words it."""
    prefix = "libwebrtc:43:libwebrtc::imp::peer_connection_factory - (text_pcap_packet_observer.cc:32): \n\n"
    return f"{prefix}{way} {stamp} 0000 {raw.hex(' ')} # SCTP_PACKET DcSctpTransport0"
