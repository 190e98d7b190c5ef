"""One line of the ladder as pieces of text with the names of their styles."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, split_graphemes

from rpc_inspector.core.ladder.arrows import Step
from rpc_inspector.core.ladder.lifelines import Lifelines
from rpc_inspector.core.ladder.model import Gap
from rpc_inspector.core.model import Call
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.widgets.cells import cut, right
from rpc_inspector.tui.widgets.ladder.layout import SIDE, TIME, Layout
from rpc_inspector.tui.widgets.ladder.signs import SIGNS, Signs
from rpc_inspector.tui.widgets.ladder.words import fitting, gap_text, labels
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.outcomes import mark_of
from rpc_inspector.tui.widgets.trace.row_painter import event_words
from rpc_inspector.tui.widgets.trace.waterfall import Piece

_EVENT_SIGNS = {
    "joined": G.on, "active": G.on, "connected": G.on, "reconnected": G.on,
    "left": G.off, "disconnected": G.off, "connecting": G.waiting, "reconnecting": G.waiting,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paint:
    """What lines are painted with.

    Attributes:
        offset: cells from where lifelines begin to where the view begins.
        call: number of the row under the cursor.
    """

    layout: Layout
    lifelines: Lifelines
    names: Names
    offset: int = 0
    call: int | None = None
    signs: Signs = SIGNS


class Cells:
    """A line of cells, each with its own text and style; a wide character takes two of them."""

    def __init__(self, width: int, offset: int) -> None:
        self._texts = [" "] * width
        self._styles = ["life"] * width
        self._offset = offset

    def put(self, at: int, text: str, style: str) -> None:
        """Write text at a column; what is outside the view is left out."""
        if text.isascii():
            self.draw(at, text, style)
            return
        for start, end, cells in split_graphemes(text)[0]:
            self.draw(at, (text[start:end], *[""] * (cells - 1)), style)
            at += cells

    def draw(self, at: int, signs: Sequence[str], style: str) -> None:
        """Write signs of one cell each; a sign of two is followed by an empty one, and is not cut in half."""
        low = at - self._offset
        high = low + len(signs)
        if low >= 0 and high <= len(self._texts):
            # What is left of a wide character that is half overwritten is blank.
            if low and self._texts[low] == "":
                self._texts[low - 1] = " "
            if high < len(self._texts) and self._texts[high] == "":
                self._texts[high] = " "
            self._texts[low:high] = signs
            self._styles[low:high] = [style] * len(signs)
        elif len(signs) > 1 and all(signs):
            first, end = max(-low, 0), len(signs) - max(high - len(self._texts), 0)
            if first < end:
                self.draw(at + first, signs[first:end], style)

    def pieces(self) -> list[Piece]:
        """The cells, those of the same style together."""
        pieces: list[Piece] = []
        start = 0
        for end in range(1, len(self._texts) + 1):
            if end == len(self._texts) or self._styles[end] != self._styles[start]:
                pieces.append(("".join(self._texts[start:end]), self._styles[start]))
                start = end
        return pieces


def header_pieces(paint: Paint, heading: str) -> list[Piece]:
    """The names above their lifelines; those who left are marked."""
    layout = paint.layout
    cells = Cells(layout.view, paint.offset)
    for who in layout.visible(paint.offset):
        gone = paint.lifelines.has_left(who)
        name = paint.names.fit(who, layout.name_width - 2 * gone)
        text = f"{name} {G.off}" if gone else name
        start = max(layout.at[who] - cell_len(text) // 2, 0)
        start = max(min(start, max(layout.width, layout.view) - cell_len(text)), 0)
        cells.put(start, text, "gone" if gone else "us" if paint.names.is_us(who) else "header")
    if paint.offset > 0:
        cells.put(paint.offset, paint.signs.less, "edge")
    if paint.offset + layout.view < layout.width:
        cells.put(paint.offset + layout.view - 1, paint.signs.more, "edge")
    return [(f"{right(heading, SIDE - 2)}  ", "time"), *cells.pieces()]


def gap_pieces(gap: Gap, paint: Paint) -> list[Piece]:
    """A silence: how long it was; calls in flight go on in it."""
    cells = Cells(paint.layout.view, paint.offset)
    _lifelines(cells, paint, gap.begin, paint.signs.silence)
    return [(f"{right(gap_text(gap.seconds), SIDE - 2)}  ", "gap"), *cells.pieces()]


def step_pieces(step: Step, time: tuple[str, bool], gutter: str, paint: Paint) -> list[Piece]:
    """An arrow, an end or a mark, with the lifelines that it passes.

    Args:
        step: the line's.
        time: its text, and whether it is a clock time.
        gutter: two cells.
        paint: what it is painted with; steps of its ``call`` have their times emphasised.
    """
    cells = Cells(paint.layout.view, paint.offset)
    _lifelines(cells, paint, step.time, paint.signs.life)
    if step.kind == "event":
        _event(cells, step, paint)
    elif step.kind == "end":
        _end(cells, step, paint)
    else:
        _arrow(cells, step, paint)
    text, is_clock = time
    style = "same" if step.row.seq == paint.call else "time" if is_clock else "delta"
    side = [(gutter, "mark"), (f"{right(text, TIME)}  ", style)]
    return [*side, *cells.pieces()]


def _lifelines(cells: Cells, paint: Paint, time: float, at_rest: str) -> None:
    lives, signs = paint.lifelines, paint.signs
    for who in paint.layout.visible(paint.offset):
        if not lives.is_here(who, time):
            continue
        held = lives.calls_at(who, time)
        sign = at_rest if held <= 0 else signs.held if held == 1 else signs.full
        cells.draw(paint.layout.at[who], sign, "held" if held > 0 else "life")


def style_of(step: Step) -> str:
    """The style of what a step is drawn with; of its text the same with ``-text``."""
    if step.kind in ("error", "end"):
        mark = mark_of(step.row) if isinstance(step.row, Call) else None
        style = mark.style if mark else "error"
        return style if style in ("error", "warning") else "lost"
    return "answer" if step.kind == "response" else step.kind


def _event(cells: Cells, step: Step, paint: Paint) -> None:
    event = step.event
    if event is None:
        return
    sign = _EVENT_SIGNS.get(event.kind, G.dot)
    at = paint.layout.at.get(step.sender)
    if at is None:
        # Nobody's lifeline: a remark across all of them.
        first = paint.layout.at[paint.layout.people[0]] + 2 if paint.layout.people else 0
        text = f" {sign} {event_words(event)} "
        cells.put(max(first, paint.offset), cut(text, paint.layout.view - 2), "event")
        return
    cells.draw(at, sign, "event-text")
    _beside(cells, at, step, paint, "event")


def _end(cells: Cells, step: Step, paint: Paint) -> None:
    at = paint.layout.at.get(step.sender)
    if at is None:
        return
    style = style_of(step)
    sign = mark_of(step.row).symbol if isinstance(step.row, Call) else G.failed
    cells.draw(at, sign, f"{style}-text")
    _beside(cells, at, step, paint, f"{style}-text")


def _beside(cells: Cells, at: int, step: Step, paint: Paint, style: str) -> None:
    """Text on the side of a lifeline where there is more room for it, up to the next lifeline."""
    layout = paint.layout
    place = layout.people.index(step.sender)
    after = layout.at[layout.people[place + 1]] if place + 1 < len(layout.people) else max(layout.width, layout.view)
    before = layout.at[layout.people[place - 1]] if place else -1
    to_right, to_left = after - at - 3, at - before - 3
    full = cell_len(next(labels(step, paint.names)))
    if to_right >= full or to_right >= to_left:
        cells.put(at + 2, fitting(labels(step, paint.names), to_right, paint.names, None), style)
    else:
        text = fitting(labels(step, paint.names), to_left, paint.names, None)
        cells.put(at - 1 - cell_len(text), text, style)


def _arrow(cells: Cells, step: Step, paint: Paint) -> None:
    layout, signs, style = paint.layout, paint.signs, style_of(step)
    start, end = layout.at.get(step.sender), layout.at.get(step.receiver)
    if start is None or end is None:
        return
    method = step.call.method if step.call and step.kind == "request" else None
    heads = signs.open_heads if step.kind == "ack" else signs.heads
    if start == end:
        cells.draw(start + 1, f"{heads[0]}{signs.line} ", style)
        text = fitting(labels(step, paint.names), layout.pitch - 5, paint.names, method)
        cells.put(start + 4, text, f"{style}-text")
        return
    forward = end > start
    low, high = (start + 1, end - 1) if forward else (end + 1, start - 1)
    cells.draw(low, _line(step, low, high - low + 1, signs), style)
    cells.draw(high if forward else low, heads[forward], style)
    if step.kind == "error":
        cells.draw(low if forward else high, G.failed, f"{style}-text")
    # The text stands at the sender's end of what is in view of the arrow.
    seen_low, seen_high = max(low, paint.offset), min(high, paint.offset + layout.view - 1)
    tail = 1 + (step.kind == "error") + (layout.pitch > 24)
    text = fitting(labels(step, paint.names), seen_high - seen_low - tail - 2, paint.names, method)
    if text:
        width = cell_len(text) + 2
        cells.put(seen_low + tail if forward else seen_high - tail - width + 1, f" {text} ", f"{style}-text")


def _line(step: Step, low: int, length: int, signs: Signs) -> str:
    if step.is_inferred:
        # Every other column, the same ones on every line.
        return "".join(signs.unseen if (low + at) % 2 else " " for at in range(length))
    return (signs.dash if step.kind == "ack" else signs.line) * length
