"""What happened: sentences that tell what was seen, and nothing that was inferred."""

from collections.abc import Callable, Iterator

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, seconds
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import Facts, end_of, seen
from rpc_inspector.core.explain.raising import raised_by_handler, who_raised
from rpc_inspector.core.explain.wording import after_start, because, caller_of, method_of, named
from rpc_inspector.core.model import Call
from rpc_inspector.core.units import duration


def happened(call: Call, facts: Facts) -> tuple[str, ...]:
    """The call's end in one sentence, then what else was seen of it."""
    return (headline(call), *_packets(call), *_people(call, facts), *_late(call))


def headline(call: Call) -> str:
    """How it ended, in one sentence."""
    error = call.error
    if error is None:
        return {
            "cancelled": f"We stopped waiting for {method_of(call)} of {named(call)}; cancelling does not travel.",
            "lost": f"The end of {method_of(call)}, called by {caller_of(call)}, passed none of our vantage points.",
        }.get(call.outcome, f"{named(call)} answered {method_of(call)}.")
    if raised_by_handler(call):
        return f"{named(call)} answered {method_of(call)} with error {error.code}."
    told = _HEADLINES.get(error.code)
    return told(call) if told else f"{named(call)} answered {method_of(call)} with its own error {error.code}."


def _not_found(call: Call) -> str:
    us = call.caller is not None and call.caller == call.callee
    return f"Nothing was sent: {named(call)} {'called itself' if us else 'was not in the room'}."


def _no_ack(call: Call) -> str:
    limit = seconds(call.budget.ack if call.budget else DEFAULT_ACK_MS)
    if seen(call, "ack"):
        return f"The ack of {named(call)} did not reach {caller_of(call)} within {limit}."
    return f"No ack from {named(call)} within {limit}."


def _no_answer(call: Call) -> str:
    took = f" after {duration(call.duration)}" if call.duration else ""
    if who_raised(call)[0] == "callee":
        return f"{named(call)} answered{took}: the time for {method_of(call)} was over."
    acked = "acknowledged and " if seen(call, "ack") else ""
    return f"{named(call)} {acked}did not answer {method_of(call)} in time{f': given up{took}' if took else ''}."


def _gone(call: Call) -> str:
    took = f" after {duration(call.duration)}" if call.duration else ""
    return f"{method_of(call)} of {named(call)} ended{took} without an answer: one of the two sides disconnected."


def _too_large(call: Call) -> str:
    size = f" has {call.request.bytes:,} bytes and" if call.request else ""
    return f"Nothing was sent to {named(call)}: the request{size} is too large for version 1."


_HEADLINES: dict[int, Callable[[Call], str]] = {
    ErrorCode.UNSUPPORTED_METHOD: lambda call: f"{named(call)} answered that it has no method {method_of(call)}.",
    ErrorCode.RECIPIENT_NOT_FOUND: _not_found,
    ErrorCode.REQUEST_PAYLOAD_TOO_LARGE: _too_large,
    ErrorCode.UNSUPPORTED_SERVER: lambda call: f"Nothing was sent to {named(call)}: the server does not forward RPC.",
    ErrorCode.UNSUPPORTED_VERSION: lambda call: f"{named(call)} answered that it does not know this version of RPC.",
    ErrorCode.APPLICATION_ERROR: lambda call: f"{named(call)} answered that its handler of {method_of(call)} failed.",
    ErrorCode.CONNECTION_TIMEOUT: _no_ack,
    ErrorCode.RESPONSE_TIMEOUT: _no_answer,
    ErrorCode.RECIPIENT_DISCONNECTED: _gone,
    ErrorCode.RESPONSE_PAYLOAD_TOO_LARGE: lambda call: (
        f"{named(call)} answered that the result of {method_of(call)} is too large to be sent."
    ),
    ErrorCode.SEND_FAILED: lambda call: f"The request to {named(call)} could not be sent.",
}


def _packets(call: Call) -> Iterator[str]:
    silent = call.error is not None and call.error.code == ErrorCode.CONNECTION_TIMEOUT
    if seen(call, "request", "callee"):
        yield f"The request arrived at {named(call)}."
    elif silent and seen(call, "request", "server"):
        yield f"The server forwarded the request to {named(call)}."
    for stage in ("ack", "response"):
        if seen(call, stage, "callee") and not seen(call, stage, "caller"):
            yield f"{named(call)} sent its {stage}; at {caller_of(call)} it was not seen."
        elif silent and seen(call, stage, "server") and not seen(call, stage, "caller") and not call.note:
            yield f"The server forwarded the {stage} of {named(call)}; at {caller_of(call)} it was not seen."
    if silent and call.response is not None:
        yield f"{named(call)} answered all the same, so the handler of {method_of(call)} ran: repeat with care."
    ack = call.ack
    if ack is not None and call.error is not None and call.error.code == ErrorCode.RESPONSE_TIMEOUT:
        yield f"Its ack came after {duration(ack)}."


def _people(call: Call, facts: Facts) -> Iterator[str]:
    if left := facts.left_during(call.callee, call):
        yield f"{named(call)} left {after_start(call, left.time)}{because(left)}."
    if joined := facts.joined_during(call.callee, call):
        yield f"{named(call)} joined {after_start(call, joined.time)}."
    for event in facts.between(call.started, end_of(call), ("reconnecting", "reconnected", "disconnected")):
        yield f"Our own connection {_CONNECTION[event.kind]} {after_start(call, event.time)}."


_CONNECTION = {"reconnecting": "broke", "reconnected": "was back", "disconnected": "ended"}


def _late(call: Call) -> Iterator[str]:
    if call.note and " came " in call.note:
        yield f"{call.note[:1].upper()}{call.note[1:]}."
