"""What the callee's application did: exceptions, its own codes, and codes that are not its own."""

from rpc_inspector.core.codes import CODES, ErrorCode
from rpc_inspector.core.explain.facts import Facts, has_answer
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.raising import raised_by_handler
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.wording import before_start, method_of, named
from rpc_inspector.core.model import Call

#: Codes that LiveKit has reserved.
RESERVED = range(1001, 2000)


@rule(
    "raised-by-handler",
    *(code for code in ErrorCode),
    about="The handler raised this error itself; no SDK did. It may mean something of the application's own.",
    signs="The error came from the callee with a message or data that no SDK writes.",
    fix="Read the error's message and data. Keep the application's own codes out of 1001-1999, which are LiveKit's.",
)
def raised_by_the_handler(call: Call, _facts: Facts) -> Cause | None:
    """An application with an SDK's code."""
    how = raised_by_handler(call)
    if how is None or call.error is None:
        return None
    said = f": \u201c{call.error.message[:80]}\u201d" if call.error.message else ""
    refused = "refused the call" if call.error.code == ErrorCode.UNSUPPORTED_METHOD else "raised it"
    return Cause(
        text=f"the handler of {method_of(call)} in {named(call)} {refused} itself with code {call.error.code}{said}",
        weight=Weight.PROVEN,
        evidence_for=(how,),
    )


@rule(
    "exception-in-handler",
    ErrorCode.APPLICATION_ERROR,
    about="The handler raised an exception that is no RpcError; its text never travels.",
    signs="The message is the SDK's usual one, and there is no data.",
    fix="Read the callee's log at that time. To see the reason here, let the handler raise RpcError with a message.",
)
def exception_in_handler(call: Call, facts: Facts) -> Cause | None:
    """An exception that is no RpcError."""
    same = [one for one in facts.to_callee(call) if one.method == call.method]
    worked = next((one for one in reversed(same) if one.outcome == "ok"), None)
    evidence = ["the error has the SDK's own message and no data"]
    if worked:
        evidence.append(f"{method_of(call)} worked {before_start(call, worked.started)}, so this payload may be why")
    return Cause(
        text=f"the handler of {method_of(call)} raised an exception; its text stayed in {named(call)}'s log",
        weight=Weight.STRONG,
        evidence_for=tuple(evidence),
        next_steps=(f"Read {named(call)}'s log at that time.",),
    )


@rule(
    "application-code",
    "application",
    about="The handler raised RpcError with a code of the application's own.",
    signs="The code is none of LiveKit's own eleven.",
    fix="Look the code up in the callee's documentation. The message and data may tell more.",
)
def application_code(call: Call, _facts: Facts) -> Cause | None:
    """An error of the application's."""
    error = call.error
    if error is None or error.code in CODES:
        return None
    said = f": \u201c{error.message[:80]}\u201d" if error.message else ""
    reserved = error.code in RESERVED
    note = (f"{error.code} is reserved for LiveKit and unknown to this version",) if reserved else ()
    return Cause(
        text=f"the handler of {method_of(call)} in {named(call)} answered with its own error {error.code}{said}",
        weight=Weight.STRONG if reserved else Weight.PROVEN,
        evidence_for=(f"{error.code} is none of the codes that SDKs raise",),
        evidence_against=note,
        next_steps=("Look at the error's data.",) if error.data else (),
    )


@rule(
    "version-not-understood",
    ErrorCode.UNSUPPORTED_VERSION,
    about="The callee's SDK does not understand the version in the request; old Android SDKs are known for it.",
    signs="The error comes after the ack, to every call.",
    fix="Upgrade the callee's SDK.",
)
def version_not_understood(call: Call, facts: Facts) -> Cause | None:
    """An SDK that knows another version."""
    worked = next((one for one in facts.to_callee(call) if one.outcome == "ok"), None)
    acked = ("it acknowledged before it refused",) if has_answer(call) else ()
    return Cause(
        text=f"the SDK of {named(call)} does not understand {call.transport or 'these'} requests: it is too old, as "
        "some on Android are",
        weight=Weight.UNLIKELY if worked else Weight.STRONG,
        evidence_for=acked,
        evidence_against=(f"{named(call)} answered {before_start(call, worked.started)}",) if worked else (),
        actions=(Action("history", call.callee or ""),),
    )


@rule(
    "server-too-old",
    ErrorCode.UNSUPPORTED_SERVER,
    about="The server is older than 1.8.0, the first that forwards RPC.",
    signs="The caller's SDK refuses every call before it sends; a pre-release such as 1.8.0-rc1 counts as older too.",
    fix="Upgrade livekit-server.",
)
def server_too_old(call: Call, facts: Facts) -> Cause | None:
    """A server without RPC."""
    worked = next((one for one in facts.calls if has_answer(one)), None)
    return Cause(
        text=f"the server is older than 1.8.0, so nothing was sent to {named(call)}",
        weight=Weight.UNLIKELY if worked else Weight.STRONG,
        evidence_for=("our SDK refused to send",),
        evidence_against=("other calls went through this server",) if worked else (),
    )


RULES = (
    exception_in_handler,
    application_code,
    version_not_understood,
    server_too_old,
    raised_by_the_handler,
)
