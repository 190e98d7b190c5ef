"""The user's own editor and pager, in our place on the terminal while they run."""

import asyncio
import os
import shlex
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from textual.app import App, SuspendNotSupported
from textual.widget import Widget

from rpc_inspector.core.text import sanitise

#: Where neither ``$VISUAL`` nor ``$EDITOR``, or no ``$PAGER``, is set.
_EDITORS = {"nt": "notepad"}
_PAGERS = {"nt": "more"}


class ProgramFailed(Exception):  # noqa: N818 - says what happened
    """The editor or pager was not run, or failed; its text says so and what to do."""


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """``$VISUAL``, ``$EDITOR``, or the system's.

    Raises:
        ProgramFailed: what the variable holds is no command.
    """
    return _words(environment.get("VISUAL") or environment.get("EDITOR") or _EDITORS.get(os.name, "vi"))


def pager_command(environment: Mapping[str, str]) -> list[str]:
    """``$PAGER``, or the system's.

    Raises:
        ProgramFailed: likewise.
    """
    return _words(environment.get("PAGER") or _PAGERS.get(os.name, "less"))


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ProgramFailed(f"{command!r} is no command: {error}. Correct the variable.") from error
    if not words:
        raise ProgramFailed("The command is empty. Set $EDITOR or $PAGER.")
    return words


async def edit(app: App[object], text: str, suffix: str) -> str:
    """Have ``text`` edited; what it is afterwards.

    Raises:
        ProgramFailed: there is no terminal to give away, the editor failed, or left no UTF-8 behind.
    """
    command = editor_command(os.environ)
    with _file(text, suffix) as path:
        await _run(app, [*command, str(path)])
        try:
            content = path.read_bytes().decode()
        except FileNotFoundError:
            raise ProgramFailed(f"{command[0]} removed the file. The text stays as it was.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ProgramFailed(f"What {command[0]} left cannot be read: {error}. The text stays as it was.") from error
    # Editors end the last line; a payload that had no such end does not want one.
    if content.endswith("\n") and not text.endswith("\n"):
        content = content.removesuffix("\n").removesuffix("\r")
    return content


async def page(app: App[object], text: str, suffix: str) -> None:
    """Show ``text`` in the pager; what a terminal would obey is shown as escapes.

    Raises:
        ProgramFailed: likewise.
    """
    command = pager_command(os.environ)
    with _file(sanitise(text, multiline=True), suffix) as path:
        await _run(app, [*command, str(path)])


async def read_in_pager(widget: Widget, text: str) -> None:
    """Likewise for a widget, which tells its user why where it cannot be shown."""
    try:
        await page(cast("App[object]", widget.app), text, suffix_of(text))
    except ProgramFailed as error:
        widget.notify(sanitise(f"{error}", limit=400), severity="warning", markup=False)


def suffix_of(text: str) -> str:
    """What editors and pagers colour it by."""
    return ".json" if text.lstrip()[:1] in ("{", "[") else ".txt"


@contextmanager
def _file(text: str, suffix: str) -> Iterator[Path]:
    """A file of its owner's alone that is gone afterwards."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="rpc-inspector-", suffix=suffix)
    except OSError as error:
        raise ProgramFailed(f"No temporary file can be made: {error.strerror or error}. Free some space.") from error
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        yield path
    except OSError as error:
        raise ProgramFailed(f"{path} cannot be written: {error.strerror or error}. Free some space.") from error
    finally:
        path.unlink(missing_ok=True)


async def _run(app: App[object], command: list[str]) -> None:
    """Give the terminal to a program until it ends; the session goes on meanwhile, and nothing is painted."""
    try:
        with app.suspend(), app.batch_update(), _interrupts_left_to_the_program():
            status = await _status_of(command)
    except SuspendNotSupported:
        raise ProgramFailed(
            "In a browser there is no terminal to start it in. Edit here, or run rpc-inspector in a terminal."
        ) from None
    if status:
        raise ProgramFailed(f"{command[0]} ended with status {status}. The text stays as it was.")


async def _status_of(command: list[str]) -> int | str:
    """How the program ended: 0, its status, or why it could not be started."""
    try:
        process = await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        return f"“{error.strerror or error}”"
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise


@contextmanager
def _interrupts_left_to_the_program() -> Iterator[None]:
    """^C in a pager stops its search; it is not meant for us, who are in the same process group."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
