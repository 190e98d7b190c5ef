"""The 11 error codes of LiveKit RPC: who raises each, what it means, what to do next.

Codes 1001-1999 are reserved for LiveKit; nothing enforces it, so a code outside this table is the application's own.
What each one means was measured with livekit 1.2.0 and livekit-server 1.13.5.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

RaisedBy = Literal["callee", "caller", "either", "us", "server"]


class ErrorCode(IntEnum):
    """The built-in codes, named as in LiveKit's SDKs."""

    UNSUPPORTED_METHOD = 1400
    RECIPIENT_NOT_FOUND = 1401
    REQUEST_PAYLOAD_TOO_LARGE = 1402
    UNSUPPORTED_SERVER = 1403
    UNSUPPORTED_VERSION = 1404
    APPLICATION_ERROR = 1500
    CONNECTION_TIMEOUT = 1501
    RESPONSE_TIMEOUT = 1502
    RECIPIENT_DISCONNECTED = 1503
    RESPONSE_PAYLOAD_TOO_LARGE = 1504
    SEND_FAILED = 1505


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What a code means, in words.

    Attributes:
        raised_by: whose SDK makes this error; ``either`` where two sides use the same code.
        meaning: one sentence, what happened.
        confuses: what people misread about it.
        next_step: one sentence, what to do.
    """

    code: ErrorCode
    raised_by: RaisedBy
    meaning: str
    confuses: str
    next_step: str


CODES: dict[int, CodeInfo] = {
    info.code: info
    for info in (
        CodeInfo(
            ErrorCode.UNSUPPORTED_METHOD,
            "callee",
            "The callee's SDK got the request and has no handler of that name.",
            "Handlers are registered after connecting, so right after a join this is normal; a callee that has joined "
            "again has lost its handlers. A handler may also raise 1400 itself to refuse a caller.",
            "Compare the method's name with the callee's list, and try again a few seconds after its join.",
        ),
        CodeInfo(
            ErrorCode.RECIPIENT_NOT_FOUND,
            "us",
            "Nobody of that identity is in the room.",
            "No SDK raises this code: asked to call an unknown identity, they wait 7 s and give 1501. rpc-inspector "
            "looks at the roster first and sends nothing.",
            "Check the identity, or wait for the participant to join.",
        ),
        CodeInfo(
            ErrorCode.REQUEST_PAYLOAD_TOO_LARGE,
            "caller",
            "The request is over the 15,360 bytes that version 1 of the protocol carries; nothing was sent.",
            "A destination that is not in the caller's roster counts as version 1, so a large payload to a mistyped "
            "identity gives this at once.",
            "Make the payload smaller, or upgrade the callee's SDK to one that speaks version 2.",
        ),
        CodeInfo(
            ErrorCode.UNSUPPORTED_SERVER,
            "caller",
            "The server is older than 1.8.0, the first that forwards RPC.",
            "The callee was never asked.",
            "Upgrade livekit-server.",
        ),
        CodeInfo(
            ErrorCode.UNSUPPORTED_VERSION,
            "callee",
            "The callee's SDK got the request and does not understand the version in it.",
            "It comes after the ack, so the callee is reachable; old Android SDKs are known for it.",
            "Upgrade the callee's SDK.",
        ),
        CodeInfo(
            ErrorCode.APPLICATION_ERROR,
            "callee",
            "The handler raised something other than an RpcError.",
            "The text of the exception never travels: it stays in the callee's own log.",
            "Read the callee's log at that time, or raise RpcError with a code and data from the handler.",
        ),
        CodeInfo(
            ErrorCode.CONNECTION_TIMEOUT,
            "caller",
            "No ack came back in the time for it (7 s unless set otherwise).",
            "It does not prove that the handler did not run: a hidden caller or a callee without canPublishData gives "
            "1501 although the handler ran.",
            "Check that the callee is in the room and active, and that both sides may publish data.",
        ),
        CodeInfo(
            ErrorCode.RESPONSE_TIMEOUT,
            "either",
            "The callee acknowledged, and no answer came in time.",
            "Both sides use the same code. The callee is told less than the caller's timeout: 8 s of the default 15 s, "
            "and the Python SDK cancels its handler at that point.",
            "Raise the timeout: the handler gets the timeout less the round trip's 7 s, at least 1 s.",
        ),
        CodeInfo(
            ErrorCode.RECIPIENT_DISCONNECTED,
            "caller",
            "The callee left the room before it answered.",
            "It also comes when we ourselves disconnect, and when a session of the same identity replaced the callee.",
            "Look at the callee's leave in the trace and its reason.",
        ),
        CodeInfo(
            ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE,
            "callee",
            "The handler's answer is over the 15,360 bytes that version 1 of the protocol carries.",
            "The handler ran to its end; only its answer could not be sent.",
            "Answer with less, or upgrade the caller's SDK to one that speaks version 2.",
        ),
        CodeInfo(
            ErrorCode.SEND_FAILED,
            "caller",
            "The request could not be handed to the connection.",
            "The error's data carries the reason; the callee was never asked.",
            "Wait for the connection to come back, and send again.",
        ),
    )
}

#: The words that SDKs send with each code of their own: those of livekit 1.2.0 and livekit-client 2.23. Others are an
#: application's.
DEFAULT_MESSAGES: dict[int, str] = {
    ErrorCode.UNSUPPORTED_METHOD: "Method not supported at destination",
    ErrorCode.RECIPIENT_NOT_FOUND: "Recipient not found",
    ErrorCode.REQUEST_PAYLOAD_TOO_LARGE: "Request payload too large",
    ErrorCode.UNSUPPORTED_SERVER: "RPC not supported by server",
    ErrorCode.UNSUPPORTED_VERSION: "Unsupported RPC version",
    ErrorCode.APPLICATION_ERROR: "Application error in method handler",
    ErrorCode.CONNECTION_TIMEOUT: "Connection timeout",
    ErrorCode.RESPONSE_TIMEOUT: "Response timeout",
    ErrorCode.RECIPIENT_DISCONNECTED: "Recipient disconnected",
    ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE: "Response payload too large",
    ErrorCode.SEND_FAILED: "Failed to send",
}


def code_name(code: int) -> str | None:
    """The name of a code of the table, e.g. ``RESPONSE_TIMEOUT``; ``None`` for an application's own."""
    info = CODES.get(code)
    return info.code.name if info else None
