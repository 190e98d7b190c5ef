"""How a checked request reads: as lines for people, as a line of JSON."""

import json
from collections.abc import Sequence
from typing import Literal

import click
from msgspec import Struct

from rpc_inspector.core.callobject import call_object
from rpc_inspector.core.expectations import Failure
from rpc_inspector.core.model import Call
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.storage.collections import Request

Status = Literal["passed", "failed", "skipped", "not run"]

_LONGEST = 300
_MARKS: dict[str, tuple[str, str]] = {
    "passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("○", "yellow"), "not run": ("○", "yellow"),
}  # fmt: skip


class Checked(Struct, frozen=True, kw_only=True):
    """How a request went. Secrets are masked in all of it; nothing is sanitised.

    Attributes:
        file: its file within the collection.
        call: what was made of it; ``None`` where nothing was sent.
        failures: what was not as expected. why: it was skipped.
    """

    request: Request
    file: str
    status: Status
    call: Call | None = None
    failures: tuple[Failure, ...] = ()
    why: str = ""


class Summary(Struct, frozen=True, kw_only=True):
    """Counts, and how long it took in seconds."""

    passed: int
    failed: int
    skipped: int
    not_run: int
    seconds: float

    @staticmethod
    def of(results: Sequence[Checked], seconds: float) -> "Summary":
        """Of these results."""
        counts = {status: sum(result.status == status for result in results) for status in _MARKS}
        return Summary(
            passed=counts["passed"],
            failed=counts["failed"],
            skipped=counts["skipped"],
            not_run=counts["not run"],
            seconds=round(seconds, 3),
        )


def checked_lines(result: Checked) -> list[str]:
    """``✓ the weather in Paris  → weather-agent get_weather  41.2 ms``; below it what was not as expected."""
    sign, colour = _MARKS[result.status]
    request, call = result.request, result.call
    callee = (call and call.callee) or str(request.to)
    method = (call and call.method) or request.method
    parts = [f"→ {sanitise_name(callee)} {sanitise_name(method)}"]
    parts += [duration(call.duration)] if call else []
    parts += [f"{result.status}: {sanitise(result.why, limit=_LONGEST)}"] if result.why else []
    head = f"{click.style(sign, fg=colour)} {click.style(sanitise(request.name, limit=_LONGEST), bold=True)}"
    lines = [f"{head}  {'  '.join(parts)}  {click.style(sanitise(result.file), dim=True)}"]
    for failure in result.failures:
        expected, came = (sanitise(text, limit=_LONGEST) for text in (failure.expected, failure.came))
        lines.append(f"    {sanitise(failure.at)}: expected {expected}, came {click.style(came, fg='red')}")
    if call and call.error and result.status == "failed":
        lines += [f"    likely: {sanitise(cause, limit=_LONGEST)}" for cause in call.error.causes[:1]]
    return lines


def summary_words(summary: Summary) -> str:
    """``3 as expected · 1 not · 1 skipped · 2.1 s``."""
    parts = [f"{summary.passed} as expected"]
    parts += [click.style(f"{summary.failed} not", fg="red")] if summary.failed else []
    parts += [f"{summary.skipped} skipped"] if summary.skipped else []
    parts += [f"{summary.not_run} not run"] if summary.not_run else []
    return " · ".join([*parts, f"{summary.seconds:.1f} s"])


def checked_line(result: Checked) -> str:
    """A line of JSON, ASCII."""
    return _line(
        {
            "v": 1,
            "file": result.file,
            "name": result.request.name,
            "tags": result.request.tags,
            "status": result.status,
            "why": result.why or None,
            "failures": [failure._asdict() for failure in result.failures],
            "call": call_object(result.call) if result.call else None,
        }
    )


def summary_line(summary: Summary) -> str:
    """The last line of JSON."""
    names = ("passed", "failed", "skipped", "not_run", "seconds")
    return _line({"v": 1, "summary": {name: getattr(summary, name) for name in names}})


def _line(made: dict[str, object]) -> str:
    return json.dumps(made, ensure_ascii=True, separators=(",", ":"))
