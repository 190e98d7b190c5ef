"""The engine: asks every rule of a call's code, and ranks what they say."""

from rpc_inspector.core.codes import CODES, ErrorCode
from rpc_inspector.core.explain.facts import TELLING_LAG_S, Facts, end_of
from rpc_inspector.core.explain.happening import happened
from rpc_inspector.core.explain.model import Action, Cause, Explanation, Weight
from rpc_inspector.core.explain.raising import raised_by_handler, who_raised
from rpc_inspector.core.explain.rule import Topic
from rpc_inspector.core.explain.rules import rules_for
from rpc_inspector.core.model import Call, replace

#: Why an ending is what it is can be explained; a call that went well or still runs needs no explanation.
_ENDS: dict[str, Topic] = {"cancelled": "cancelled", "lost": "lost"}

#: What asks about somebody; all else sends.
_ASKING = frozenset({"ping", "history", "methods"})
#: Ends that make one ask whether the callee is alive.
_SILENT: frozenset[Topic] = frozenset({ErrorCode.CONNECTION_TIMEOUT, ErrorCode.RESPONSE_TIMEOUT, "lost"})

#: Said rather than to name what a seen fact contradicts.
_UNTOLD = Cause(
    id="untold",
    text="what was seen does not tell why",
    weight=Weight.POSSIBLE,
    next_steps=("Read its page, and look at the logs of both sides.",),
)


def topic_of(call: Call) -> Topic | None:
    """What is to be explained of a call: its error's code, or its end; ``None`` if it went well or still runs."""
    if call.error is not None:
        return call.error.code if call.error.code in CODES else "application"
    return _ENDS.get(call.outcome)


def explain(call: Call, facts: Facts) -> Explanation | None:
    """Explain how a call ended; ``None`` if it went well or still runs."""
    topic = topic_of(call)
    if topic is None:
        return None
    raised_by, known_by = who_raised(call)
    causes = _causes(call, facts, topic)
    return Explanation(
        happened=happened(call, facts),
        raised_by=raised_by or (call.error.raised_by if call.error else None),
        known_by=known_by,
        causes=causes,
        actions=_actions(call, facts, causes, topic),
    )


def _causes(call: Call, facts: Facts, topic: Topic) -> tuple[Cause, ...]:
    found = [
        replace(cause, id=rule.id, next_steps=cause.next_steps or (rule.fix,))
        for rule in rules_for(topic)
        if (cause := rule.find(call, facts))
    ]
    if raised_by_handler(call):
        # What an application says of itself, an SDK's causes do not explain.
        found = [cause for cause in found if cause.id == "raised-by-handler"] or found
    causes = tuple(sorted(found, key=lambda cause: -cause.weight)) or (_UNTOLD,)
    recorded = call.error.causes if call.error else ()
    # The end of our connection may have been told after it, and explains more.
    we_ended = facts.between(call.started, end_of(call) + TELLING_LAG_S, ("disconnected",))
    if recorded and not we_ended and not facts.knows_room(call) and causes[0].sentence not in recorded:
        # What was found while we were there, when more was known.
        return tuple(Cause(text=text.rstrip("."), id="recorded") for text in recorded)
    return causes


def _actions(call: Call, facts: Facts, causes: tuple[Cause, ...], topic: Topic) -> tuple[Action, ...]:
    """What the causes offer and can be done, each once, and the page of the code."""
    every = [action for cause in causes for action in cause.actions]
    if call.direction != "outgoing":
        # A call of others is theirs to send again; ours is to ask the two of them.
        every += [Action("ping" if topic in _SILENT else "methods", call.callee or ""), Action("history", _other(call))]
    possible = [one for one in every if one.target and _can_be_done(one, call, facts)]
    return (*dict.fromkeys(possible), Action("docs", str(topic)))


def _other(call: Call) -> str:
    """Whose history tells most of a call of others: the callee's, of one that came to us the caller's."""
    return (call.caller if call.direction == "incoming" else call.callee) or ""


def _can_be_done(action: Action, call: Call, facts: Facts) -> bool:
    if action.target == facts.state.identity and action.kind in _ASKING:
        return False
    if action.kind == "ping":
        return not facts.is_saved
    return action.kind in _ASKING or (call.direction == "outgoing" and not facts.is_saved)
