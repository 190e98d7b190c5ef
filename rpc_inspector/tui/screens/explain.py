"""Why a call failed, with what can be done about it; and what a code means in general."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.explain import Action
from rpc_inspector.core.explain.pages import Page
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog

_LONGEST_LABEL = 60


class ExplainScreen(Dialog[Action]):
    """Gives the action that was chosen, or ``None``.

    Args:
        title: of the box. text: the explanation. actions: what can be done.
    """

    DEFAULT_CSS = """
    ExplainScreen > .dialog > VerticalScroll { height: auto; max-height: 1fr; }
    ExplainScreen > .dialog > OptionList { dock: bottom; height: auto; max-height: 8; margin-top: 1; }
    """

    def __init__(self, title: str, text: Content, actions: Sequence[Action] = ()) -> None:
        super().__init__()
        self._heading, self._text, self._actions = title, text, tuple(actions)

    def compose(self) -> ComposeResult:
        """The text, and below it what can be done."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(sanitise(self._heading, limit=_LONGEST_LABEL))
            box.border_subtitle = "enter do it   tab scroll   esc close" if self._actions else "↑ ↓ scroll   esc close"
            with VerticalScroll(id="explanation"):
                yield Static(self._text)
            if self._actions:
                labels = (sanitise(action.label, limit=_LONGEST_LABEL) for action in self._actions)
                yield OptionList(*[Option(_line(label)) for label in labels], id="actions", compact=True)

    def on_mount(self) -> None:
        """Begin at what can be done, the best first."""
        if not self._actions:
            self.query_one("#explanation").focus()
            return
        choices = self.query_one(OptionList)
        choices.highlighted = 0
        choices.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._actions[event.option_index])


def _line(label: str) -> Content:
    return Content.assemble((f"{G.to} ", "$text-primary"), label)


def page_text(page: Page) -> Content:
    """A code's page: what it means, what people misread about it, its causes with their signs and what to do."""
    parts = [Content.styled(page.meaning, "bold")]
    parts += [Content.assemble(("What confuses\n", "$muted"), page.confuses)] if page.confuses else []
    parts += [Content.assemble(("What to do\n", "$muted"), page.next_step)]
    for number, cause in enumerate(page.causes, 1):
        parts.append(
            Content.assemble(
                (f"{number} ", "$muted"),
                (cause.about, "bold"),
                (f"\n  how to tell  {cause.signs}\n", "$muted"),
                (f"  {G.to} ", "$text-primary"),
                cause.fix,
            )
        )
    return Content("\n\n").join(parts)
