"""Exit statuses. They are ours: whatever the SDK's native library does at exit, the status is one of these."""

from enum import IntEnum

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.model import Call


class Exit(IntEnum):
    """What a command's status says."""

    OK = 0
    OWN_FAILURE = 1
    USAGE = 2
    NOT_AUTHORISED = 3
    CANNOT_CONNECT = 4
    HANDLER_ERROR = 10
    METHOD_NOT_SUPPORTED = 11
    NO_ACK = 12
    NO_RESPONSE = 13
    RECIPIENT_GONE = 14
    PAYLOAD_TOO_LARGE = 15
    OTHER_RPC_ERROR = 16
    NOT_AS_EXPECTED = 20
    INTERRUPTED = 130
    TERMINATED = 143


_BY_CODE: dict[int, Exit] = {
    ErrorCode.UNSUPPORTED_METHOD: Exit.METHOD_NOT_SUPPORTED,
    ErrorCode.RECIPIENT_NOT_FOUND: Exit.RECIPIENT_GONE,
    ErrorCode.REQUEST_PAYLOAD_TOO_LARGE: Exit.PAYLOAD_TOO_LARGE,
    ErrorCode.UNSUPPORTED_SERVER: Exit.OTHER_RPC_ERROR,
    ErrorCode.UNSUPPORTED_VERSION: Exit.OTHER_RPC_ERROR,
    ErrorCode.CONNECTION_TIMEOUT: Exit.NO_ACK,
    ErrorCode.RESPONSE_TIMEOUT: Exit.NO_RESPONSE,
    ErrorCode.RECIPIENT_DISCONNECTED: Exit.RECIPIENT_GONE,
    ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE: Exit.PAYLOAD_TOO_LARGE,
    ErrorCode.SEND_FAILED: Exit.OTHER_RPC_ERROR,
}


def exit_for(call: Call) -> Exit:
    """The status of a finished call: 0, or by its error's code; an application's own code counts as the handler's."""
    if call.outcome == "ok":
        return Exit.OK
    if call.outcome == "cancelled":
        return Exit.INTERRUPTED
    return exit_for_code(call.error.code if call.error else None)


def exit_for_code(code: int | None) -> Exit:
    """The status of a failure by its code; ``None`` for one without."""
    return Exit.OTHER_RPC_ERROR if code is None else _BY_CODE.get(code, Exit.HANDLER_ERROR)
