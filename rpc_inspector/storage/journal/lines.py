"""The journal's lines: each a JSON object whose only key says what it holds. Described in ``docs/journal.md``.

One definition for writing and reading. Nothing of the lines is changed within a version but by adding keys.
"""

import json

import msgspec
from msgspec import Struct

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Call, LogLine, Participant, RoomEvent, replace
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.masking import mask_jwts
from rpc_inspector.core.secrets.redaction import Rules, mask_attributes, redact, redact_event, redact_text
from rpc_inspector.core.session import SessionState

VERSION = 1
#: The first key of the first line, which no other program's files have.
HEADER_KEY = "rpc-inspector"
#: Secrets in what is no payload are taken out, whatever is asked for payloads.
_ALWAYS = Rules()


class Header(Struct, frozen=True, kw_only=True):
    """The first line of a file.

    Attributes:
        kind: of file; there is one so far.
        v: version of the format. program: version of the program that wrote it.
        session: in hex, the same in all parts of one session. part: counts them, from 1.
        room: the first that was joined. started_at: UTC, when the journal began.
        wall_offset: seconds to add to CLOCK_MONOTONIC to get seconds since the epoch.
        payloads: how payloads were recorded.
    """

    kind: str = msgspec.field(name=HEADER_KEY, default="journal")
    v: int = VERSION
    program: str = ""
    session: str = ""
    part: int = 1
    room: str = ""
    started_at: str = ""
    wall_offset: float = 0.0
    payloads: str = "keep"


class Line(Struct, frozen=True, gc=False, omit_defaults=True):
    """Any line but the first; one of its fields is there.

    Attributes:
        call, event: a row of the trace as it is now; a later line of the same number replaces it.
        packet: what one vantage point reported, without the payload.
        participants: those who are new or changed. gone: identities of those who left the roster.
        lost: so many records could not be written in time.
        end: UTC, when the journal was closed in good order.
    """

    call: Call | None = None
    event: RoomEvent | None = None
    packet: RpcEvent | None = None
    participants: tuple[Participant, ...] = ()
    gone: tuple[str, ...] = ()
    state: SessionState | None = None
    log: LogLine | None = None
    lost: int = 0
    end: str = ""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)
_header_decoder = msgspec.json.Decoder(Header)


def encode(line: Line | Header) -> bytes:
    """One line with its line feed."""
    try:
        return _encoder.encode(line) + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, which has no UTF-8: escaped it passes
        return json.dumps(msgspec.to_builtins(line), separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Line:
    """A line but the first.

    Raises:
        ValueError: it is none of ours; its text says why.
    """
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        if b"\\ud" not in line and b"\\uD" not in line:
            raise
        return msgspec.convert(json.loads(line), Line)


def decode_header(line: bytes) -> Header:
    """The first line.

    Raises:
        ValueError: it is none of ours.
    """
    return _header_decoder.decode(line)


class Scrubber:
    """Takes out of the lines what must not be kept: payloads as the rules say, and secrets everywhere.

    Args:
        rules: for payloads.
        concealing: knows the secrets that were sent; no rule lets them through.
    """

    def __init__(self, rules: Rules, concealing: Concealing | None = None) -> None:
        self.rules = rules
        self._concealing = concealing or Concealing()

    def row(self, row: Call | RoomEvent) -> Line:
        """A row of the trace."""
        hide = None if self._concealing.is_idle else self._concealing
        if isinstance(row, Call):
            return Line(call=redact(hide.call(row) if hide else row, self.rules))
        return Line(event=redact_event(hide.event(row) if hide else row, _ALWAYS))

    def packet(self, event: RpcEvent) -> Line:
        """A vantage point's report; its payload is in the row."""
        if event.raw:
            event = self._concealing.packets(event)
        if event.payload is None and event.error is None:
            return Line(packet=event)
        error = None if event.error is None else replace(event.error, message="", data=None)
        return Line(packet=replace(event, payload=None, error=error))

    def participant(self, someone: Participant) -> Participant:
        """Attributes, metadata and what is said of methods without secrets."""
        someone = self._concealing.participant(someone)
        metadata = redact_text(someone.metadata, _ALWAYS)
        methods = tuple(map(self._concealing.method, someone.methods))
        return replace(someone, attributes=mask_attributes(someone.attributes), metadata=metadata, methods=methods)

    def state(self, state: SessionState) -> Line:
        """What servers say may quote a token."""
        return Line(state=replace(state, detail=mask_jwts(self._concealing.text(state.detail)), journal=""))

    def log(self, entry: LogLine) -> Line:
        """What the SDK logs likewise."""
        return Line(log=replace(entry, text=redact_text(self._concealing.text(entry.text), _ALWAYS)))
