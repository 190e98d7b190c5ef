"""An app with nothing but a ladder in it, over a view that is fed as the list feeds it."""

from textual.app import ComposeResult

from rpc_inspector.core.model import TraceRow, replace
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.widgets.ladder.lines import LadderLines
from rpc_inspector.tui.widgets.ladder.pane import LadderPane
from rpc_inspector.tui.widgets.trace.messages import MarkAsked, PauseAsked
from rpc_inspector.tui.widgets.trace.view import TraceView
from tests.support.calls import US
from tests.support.hosts import CONNECTED, Bare


class LadderHost(Bare):
    """What the section does for a ladder, and what the session does of what is asked."""

    def __init__(self, theme: str = "inspector-dark") -> None:
        super().__init__(theme)
        self.view = TraceView()
        self.view.names.set_us(US)

    def compose(self) -> ComposeResult:
        yield LadderPane(self.view)

    def on_mount(self) -> None:
        self.apply(state=CONNECTED)
        self.lines.focus()

    def apply(self, *rows: TraceRow, state: SessionState | None = None, dropped: tuple[int, ...] = ()) -> None:
        self.view.put(rows)
        if dropped:
            self.view.drop(dropped)
        self.pane.take(Update(rows=rows, dropped=dropped, state=state))

    def on_mark_asked(self, message: MarkAsked) -> None:
        """As the session does it: the row comes back marked."""
        self.heard.append(("mark", message.seq, message.marked))
        row = self.view.rows.get(message.seq)
        if row is not None:
            self.apply(replace(row, marked=message.marked))

    def on_pause_asked(self, _message: PauseAsked) -> None:
        self.view.pause(paused=not self.view.paused)
        self.pane.show_anew()

    @property
    def pane(self) -> LadderPane:
        return self.query_one(LadderPane)

    @property
    def lines(self) -> LadderLines:
        return self.query_one(LadderLines)
