"""Why a call failed: what was seen, who raised the error, the causes ranked with their evidence, and what to do.

Rules are small functions in ``rules/``, by what they are about. They state only what was seen; what is not known they
leave open, and a cause that a seen fact contradicts is not named or ranks below the others.
"""

from rpc_inspector.core.explain.engine import explain, topic_of
from rpc_inspector.core.explain.facts import Facts
from rpc_inspector.core.explain.gathering import facts_around, facts_of
from rpc_inspector.core.explain.model import Action, Cause, Explanation, Weight, raised_in_words
from rpc_inspector.core.explain.raising import raised_by_handler, who_raised

__all__ = [
    "Action",
    "Cause",
    "Explanation",
    "Facts",
    "Weight",
    "explain",
    "facts_around",
    "facts_of",
    "raised_by_handler",
    "raised_in_words",
    "topic_of",
    "who_raised",
]
