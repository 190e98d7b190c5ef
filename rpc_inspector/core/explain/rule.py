"""What a rule is: a small function that looks at a call and its facts, and what is to be told about it in general."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rpc_inspector.core.explain.facts import Facts
from rpc_inspector.core.explain.model import Cause
from rpc_inspector.core.model import Call

#: What a rule explains: an error code, ``application`` for codes of an application's own, or an end without an error.
Topic = int | Literal["application", "cancelled", "lost"]
Find = Callable[[Call, Facts], Cause | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One cause of a failure.

    Attributes:
        id: its name; also that of its section in ``docs/explain``.
        topics: the codes and ends that it may explain.
        about: one sentence, the cause in general.
        signs: one sentence, how to recognise it.
        fix: one sentence, what to do about it; also the cause's next step where the finder names none.
        find: gives the cause, if it can be one of this call's.
    """

    id: str
    topics: tuple[Topic, ...]
    about: str
    signs: str
    fix: str
    find: Find


def rule(name: str, *topics: Topic, about: str, signs: str, fix: str) -> Callable[[Find], Rule]:
    """Make a rule of the function that finds its cause."""

    def made(find: Find) -> Rule:
        return Rule(name, topics, about, signs, fix, find)

    return made
