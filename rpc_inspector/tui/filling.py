"""What placeholders in the composer stand for, and the line that says so before anything is sent."""

import os
from collections.abc import Callable

from textual.content import Content

from rpc_inspector.core.model import Call
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.session import Session
from rpc_inspector.core.templates import Placeholder, Raw, Resolved, Sources, placeholders, resolve
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import elide

#: Cells that a value has in the line.
_VALUE_CELLS = 24
#: What is new each time that something is sent.
_FRESH = {"uuid": "new", "now": "then", "now:unix": "then"}


class Typed:
    """Variables and secrets that were typed; secrets are nowhere but here, and end with the program."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.secrets: dict[str, str] = {}

    def take(self, name: str, value: str) -> None:
        """Set a variable, or a secret by its name after ``secret:``; an empty one is no longer set."""
        kind, colon, rest = name.partition(":")
        values = self.secrets if colon and kind == "secret" else self.variables
        values.pop(rest if colon else name, None)
        if value:
            values[rest if colon else name] = value

    def value(self, name: str) -> str:
        """What was typed for a name, likewise; empty if nothing was."""
        kind, colon, rest = name.partition(":")
        return self.secrets.get(rest, "") if colon and kind == "secret" else self.variables.get(name, "")


def fill(text: str, base: Sources, typed: Typed, session: Session | None) -> Resolved:
    """The text with its placeholders filled in, now.

    Args:
        text: what was typed.
        base: of the environment that was chosen.
        typed: beats it.
        session: where earlier responses are found; ``None`` while there is none.
    """
    if "${" not in text:
        return Resolved(text=text)
    used = placeholders(text)
    sources = Sources(
        variables={**base.variables, **{name: Raw(value) for name, value in typed.variables.items()}},
        secrets={**_secrets_of_process(used), **base.secrets, **typed.secrets},
        environment=base.environment or os.environ,
        responses=_responses(used, session),
        now=base.now,
    )
    return resolve(text, sources)


def _secrets_of_process(used: tuple[Placeholder, ...]) -> dict[str, str]:
    """The secrets that are asked for and set in the process's environment, as ``check`` takes them."""
    names = {one.name.removeprefix("secret:") for one in used if one.name.startswith("secret:")}
    return {name: os.environ[name] for name in names if name in os.environ}


def _responses(used: tuple[Placeholder, ...], session: Session | None) -> dict[str, str]:
    """The latest answers to calls of ours, of the methods that are asked for."""
    methods = {one.name.removeprefix("last:").partition(":$")[0] for one in used if one.name.startswith("last:")}
    found: dict[str, str] = {}
    for method in methods if session else ():
        for row in reversed(session.find(method=method, outcome="ok") if session else ()):
            if isinstance(row, Call) and row.direction == "outgoing" and row.response and not row.response.redacted:
                if row.response.text is not None:
                    found[method] = row.response.text
                break
    return found


def preview(resolved: Resolved, width: int) -> Content | None:
    """One line on what the placeholders stand for: first what is missing; ``None`` where there are none."""
    if not resolved.spans and not resolved.missing:
        return None
    parts: list[Content] = []
    if resolved.missing:
        names = ", ".join(dict.fromkeys(sanitise(missing.name, limit=60) for missing in resolved.missing))
        parts.append(Content.styled(f"{G.failed} missing: {names}", "$text-error"))
        parts.append(Content.styled("alt+n sets", "$text-primary"))
    parts += [Content.styled(sanitise(remark, limit=200), "$text-warning") for remark in resolved.remarks]
    seen: set[str] = set()
    for span in sorted(resolved.spans, key=lambda span: span.name in _FRESH):
        if span.name in seen:
            continue
        seen.add(span.name)
        value = MASK if span.secret else _FRESH.get(span.name) or resolved.text[span.start : span.end]
        shown = elide(sanitise(value, limit=4 * _VALUE_CELLS), _VALUE_CELLS)
        parts.append(Content.assemble((f"{sanitise(span.name, limit=40)} ", "$muted"), shown))
    return Content.styled(f" {G.dot} ", "$muted").join(parts).truncate(max(width, 10), ellipsis=True)


def refusal(resolved: Resolved) -> str:
    """Why a text is not sent, in words; empty if it may be."""
    if not resolved.missing:
        return ""
    first = resolved.missing[0]
    more = len(resolved.missing) - 1
    also = f" {more} more {'is' if more == 1 else 'are'} missing." if more else ""
    return sanitise(f"Nothing was sent. {first.what} {first.advice} alt+n sets variables.{also}", limit=400)


Fill = Callable[[str], Resolved]
