"""Completion in the raw editor: a list at the cursor while there is something to offer."""

from collections.abc import Sequence

from textual.geometry import Region

from rpc_inspector.core.schema import Schema, Suggestion
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.bodies import PLAIN_ABOVE
from rpc_inspector.tui.widgets.form.popup import Popup
from rpc_inspector.tui.widgets.payload.area import RequestArea

#: In a larger text it is offered only when it is asked for.
_LONGEST_SHOWN = 40


class Completion:
    """Offers keys and values by the schema. While it does, tab takes one, escape hides them, up and down choose.

    Attributes:
        schema: what it knows them from; ``None`` for nothing.
    """

    def __init__(self, editor: RequestArea, popup: Popup) -> None:
        self.schema: Schema | None = None
        self._editor, self._popup = editor, popup
        self._offered: Sequence[Suggestion] = ()
        self._length = 0
        editor.interceptor = self._key
        editor.watch(editor, "has_focus", self._focus_changed, init=False)
        editor.watch(editor, "selection", self._cursor_moved, init=False)

    def typed(self) -> None:
        """The text changed: offer, if it was by typing a sign."""
        length = self._editor.length
        by_a_sign, self._length = length == self._length + 1, length
        wanted = by_a_sign or self._popup.is_open
        if self.schema is None or not self._editor.has_focus or not wanted or length > PLAIN_ABOVE:
            self._popup.hide()
        else:
            self._offer()

    def ask(self) -> None:
        """Offer what there is, or say that there is nothing."""
        self._offer()
        if not self._popup.is_open:
            self._editor.notify("The schema has nothing to offer here.", timeout=2, markup=False)

    def _offer(self) -> None:
        if self.schema is None:
            return
        self._offered = self.schema.complete(self._editor.text, self._editor.cursor_index)
        if not self._offered:
            self._popup.hide()
            return
        entries = [(sanitise(one.insert, limit=_LONGEST_SHOWN), sanitise(one.about, limit=60)) for one in self._offered]
        place = self._editor.cursor_screen_offset
        self._popup.open(Region(place.x, place.y, 1, 1), entries)

    def _key(self, key: str) -> bool:
        """A key that is the list's while it is shown; whether it was."""
        if not self._popup.is_open:
            return False
        if key in ("up", "down"):
            count = len(self._offered)
            self._popup.highlighted = ((self._popup.highlighted or 0) + (1 if key == "down" else -1)) % count
        elif key == "tab":
            self._accept(self._offered[self._popup.highlighted or 0])
        elif key == "escape":
            self._popup.hide()
        else:
            return False
        return True

    def _accept(self, suggestion: Suggestion) -> None:
        self._popup.hide()
        self._editor.change(suggestion.start, suggestion.end, suggestion.insert, keep_cursor=False)

    def _cursor_moved(self) -> None:
        """Moved without typing: what was offered was for another place."""
        if self._popup.is_open and self._editor.length == self._length:
            self._popup.hide()

    def _focus_changed(self) -> None:
        self._popup.hide()
