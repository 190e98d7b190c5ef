"""What is composed: where it comes from, what its placeholders stand for, and how often and to whom it is sent."""

from collections.abc import Callable
from typing import cast

from textual.app import App

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS, budget_for
from rpc_inspector.core.model import Call, TraceRow, replace
from rpc_inspector.core.secrets.concealed import bare
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.statistics.summary import Group
from rpc_inspector.core.templates import Resolved, literal
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.history import Sent
from rpc_inspector.tui.filling import Typed, fill, refusal
from rpc_inspector.tui.keeping import Keeper
from rpc_inspector.tui.screens.collecting import CollectingScreen
from rpc_inspector.tui.screens.explaining import Resent

#: Templates of calls of ours that are remembered, the latest.
_MOST_TEMPLATES = 1000


class ComposingScreen(CollectingScreen):
    """A screen that composes calls.

    Attributes:
        typed: variables and secrets that were typed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.typed = Typed()
        self._keeper: Keeper | None = None
        self._templates: dict[int, str] = {}
        self._templates_by_text: dict[int, str] = {}

    def furnish_composing(self) -> None:
        """The panes are there: bring back what was typed, and fill in placeholders from now on."""
        from rpc_inspector.storage import drafts, history  # noqa: PLC0415 - after the first paint

        composer = self.call_pane.composer
        composer.fill = self._filled
        self.trace_section.known = self.concealing
        if self.is_saved:
            return
        history_file = history.HistoryFile(history.default_path())
        self._keeper = Keeper(history_file, self._write_history, self._tell_kept, self.concealing)
        drafts_file = drafts.DraftFile(drafts.default_path(), self.concealing)
        self.run_worker(composer.remember_drafts(drafts_file), group="drafts", exit_on_error=False)

    def _filled(self, text: str) -> Resolved:
        """With what came of earlier calls as it was; whatever of it is secret is kept out of sight from now on."""
        resolved = fill(text, self.sources, self.typed, bare(self.session) if self.session else None)
        self.concealing.learn(resolved)
        return resolved

    # The history

    def note_sent(self, seq: int, invocation: Invocation, typed: str | None) -> None:
        """A call of ours began.

        Args:
            seq: its number.
            invocation: as it was sent.
            typed: the template of its payload, ``None`` where there was none.
        """
        if invocation.purpose != "call":
            return
        template = literal(invocation.payload) if typed is None else typed
        self._templates[seq] = template
        if len(self._templates) > _MOST_TEMPLATES:
            del self._templates[next(iter(self._templates))]
        if self._keeper:
            self._keeper.sent(seq, invocation, template)

    def note_ended(self, rows: tuple[TraceRow, ...]) -> None:
        """Rows of the trace changed."""
        composer = self.call_pane.composer
        if self._keeper and self._keeper.take(rows) and "${last:" in composer.payload:
            composer.refresh_facts()

    def template_of(self, call: Call) -> str | None:
        """What was typed for a call of ours, else its payload as a template; ``None`` where that is not all there."""
        if call.seq in self._templates:
            return self._templates[call.seq]
        sent = bare(self.session).row(call.seq) if self.session else None
        if isinstance(sent, Call) and sent.request and (known := self._templates_by_text.get(hash(sent.request.text))):
            return known
        if call.request is None or call.request.text is None or call.request.redacted:
            return None
        return literal(call.request.text)

    def resent(self, call: Call) -> Resent | str:
        """What a call of ours sends when it is sent again: the same, or its template where there were secrets in it."""
        if call.direction != "outgoing" or call.request is None:
            return "Only a call of ours can be sent again. Send one with ^j."
        template = self.template_of(call)
        if call.request.text is not None and not call.request.redacted:
            return Resent(call.request.text, template)
        if template is None:
            return "Its payload was redacted, so it is not sent again. u puts the call into the editor."
        resolved = self._filled(template)
        return refusal(resolved) or Resent(resolved.text, template)

    def _write_history(self) -> None:
        if self._keeper:
            self.run_worker(self._keeper.write(), group="history", exit_on_error=False)

    def _tell_kept(self, words: str) -> None:
        self.notify(sanitise(words, limit=400), severity="warning", markup=False)

    @property
    def _last_typed(self) -> str | None:
        """The template of what was sent last."""
        return next(reversed(self._templates.values()), None)

    async def on_unmount(self) -> None:
        """What was sent last is kept too."""
        if self._keeper:
            await self._keeper.write()

    def action_history(self) -> None:
        """What was sent before: choose one, to send it again or change it."""
        from rpc_inspector.tui.screens.history import HistoryScreen  # noqa: PLC0415 - only when asked for

        if self.refused() or self._keeper is None:
            return
        composer = self.call_pane.composer
        target = (composer.identity, composer.method) if composer.method else None

        def take(entry: Sent | None) -> None:
            if entry is not None:
                self._load_sent(entry)

        self.app.push_screen(HistoryScreen(self._keeper, target), take)

    def _load_sent(self, entry: Sent) -> None:
        limits = entry.response_ms or DEFAULT_RESPONSE_MS, entry.ack_ms or DEFAULT_ACK_MS
        self._load_into_composer(entry.destination, entry.method, entry.payload, *limits)
        if entry.payload is None:
            self.notify("Its payload was too long to be kept; whom it called and the timeout are here.", markup=False)

    def _load_into_composer(
        self, identity: str, method: str, payload: str | None, response_ms: int, ack_ms: int
    ) -> None:
        """As an edit, so that undo brings back what stood there."""
        composer = self.call_pane.composer
        same = (composer.identity, composer.method) == (identity, method)
        before = composer.payload if same else None
        self.compose_request(identity, method, composer.payload if same else "", response_ms, ack_ms)
        if payload is not None and payload != before:
            composer.write(payload, undoable=True)
            self.action_focus_pane("request")  # what was put in decides whether that is the form

    def action_edit_call(self) -> None:
        """Put a call of the trace, or the shown one, into the composer."""
        if self.refused():
            return
        call = self.trace.selected_call if self.focused_pane == "trace" else self.shown_call
        if call is None or not call.callee or not call.method:
            self.notify("Choose a call whose callee and method are known.", markup=False)
            return
        template = self.template_of(call)
        budget = call.budget or budget_for()
        self._load_into_composer(call.callee, call.method, template, budget.response, budget.ack)
        if template is None:
            self.notify("Its payload was not seen, or was redacted, so it is not sent again.", markup=False)

    # Where a payload comes from

    def action_minify(self) -> None:
        """Take the blanks out of the request."""
        self.call_pane.composer.minify()

    def action_from_file(self) -> None:
        """Take a file as the payload."""
        from rpc_inspector.tui.screens.payload_file import Loaded, PayloadFileScreen  # noqa: PLC0415 - when asked for

        if self.refused():
            return

        def take(loaded: Loaded | None) -> None:
            if loaded is not None:
                self.call_pane.composer.put_in(loaded.text, whole=loaded.whole)
                self.action_focus_pane("request")

        self.app.push_screen(PayloadFileScreen(), take)

    def action_editor(self) -> None:
        """Write the request in the user's editor."""
        if not self.refused():
            self.run_worker(self._edit(), group="external", exclusive=True, exit_on_error=False)

    async def _edit(self) -> None:
        from rpc_inspector.tui.external import ProgramFailed, edit, suffix_of  # noqa: PLC0415 - only when asked for

        composer = self.call_pane.composer
        before = composer.payload
        try:
            after = await edit(cast("App[object]", self.app), before, suffix_of(before))
        except ProgramFailed as error:
            self.notify(sanitise(f"{error}", limit=400), severity="warning", markup=False)
        else:
            if after != before:
                composer.write(after, undoable=True)
            self.action_focus_pane("request")

    def action_pager(self) -> None:
        """Read the request or the response, whichever has the focus, in the user's pager."""
        of_request = self.focused_pane == "request"
        text = self.call_pane.composer.payload if of_request else self.call_pane.response.shown_text
        if text:
            self.run_worker(self._page(text), group="external", exclusive=True, exit_on_error=False)
        else:
            self.notify(f"The {'request' if of_request else 'response'} is empty.", markup=False)

    async def _page(self, text: str) -> None:
        from rpc_inspector.tui.external import read_in_pager  # noqa: PLC0415 - only when asked for

        await read_in_pager(self, text)

    def action_variables(self) -> None:
        """Set what placeholders stand for."""
        from rpc_inspector.tui.screens.variables import Chosen, VariablesScreen  # noqa: PLC0415 - when asked for

        if self.refused():
            return
        composer = self.call_pane.composer

        def take(chosen: Chosen | None) -> None:
            if chosen is None:
                return
            for name, value in chosen.typed.items():
                self.typed.take(name, value)
            if chosen.sources is not None:
                self._sources, self._environment = chosen.sources, chosen.environment
            composer.refresh_facts()

        self.app.push_screen(VariablesScreen(composer.payload, self.sources, self.typed, self._environment), take)

    # Again, and to several

    def action_repeat(self) -> None:
        """Send the request again and again."""
        from rpc_inspector.tui.screens.repeat import RepeatScreen  # noqa: PLC0415 - only when asked for

        if (first := self._ready()) is None or self.session is None:
            return
        typed = self.call_pane.composer.payload

        def noted() -> Callable[[Group], None]:
            return self._keeper.repeated(first, typed) if self._keeper else lambda _figures: None

        self.app.push_screen(RepeatScreen(self.session, first, self._again, noted))

    def action_several(self) -> None:
        """Send the request to several participants at once."""
        from rpc_inspector.tui.screens.several import SeveralScreen  # noqa: PLC0415 - only when asked for

        if (first := self._ready()) is None or self.session is None:
            return
        people = tuple(someone for someone in self._roster if not someone.is_self)
        self.app.push_screen(SeveralScreen(self.session, first, self._again, people, self._open_call))

    def _open_call(self, seq: int) -> None:
        from rpc_inspector.tui.widgets.trace.messages import RowOpened  # noqa: PLC0415 - only when asked for

        self.post_message(RowOpened(seq))

    def _again(self, first: Invocation) -> Invocation:
        """The same with its placeholders filled in anew."""
        template = self.call_pane.composer.payload
        resolved = self._filled(template)
        if resolved.missing:
            return first
        self._remember(resolved.text, template)
        return replace(first, payload=resolved.text)

    def _remember(self, text: str, template: str) -> None:
        """What was typed for a text that is sent where nobody notes its call's number."""
        self._templates_by_text[hash(text)] = template
        if len(self._templates_by_text) > _MOST_TEMPLATES:
            del self._templates_by_text[next(iter(self._templates_by_text))]

    def _ready(self) -> Invocation | None:
        """The call as it stands; says why there is none."""
        if self.refused():
            return None
        invocation = self.call_pane.composer.invocation()
        if isinstance(invocation, str):
            self.notify(invocation, severity="warning", markup=False)
            return None
        if self.session is None:
            self.notify("Not connected yet. Wait for the connection, or ^t to choose another.", markup=False)
            return None
        self._remember(invocation.payload, self.call_pane.composer.payload)
        return invocation
