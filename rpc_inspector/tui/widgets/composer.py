"""The request: whom to call, with what, and for how long."""

import asyncio

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, Input, Static, TextArea

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS, payload_limit, seconds, utf8_size
from rpc_inspector.core.model import Method, Participant
from rpc_inspector.core.payload.text import PRETTY_LIMIT, json_problem, minified, pretty, unsendable
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.templates import Resolved, Sources, resolve
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import size
from rpc_inspector.storage.drafts import DraftFile
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.bodies import PLAIN_ABOVE, too_large_to_highlight
from rpc_inspector.tui.drafts import Drafts
from rpc_inspector.tui.filling import Fill, preview, refusal
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.form.body import RequestBody
from rpc_inspector.tui.widgets.payload.area import RequestArea
from rpc_inspector.tui.widgets.preflight_line import PreflightLine

#: Longer than this is not checked on every key.
_CHECK_LATER_S = 0.3
#: What was typed is on disk so much later, and when the program ends.
_KEEP_AFTER_S = 1.0
_LONGEST_TIMEOUT_S = 3600.0
_JSON = "JSON"
_LABEL_CELLS = 8


class Composer(Vertical):
    """The request half of the call pane. Posts :class:`TargetChanged` when whom or what to call changes.

    Attributes:
        ack_ms: how long the ack may take; a request that was composed elsewhere may bring another than usual.
    """

    class TargetChanged(Message):
        """Another destination or method."""

    class SendPressed(Message):
        """The button."""

    class TargetTyped(Message):
        """The target field is done with."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.identity = ""
        self.method = ""
        self.ack_ms = DEFAULT_ACK_MS
        self._callee: Participant | None = None
        self.resolved = Resolved(text="")
        self.fill: Fill = lambda text: resolve(text, Sources())
        self._drafts = Drafts()
        self._draft_file: DraftFile | None = None
        self._check: Timer | None = None
        self._keep: Timer | None = None

    def compose(self) -> ComposeResult:
        """The facts, the target while it is typed, the editor, the budget, and the button."""
        with Horizontal(id="request-head"):
            yield Static("Request", id="request-label")
            yield Static(id="request-facts")
        yield Input(placeholder=f"participant {G.into} method", compact=True, id="target")
        yield RequestBody(id="request-body")
        yield Static(id="request-problem")
        yield Static(id="preview")
        yield PreflightLine(id="budget")
        with Horizontal(id="send-row"):
            yield Button("Send ^j", id="send", compact=True, variant="primary")
            yield Static("timeout", id="timeout-label")
            yield Input(f"{DEFAULT_RESPONSE_MS // 1000}", compact=True, id="timeout", restrict=r"[0-9.]*")
            yield Static("s", id="timeout-unit")

    def on_mount(self) -> None:
        """The target field is hidden until asked for."""
        self.query_one("#target").display = False
        self.refresh_facts()
        self._refresh_budget()

    # The target

    @property
    def editor(self) -> RequestArea:
        """Where the payload is written."""
        return self.query_one(RequestArea)

    @property
    def body(self) -> RequestBody:
        """The editor, and the form beside it."""
        return self.query_one(RequestBody)

    @property
    def described(self) -> Method | None:
        """What is known of the method."""
        methods = self._callee.methods if self._callee else ()
        return next((method for method in methods if method.name == self.method), None)

    def aim(self, identity: str, method: str, callee: Participant | None) -> None:
        """Take this as the target; the draft of the one before is kept, the one for this comes back."""
        if (identity, method) == (self.identity, self.method):
            return
        self.body.settle()
        self.keep_draft()
        self.identity, self.method, self._callee = identity, method, callee
        self.limit(None, DEFAULT_ACK_MS)
        self.editor.show_text(self._drafts.text((identity, method), self.described))
        self.body.describe(method, self.described)
        self.refresh_facts()
        self.post_message(self.TargetChanged())

    @property
    def payload(self) -> str:
        """What was written, as a template."""
        return self.editor.payload

    def write(self, payload: str, *, undoable: bool = False) -> None:
        """Put a payload, as a template, into the editor; ``undoable`` lets undo bring back what was there."""
        self.body.settle()
        if undoable:
            self.editor.rewrite(payload)
        else:
            self.editor.show_text(payload)
        self.body.replaced()
        self.refresh_facts()

    def limit(self, response_ms: int | None, ack_ms: int) -> None:
        """Take limits of a call that was composed before; ``None`` leaves what was typed."""
        self.ack_ms = ack_ms
        if response_ms is not None:
            self.query_one("#timeout", Input).value = f"{response_ms / 1000:g}"
        self._refresh_budget()

    def put_in(self, text: str, *, whole: bool) -> None:
        """Put a template in the place of everything, or in that of the selection; undo takes it back."""
        if whole or self.editor.is_aside:
            self.write(text, undoable=True)
        else:
            self.editor.put_in(text)
            self.refresh_facts()

    def update_callee(self, callee: Participant | None) -> None:
        """The destination as it is now, ``None`` when it is not in the room."""
        if callee == self._callee:
            return
        self._callee = callee
        if not self.payload and callee is not None and self.method:
            self.editor.show_text(self._drafts.text((self.identity, self.method), self.described))
        self.body.describe(self.method, self.described)
        self.refresh_facts()
        self.post_message(self.TargetChanged())

    def ask_target(self) -> None:
        """Let the target be typed."""
        field = self.query_one("#target", Input)
        field.value = f"{self.identity} {G.into} {self.method}" if self.identity or self.method else ""
        field.display = True
        field.focus()

    def close_target(self) -> bool:
        """Put the field away; whether it was open."""
        field = self.query_one("#target", Input)
        shown, field.display = field.display, False
        return bool(shown)

    @on(Input.Submitted, "#target")
    def _target_typed(self, event: Input.Submitted) -> None:
        event.stop()
        identity, method = parse_target(event.value)
        if not identity or not method:
            self.notify(f"Type both: participant {G.into} method.", severity="warning", markup=False)
            return
        self.close_target()
        self.aim(identity, method, None)
        self.post_message(self.TargetTyped())

    # Drafts

    async def remember_drafts(self, file: DraftFile) -> None:
        """Bring back what was typed before the program was last ended, and keep what is typed from now on."""
        self._draft_file = file
        try:
            self._drafts.restore(await asyncio.to_thread(file.read))
        except FileUnusable as error:
            self._tell_unkept(error)

    def keep_draft(self) -> None:
        """Remember what is written for the present target."""
        if self.identity or self.method:
            self._drafts.keep((self.identity, self.method), self.payload, self.described)

    async def save_drafts(self) -> None:
        """Write what changed to the file, if there is one."""
        changed = self._drafts.take_changed()
        if not changed or self._draft_file is None:
            return
        try:
            await asyncio.to_thread(self._draft_file.change, changed)
        except FileUnusable as error:
            self._tell_unkept(error)

    def _save_drafts_soon(self) -> None:
        self.run_worker(self.save_drafts(), group="drafts", exit_on_error=False)

    def _tell_unkept(self, error: FileUnusable) -> None:
        self._draft_file = None  # it is told once
        self.notify(sanitise(f"{error}", limit=400), severity="warning", markup=False)

    async def on_unmount(self) -> None:
        """What was typed last is kept too."""
        await self.save_drafts()

    # What will be sent

    def invocation(self) -> Invocation | str:
        """The call as it stands, placeholders filled in, or why there is none, in one sentence."""
        if not self.identity or not self.method:
            return "There is nothing to call yet. Choose a method on the left, or type one with ^l."
        timeout = self.timeout_ms
        if timeout is None:
            return "The timeout is not a number of seconds above 0. Correct it, then send."
        self.body.settle()
        self.keep_draft()
        resolved = self.fill(self.payload)
        if refused := refusal(resolved):
            return refused
        problem = unsendable(resolved.text)
        if problem:
            return f"The payload cannot be sent: {problem}. Remove it, then send."
        return Invocation(
            destination=self.identity,
            method=self.method,
            payload=resolved.text,
            response_ms=timeout,
            ack_ms=self.ack_ms,
        )

    @property
    def timeout_ms(self) -> int | None:
        """The typed timeout, ms; ``None`` if it is none."""
        try:
            value = float(self.query_one("#timeout", Input).value)
        except ValueError:
            return None
        return round(value * 1000) if 0 < value <= _LONGEST_TIMEOUT_S else None

    # What is shown about it

    @on(TextArea.Changed, "#editor")
    def _edited(self, event: TextArea.Changed) -> None:
        event.stop()
        for timer in (self._check, self._keep):
            if timer:
                timer.stop()
        self.keep_draft()
        self._keep = self.set_timer(_KEEP_AFTER_S, self._save_drafts_soon)
        if len(event.text_area.document.lines) < 400 and len(self.payload) <= PLAIN_ABOVE:
            self.refresh_facts()
        else:
            self._check = self.set_timer(_CHECK_LATER_S, self.refresh_facts)

    @on(RequestBody.Checked)
    def _checked(self, event: RequestBody.Checked) -> None:
        event.stop()
        self.refresh_facts()

    @on(Input.Changed, "#timeout")
    def _timeout_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._refresh_budget()

    @on(Button.Pressed, "#send")
    def _send_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.SendPressed())

    def _refresh_budget(self) -> None:
        field = self.query_one("#timeout", Input)
        field.set_class(self.timeout_ms is None, "-invalid")
        field.styles.width = max(len(field.value) + 1, 2)
        unit = "s" if self.ack_ms == DEFAULT_ACK_MS else f"s {G.dot} ack {seconds(self.ack_ms)}"
        self.query_one("#timeout-unit", Static).update(unit)
        self.query_one(PreflightLine).changed()

    def refresh_facts(self) -> None:
        """Say anew what is known of what is written."""
        self.query_one(PreflightLine).changed()
        self.editor.refit()
        text = self.payload
        self.resolved = resolved = self.fill(text)
        self._show_preview(resolved)
        word, problem, style = _validity(text, resolved)
        if word == _JSON and (verdict := self.body.verdict):
            word, style = f"{word}, {verdict}", "$text-warning" if self.body.problems else style
        if not problem and self.editor.is_aside:
            problem, style = "Too large to edit here: its beginning is shown, all of it is sent. f4 edits it.", "$muted"
        elif not problem and too_large_to_highlight(text):
            problem, style = "Large: not highlighted or wrapped, and checked when you pause.", "$muted"
        line = self.query_one("#request-problem", Static)
        line.display = bool(problem)
        line.update(Content.styled(problem, style))
        self._show_facts(Content.styled(word, style), self._amount(resolved.text))

    def _show_facts(self, word: Content, amount: Content) -> None:
        """In the room there is: first its label goes, then the words that the problem's own line says too."""
        dot = Content.styled(f" {G.dot} ", "$muted")
        said = word.plain.removesuffix(" against the schema")
        said = said.removeprefix("JSON, ") if said.endswith("the schema") else said
        brief = Content.styled(said, word.spans[0].style)
        room = self.query_one("#request-head").size.width or 1000
        whole = dot.join([word, amount])
        self.query_one("#request-label").display = whole.cell_length + _LABEL_CELLS <= room
        shown = whole if whole.cell_length <= room else dot.join([brief, amount])
        self.query_one("#request-facts", Static).update(shown)

    def on_resize(self) -> None:
        """What is said fits the width."""
        self.refresh_facts()

    def _show_preview(self, resolved: Resolved) -> None:
        line = self.query_one("#preview", Static)
        shown = preview(resolved, self.size.width)
        line.display = shown is not None
        if shown is not None:
            line.update(shown)

    def _amount(self, text: str) -> Content:
        count = utf8_size(text)
        protocol = self._callee.client_protocol if self._callee else None
        limit = payload_limit(protocol)
        if limit is None:
            return Content.styled(f"{size(count)} {G.dot} v2, no limit", "$muted")
        style = "$text-error" if count > limit else "$muted"
        return Content.styled(f"{count:,} of {limit:,} B {G.dot} v1", style)

    def format(self) -> None:
        """Indent what is written, if it is JSON; undo takes it back."""
        self._rewrite(pretty(self.payload), "indented")

    def minify(self) -> None:
        """Take out the blanks of what is written, if it is JSON, likewise."""
        self._rewrite(minified(self.payload), "put on one line")

    def _rewrite(self, text: str | None, done: str) -> None:
        if text is None:
            why = f"is larger than {PRETTY_LIMIT:,} characters" if len(self.payload) > PRETTY_LIMIT else "is not JSON"
            self.notify(f"It {why}, so it cannot be {done}.", severity="warning", markup=False)
        else:
            self.editor.rewrite(text)
            self.refresh_facts()


def _validity(text: str, resolved: Resolved) -> tuple[str, str, str]:
    """A word for what the payload is, what is wrong with it, and the style of both."""
    if not text:
        return "empty", "", "$muted"
    if resolved.missing:
        return "incomplete", "", "$text-warning"
    text = resolved.text
    if len(text) > PRETTY_LIMIT:
        return "unchecked", "", "$muted"
    if problem := unsendable(text):
        return "cannot be sent", problem, "$text-error"
    if problem := json_problem(text):
        return "text, not JSON", problem, "$text-warning"
    return _JSON, "", "$text-success"


def parse_target(typed: str) -> tuple[str, str]:
    """Identity and method from what was typed between them: the sign of the title, ``>`` or a blank."""
    for separator in (G.into, ">", " "):
        identity, found, method = typed.rpartition(separator)
        if found and identity.strip() and method.strip():
            return identity.strip(), method.strip()
    return typed.strip(), ""


def target_title(identity: str, method: str) -> Content:
    """Participant and method, as the pane's title."""
    if not identity:
        return Content("Call")
    return Content(f"{sanitise_name(identity)} {G.into} {sanitise_name(method)}")
