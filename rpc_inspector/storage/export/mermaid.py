"""Mermaid: a sequence diagram. Requests ``->>``, acks ``-->>``, responses ``->>``, errors ``-x``, notes for the rest.

What no vantage point saw has an open arrow (``--)``) and says so. Mermaid draws no text of more than 50,000 characters
nor more than 500 arrows unless it is configured to, so the diagram ends before that and says what is missing.
"""

import re
from collections.abc import Iterable
from typing import TextIO

from rpc_inspector.core.ladder.arrows import StepKind
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.storage.export import About
from rpc_inspector.storage.export.steps import Said, lifelines, said
from rpc_inspector.storage.export.wording import about_lines, name

_MOST_CHARACTERS = 40_000
_MOST_ARROWS = 450
_SIGNS: dict[StepKind, str] = {"request": "->>", "ack": "-->>", "response": "->>", "error": "-x"}
#: Everything with a meaning in Mermaid, Markdown or HTML; also the word that would end a block.
_UNSAFE = re.compile(r"[^\w .,/()+?!✓✗○…·'=-]|\bend\b|--|\+\+", re.IGNORECASE)


def write(rows: Iterable[TraceRow], stream: TextIO, about: About) -> None:
    """Write the diagram; its arrows are in the order of time, whichever call they are of."""
    steps, left_out = _bounded(rows)
    people = {identity: f"p{number}" for number, identity in enumerate(lifelines(one.step for one in steps), 1)}
    people = people or {None: "p1"}
    stream.writelines(f"%% {label}: {_comment(text)}\n" for label, text in about_lines(about))
    stream.write("sequenceDiagram\n")
    stream.writelines(f"    participant {alias} as {escape(name(identity))}\n" for identity, alias in people.items())
    stream.writelines(f"    {_line(one, people)}\n" for one in sorted(steps, key=lambda one: one.step.time))
    if left_out:
        words = f"{left_out:,} further calls are not drawn. Filter or mark those that matter."
        stream.write(f"    Note over {','.join([*people.values()][:: max(len(people) - 1, 1)])}: {words}\n")


def _bounded(rows: Iterable[TraceRow]) -> tuple[list[Said], int]:
    """The steps that fit, and how many calls do not."""
    steps: list[Said] = []
    characters = left_out = 0
    for row in rows:
        more = [] if left_out else said(row)
        characters += sum(len(escape(one.text)) + 40 for one in more)
        if left_out or characters > _MOST_CHARACTERS or len(steps) + len(more) > _MOST_ARROWS:
            left_out += isinstance(row, Call)
        else:
            steps += more
    return steps, left_out


def _line(one: Said, people: dict[str | None, str]) -> str:
    step, text = one.step, escape(one.text)
    if not step.is_arrow:
        over = people.get(step.sender) or ",".join([*people.values()][:: max(len(people) - 1, 1)])
        return f"Note over {over}: {text}"
    sign = "--)" if step.is_inferred else _SIGNS[step.kind]
    return f"{people[step.sender]}{sign}{people[step.receiver]}: {text}"


def escape(text: str) -> str:
    """Sanitised text as Mermaid takes it: what has a meaning becomes a character reference, ``#59;``."""
    return _UNSAFE.sub(lambda found: "".join(f"#{ord(sign)};" for sign in found[0]), text) or "#32;"


def _comment(text: str) -> str:
    """Sanitised text has no line ends; braces would make it a directive."""
    return re.sub(r"[{}]", " ", text)
