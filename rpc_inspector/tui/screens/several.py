"""The request to several participants at once, and what each of them says, side by side."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.model import Call, Participant, replace
from rpc_inspector.core.session import Invocation, Session, SessionError, Update
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.cells import left, milliseconds
from rpc_inspector.tui.widgets.outcomes import mark_of

#: Calls that are begun at once.
MOST = 100
_SHOWN = 200
_NAME_CELLS = 22
_STYLES = {"ok": "$text-success", "open": "$text-primary", "warning": "$text-warning", "error": "$text-error"}


class SeveralScreen(Dialog[None]):
    """Chooses participants, then shows what each one says.

    Args:
        session: joined.
        first: what is sent; its destination is chosen already.
        again: gives it with its placeholders filled in anew.
        people: whom to choose from.
        open_call: shows a call in full.
    """

    KEYS = (("enter", "Choose one, or no longer; once they are sent, open the call."),)
    DEFAULT_CSS = """
    SeveralScreen OptionList { text-wrap: nowrap; text-overflow: ellipsis; max-height: 20; }
    SeveralScreen #several-head { height: 1; color: $muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,alt+enter", "send", "send", id="several.send", tooltip="Send to all that are chosen.",
                priority=True),
        Binding("space", "choose", "choose", id="several.choose", tooltip="Choose the participant, or no longer."),
        Binding("a", "all", "all", id="several.all", tooltip="Choose all, or none."),
    ]  # fmt: skip

    def __init__(
        self,
        session: Session,
        first: Invocation,
        again: Callable[[Invocation], Invocation],
        people: tuple[Participant, ...],
        open_call: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._session, self._first, self._again, self._people = session, first, again, people[:MOST]
        self._open_call = open_call
        self._chosen: set[int] = set()
        self._seqs: list[int] = []

    def compose(self) -> ComposeResult:
        """Those to choose from; then, in their place, what they said."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"Send {sanitise_name(self._first.method)} to several")
            box.border_subtitle = "space choose   a all   ^j send   ? help   esc close"
            yield Static(id="several-head")
            yield OptionList(id="several", compact=True, markup=False)

    def on_mount(self) -> None:
        """Begin to choose: those that are known to have the method are chosen already."""
        self._chosen = {
            at
            for at, person in enumerate(self._people)
            if person.identity == self._first.destination or (self._has_method(person) and person.can_receive_calls)
        }
        self._list_people()
        self.query_one(OptionList).focus()

    def _has_method(self, person: Participant) -> bool:
        return any(method.name == self._first.method for method in person.methods)

    def _list_people(self) -> None:
        listed = self.query_one(OptionList)
        at = listed.highlighted
        listed.set_options(Option(self._person_line(at)) for at in range(len(self._people)))
        listed.highlighted = at or 0
        count = len(self._chosen)
        self.query_one("#several-head", Static).update(f"{count} chosen, sent to at the same time")

    def _person_line(self, at: int) -> Content:
        person, chosen = self._people[at], at in self._chosen
        about = [] if self._has_method(person) else ["not known to have it"]
        if not person.can_receive_calls:
            about.append("not active")
        return Content.assemble(
            (f"{G.on if chosen else G.off} ", "$text-primary" if chosen else "$muted"),
            (sanitise_name(person.identity), "bold" if chosen else ""),
            (f"  {', '.join(about)}" if about else "", "$muted"),
        )

    def action_all(self) -> None:
        """Choose all; where all are, none."""
        if not self._seqs:
            everybody = set(range(len(self._people)))
            self._chosen = set() if self._chosen == everybody else everybody
            self._list_people()

    def action_choose(self) -> None:
        """Choose the one under the cursor, or no longer."""
        at = self.query_one(OptionList).highlighted
        if at is not None and not self._seqs:
            self._chosen ^= {at}
            self._list_people()

    def action_send(self) -> None:
        """Send, once."""
        if self._seqs:
            return
        if not self._chosen:
            self.notify("Nobody is chosen. Space chooses.", severity="warning", markup=False)
            return
        for at in sorted(self._chosen):
            try:
                wanted = replace(self._again(self._first), destination=self._people[at].identity)
                self._seqs.append(self._session.start_call(wanted))
            except SessionError as error:
                self.notify(sanitise(f"{error}", limit=300), severity="error", markup=False)
                break
        if self._seqs:
            self.query_one(".dialog").border_subtitle = "enter open the call   ? help   esc close"
            self._draw()
            self.query_one(OptionList).highlighted = 0

    def take(self, update: Update) -> None:
        """Something changed in the trace."""
        if any(row.seq in self._seqs for row in update.rows):
            self._draw()

    def _draw(self) -> None:
        listed = self.query_one(OptionList)
        calls = [row for seq in self._seqs if isinstance(row := self._session.row(seq), Call)]
        at = listed.highlighted
        listed.set_options(Option(result_line(call)) for call in calls)
        listed.highlighted = at
        ended = [call for call in calls if not call.is_open]
        well = sum(call.outcome == "ok" for call in ended)
        slowest = max((call.duration for call in ended if call.duration), key=lambda took: took.ms, default=None)
        words = f"{len(ended)} of {len(self._seqs)} answered {G.dot} {well} ok"
        if slowest and len(ended) == len(self._seqs):
            words += f" {G.dot} slowest {duration(slowest)}"
        self.query_one("#several-head", Static).update(words)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        if self._seqs:
            self._open_call(self._seqs[event.option_index])
        else:
            self.action_choose()


def result_line(call: Call) -> Content:
    """``bob   ✓ ok   12.3 ms   {"temp": 21}``: participant, outcome, ms, the answer or the error."""
    mark = mark_of(call)
    took = "" if call.is_open else f"{milliseconds(call.duration)} ms"
    said = ""
    if call.error is not None:
        said = call.error.name or call.error.message
    elif call.response is not None:
        said = call.response.text or ""
    first = sanitise(said[:_SHOWN].lstrip().split("\n", 1)[0], limit=_SHOWN)
    return Content.assemble(
        (f"{left(sanitise_name(call.callee or '?'), _NAME_CELLS)} ", "bold"),
        (left(mark.short, 10), _STYLES.get(mark.style, "$muted")),
        (f"{took:>12}  ", "$muted"),
        first,
    )
