"""A file as the payload: text as it is, bytes as base64, with the size that goes over the wire."""

import asyncio
import base64
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from rpc_inspector.core.payload.contents import contents_of
from rpc_inspector.core.templates import literal
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.storage.reading import FileUnusable, read_bytes
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog

#: More than any handler will want.
MAX_BYTES = 64 * 1024 * 1024
_LOOK_AFTER_S = 0.25


class Loaded(NamedTuple):
    """What a file gave: a template, whether it replaces the whole payload, and what it is in words."""

    text: str
    whole: bool
    about: str


class PayloadFileScreen(Dialog[Loaded]):
    """Gives the payload of a file, or ``None``."""

    KEYS = (("enter", "Take the file in place of the whole payload."),)
    DEFAULT_CSS = """
    PayloadFileScreen #payload-path { background: $panel; }
    PayloadFileScreen #payload-about { height: auto; margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,alt+enter", "at_cursor", "at the cursor", id="payload_file.at_cursor", priority=True,
                tooltip="Put the file in at the cursor."),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        """A path, what is there, and where it goes."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Payload from a file"
            box.border_subtitle = "enter all  ^j at the cursor  f1 help  esc close"
            yield Input(placeholder="path", id="payload-path", compact=True)
            yield Static("Text is taken as it is, anything else as base64.", id="payload-about", markup=False)

    def on_mount(self) -> None:
        """Begin to type."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _look_soon(self, event: Input.Changed) -> None:
        self.run_worker(self._look(event.value.strip()), exclusive=True, group="look", exit_on_error=False)

    async def _look(self, path: str) -> None:
        await asyncio.sleep(_LOOK_AFTER_S)  # while somebody is typing, nothing is read
        there = await asyncio.to_thread(_is_file, path) if path else False
        if there:
            self._say(await self._read(path))

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        await self._take(whole=True)

    async def action_at_cursor(self) -> None:
        """Put it in at the cursor."""
        await self._take(whole=False)

    async def _take(self, *, whole: bool) -> None:
        path = self.query_one(Input).value.strip()
        loaded = await self._read(path, whole=whole) if path else "Type its path."
        if isinstance(loaded, Loaded):
            self.app.notify(sanitise(loaded.about, limit=300), timeout=4, markup=False)
            self.dismiss(loaded)
        else:
            self._say(loaded)

    async def _read(self, path: str, *, whole: bool = True) -> Loaded | str:
        try:
            text, about = await asyncio.to_thread(_payload_of, path)
        except FileUnusable as error:
            return f"{error}"
        return Loaded(text, whole, about)

    def _say(self, found: Loaded | str) -> None:
        words = found.about if isinstance(found, Loaded) else found
        self.query_one("#payload-about", Static).update(sanitise(words, limit=400))


def _is_file(path: str) -> bool:
    try:
        return Path(path).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # a NUL in it, or ~nobody
        return False


def _payload_of(where: str) -> tuple[str, str]:
    """The file as a template, and what it is in words.

    Raises:
        FileUnusable: it cannot be read, or is too large.
    """
    try:
        path = Path(where).expanduser()
    except RuntimeError as error:
        raise FileUnusable(f"{where}: {error}.", "Check its name.") from error
    data = read_bytes(path, MAX_BYTES)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text:
        return literal(text), f"{path.name}: text, {size(len(data))}"
    encoded = base64.b64encode(data).decode()
    label = contents_of(data).label
    return encoded, f"{path.name}: {label}, {size(len(data))} {G.to} {size(len(encoded))} as base64 on the wire"
