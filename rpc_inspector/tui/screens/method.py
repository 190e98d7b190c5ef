"""All that is known of one method: what it is for, how that is known, its schemas and examples."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.model import Call, Method, Participant, TraceRow
from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.session import Update
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.method_words import describing_words, known_by
from rpc_inspector.tui.screens.dialog import Dialog

_LABEL = 13
_LONGEST_DESCRIPTION = 2000
#: Of a schema or an example; the rest is counted.
_MOST_LINES = 300
_LONGEST_LINE = 300


class MethodScreen(Dialog[bool]):
    """Shows a method as it is when asked, and again when something changes in the room.

    Args:
        name: of the method. look: its participant now. calls: the rows of the trace that called it.
        can_call: whether there is a room to call it in.

    Its result is true where its user wants to call the method.
    """

    KEYS = (("↑, ↓", "Scroll."),)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "call", "call it", id="method.call", tooltip="Compose a call of it."),
    ]

    def __init__(
        self,
        name: str,
        look: Callable[[], Participant | None],
        calls: Callable[[], Sequence[TraceRow]],
        *,
        can_call: bool = True,
    ) -> None:
        super().__init__()
        self._name, self._look, self._calls, self._can_call = name, look, calls, can_call
        self._last = look()

    def compose(self) -> ComposeResult:
        """One box."""
        with VerticalScroll(classes="dialog", id="method"):
            yield Static(id="about")

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def _keys(self) -> str:
        return "↑ ↓ scroll   enter call it   esc close" if self._can_call else "↑ ↓ scroll   esc close"

    def action_call(self) -> None:
        """Close, and go on to a call of the method."""
        if self._can_call:
            self.dismiss(result=True)

    def take(self, update: Update) -> None:
        """Something changed in the room."""
        if update.roster is not None or update.rows:
            self._show()

    def _show(self) -> None:
        now = self._look()
        self._last = now or self._last
        if self._last is None:
            return
        box = self.query_one("#method")
        title = f"{sanitise_name(self._last.identity)} {G.into} {sanitise_name(self._name)}"
        box.border_title, box.border_subtitle = Content(title), Content(self._keys())
        method = next((method for method in self._last.methods if method.name == self._name), None)
        lines: list[Content] = []
        if now is None:
            lines.append(Content.styled("Its participant has left the room; this is how it was last.", "$text-warning"))
        if method is None:
            lines.append(Content.styled("Nothing tells of this method any more.", "$text-warning"))
        else:
            lines += about(method, self._last, self._calls())
        self.query_one("#about", Static).update(Content("\n").join(lines))


def about(method: Method, someone: Participant, calls: Sequence[TraceRow]) -> Iterator[Content]:
    """Everything known, line by line, safe to show."""
    if method.description:
        yield Content(sanitise(method.description, limit=_LONGEST_DESCRIPTION, multiline=True))
        yield Content("")
    for conflict in method.conflicts:
        yield Content.styled(f"{G.refused} {sanitise(conflict, limit=300)}", "$text-warning")
    for way, meaning in known_by(method):
        yield Content.assemble((f"{way:<{_LABEL}}", "$muted italic"), meaning)
    called = [row for row in calls if isinstance(row, Call) and row.callee == someone.identity]
    if called:
        ok = sum(call.outcome == "ok" for call in called)
        yield Content.assemble((f"{'calls':<{_LABEL}}", "$muted"), f"{len(called):,} in the trace, {ok:,} ok")
    if said := describing_words(someone, brief=False):
        yield Content.assemble((f"{'participant':<{_LABEL}}", "$muted"), said)
    yield from _part("Request", method.request_schema)
    yield from _part("Response", method.response_schema)
    for number, example in enumerate(method.examples, 1):
        yield from _part(f"Example {number}" if len(method.examples) > 1 else "Example", example)
    if not (method.request_schema or method.response_schema or method.examples):
        yield Content("")
        yield Content.styled("Nobody gives schemas or examples of it. d in the list asks the participant.", "$muted")


def _part(title: str, text: str | None) -> Iterable[Content]:
    if text is None:
        return
    yield Content("")
    yield Content.styled(title, "bold")
    lines = _readable(text).splitlines()
    for line in lines[:_MOST_LINES]:
        yield Content(sanitise(line, limit=_LONGEST_LINE, multiline=True))
    if len(lines) > _MOST_LINES:
        yield Content.styled(f"{G.ellipsis} and {len(lines) - _MOST_LINES:,} lines more", "$muted")


def _readable(text: str) -> str:
    """Indented, with characters instead of the escapes that it is kept with."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return pretty(text) or text
