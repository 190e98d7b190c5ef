"""Apps with nothing but the trace's list in them, which hear what it posts."""

import random

from textual.app import App, ComposeResult

from rpc_inspector.core.model import replace
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.tui.theming import load_themes, shipped_directory, variable_defaults
from rpc_inspector.tui.widgets.trace.messages import CommentAsked, MarkAsked, RowOpened, RowSelected, RowsFiltered
from rpc_inspector.tui.widgets.trace.pane import TracePane
from tests.support.calls import MONOTONIC, US, call

CONNECTED = SessionState(status="connected", identity=US, vantage=("us", "server"), capture="on")


class Bare(App[None]):
    """An app with our themes, which hears what its widget posts."""

    def __init__(self, theme: str = "inspector-dark") -> None:
        super().__init__()
        self.now = MONOTONIC + 4.25
        self.copied: list[tuple[str, str]] = []
        self.heard: list[object] = []
        for shipped in load_themes(shipped_directory())[0]:
            self.register_theme(shipped)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def copy(self, what: str, text: str) -> None:
        self.copied.append((what, text))

    def on_row_selected(self, message: RowSelected) -> None:
        self.heard.append(("selected", message.seq))

    def on_row_opened(self, message: RowOpened) -> None:
        self.heard.append(("opened", message.seq))

    def on_rows_filtered(self, message: RowsFiltered) -> None:
        self.heard.append(("filtered", message.shown, message.of))


class Host(Bare):
    """An app with nothing but the pane."""

    def compose(self) -> ComposeResult:
        yield TracePane(now=lambda: self.now)

    def on_mount(self) -> None:
        self.pane.focus()
        self.pane.apply(Update(state=CONNECTED))

    def on_mark_asked(self, message: MarkAsked) -> None:
        """As the session does: the row comes back marked."""
        self.pane.apply(Update(rows=(replace(self.pane.view.rows.get(message.seq), marked=message.marked),)))

    def on_comment_asked(self, message: CommentAsked) -> None:
        self.pane.apply(Update(rows=(replace(self.pane.view.rows.get(message.seq), comment=message.text or None),)))

    @property
    def pane(self) -> TracePane:
        return self.query_one(TracePane)


def lines(pane: TracePane) -> list[str]:
    return [pane.render_line(y).text for y in range(pane.scrollable_content_region.height)]


def many(count: int, first: int = 1) -> tuple:
    return tuple(call(seq, seq / 10) for seq in range(first, first + count))


def lively(count=400, first=1):
    """Calls between several with every outcome, the same ones each time."""
    chance = random.Random(first)  # noqa: S311 - a test's data
    people = ["weather-agent", "web-1", "billing", "phone +33123456741", US, "検索エージェント"]
    methods = ["get_weather", "get_location", "refund", "charge", "show_card", "forecast"]
    rows = []
    for seq in range(first, first + count):
        caller, callee = chance.sample(people, 2)
        rows.append(
            call(seq, seq * 0.11, caller=caller, callee=callee, method=chance.choice(methods),
                 ack=chance.choice([1.2, 9, 12, None]), total=round(13 + chance.expovariate(1 / 60), 1),
                 code=chance.choices([0, 1500, 1502, 1400], [90, 4, 3, 3])[0],
                 sizes=(chance.randrange(2, 5000), chance.randrange(2, 20000)))
        )  # fmt: skip
    return rows
