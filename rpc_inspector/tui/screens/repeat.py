"""Sending the request again and again: how often, how far it is, and what comes of it."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from rpc_inspector.core.session import Invocation, Session
from rpc_inspector.core.statistics.sketch import Durations
from rpc_inspector.core.statistics.summary import Group
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.headless.repeating import Plan, Repetition
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog

MOST = 1_000_000
MOST_AT_ONCE = 200
LONGEST_S = 3600.0
#: What changed is drawn so often, in seconds.
_DRAW_EVERY_S = 0.1
_FIELDS = (
    ("count", "how often", "10", "times; empty: until stopped"),
    ("interval", "every", "0", "s; 0: one after another"),
    ("at-once", "at once", "1", f"at most, up to {MOST_AT_ONCE}"),
)


class RepeatScreen(Dialog[None]):
    """Repeats a call while it is open.

    Args:
        session: joined.
        first: what is sent.
        again: gives it with its placeholders filled in anew.
        noted: is called when a repetition begins; what it returns, with the figures when it has ended.
    """

    KEYS = (
        ("enter", "Begin."),
        ("tab", "To the next field."),
        ("esc", "Stop what runs; once more closes."),
    )
    DEFAULT_CSS = """
    RepeatScreen .repeat-field { height: 1; }
    RepeatScreen .repeat-field Static { width: 11; color: $muted; }
    RepeatScreen .repeat-field .repeat-unit { width: 1fr; margin-left: 1; }
    RepeatScreen .repeat-field Input { width: 10; background: $panel; }
    RepeatScreen #repeat-figures { height: auto; margin-top: 1; }
    RepeatScreen #repeat-buttons { height: 1; margin-top: 1; }
    """

    def __init__(
        self,
        session: Session,
        first: Invocation,
        again: Callable[[Invocation], Invocation],
        noted: Callable[[], Callable[[Group], None]],
    ) -> None:
        super().__init__()
        self._session, self._first, self._again, self._noted = session, first, again, noted
        self._repetition: Repetition | None = None
        self._plan = Plan()
        self._work: Worker[None] | None = None
        self._stopped = False

    def compose(self) -> ComposeResult:
        """The plan, a button, and the figures."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(
                f"Repeat {sanitise_name(self._first.destination)} {G.into} {sanitise_name(self._first.method)}"
            )
            box.border_subtitle = "enter start   f1 help   esc stop, then close"
            for name, label, value, unit in _FIELDS:
                with Horizontal(classes="repeat-field"):
                    yield Static(label)
                    yield Input(value, id=f"repeat-{name}", compact=True, restrict=r"[0-9.]*")
                    yield Static(unit, classes="repeat-unit")
            with Horizontal(id="repeat-buttons"):
                yield Button("Start", id="repeat-start", compact=True)
            yield Static(id="repeat-figures")

    def on_mount(self) -> None:
        """Begin with the count."""
        self.query_one("#repeat-count").focus()
        self.set_interval(_DRAW_EVERY_S, self._draw)

    @property
    def is_repeating(self) -> bool:
        """Calls are being made."""
        return self._work is not None and not self._work.is_finished

    @on(Input.Submitted)
    @on(Button.Pressed, "#repeat-start")
    def _start(self) -> None:
        if self.is_repeating:
            return
        plan = self._read_plan()
        if isinstance(plan, str):
            self.query_one("#repeat-figures", Static).update(Content.styled(plan, "$text-error"))
            return
        self._plan, self._stopped = plan, False
        self._repetition = Repetition(self._session, plan, lambda: self._again(self._first))
        self._work = self.run_worker(self._run(self._repetition), exit_on_error=False)

    async def _run(self, repetition: Repetition) -> None:
        ended = self._noted()
        try:
            await repetition.run()
        finally:
            ended(repetition.figures)
        self._draw()

    def _read_plan(self) -> Plan | str:
        count, interval, at_once = (self.query_one(f"#repeat-{name}", Input).value for name, *_ in _FIELDS)
        try:
            plan = Plan(
                count=int(count) if count else None, interval_s=float(interval or 0), concurrency=int(at_once or 1)
            )
        except ValueError:
            return "How often and at once are whole numbers, the interval is seconds. Correct them."
        if plan.count is not None and not 1 <= plan.count <= MOST:
            return f"Between 1 and {MOST:,} times. Leave it empty to go on until stopped."
        if not 0 <= plan.interval_s <= LONGEST_S:
            return f"The interval is at most {LONGEST_S:,.0f} s."
        if not 1 <= plan.concurrency <= MOST_AT_ONCE:
            return f"Between 1 and {MOST_AT_ONCE} at once."
        return plan

    def action_close(self) -> None:
        """Stop first; then close."""
        if self.is_repeating and self._work is not None:
            self._stopped = True
            self._work.cancel()
        else:
            self.dismiss(None)

    def on_unmount(self) -> None:
        """Nothing goes on behind a closed dialog."""
        if self._work is not None:
            self._work.cancel()

    def _draw(self) -> None:
        if self._repetition is not None:
            self.query_one("#repeat-figures", Static).update(_figures(self._repetition, self._plan, self._state()))
            self.query_one("#repeat-start", Button).disabled = self.is_repeating

    def _state(self) -> tuple[str, str]:
        """A word for how it is going, and its style."""
        if self._repetition is not None and self._repetition.problem is not None:
            return sanitise(f"ended: {self._repetition.problem}", limit=200), "$text-error"
        if self.is_repeating:
            return "running", "$text-primary"
        return ("stopped", "$text-warning") if self._stopped else ("done", "$text-success")


def _figures(repetition: Repetition, plan: Plan, state: tuple[str, str]) -> Content:
    figures = repetition.figures
    of = f" of {plan.count:,}" if plan.count is not None else ""
    running = f" {G.dot} {repetition.in_flight} in flight" if repetition.in_flight else ""
    lines = [Content.assemble(state, f"   {figures.count:,}{of} ended{running}")]
    if figures.count:
        lines.append(_outcomes(figures.outcomes.most_common()))
    if figures.total.count:
        lines.append(_percentiles("total", figures.total))
    if figures.ack.count:
        lines.append(_percentiles("ack", figures.ack))
    return Content("\n").join(lines)


def _outcomes(counted: list[tuple[str, int]]) -> Content:
    parts = []
    for outcome, count in counted[:6]:
        style = "$text-success" if outcome == "ok" else "$muted" if outcome in ("cancelled", "lost") else "$text-error"
        sign = G.ok if outcome == "ok" else G.off if outcome in ("cancelled", "lost") else G.failed
        parts.append(Content.assemble((f"{sign} {outcome}", style), f" {count:,}"))
    return Content("   ").join(parts)


def _percentiles(name: str, durations: Durations) -> Content:
    parts: list[tuple[str, str] | str] = [(f"{name:<6}", "$muted")]
    for label, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)):
        parts += [(f" {label} ", "$muted"), f"{duration(durations.measure(share)):<9}"]
    return Content.assemble(*parts)
