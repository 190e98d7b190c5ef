"""The ladder: participants as lifelines, packets as arrows, with the packet under the cursor and a legend."""

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from rpc_inspector.core.session import Update
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.ladder_lines import LadderLines
from rpc_inspector.tui.widgets.ladder_packet import fields, flowed, heading, stacked
from rpc_inspector.tui.widgets.ladder_signs import SIGNS
from rpc_inspector.tui.widgets.ladder_words import seen_by
from rpc_inspector.tui.widgets.trace_view import TraceView

#: From so many cells on the packet stands beside the ladder, in lines of its own.
SIDE_FROM = 150
#: From so many lines on the packet below the ladder has more than its first line, and all its lines.
SHORT_FROM, TALL_FROM = 14, 20
#: Entries of the legend that are left out one after the other where there is no room; the one of what was not seen
#: stays longest: without it people would believe too much.
_LEFT_OUT = (6, 5, 3, 2, 0, 1)
#: So many entries should be there before words are shortened.
_USUAL = 5


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
        arrange = stacked if self.has_class("-side") else flowed
        head = heading(step, self._lines.view.names)
        blank = [Content("")] if self.has_class("-side") else []
        return Content("\n").join([head, *blank, *arrange(found, width, height - 1 - len(blank))])


class Legend(Widget):
    """What the shapes mean, and who sees."""

    def __init__(self, lines: LadderLines) -> None:
        super().__init__()
        self._lines = lines

    def render(self) -> Content:
        """All entries, or in shorter words as many as fit."""
        width = self.content_size.width
        whole, fits = self._line(width, short=False)
        return whole if fits else self._line(width, short=True)[0]

    def _line(self, width: int, *, short: bool) -> tuple[Content, bool]:
        """The entries that fit beside who sees, and whether that is all that are never left out."""
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
        return Content.assemble(words, " " * blanks, who), len(shown) >= _USUAL


def _entries(*, short: bool) -> tuple[tuple[str, str, str], ...]:
    """Signs, their styles, and what they mean."""
    line, dash = SIGNS.line, SIGNS.dash
    return (
        (f"{line}{line}{SIGNS.heads[1]}", "$text-primary", "request"),
        (f"{SIGNS.open_heads[0]}{dash}{dash}", "$stage-ack", "ack"),
        (f"{SIGNS.heads[0]}{line}{line}", "$text-success", "answer"),
        (f"{SIGNS.heads[0]}{line}{G.failed}", "$text-error", "error"),
        (f"{SIGNS.heads[0]}{SIGNS.unseen} {SIGNS.unseen}", "$muted", "not seen" if short else "packet not seen"),
        (G.failed, "$text-error", "end without a packet"),
        (SIGNS.held, "$stage-answer", f"1 call in hand, {SIGNS.full} more"),
    )


class LadderPane(Container):
    """The ladder as a view of the trace, beside the list.

    Args:
        view: the trace's rows, filtered, in the order of time.
    """

    DEFAULT_CSS = """
    LadderPane {
        layout: horizontal;
        border: round $foreground 30%;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        background: $background;
        &:focus-within { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        &:focus-within:nocolor { border-title-style: bold reverse; }
        & > Vertical { width: 1fr; }
        LadderLines { height: 1fr; }
        Legend { height: 1; padding: 0 1; }
        PacketView { height: 4; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        & > PacketView { display: none; width: 52; height: 1fr; padding: 1 1; }
        &.-side > PacketView { display: block; }
        &.-side Vertical PacketView { display: none; }
        &.-short PacketView { height: 3; }
        &.-low PacketView { height: 1; }
    }
    """

    def __init__(self, view: TraceView, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.lines = LadderLines(view)

    def compose(self) -> ComposeResult:
        """The lines, the packet below or beside them, the legend."""
        with Vertical():
            yield self.lines
            yield PacketView(self.lines)
            yield Legend(self.lines)
        beside = PacketView(self.lines)
        beside.add_class("-side")
        yield beside

    def on_mount(self) -> None:
        """Say what is shown."""
        self._tell()

    def on_resize(self, event: Resize) -> None:
        """Where the packet stands, and with how many lines."""
        wide = event.size.width >= SIDE_FROM
        self.set_class(wide, "-side")
        self.set_class(not wide and SHORT_FROM <= event.size.height < TALL_FROM, "-short")
        self.set_class(not wide and event.size.height < SHORT_FROM, "-low")

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
        self.border_title = self._title()
        self.border_subtitle = self._subtitle()
        for widget in self.query("PacketView, Legend"):
            widget.refresh()

    def _title(self) -> str:
        lines, view = self.lines, self.lines.view
        calls, errors = view.stats.calls, view.stats.errors
        parts = [f"{calls:,} {'call' if calls == 1 else 'calls'}"]
        parts += [f"{errors:,} {'error' if errors == 1 else 'errors'}"] if errors else []
        if lines.only is not None:
            parts = ["1 call alone" if len(lines.only) == 1 else f"{len(lines.only):,} calls alone"]
        elif lines.picked:
            parts.append(f"{len(lines.picked):,} picked")
        if lines.reading:
            parts.append("reading older ones")
        hidden = lines.layout_now.hidden
        parts += [f"{hidden:,} idle hidden"] if hidden else []
        parts += ["paused"] if view.paused else []
        return f"Ladder  {f' {G.dot} '.join(parts)}"

    def _subtitle(self) -> str:
        lines = self.lines
        zero = "mark" if lines.view.marks else "first row"
        times = {"stage": "times since the stage before", "clock": "clock times", "zero": f"times since the {zero}"}
        following = lines.following and not lines.view.paused
        return f" {G.dot} ".join([times[lines.time_mode], *(["following"] if following else [])])
