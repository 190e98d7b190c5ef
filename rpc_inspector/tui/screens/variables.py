"""What placeholders stand for: the environment that is chosen, and what is typed, kept as long as the program runs."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from rpc_inspector.core.secrets.naming import is_secret_name
from rpc_inspector.core.templates import BUILT_IN, Raw, Sources, placeholders
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.storage.collections.remembered import Remembered, default_path, recall, remember
from rpc_inspector.storage.environments import environment_names, sources_in
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.filling import Typed
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.choice import Choice

#: Fields that are shown at once; values of the environment likewise.
_MOST = 30
_MOST_VALUES = 12
_LONGEST = 60
_NAME_CELLS = 24
_NONE = "none"


class Chosen(NamedTuple):
    """What was set: ``typed`` by name, secrets as ``secret:NAME``.

    Attributes:
        sources: of another environment; ``None`` where it is the same. environment: its name; empty for none.
    """

    typed: dict[str, str]
    sources: Sources | None
    environment: str


class VariablesScreen(Dialog[Chosen]):
    """Gives what was changed; ``None`` changes nothing.

    Args:
        text: whose placeholders are asked for first.
        base: of the environment that is chosen; what is typed beats it.
        typed: what was typed before.
        environment: the name of the one that is chosen, of the collection that was open last; empty for none.
    """

    KEYS = (
        ("enter", "Keep what is set here."),
        ("tab", "To the next variable."),
        ("←, →", "Choose the environment, where the collection that was open last has some."),
    )
    DEFAULT_CSS = """
    VariablesScreen .variable { height: 1; }
    VariablesScreen .variable Static { width: 24; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
    VariablesScreen .variable Input { width: 1fr; background: $panel; margin-right: 1;
        &:focus { background: $block-cursor-background; } }
    VariablesScreen #variables-environment { margin-bottom: 1; }
    VariablesScreen #variables-values { height: auto; margin-top: 1; }
    VariablesScreen #variables-about { height: auto; color: $muted; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "keep", "keep", show=False)]

    def __init__(self, text: str, base: Sources, typed: Typed, environment: str) -> None:
        super().__init__()
        self._base, self._typed, self._environment = base, typed, environment
        self._sources: Sources | None = None
        self._declared: tuple[str, ...] = ()
        self._last = Remembered()
        self._choices: list[str] = []
        used = [one.name for one in placeholders(text) if _is_set_here(one.name)]
        known = [*typed.variables, *(f"secret:{name}" for name in typed.secrets)]
        self._names = list(dict.fromkeys([*used, *known]))[:_MOST]

    def compose(self) -> ComposeResult:
        """The environment, a field for each name and one for another, and what the environment has."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Variables"
            box.border_subtitle = "enter keep   tab next   f1 help   esc close"
            with Horizontal(classes="variable", id="variables-environment"):
                yield Static("environment")
            for at, name in enumerate(self._names):
                with Horizontal(classes="variable"):
                    yield Static(sanitise(name, limit=100), markup=False)
                    yield Input(
                        self._typed.value(name),
                        password=name.startswith("secret:") or is_secret_name(name),
                        compact=True,
                        id=f"variable-{at}",
                    )
            with Horizontal(classes="variable"):
                yield Static("another")
                yield Input(placeholder="name=value, or secret:NAME=value", compact=True, id="variable-new")
            yield Static(id="variables-values")
            yield Static(
                "${name} in a payload or in its strings stands for the value. Secrets are masked and never kept on "
                "disk; one that is not typed is taken from the process's environment. ${uuid}, ${now}, ${env:NAME} and "
                "${last:METHOD:$.path} need no setting.",
                id="variables-about",
                markup=False,
            )

    async def on_mount(self) -> None:
        """Begin at what is missing; offer the environments of the collection that was open last."""
        self.query_one("#variables-environment").display = False
        self._show_values()
        empty = (field for field in self.query(Input) if not field.value)
        next(empty).focus()
        self._last, names = await asyncio.to_thread(_remembered)
        if names:
            row = self.query_one("#variables-environment")
            self._choices = [*names, ""]
            choice = Choice([sanitise_name(name) or _NONE for name in self._choices], id="variables-choice")
            choice.index = self._choices.index(self._environment if self._environment in names else "")
            await row.mount(choice)
            row.display = True
            self.watch(choice, "index", self._choose, init=False)
            if self._environment in names:
                await self._take_environment(self._environment)  # its files may say something else by now

    # The environment

    def _choose(self, index: int) -> None:
        self.run_worker(self._take_environment(self._choices[index]), exclusive=True, exit_on_error=False)

    async def _take_environment(self, name: str) -> None:
        asked = [one.removeprefix("secret:") for one in self._names if one.startswith("secret:")]
        try:
            there, sources = await asyncio.to_thread(sources_in, Path(self._last.folder), name, asked)
        except FileUnusable as error:
            said = sanitise(f"{error}", limit=400)
            self.query_one("#variables-values", Static).update(Content.styled(said, "$text-error"))
            return
        self._base, self._declared = sources, there.secrets
        if name != self._environment:
            self._sources, self._environment = sources, name
        self._show_values()

    def _show_values(self) -> None:
        """What comes from the environment: in the fields that nothing was typed into, and all of it beneath."""
        for at, name in enumerate(self._names):
            self.query_one(f"#variable-{at}", Input).placeholder = self._placeholder(name)
        lines = list(self._lines())
        shown = self.query_one("#variables-values", Static)
        shown.display = bool(lines)
        shown.update(Content("\n").join(lines))

    def _placeholder(self, name: str) -> str:
        value = self._value(name)
        if not value:
            return "secret, not set" if name.startswith("secret:") else "not set"
        # A secret may as well be the process's own.
        ours = self._environment and not name.startswith("secret:")
        return f"{value}, from {sanitise_name(self._environment)}" if ours else value

    def _value(self, name: str) -> str:
        """What the environment has, of secrets only that it has them; empty for nothing."""
        if name.startswith("secret:"):
            secret = name.removeprefix("secret:")
            return "set" if secret in self._base.secrets or secret in os.environ else ""
        value = self._base.variables.get(name)
        if value is None:
            return ""
        text = value.text if isinstance(value, Raw) else f"{value}"
        return "set" if is_secret_name(name, text) else sanitise(text, limit=_LONGEST) or '""'

    def _lines(self) -> Iterator[Content]:
        secrets = dict.fromkeys((*self._declared, *self._base.secrets))
        names = [*self._base.variables, *(f"secret:{name}" for name in secrets)]
        if not names or not self._environment:
            return
        yield Content.styled(f"From {sanitise_name(self._environment)}", "bold")
        for name in names[:_MOST_VALUES]:
            typed = "  typed over" if self._typed.value(name) else ""
            label = sanitise(name, limit=_NAME_CELLS - 1)
            yield Content.assemble(
                (f"{label:<{_NAME_CELLS}}", "$muted"), self._value(name) or "not set", (typed, "$muted")
            )
        if len(names) > _MOST_VALUES:
            yield Content.styled(f"and {len(names) - _MOST_VALUES:,} more", "$muted")

    # Keeping

    @on(Input.Submitted)
    async def action_keep(self) -> None:
        """Keep what is set."""
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
        if self._sources is not None:
            kept = Remembered(self._last.folder, self._environment)
            await asyncio.to_thread(remember, default_path(), kept)
        self.dismiss(Chosen(changed, self._sources, self._environment))


def _remembered() -> tuple[Remembered, list[str]]:
    """The collection that was open last, and its environments."""
    last = recall(default_path())
    try:
        return last, environment_names(Path(last.folder)) if last.folder else []
    except (OSError, ValueError):  # it is gone, or the name of one that cannot be
        return last, []


def _is_set_here(name: str) -> bool:
    return name not in BUILT_IN and not name.startswith(("env:", "last:"))
