"""The server's rooms: choose one, or type the name of another."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.session import RoomSummary
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.screens.dialog import Dialog


class RoomsScreen(Dialog[str]):
    """Gives the name of the room, or ``None``."""

    def __init__(self, rooms: Sequence[RoomSummary]) -> None:
        super().__init__()
        self._rooms = sorted(rooms, key=lambda room: (-room.participants, room.name))

    def compose(self) -> ComposeResult:
        """The list, and a field for another name."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = f"Rooms {len(self._rooms)}"
            box.border_subtitle = "enter join   tab type a name   esc close"
            if self._rooms:
                yield OptionList(*[Option(_line(room)) for room in self._rooms], id="rooms", compact=True)
            else:
                yield Static("The server has no rooms now. Joining one makes it.")
            yield Input(placeholder="another room's name", compact=True, id="room")

    def on_mount(self) -> None:
        """Begin at the list, if there is one."""
        self.query_one("#rooms" if self._rooms else "#room").focus()

    @on(OptionList.OptionSelected, "#rooms")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._rooms[event.option_index].name)

    @on(Input.Submitted, "#room")
    def _typed(self, event: Input.Submitted) -> None:
        if name := event.value.strip():
            self.dismiss(name)


def _line(room: RoomSummary) -> Content:
    people = "1 participant" if room.participants == 1 else f"{room.participants:,} participants"
    return Content.assemble((sanitise_name(room.name), "bold"), (f"  {people}", "$muted"))
