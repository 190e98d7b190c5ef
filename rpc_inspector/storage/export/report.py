"""HTML: a report to read and to send to a colleague. One page that needs nothing else and asks for nothing.

The template escapes every text; the page's policy forbids all but its own style and script, so that even a text that
got through could do nothing.
"""

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files
from typing import TextIO

import jinja2
from markupsafe import Markup

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.export import About
from rpc_inspector.storage.export.report_calls import CallView, EventView, Payloads, call_view, event_view
from rpc_inspector.storage.export.report_figures import Figures
from rpc_inspector.storage.export.report_ladder import ladder_view
from rpc_inspector.storage.export.wording import about_lines

#: A page of more rows is no page to read: the figures count all calls, the list ends there and says so.
MOST_ROWS = 5_000


def write(rows: Iterable[TraceRow], stream: TextIO, about: About) -> None:
    """Write the page."""
    figures, listed, calls_listed = Figures(), list[TraceRow](), 0
    for row in rows:
        if isinstance(row, Call):
            figures.add(row)
        if len(listed) < MOST_ROWS:
            listed.append(row)
            calls_listed += isinstance(row, Call)
    page = _template().generate(
        title=f"RPC calls {sanitise(about.origin, limit=80)}".strip(),
        origin=sanitise(about.origin, limit=200),
        about=about_lines(about),
        summary=figures.summary,
        errors=figures.errors,
        methods=figures.methods,
        ladder=ladder_view(listed),
        rows=_views(listed, figures),
        axis=figures.axis,
        left_out=_left_out(figures.calls, calls_listed),
        **_parts(),
    )
    stream.writelines(page)


def _views(rows: list[TraceRow], figures: Figures) -> list[CallView | EventView]:
    payloads = Payloads()
    axis = figures.axis
    return [call_view(row, axis, payloads) if isinstance(row, Call) else event_view(row) for row in rows]


def _left_out(calls: int, listed: int) -> str:
    if calls == listed:
        return ""
    return (
        f"The first {listed:,} of {calls:,} calls are listed; the figures count all. Filter or mark those that matter."
    )


def _template() -> jinja2.Template:
    loader = jinja2.FunctionLoader(_part)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("report.html.j2")


def _part(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def _parts() -> dict[str, object]:
    """Style and script, which are ours and stand as they are, and the policy that allows these two alone."""
    css, script = _part("report.css"), _part("report.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"css": Markup(css), "script": Markup(script), "policy": policy}  # noqa: S704 - files of this package


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
