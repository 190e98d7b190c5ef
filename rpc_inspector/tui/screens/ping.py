"""Pinging one participant, or everybody, again and again while one looks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.model import Participant
from rpc_inspector.core.ping import Pinged, Tally
from rpc_inspector.core.session import SessionError, Update
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.cells import elide
from rpc_inspector.tui.widgets.ping_marks import bars, last_words

#: Seconds from a ping's end to the next.
INTERVAL_S = 1.0
_MOST_AT_ONCE = 8
_BARS = 12
_HARMLESS = "A ping calls a method that nobody has: no code of theirs runs."
_NAME = 18
_CELL = 8
_PROTOCOLS = {0: "version 1", 1: "version 2", 2: "version 2 with inline streams"}
PING_BINDINGS = [
    Binding("a", "everybody", "all/one", id="ping.all", tooltip="Ping everybody in the room, or the one again."),
    Binding("space,p", "pause", "pause", id="ping.pause", tooltip="Stop pinging, or go on."),
]


class PingScreen(Dialog[None]):
    """Pings while it is open; shows round trips, loss, and what the silent ones may mean.

    Args:
        identity: whom to ping first.
        others: everybody who can be pinged, as it is now.
        ping: makes one ping.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*PING_BINDINGS]

    def __init__(
        self,
        identity: str,
        others: Callable[[], Iterable[Participant]],
        ping: Callable[[str], Awaitable[Pinged]],
    ) -> None:
        super().__init__()
        self._identity, self._others, self._ping = identity, others, ping
        self._all = False
        self._paused = False
        self._problem = ""
        self._tallies: dict[str, Tally] = {}
        self._pinging: set[str] = set()
        self._gate = asyncio.Semaphore(_MOST_AT_ONCE)

    def compose(self) -> ComposeResult:
        """One box."""
        with VerticalScroll(classes="dialog"):
            yield Static(id="pings")

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    def take(self, update: Update) -> None:
        """Who joined is pinged too, where everybody is."""
        if update.roster is not None:
            self._begin()

    def action_everybody(self) -> None:
        """Everybody, or the one alone."""
        self._all = not self._all
        self._begin()

    def action_pause(self) -> None:
        """Stop, or go on."""
        self._paused = not self._paused
        self._begin()

    @property
    def _wanted(self) -> list[str]:
        if not self._all:
            return [self._identity]
        return [someone.identity for someone in self._others() if not someone.is_self]

    def _begin(self) -> None:
        """See that everybody who is wanted is pinged; those that are not stop by themselves."""
        for identity in self._wanted if not self._paused else ():
            if identity not in self._pinging:
                self._pinging.add(identity)
                self.run_worker(self._again_and_again(identity), group="ping", exit_on_error=False)
        self._show()

    async def _again_and_again(self, identity: str) -> None:
        try:
            while not self._paused and identity in self._wanted:
                async with self._gate:
                    result = await self._ping(identity)
                self.count(result)
                await asyncio.sleep(INTERVAL_S)
        except SessionError as error:
            # Nothing can be sent: say so, and wait for a change of the room or for a key.
            self._problem = sanitise(f"{error.what} {error.advice}", limit=300)
        finally:
            self._pinging.discard(identity)
            if self.is_attached:
                self._show()

    def count(self, result: Pinged) -> None:
        """Take in what came of a ping."""
        self._problem = ""
        self._tallies.setdefault(result.identity, Tally()).take(result)
        self._show()

    def _show(self) -> None:
        box = self.query_one(".dialog")
        wanted = self._wanted
        title = "everybody" if self._all else sanitise_name(self._identity)
        box.border_title = Content(f"Ping {title}{f' {G.dot} paused' if self._paused else ''}")
        box.border_subtitle = Content(f"a {'one' if self._all else 'everybody'}   space {self._verb}   esc close")
        lines = list(self._table(wanted) if self._all else self._one(self._identity))
        if self._problem:
            lines += [Content(""), Content.styled(self._problem, "$text-error")]
        lines += [
            Content(""),
            Content.styled("A ping calls a method that nobody has: no code of theirs runs.", "$muted"),
        ]
        self.query_one("#pings", Static).update(Content("\n").join(lines))

    @property
    def _verb(self) -> str:
        return "goes on" if self._paused else "pauses"

    def _one(self, identity: str) -> Iterable[Content]:
        tally = self._tallies.get(identity)
        if tally is None or tally.last is None:
            yield Content.styled(f"{G.waiting} waiting for its ack", "$text-primary")
            return
        yield _verdict(tally.last)
        yield Content("")
        yield bars(tally, 40)
        yield Content("")
        lost = f"{tally.lost:,} lost ({tally.loss:.0%})" if tally.loss else "none lost"
        yield Content(f"{tally.sent:,} sent {G.dot} {tally.answered:,} answered {G.dot} {lost}")
        yield Content.assemble(
            ("min ", "$muted"), duration(tally.least), ("   p50 ", "$muted"), duration(tally.median),
            ("   max ", "$muted"), duration(tally.most),
        )  # fmt: skip
        protocol = tally.last.client_protocol
        speaks = "not known" if protocol is None else _PROTOCOLS.get(protocol, f"number {protocol}")
        yield Content("")
        yield Content.assemble(("protocol  ", "$muted"), speaks)
        yield Content.assemble(("SDK       ", "$muted"), ("not known: LiveKit tells nobody which one it is", "$muted"))

    def _table(self, wanted: list[str]) -> Iterable[Content]:
        head = f"{'':<{_NAME}} {'':<{_BARS}} {'last':>{_CELL}} {'p50':>{_CELL}} {'max':>{_CELL}} {'lost':>6}"
        yield Content.styled(head, "$muted")
        if not wanted:
            yield Content.styled("Nobody else is in the room.", "$muted")
        for identity in wanted:
            yield _row(identity, self._tallies.get(identity))


def _verdict(last: Pinged) -> Content:
    if last.reachable:
        facts = [f"ack {duration(last.ack)}", last.transport or ""]
        said = f" {G.dot} ".join(filter(None, facts))
        return Content.assemble(
            (f"{G.ok} its SDK answers", "bold $text-success"), "  ", (duration(last.round_trip), "bold"),
            (f"   {said}", "$muted"),
        )  # fmt: skip
    return Content.assemble((f"{G.failed} {last.code} {last.why}", "bold $text-error"))


def _row(identity: str, tally: Tally | None) -> Content:
    name = elide(sanitise_name(identity), _NAME)
    name += " " * max(_NAME - cell_len(name), 0)
    if tally is None or tally.last is None:
        return Content.assemble(name, " ", (f"{G.waiting} waiting", "$text-primary"))
    drawn = bars(tally, _BARS)
    words, style = last_words(tally)
    times = f"{duration(tally.median):>{_CELL}} {duration(tally.most):>{_CELL}}"
    lost = (f"{tally.loss or 0:>6.0%}", "$text-error" if tally.lost else "$muted")
    return Content.assemble(
        name, " " * (1 + _BARS - drawn.cell_length), drawn, " ", (f"{words:>{_CELL}}", style), f" {times} ", lost
    )
