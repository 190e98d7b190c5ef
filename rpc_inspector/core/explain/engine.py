"""The engine: asks every rule of a call's code, and ranks what they say."""

from rpc_inspector.core.codes import CODES
from rpc_inspector.core.explain.facts import Facts
from rpc_inspector.core.explain.happening import happened
from rpc_inspector.core.explain.model import Action, Cause, Explanation, Weight
from rpc_inspector.core.explain.raising import raised_by_handler, who_raised
from rpc_inspector.core.explain.rule import Topic
from rpc_inspector.core.explain.rules import rules_for
from rpc_inspector.core.model import Call, replace

#: Why an ending is what it is can be explained; a call that went well or still runs needs no explanation.
_ENDS: dict[str, Topic] = {"cancelled": "cancelled", "lost": "lost"}

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
        actions=_actions(causes, topic),
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
    if recorded and not facts.knows_room(call) and causes[0].sentence not in recorded:
        # What was found while we were there, when more was known.
        return tuple(Cause(text=text.rstrip("."), id="recorded") for text in recorded)
    return causes


def _actions(causes: tuple[Cause, ...], topic: Topic) -> tuple[Action, ...]:
    """What the causes offer, each once, and the page of the code."""
    every = [action for cause in causes for action in cause.actions if action.target]
    return (*dict.fromkeys(every), Action("docs", str(topic)))
