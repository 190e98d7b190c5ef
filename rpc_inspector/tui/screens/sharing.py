"""Taking calls out of the program: as a file, and as text that makes a call again."""

from pathlib import Path

from rpc_inspector.core.budgets import DEFAULT_RESPONSE_MS
from rpc_inspector.core.model import Call, replace
from rpc_inspector.core.secrets.concealed import bare
from rpc_inspector.core.session import Invocation, SessionState
from rpc_inspector.tui.screens.explaining import ExplainingScreen


class SharingScreen(ExplainingScreen):
    """A screen that shows calls and writes them. Who composes them implements :meth:`template_of`."""

    def template_of(self, call: Call) -> str | None:
        """What was typed for a call of ours; ``None`` where that is not known."""
        raise NotImplementedError

    def action_save(self) -> None:
        """Save calls to a file that can be opened again."""
        self._write("trace")

    def action_export(self) -> None:
        """Write calls in a format of choice."""
        self._write("")

    def _write(self, name: str) -> None:
        from rpc_inspector.storage.export import FORMATS  # noqa: PLC0415 - only when asked for
        from rpc_inspector.tui.screens.export import ExportScreen, selections_of  # noqa: PLC0415 - likewise

        view, state = self.trace.view, self._state
        rows = bare(self.session).rows() if self.session else ()
        selections = selections_of(rows, tuple(view.rows.between(0, len(view.rows))), view.how.words)
        if not any(selection.rows for selection in selections):
            self.notify("There is nothing to write yet: no calls were seen.", markup=False)
            return
        origin = Path(state.journal).name if self.is_saved else f"room {state.room}"
        self.app.push_screen(ExportScreen(selections, origin, state.room, FORMATS.get(name), self.concealing))

    def action_copy_as(self) -> None:
        """Copy the selected call of the trace, the shown one, or the one that is being composed."""
        from rpc_inspector.core.snippets import Language  # noqa: PLC0415 - only when asked for
        from rpc_inspector.tui.screens.copy_as import CopyAsScreen  # noqa: PLC0415 - likewise

        wanted, state = self._wanted()
        if not wanted.destination or not wanted.method:
            self.notify("Whom it calls, or the method, is not known. Choose another call.", markup=False)
            return

        def copy(language: Language | None) -> None:
            if language is not None:
                self._copy(f"the {language.name}", language.make(wanted, state))

        self.app.push_screen(CopyAsScreen(wanted), copy)

    def _wanted(self) -> tuple[Invocation, SessionState]:
        """The call, and where it is made: in the room that it was made in."""
        from rpc_inspector.core.snippets import invocation_of  # noqa: PLC0415 - as above

        call: Call | None = None
        if self.focused_pane == "trace":
            call = self.trace.selected_call if self.trace_section.shown == "list" else self.shown_call
        elif self.focused_pane == "response" or self.is_saved:
            call = self.shown_call
        if call is not None:
            call = self.concealing.call(call)
            wanted = invocation_of(call)
            if call.request and call.request.redacted and (template := self.template_of(call)) is not None:
                wanted = replace(wanted, payload=template)
            return wanted, replace(self._state, room=call.room)
        composer = self.call_pane.composer
        limit = composer.timeout_ms or DEFAULT_RESPONSE_MS
        text = composer.payload
        wanted = Invocation(
            destination=composer.identity,
            method=composer.method,
            payload=text,
            response_ms=limit,
            ack_ms=composer.ack_ms,
        )
        return wanted, self._state
