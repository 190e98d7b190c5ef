"""1400: the callee's SDK has no such handler."""

from rpc_inspector.core.budgets import METHOD_NAME_LIMIT, utf8_size
from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain.facts import Facts
from rpc_inspector.core.explain.model import Action, Cause, Weight
from rpc_inspector.core.explain.raising import raised_by_handler
from rpc_inspector.core.explain.rule import rule
from rpc_inspector.core.explain.rules.channel import RECENT_JOIN_S
from rpc_inspector.core.explain.wording import before_start, method_of, named
from rpc_inspector.core.model import Call
from rpc_inspector.core.names import closest

UNSUPPORTED = ErrorCode.UNSUPPORTED_METHOD
_SURE = ("advertised", "described")


def _told(call: Call, facts: Facts) -> dict[str, str]:
    """The methods that the callee is known to have or to have had, and how we know."""
    callee = facts.participant(call.callee)
    return {one.name: one.provenance for one in callee.methods if one.provenance != "known"} if callee else {}


def _worked(call: Call, facts: Facts) -> Call | None:
    """The latest call of that method to that callee whose handler ran."""
    return next((one for one in reversed(facts.to_callee(call)) if one.method == call.method and _ran(one)), None)


def _ran(call: Call) -> bool:
    return call.outcome == "ok" or (call.error is not None and call.error.code in (ErrorCode.APPLICATION_ERROR, 1504))


@rule(
    "method-mistyped",
    UNSUPPORTED,
    about="The method's name is mistyped: the callee has one that looks like it.",
    signs="A very similar name stands in its list of methods.",
    fix="Call the method that it has.",
)
def method_mistyped(call: Call, facts: Facts) -> Cause | None:
    """One letter off."""
    names = _told(call, facts)
    if not call.method or call.method in names or _worked(call, facts):
        return None
    near = closest(call.method, names)
    if not near:
        return None
    return Cause(
        text=f"{named(call)} has no {call.method}; did you mean {near[0]}?",
        weight=Weight.STRONG,
        evidence_for=(f"{near[0]} is {names[near[0]]}", f"{call.method} is not"),
        next_steps=(f"Call {near[0]}.",),
        actions=(Action("call", near[0]),),
    )


@rule(
    "name-too-long",
    UNSUPPORTED,
    about=f"The method's name is longer than the {METHOD_NAME_LIMIT} bytes that LiveKit documents.",
    signs="The name is long. No SDK refuses it, so it travels and finds nothing.",
    fix="Use a shorter name.",
)
def name_too_long(call: Call, facts: Facts) -> Cause | None:
    """More bytes than documented."""
    length = utf8_size(call.method or "")
    if length <= METHOD_NAME_LIMIT or _worked(call, facts):
        return None
    return Cause(
        text=f"the method's name has {length} bytes; LiveKit documents {METHOD_NAME_LIMIT}, and {named(call)} has none "
        "of that name",
        weight=Weight.STRONG + 5,
        evidence_for=(f"{length} bytes in UTF-8",),
    )


@rule(
    "handlers-lost",
    UNSUPPORTED,
    about="The callee left and joined again since the method worked, and has not registered it again.",
    signs="The method worked before. Then the callee left and joined again.",
    fix="Register the handlers again after each connect, on the callee's side.",
)
def handlers_lost(call: Call, facts: Facts) -> Cause | None:
    """Another session of the same identity."""
    joined, worked = facts.joined_before(call.callee, call), _worked(call, facts)
    if joined is None or worked is None or worked.started > joined.time:
        return None
    return Cause(
        text=f"{named(call)} joined again {before_start(call, joined.time)}: its new session has not registered "
        f"{call.method}",
        weight=Weight.PROVEN,
        evidence_for=(
            f"{call.method} worked {before_start(call, worked.started)}",
            f"{named(call)} joined again after that",
        ),
        actions=(Action("history", call.callee or ""), Action("resend", call.callee or "")),
    )


@rule(
    "unregistered",
    UNSUPPORTED,
    about="The callee had the method and has unregistered it.",
    signs="The method worked before, and the callee did not leave since.",
    fix="Look at where the callee unregisters it.",
)
def unregistered(call: Call, facts: Facts) -> Cause | None:
    """It worked, and no more."""
    joined, worked = facts.joined_before(call.callee, call), _worked(call, facts)
    if worked is None or (joined is not None and worked.started < joined.time):
        return None
    return Cause(
        text=f"{named(call)} has unregistered {call.method}",
        weight=Weight.STRONG + 10,
        evidence_for=(
            f"{call.method} worked {before_start(call, worked.started)}",
            f"{named(call)} did not leave since",
        ),
        actions=(Action("history", call.callee or ""),),
    )


@rule(
    "not-registered-yet",
    UNSUPPORTED,
    about="The callee has only just joined. Handlers are often registered after connecting, so first calls find none.",
    signs=f"It joined less than {RECENT_JOIN_S:.0f} s before the call.",
    fix="Call again in a few seconds. On the callee's side, register the handlers before connecting.",
)
def not_registered_yet(call: Call, facts: Facts) -> Cause | None:
    """Too early."""
    joined = facts.joined_before(call.callee, call)
    if joined is None or call.started - joined.time > RECENT_JOIN_S:
        return None
    listed = _told(call, facts).get(call.method or "")
    return Cause(
        text=f"{named(call)} joined {before_start(call, joined.time)}: it may not have registered {call.method} yet",
        weight=Weight.STRONG + 5 if listed else Weight.FITS + 5,
        evidence_for=(f"{call.method} is {listed}",) if listed else (),
        actions=(Action("resend", call.callee or ""), Action("history", call.callee or "")),
    )


@rule(
    "promised-not-registered",
    UNSUPPORTED,
    about="The callee says that it has the method, and has not registered it.",
    signs="The method stands in its list as advertised or described.",
    fix="Register the method on the callee's side, or take it out of what it advertises.",
)
def promised(call: Call, facts: Facts) -> Cause | None:
    """Told, and not there."""
    how = _told(call, facts).get(call.method or "")
    if how not in _SURE:
        return None
    return Cause(
        text=f"{named(call)} says that it has {call.method}, and has not registered it",
        weight=Weight.STRONG,
        evidence_for=(f"{call.method} is {how}",),
    )


@rule(
    "not-registered",
    UNSUPPORTED,
    about="The callee has no such method.",
    signs="It is not in the callee's list of methods.",
    fix="Compare with the callee's list of methods, and with the names in its code.",
)
def not_registered(call: Call, facts: Facts) -> Cause | None:
    """The plain case."""
    if raised_by_handler(call):
        return None
    names, worked = _told(call, facts), _worked(call, facts)
    listed = names.get(call.method or "") in _SURE
    against = (
        *((f"{call.method} worked {before_start(call, worked.started)}",) if worked else ()),
        *((f"it says that it has {call.method}",) if listed else ()),
    )
    told = (f"{call.method} is not among the methods known of it",) if names and not listed else ()
    return Cause(
        text=f"{named(call)} has no handler called {method_of(call)}",
        weight=Weight.UNLIKELY if against else Weight.FITS,
        evidence_for=told or (f"the SDK of {named(call)} answered so",),
        evidence_against=against,
        actions=(Action("methods", call.callee or ""), Action("history", call.callee or "")),
    )


RULES = (
    method_mistyped,
    not_registered_yet,
    handlers_lost,
    unregistered,
    promised,
    not_registered,
    name_too_long,
)
