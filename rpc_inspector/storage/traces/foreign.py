"""What a file is that is no trace, as far as its first bytes tell."""

_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it first"),
    (b"BZh", "packed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "packed with xz: unpack it first"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b'{"traceEvents"', "a trace for Perfetto, which cannot be read back"),
    (b'{"log":{"version"', "a HAR file of a browser"),
    (b"<", "HTML or XML"),
)


def guess(start: bytes) -> str:
    """What it is, to be put after *is*."""
    packed = start[:64].replace(b" ", b"").lstrip()
    for magic, words in _MAGIC:
        if start.startswith(magic) or packed.startswith(magic):
            return words
    if b"\0" in start:
        return "binary"
    try:
        start.decode()
    except UnicodeDecodeError as error:
        if error.end < len(start) - 4:  # not merely a character cut in two
            return "binary"
    return "JSON of something else" if packed[:1] in (b"{", b"[") else "text"
