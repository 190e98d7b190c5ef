"""The report's ladder, for selections small enough to be read as one: positions in pixels."""

from collections.abc import Sequence
from typing import Any

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.text import ELLIPSIS
from rpc_inspector.storage.export.steps import lifelines, said
from rpc_inspector.storage.export.wording import clock, name

MOST_CALLS = 30
MOST_PEOPLE = 10
_LEFT, _TOP, _ROW, _CHARACTER, _LONGEST_NAME = 110, 44, 28, 7.3, 40


def ladder_view(rows: Sequence[TraceRow]) -> dict[str, Any] | None:
    """Lifelines and rows of the drawing; ``None`` where there is nothing to draw, or too much."""
    if not 0 < sum(isinstance(row, Call) for row in rows) <= MOST_CALLS or len(rows) > 2 * MOST_CALLS:
        return None
    steps = sorted((one for row in rows for one in said(row)), key=lambda one: one.step.time)
    people = lifelines(one.step for one in steps)
    if len(people) > MOST_PEOPLE:
        return None
    names = _names(people)
    longest_text = max(len(one.text) for one in steps if one.step.is_arrow) if any(
        one.step.is_arrow for one in steps) else 20  # fmt: skip
    column = max(180, *(len(one) * _CHARACTER + 24 for one in names), min(longest_text, 44) * _CHARACTER + 24)
    at = {who: round(_LEFT + column * (index + 0.5)) for index, who in enumerate(people)}
    drawn = []
    for number, one in enumerate(steps):
        x1, x2 = at.get(one.step.sender, _LEFT), at.get(one.step.receiver, _LEFT)
        drawn.append(
            {
                "y": _TOP + (number + 1) * _ROW,
                "x1": x1,
                "x2": x2 + (30 if x1 == x2 else 0),
                "middle": (x1 + x2) / 2,
                "kind": one.step.kind,
                "is_arrow": one.step.is_arrow,
                "unseen": one.step.is_inferred,
                "text": one.text,
                "clock": clock(one.step.wall),
            }
        )
    return {
        "people": [{"x": at[who], "name": shown} for who, shown in zip(people, names, strict=True)],
        "rows": drawn,
        "width": round(_LEFT + column * len(people) + 60),
        "height": _TOP + (len(steps) + 1) * _ROW,
    }


def _names(people: Sequence[str | None]) -> list[str]:
    """Names that fit; two that would read the same keep a number."""
    shown: list[str] = []
    for who in people:
        full = name(who)
        short = full if len(full) <= _LONGEST_NAME else f"{full[: _LONGEST_NAME - 1]}{ELLIPSIS}"
        shown.append(short if short not in shown else f"{short} ({len(shown) + 1})")
    return shown
