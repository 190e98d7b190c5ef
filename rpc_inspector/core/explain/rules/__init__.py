"""All rules, by what they explain. A new cause is a function in one of the files here and a line in its ``RULES``."""

from rpc_inspector.core.explain.rule import Rule, Topic
from rpc_inspector.core.explain.rules import (
    absence,
    application,
    channel,
    connection,
    crowding,
    methods,
    permission,
    size_limits,
    time_limits,
)

#: Among causes of one weight the earlier rule comes first; so they stand on the pages, the commonest first.
RULES: tuple[Rule, ...] = (
    *methods.RULES,
    *time_limits.RULES,
    *size_limits.RULES,
    *absence.RULES,
    *permission.RULES,
    *channel.RULES,
    *crowding.RULES,
    *connection.RULES,
    *application.RULES,
)


def rules_for(topic: Topic) -> tuple[Rule, ...]:
    """The rules that explain a code or an end."""
    return tuple(rule for rule in RULES if topic in rule.topics)
