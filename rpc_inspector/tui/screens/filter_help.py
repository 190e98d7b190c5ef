"""The filter language on one page: fields and examples, from the tables that the language itself is made of."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.query.fields import FIELDS, GENERAL_EXAMPLES, Field
from rpc_inspector.tui.screens.dialog import Dialog

_RULES = (
    (":", "equal, without case; * stands for anything, | for or"),
    ("= != < <= > >=", "compare numbers, with their units"),
    ("~", "matches a regular expression"),
    ("and or not ( )", "combine; side by side means and"),
    ("a word", "anywhere in methods, peers and payloads"),
)


class FilterHelpScreen(Dialog[None]):
    """Fields with what they find, and examples with what they mean."""

    def compose(self) -> ComposeResult:
        """One box of text."""
        with VerticalScroll(classes="dialog") as box:
            box.border_title = "Filter"
            box.border_subtitle = "↑ ↓ scroll   esc close"
            yield Static(id="language")

    def on_mount(self) -> None:
        """Scroll with the keys from the start."""
        self.query_one(".dialog").focus()

    def on_resize(self) -> None:
        """Lines are broken by ourselves; the box has its width only after the layout."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        width = self.query_one(".dialog").content_region.width - 2
        self.query_one("#language", Static).update(Content("\n").join(list(language_lines(width))))


def language_lines(width: int) -> Iterable[Content]:
    """The language in ``width`` cells: how terms are written, the fields, and examples of what is no field."""
    yield Content.styled("Fields", "bold $text-primary")
    yield from _table([(field.name, _about(field)) for field in FIELDS.values()], width)
    yield Content("")
    yield Content.styled("How they are used", "bold $text-primary")
    yield from _table(_RULES, width)
    yield Content("")
    yield Content.styled("Examples", "bold $text-primary")
    of_fields = [field.examples[0] for field in FIELDS.values()]
    yield from _table([*GENERAL_EXAMPLES, *of_fields], width)


def _about(field: Field) -> str:
    if field.values:
        return f"{field.about}: {', '.join(field.values)}"
    if field.units:
        return f"{field.about}; in {', '.join(field.units)}"
    return field.about


def _table(entries: Sequence[tuple[str, str]], width: int) -> Iterable[Content]:
    first = min(max(len(name) for name, _ in entries), width // 2)
    for name, meaning in entries:
        # A name that is too long for its column has a line of its own.
        start = f"{name:<{first}}  "
        lines = wrap(meaning, max(width - first - 2, 10)) or [""]
        if len(start) > first + 2:
            yield Content.styled(name, "bold")
            start = " " * (first + 2)
        yield Content.assemble((start, "bold"), lines[0])
        yield from (Content(" " * (first + 2) + line) for line in lines[1:])
