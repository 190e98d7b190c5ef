"""What placeholders stand for: typed here, kept as long as the program runs."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from rpc_inspector.core.secrets.redaction import is_secret
from rpc_inspector.core.templates import BUILT_IN, Sources, placeholders
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.filling import Typed
from rpc_inspector.tui.screens.dialog import Dialog

#: Fields that are shown at once.
_MOST = 30


class VariablesScreen(Dialog[dict[str, str]]):
    """Gives what was changed by name, secrets as ``secret:NAME``; ``None`` changes nothing.

    Args:
        text: whose placeholders are asked for first.
        base: of the environment that was chosen; what is typed beats it.
        typed: what was typed before.
    """

    DEFAULT_CSS = """
    VariablesScreen .variable { height: 1; }
    VariablesScreen .variable Static { width: 24; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
    VariablesScreen .variable Input { width: 1fr; background: $panel; margin-right: 1;
        &:focus { background: $block-cursor-background; } }
    VariablesScreen #variables-about { height: auto; color: $muted; margin-top: 1; }
    """

    def __init__(self, text: str, base: Sources, typed: Typed) -> None:
        super().__init__()
        self._base, self._typed = base, typed
        used = [one.name for one in placeholders(text) if _is_set_here(one.name)]
        known = [*typed.variables, *(f"secret:{name}" for name in typed.secrets)]
        self._names = list(dict.fromkeys([*used, *known]))[:_MOST]

    def compose(self) -> ComposeResult:
        """A field for each name, and one for another."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Variables"
            box.border_subtitle = "enter keep   tab next   esc close"
            for at, name in enumerate(self._names):
                with Horizontal(classes="variable"):
                    yield Static(sanitise(name, limit=100), markup=False)
                    yield Input(
                        self._typed.value(name),
                        placeholder=self._placeholder(name),
                        password=name.startswith("secret:") or is_secret(name, ""),
                        compact=True,
                        id=f"variable-{at}",
                    )
            with Horizontal(classes="variable"):
                yield Static("another")
                yield Input(placeholder="name=value, or secret:NAME=value", compact=True, id="variable-new")
            yield Static(
                "${name} in a payload or in its strings stands for the value. Secrets are masked and never kept on "
                "disk; one that is not typed is taken from the process's environment. ${uuid}, ${now}, ${env:NAME} and "
                "${last:METHOD:$.path} need no setting.",
                id="variables-about",
                markup=False,
            )

    def _placeholder(self, name: str) -> str:
        if name.startswith("secret:"):
            return "set elsewhere" if name.removeprefix("secret:") in self._base.secrets else "secret, not set"
        value = self._base.variables.get(name)
        return "not set" if value is None else sanitise(f"{value}", limit=60)

    def on_mount(self) -> None:
        """Begin at what is missing."""
        empty = (field for field in self.query(Input) if not field.value)
        next(empty).focus()

    @on(Input.Submitted)
    def _keep(self) -> None:
        changed = {
            name: value
            for at, name in enumerate(self._names)
            if (value := self.query_one(f"#variable-{at}", Input).value) != self._typed.value(name)
        }
        new = self.query_one("#variable-new", Input).value.strip()
        if new:
            name, found, value = new.partition("=")
            name = name.strip()
            if not found or not name or not _is_set_here(name):
                self.notify("Type another variable as name=value.", severity="warning", markup=False)
                return
            changed[name] = value
        self.dismiss(changed)


def _is_set_here(name: str) -> bool:
    return name not in BUILT_IN and not name.startswith(("env:", "last:"))
