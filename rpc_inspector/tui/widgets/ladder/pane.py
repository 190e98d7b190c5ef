"""The ladder: participants as lifelines, packets as arrows, with the packet under the cursor and a legend."""

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from rpc_inspector.core.session import Update
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.ladder.lines import LadderLines
from rpc_inspector.tui.widgets.ladder.packet import fields, flowed, heading, stacked
from rpc_inspector.tui.widgets.ladder.signs import SIGNS
from rpc_inspector.tui.widgets.ladder.words import seen_by
from rpc_inspector.tui.widgets.trace.view import TraceView

#: Seconds between two paints of the title's counts.
TITLE_EVERY = 0.25
#: From so many cells on the packet stands beside the ladder, in lines of its own.
SIDE_FROM = 150
#: From so many lines on the packet below the ladder has more than its first line, and all its lines.
SHORT_FROM, TALL_FROM = 14, 20
#: Entries of the legend that are left out one after the other where there is no room; the one of what was not seen
#: stays longest: without it people would believe too much.
_LEFT_OUT = (6, 5, 3, 2, 0, 1)
#: Lines of the packet below the ladder at most; with more it stands beside it.
MOST_BELOW = 4


class PacketView(Widget):
    """The packet under the cursor."""

    def __init__(self, lines: LadderLines) -> None:
        super().__init__()
        self._lines = lines

    def render(self) -> Content:
        """As many lines as there are."""
        step, ladder = self._lines.selected, self._lines.ladder
        if step is None:
            return Content("")
        width, height = self.content_size
        steps = ladder.steps_of(step.row.seq)
        at = steps.index(step)
        found = fields(step, steps[at - 1] if at else None)
        beside = height > MOST_BELOW
        arrange = stacked if beside else flowed
        head = heading(step, self._lines.view.names)
        blank = [Content("")] if beside else []
        return Content("\n").join([head, *blank, *arrange(found, width, height - 1 - len(blank))])


class Legend(Widget):
    """What the shapes mean, and who sees."""

    def __init__(self, lines: LadderLines) -> None:
        super().__init__()
        self._lines = lines

    def render(self) -> Content:
        """As many entries as fit, in shorter words if those are more."""
        width = self.content_size.width
        whole, entries = self._line(width, short=False)
        shorter, more = self._line(width, short=True)
        return shorter if more > entries else whole

    def _line(self, width: int, *, short: bool) -> tuple[Content, int]:
        """The entries that fit beside who sees, and how many."""
        who = Content.styled(seen_by(self._lines.state, short=short), "$muted")
        shown = {
            at: Content.assemble((sign, style), (f" {word}", "$muted"))
            for at, (sign, style, word) in enumerate(_entries(short=short))
        }
        for at in _LEFT_OUT:
            if sum(one.cell_length + 3 for one in shown.values()) + who.cell_length <= width:
                break
            del shown[at]
        words = Content("   ").join(shown.values())
        blanks = max(width - words.cell_length - who.cell_length, 2)
        return Content.assemble(words, " " * blanks, who), len(shown)


def _entries(*, short: bool) -> tuple[tuple[str, str, str], ...]:
    """Signs, their styles, and what they mean."""
    line, dash = SIGNS.line, SIGNS.dash
    return (
        (f"{line}{line}{SIGNS.heads[1]}", "$text-primary", "request"),
        (f"{SIGNS.open_heads[0]}{dash}{dash}", "$stage-ack", "ack"),
        (f"{SIGNS.heads[0]}{line}{line}", "$text-success", "answer"),
        (f"{SIGNS.heads[0]}{line}{G.failed}", "$text-error", "error"),
        (f"{SIGNS.heads[0]}{SIGNS.unseen} {SIGNS.unseen}", "$muted", "not seen" if short else "packet not seen"),
        (G.failed, "$text-error", "ended, no packet"),
        (SIGNS.held, "$stage-answer", f"handling, {SIGNS.full} several"),
    )


class LadderPane(Container):
    """The ladder as a view of the trace, beside the list.

    Args:
        view: the trace's rows, filtered, in the order of time.
    """

    DEFAULT_CSS = """
    LadderPane {
        layout: grid;
        grid-size: 1 3;
        grid-rows: 1fr 4 1;
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        &:focus-within { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        &:focus-within:nocolor { border-title-style: bold reverse; }
        & > Legend { padding: 0 1; }
        & > PacketView { padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-short { grid-rows: 1fr 3 1; }
        &.-low { grid-rows: 1fr 1 1; }
        &.-side { grid-size: 2 2; grid-columns: 1fr 52; grid-rows: 1fr 1; }
        &.-side > PacketView { row-span: 2; padding: 1 1; }
    }
    """

    def __init__(self, view: TraceView, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.lines = LadderLines(view)
        self._told: object = None
        self._titles: tuple[str, str] = ("", "")
        self._title_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The lines, the packet below or beside them, the legend."""
        yield self.lines
        yield PacketView(self.lines)
        yield Legend(self.lines)

    def on_mount(self) -> None:
        """Say what is shown."""
        self._tell()

    def on_resize(self, event: Resize) -> None:
        """Where the packet stands, and with how many lines."""
        wide = event.size.width >= SIDE_FROM
        self.set_class(wide, "-side")
        self.set_class(not wide and SHORT_FROM <= event.size.height < TALL_FROM, "-short")
        self.set_class(not wide and event.size.height < SHORT_FROM, "-low")

    def on_hide(self) -> None:
        """Another view took our place, unless a pane was only given the whole screen."""
        if not self.display:
            self.lines.release()

    # As a view of the trace

    def take(self, update: Update) -> None:
        """A batch was put into the view."""
        self.lines.take(update)

    def show_anew(self) -> None:
        """The view shows other rows than before."""
        self.lines.show_anew()

    def select(self, seq: int) -> bool:
        """Put the cursor on a row; False if it is not here."""
        return self.lines.select(seq)

    def on_ladder_canvas_changed(self) -> None:
        """Lines, cursor or modes changed."""
        self._tell()

    def _tell(self) -> None:
        """Show the packet; a title paints the whole pane, so what changes often in it waits for a moment."""
        modes = (self._modes(), self._times(), self.lines.state.vantage)
        if modes != self._told:
            self._told = modes
            self._retitle()
            self.query_one(Legend).refresh()
        elif self._title_timer is None and self._titles != (self._title(), self._subtitle()):
            self._title_timer = self.set_timer(TITLE_EVERY, self._retitle)
        self.query_one(PacketView).refresh()

    def _retitle(self) -> None:
        if self._title_timer is not None:
            self._title_timer.stop()
            self._title_timer = None
        self._titles = self.border_title, self.border_subtitle = self._title(), self._subtitle()

    def _title(self) -> str:
        stats = self.lines.view.stats
        parts = [f"{stats.calls:,} {'call' if stats.calls == 1 else 'calls'}"]
        parts += [f"{stats.errors:,} {'error' if stats.errors == 1 else 'errors'}"] if stats.errors else []
        return f"Ladder  {f' {G.dot} '.join([*([] if self.lines.choice.only else parts), *self._modes()])}"

    def _modes(self) -> list[str]:
        lines, choice, found = self.lines, self.lines.choice, []
        if choice.only is not None:
            found.append("1 call alone" if len(choice.only) == 1 else f"{len(choice.only):,} calls alone")
        elif choice.picked:
            found.append(f"{len(choice.picked):,} picked")
        if lines.reading:
            found.append("reading older ones")
        if hidden := lines.layout_now.hidden:
            found.append(f"{hidden:,} idle hidden")
        if lines.view.paused:
            found.append("paused")
        return found

    def _subtitle(self) -> str:
        following = self.lines.following and not self.lines.view.paused
        return f" {G.dot} ".join([self._times(), *(["following"] if following else [])])

    def _times(self) -> str:
        zero = "mark" if self.lines.view.marks else "first row"
        times = {"stage": "times since the stage before", "clock": "clock times", "zero": f"times since the {zero}"}
        return times[self.lines.time_mode]
