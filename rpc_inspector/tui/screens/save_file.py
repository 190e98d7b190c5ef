"""Asking where to save bytes; what is there already is never overwritten."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.tui.screens.dialog import Dialog

_FILE_NAME = re.compile(r"[^\w.-]+")


class SaveFileScreen(Dialog[None]):
    """Saves to a new file.

    Args:
        name: what is saved, from which a name is proposed.
        extension: of that name, with its dot.
        read: gives the bytes; called in a thread.
    """

    DEFAULT_CSS = """
    SaveFileScreen #save-path { background: $panel; }
    SaveFileScreen #save-problem { height: auto; color: $text-error; }
    """

    def __init__(self, name: str, extension: str, read: Callable[[], bytes]) -> None:
        super().__init__()
        stem = _FILE_NAME.sub("-", name).strip("-.$") or "payload"
        self._proposed = f"{stem[:60]}{extension}"
        self._read = read

    def compose(self) -> ComposeResult:
        """A path, and what is wrong with it."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Save"
            box.border_subtitle = "enter save   esc cancel"
            yield Static("To which new file?")
            yield Input(self._proposed, id="save-path", compact=True, select_on_focus=False)
            yield Static(id="save-problem", markup=False)

    def on_mount(self) -> None:
        """Begin to type."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    async def _save(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        path = event.value.strip()
        try:
            count = await asyncio.to_thread(_write_new, path, self._read)
        except FileExistsError:
            self._say(f"{path} is there already and is not overwritten. Choose another name.")
        except (OSError, ValueError, RuntimeError) as error:  # a NUL in the path; ~nobody
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._say(f"{path} cannot be written: {why}. Choose another place.")
        else:
            self.app.notify(sanitise(f"{size(count)} saved to {path}", limit=300), timeout=4, markup=False)
            self.dismiss(None)

    def _say(self, problem: str) -> None:
        self.query_one("#save-problem", Static).update(sanitise(problem, limit=300))


def _write_new(where: str, read: Callable[[], bytes]) -> int:
    """Write a file that is not there yet, for its owner's eyes; how many bytes.

    Raises:
        OSError: it is there, or cannot be written.
    """
    data = read()
    path = Path(where).expanduser()
    with path.open("xb") as file:
        path.chmod(0o600)
        return file.write(data)
