"""Copying from a widget, by whatever way the app has."""

from typing import Protocol, runtime_checkable

from textual.widget import Widget

#: More than this is not put on a clipboard, in characters: terminals and their programs choke on it.
MOST_COPIED = 5_000_000


@runtime_checkable
class Copies(Protocol):
    """An app that copies by more ways than OSC 52 and tells which."""

    def copy(self, what: str, text: str) -> None:
        """Copy ``text``; ``what`` it is, for the notice."""
        ...


def copy_text(widget: Widget, what: str, text: str) -> None:
    """Copy ``text`` as it is. ``what`` it is, sanitised."""
    if not text:
        widget.notify(f"{what[:1].upper()}{what[1:]} is empty.", timeout=2, markup=False)
    elif len(text) > MOST_COPIED:
        widget.notify("That is too large to copy. f saves it to a file.", severity="warning", timeout=4)
    elif isinstance(widget.app, Copies):
        widget.app.copy(what, text)
    else:
        widget.app.copy_to_clipboard(text)
