"""The answer: what came back, how long it took, and if nothing did, why."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.explain import Explanation
from rpc_inspector.core.model import Call, CallError
from rpc_inspector.core.payload.text import pretty
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui.actions import bindings
from rpc_inspector.tui.bodies import body
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.payload.area import PayloadArea
from rpc_inspector.tui.wording import failure, outcome_line, running, timing_bar, whose

#: Lines from which on a failed call's timing stands below its story.
_ROOM_FOR_BOTH = 20
#: Of what can be done first, which may name a participant or a method.
_LONGEST_LABEL = 30


class ResponsePane(Vertical):
    """The response half of the call pane: shows one call, whichever was sent or chosen last."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("response")]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.call: Call | None = None
        self.closest: str | None = None
        self._explanation: Explanation | None = None
        self._raw = False
        self._body_of: tuple[int, str | None, bool] | None = None

    def compose(self) -> ComposeResult:
        """One line of outcome, then the answer or the story of why there is none, then the timing."""
        yield Static(id="outcome")
        yield Static(id="whose")
        yield PayloadArea(read_only=True, id="answer")
        with VerticalScroll(id="story-scroll", can_focus=True):
            yield Static(id="story")
        yield Static(id="notes")
        yield Static(id="timing")
        yield Static(id="steps")

    def on_mount(self) -> None:
        """Nothing yet."""
        self.redraw(0.0, acks_seen=False)
        self.watch(self.screen, "focused", self._show_steps, init=False)

    def on_resize(self) -> None:
        """The bar fits the width, which is not known while the pane is hidden."""
        self._show_timing(self.call)

    @property
    def focus_target(self) -> Widget:
        """What takes the focus: the answer, or the story in its place."""
        answer = self.query_one("#answer")
        return answer if answer.display else self.query_one("#story-scroll")

    @property
    def shown_text(self) -> str:
        """The payload as it is shown, for copying: the answer, else the error's data or message."""
        call = self.call
        if call is None:
            return ""
        if call.response is not None and call.response.text is not None and call.error is None:
            return call.response.text if self._raw else pretty(call.response.text) or call.response.text
        if call.error is not None:
            return call.error.data or f"{call.error.code} {call.error.name or ''} {call.error.message}".strip()
        return ""

    def show(
        self,
        call: Call | None,
        now: float,
        *,
        acks_seen: bool,
        foreign: bool = False,
        explanation: Explanation | None = None,
        closest: str | None = None,
    ) -> None:
        """Show a call as it is now.

        Args:
            call: the call; ``None`` for none.
            now: seconds of CLOCK_MONOTONIC.
            acks_seen: a vantage point shows acks.
            foreign: it is not a call of what the request half aims at, so say whose it is.
            explanation: why it failed.
            closest: the name to offer where its destination was not in the room.
        """
        focused = self.has_focus_within
        self.call, self._explanation, self.closest = call, explanation, closest
        line = self.query_one("#whose", Static)
        line.display = bool(call) and foreign
        if call and foreign:
            line.update(whose(call))
        self.redraw(now, acks_seen=acks_seen)
        if focused and not self.focus_target.has_focus:
            self.focus_target.focus()
        self.refresh_bindings()

    def redraw(self, now: float, *, acks_seen: bool) -> None:
        """Bring what depends on time up to date."""
        call = self.call
        has_answer = call is not None and call.error is None and call.response is not None
        self.query_one("#answer").display = has_answer
        self.query_one("#story-scroll").display = not has_answer
        self.query_one("#outcome", Static).update(
            outcome_line(call, now) if call else Content.styled("Response", "$muted")
        )
        if call is not None and has_answer:
            self._show_answer(call)
        else:
            self._body_of = None
            self.query_one("#notes").display = False
            self.query_one("#story", Static).update(self._story(now, acks_seen=acks_seen))
        self._show_timing(call)
        self._show_steps()

    def _show_steps(self) -> None:
        steps = self._steps()
        self.query_one("#steps", Static).update(steps)
        self.query_one("#steps").display = bool(steps.plain)

    def _show_answer(self, call: Call) -> None:
        response = call.response
        key = (call.seq, response.text if response else None, self._raw)
        if response is None or key == self._body_of:
            return
        self._body_of = key
        notes: tuple[str, ...]
        area = self.query_one(PayloadArea)
        if response.text is None:
            area.show_text("")
            notes = (f"{response.bytes:,} bytes that could not be read: {response.broken or 'not captured'}",)
        elif not response.text:
            area.show_text("")
            notes = ("The answer is empty.",)
        else:
            shown = body(response.text, raw=self._raw)
            area.show_text(shown.text, highlight=shown.highlight)
            notes = shown.notes
        line = self.query_one("#notes", Static)
        line.update(Content.styled(sanitise(f" {G.dot} ".join(notes)), "$text-warning"))
        line.display = bool(notes)

    def _story(self, now: float, *, acks_seen: bool) -> Content:
        call = self.call
        if call is None:
            saved = self.screen.has_class("-opened")
            words = "Choose a call in the trace." if saved else "No answer yet. ^j sends the request."
            return Content.styled(words, "$muted")
        if call.is_open:
            return running(call, now, self.size.width - 2, acks_seen=acks_seen)
        story = failure(call, self._explanation)
        if call.error and call.error.data:
            shown = body(call.error.data, raw=self._raw)
            story = Content.assemble(story, "\n\n", ("data", "$muted"), "\n", shown.text)
        if call.note:
            story = Content.assemble(story, "\n\n", (sanitise(call.note), "$muted"))
        return story

    def _show_timing(self, call: Call | None) -> None:
        wanted = call is not None and not call.is_open
        if call and call.error and self.size.height < _ROOM_FOR_BOTH:
            wanted = False  # why it failed needs the lines
        timing = timing_bar(call, self.size.width - 2) if call and wanted else None
        line = self.query_one("#timing", Static)
        line.display = timing is not None
        if timing is not None:
            line.update(timing)

    def _steps(self) -> Content:
        """What can be done about it now, as keys that can be clicked."""
        call = self.call
        if call is None or call.direction != "outgoing":
            return Content("")
        if call.is_open:
            return _keys(("esc", "cancel", "cancel"))
        return Content("") if call.error is None else self._steps_after(call, call.error)

    def _steps_after(self, call: Call, error: CallError) -> Content:
        if self.screen.has_class("-opened"):
            return _keys(("x", "explain", "explain"))
        if error.code == ErrorCode.RECIPIENT_NOT_FOUND and not call.views:
            offered = [("a", "anyway", "send anyway")]
            if self.closest:
                offered.insert(0, ("enter", "closest", f"send to {sanitise_name(self.closest)}"))
            return _keys(*offered)
        if self._is_typing:
            return _keys(("alt+x", "explain", "explain"), ("^j", "send", "send again"))
        offered = [("r", "resend", "resend"), ("i", "ping", "ping"), ("x", "explain", "explain")]
        first = next(iter(self._explanation.actions), None) if self._explanation else None
        if first and first.kind in ("call", "send_to", "timeout", "wait"):
            # The others may not find room beside it.
            offered = [(G.to, "do_first", sanitise(first.label, limit=_LONGEST_LABEL)), *reversed(offered)]
        return _keys(*offered)

    @property
    def _is_typing(self) -> bool:
        """Letters go into the request."""
        focused = self.screen.focused
        return focused is not None and any(node.id == "request" for node in focused.ancestors_with_self)

    def toggle_form(self) -> None:
        """Raw or indented."""
        self._raw = not self._raw
        self._body_of = None

    @property
    def has_forms(self) -> bool:
        """Whether there is a payload that can be shown raw or indented."""
        call = self.call
        return bool(call and ((call.error and call.error.data) or (call.response and call.response.text)))


def _keys(*entries: tuple[str, str, str]) -> Content:
    parts = []
    for key, action, label in entries:
        linked = Content.from_markup(f"[@click=screen.{action}][bold $text-primary]{key}[/] $label[/]", label=label)
        parts.append(linked)
    return Content("   ").join(parts)
