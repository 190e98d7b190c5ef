"""The app: themes, the session's life, joining and leaving, and what belongs to no pane."""

import asyncio
import gc
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Literal

from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from rpc_inspector.core.model import replace
from rpc_inspector.core.names import closest
from rpc_inspector.core.secrets.concealed import concealed
from rpc_inspector.core.session import NotConnected, Session, SessionError, Target, Update
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.tui import clipboard, lifeline, theming
from rpc_inspector.tui.actions import ACTIONS, NEEDS_ROOM, Action, bindings
from rpc_inspector.tui.bridge import SessionUpdated, attach
from rpc_inspector.tui.screens.main import MainScreen
from rpc_inspector.tui.start import Start

#: Where the connect screen begins; empty for where something is missing.
ConnectField = Literal["", "room", "identity", "project"]
#: How long leaving may take at the end.
_CLOSE_WITHIN_S = 0.9


def _calls_provider() -> type[Provider]:
    from rpc_inspector.tui.palette import CallsProvider  # noqa: PLC0415 - when the palette is first opened

    return CallsProvider


class InspectorApp(App[int]):
    """rpc-inspector's interface."""

    TITLE = "rpc-inspector"
    # The first screen's own CSS_PATH is not read by Textual, so it stands here.
    CSS_PATH = "screens/main.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    COMMANDS: ClassVar[set[Any]] = App.COMMANDS | {_calls_provider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-widest")]  # noqa: RUF012 - Textual reads it from the class

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._from = start
        self._session: Session | None = None
        self._has_session = asyncio.Event()
        self._target: Target | None = None
        self._detach: Callable[[], Any] = lambda: None
        themes, self._theme_problems = theming.load_themes(theming.shipped_directory(), theming.user_directory())
        for theme in themes:
            self.register_theme(theme)
        self.theme = self._first_theme(start.theme)

    def _first_theme(self, wanted: str) -> str:
        if wanted and wanted in self.available_themes:
            return wanted
        if wanted:
            self._theme_problems.append(f"There is no theme {wanted!r}. The palette's 'theme' lists those there are.")
        if theming.few_colours(os.environ):
            return "ansi-dark"
        return theming.DARK if theming.DARK in self.available_themes else "textual-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables for the themes that lack them."""
        return theming.variable_defaults(self.current_theme)

    def get_default_screen(self) -> Screen[Any]:
        """The main screen is the first."""
        screen = MainScreen(self._from.title, self._from.state)
        screen.concealing = self._from.concealing
        return screen

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever is open over it."""
        screen = self.screen_stack[0]
        if not isinstance(screen, MainScreen):
            raise TypeError("the first screen is the main one")
        return screen

    # The session's life

    def on_mount(self) -> None:
        """Paint first, then make the session: that imports what is heavy."""
        for problem in self._theme_problems:
            self.notify(sanitise(problem, limit=300), severity="warning", markup=False)
        self.call_after_refresh(lambda: self.run_worker(self._begin(), exit_on_error=False))
        if not self.is_headless:
            lifeline.on_signals(lambda status: self.exit(return_code=status))
            self.set_interval(lifeline.LOOK_EVERY_S, self._look_for_terminal)

    async def _begin(self) -> None:
        await self.main.furnish()
        session = await self._from.make_session()
        # What was imported stays as long as the program: looking through it again cost pauses of 20 to 30 ms.
        gc.freeze()
        self._session = session
        shown = self.main.session = concealed(session, self._from.concealing)
        self._detach = attach(shown, self)
        self._has_session.set()
        if self._from.filter:
            await self.main.trace_section.filter_by(self._from.filter)
        if self._is_saved:
            return
        target: Target | None = None
        try:
            target = await self._from.find_target()
            if target is not None and await self.connect(target):
                return
        except SessionError as error:
            self._ask_where(session, target, error)
        else:
            self._ask_where(session, target)

    def _ask_where(self, session: Session, target: Target | None, problem: SessionError | None = None) -> None:
        self.main.apply(Update(state=session.state))  # the first paint took it for granted that we connect
        self._open_connect(target, problem)

    async def _look_for_terminal(self) -> None:
        """Without a terminal there is nobody to ask and nothing to put back: leave the room and end."""
        if lifeline.terminal_is_gone():
            await self._close_session()
            os._exit(lifeline.GONE_STATUS)

    async def on_unmount(self) -> None:
        """Leave the room; what hangs is not waited for."""
        await self._close_session()

    async def _close_session(self) -> None:
        self._detach()
        if self._session is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._session.close(), _CLOSE_WITHIN_S)

    @on(SessionUpdated)
    def _session_updated(self, message: SessionUpdated) -> None:
        if not self.screen_stack or not self.main.is_whole:
            return  # the screen is being taken down; the session is closed after that
        self.main.apply(message.update)
        for screen in self.screen_stack[1:]:
            refresh: Callable[[Update], None] | None = getattr(screen, "take", None)
            if refresh:
                refresh(message.update)

    @on(Worker.StateChanged)
    def _worker_ended(self, event: Worker.StateChanged) -> None:
        """A worker that failed says so instead of ending the program."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            said = f"{error.what} {error.advice}" if isinstance(error, SessionError) else f"{error}"
            self.notify(sanitise(said, limit=400), title="It failed", severity="error", markup=False)

    # Joining

    @property
    def _is_saved(self) -> bool:
        """What is shown is a file."""
        return self._from.state.status == "opened"

    def _refused(self) -> bool:
        """Say why there is no room to join, where what is shown is a file."""
        if self._is_saved:
            self.notify("This is a saved trace. Start rpc-inspector without a file to join a room.", markup=False)
        return self._is_saved

    async def connect(self, target: Target) -> bool:
        """Join a room, asking for one where the target names none.

        Returns:
            False if no room was chosen.

        Raises:
            SessionError: it failed; its text says why and what to do.
        """
        await self._has_session.wait()
        session = self._session
        if session is None:
            raise NotConnected("There is no session.", "Start the program again.")
        if not target.room and not target.token:
            if not target.has_key:
                raise SessionError("There is no room to join.", "Type its name.")
            chosen = await self._choose_room(session, target)
            if not chosen:
                return False
            target = replace(target, room=chosen)
        self._target = target
        await session.join(target)
        if session.state.room_was_empty and target.has_key:
            self.run_worker(self._name_similar(session, target), exit_on_error=False)
        return True

    async def _choose_room(self, session: Session, target: Target) -> str | None:
        from rpc_inspector.tui.screens.rooms import RoomsScreen  # noqa: PLC0415 - only when asked for

        return await self.push_screen_wait(RoomsScreen(await session.list_rooms(target)))

    async def _name_similar(self, session: Session, target: Target) -> None:
        rooms = [room.name for room in await session.list_rooms(target) if room.name != target.room]
        similar = tuple(closest(target.room, rooms))
        if self.is_running:
            self.main.similar_rooms(similar)
            words = f"{sanitise_name(target.room)} was empty: joining made it."
            if similar:
                words += f" Similar: {', '.join(map(sanitise_name, similar))}. ^t changes the room."
            self.notify(words, severity="warning", markup=False)

    def _open_connect(
        self, target: Target | None = None, problem: SessionError | None = None, field: ConnectField = ""
    ) -> None:
        from rpc_inspector.tui.screens.connect import ConnectScreen  # noqa: PLC0415 - only when asked for

        if not any(isinstance(screen, ConnectScreen) for screen in self.screen_stack):
            self.push_screen(ConnectScreen(self._from.choices(), target, problem, field))

    def action_connect(self, field: ConnectField = "") -> None:
        """Change room, identity, project or server, beginning at one of them."""
        if not self._refused():
            self._open_connect(self._target, field=field)

    def action_rejoin(self) -> None:
        """Join the same room again."""
        if not self._refused():
            self._reconnect(self._target)

    def action_rooms(self) -> None:
        """Choose another room of the same server."""
        if self._target is None or not self._target.has_key:
            self.notify("Listing rooms needs an API key. ^t changes the connection.", markup=False)
        else:
            self._reconnect(replace(self._target, room="", token=""))

    def action_leave(self) -> None:
        """Leave the room; the trace stays."""
        if self._session is not None:
            self.run_worker(self._session.leave(), exit_on_error=False)

    def _reconnect(self, target: Target | None) -> None:
        if target is None:
            self._open_connect()
        else:
            self.run_worker(self._join_or_ask(target), exit_on_error=False, group="join", exclusive=True)

    async def _join_or_ask(self, target: Target) -> None:
        try:
            await self.connect(target)
        except SessionError as error:
            self._open_connect(target, error)

    # What belongs to no pane

    def copy(self, what: str, text: str) -> None:
        """Copy ``text`` and say where to."""
        if not text:
            self.notify(f"There is nothing to copy: {what} is empty.", markup=False)
        else:
            self.run_worker(self._copy(what, text), exit_on_error=False)

    async def _copy(self, what: str, text: str) -> None:
        if await clipboard.to_machine(text):
            where = "to the clipboard"
        else:
            self.copy_to_clipboard(text)
            where = "through the terminal (OSC 52)"
        self.notify(f"Copied {what} {where}: {len(text):,} characters.", markup=False)

    def action_help(self) -> None:
        """The keys."""
        from rpc_inspector.tui.screens.help import HelpScreen  # noqa: PLC0415 - only when asked for

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.main.focused_pane))

    async def action_quit(self) -> None:
        """End with success."""
        self.exit(0)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of the registry that is for the palette."""
        for action in ACTIONS:
            hidden = self._is_saved and action.id in NEEDS_ROOM
            if action.palette and not hidden and (action.where == "app" or screen is self.main):
                yield SystemCommand(action.label.capitalize(), action.help, partial(self._run_from_palette, action))
        yield SystemCommand("Screenshot", "Save a picture of the screen as SVG.", self.deliver_screenshot)

    async def _run_from_palette(self, action: Action) -> None:
        await self.run_action(action.action, self if action.where == "app" else self.main)


def run_app(start: Start) -> int:
    """Run the interface until it is quit; returns the exit status."""
    app = InspectorApp(start)
    app.run()
    return app.return_code or 0
