"""A collection: its requests, one of which goes into the composer, and saving what stands there as another."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.model import replace
from rpc_inspector.core.secrets.naming import Known, name_secrets
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.templates import Sources
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.storage.collections import Collection, CollectionUnusable, Problem, Request, look_through
from rpc_inspector.storage.collections.lacking import secrets_asked
from rpc_inspector.storage.collections.remembered import Remembered, default_path, recall, remember
from rpc_inspector.storage.collections.writing import request_text, save_request
from rpc_inspector.storage.environments import environment_names, sources_in
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.cells import left
from rpc_inspector.tui.widgets.choice import Choice

_MOST_PROBLEMS = 5
_LONGEST_NAME = 34
_NO_ENVIRONMENT = "none"


class Picked(NamedTuple):
    """A request to be composed, and what its placeholders stand for, in which environment (empty for none)."""

    request: Request
    sources: Sources
    environment: str


class CollectionScreen(Dialog[Picked]):
    """Gives the request that was chosen, or ``None``.

    Args:
        composed: what the composer holds, to be saved; ``None`` if that is nothing.
        known: knows secrets by their values.
    """

    KEYS = (
        ("enter", "On the folder: open it. On a request: compose it. On a name: save what is composed under it."),
        ("tab", "To the next field."),
        ("←, →", "Choose the environment."),
    )
    DEFAULT_CSS = """
    CollectionScreen .field { height: 1; }
    CollectionScreen .field > Static { width: 13; color: $muted; }
    CollectionScreen .field Input { width: 1fr; background: $panel; margin-right: 1; }
    CollectionScreen .field Input:focus { background: $block-cursor-background; }
    CollectionScreen #collection-requests { margin: 1 0; max-height: 16; text-wrap: nowrap; text-overflow: ellipsis; }
    CollectionScreen #collection-said { height: auto; margin-bottom: 1; }
    """

    def __init__(self, composed: Invocation | None, known: Known | None = None) -> None:
        super().__init__()
        self._known = known
        self._composed = composed
        self._collection: Collection | None = None
        self._environments: list[str] = []

    def compose(self) -> ComposeResult:
        """The folder, its environments, its requests, and a name for another."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Collection"
            box.border_subtitle = "enter compose   tab next   ? help   esc close"
            with Horizontal(classes="field"):
                yield Static("folder")
                yield Input(placeholder="of YAML files, one request each", compact=True, id="collection-folder")
            with Horizontal(classes="field", id="collection-environments"):
                yield Static("environment")
            yield OptionList(id="collection-requests", compact=True, markup=False)
            yield Static(id="collection-said")
            if self._composed is not None:
                with Horizontal(classes="field"):
                    yield Static("save as")
                    yield Input(placeholder=_what(self._composed), compact=True, id="collection-name")

    async def on_mount(self) -> None:
        """Open what was open last."""
        self.query_one("#collection-requests").display = False
        last = await asyncio.to_thread(recall, default_path())
        field = self.query_one("#collection-folder", Input)
        field.value = last.folder
        field.focus()
        if last.folder:
            await self._open(Path(last.folder), last.environment)

    # Opening

    @on(Input.Submitted, "#collection-folder")
    async def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip():
            await self._open(Path(event.value.strip()), "")

    async def _open(self, folder: Path, environment: str) -> None:
        listed = self.query_one("#collection-requests", OptionList)
        try:
            collection, problems, names = await asyncio.to_thread(_look, folder)
        except (FileUnusable, OSError, RuntimeError, ValueError) as error:  # ~nobody; a NUL in the name
            listed.display = False
            self._collection = None
            self._say(f"{error}")
            return
        self._collection, requests = collection, collection.requests
        listed.set_options(map(Option, _lines(requests)))
        listed.display = bool(requests)
        await self._offer(names, environment)
        self._tell(problems)
        if requests:
            listed.highlighted = 0
            listed.focus()
        await asyncio.to_thread(remember, default_path(), Remembered(str(collection.folder), environment))

    async def _offer(self, names: list[str], chosen: str) -> None:
        row = self.query_one("#collection-environments")
        await row.query(Choice).remove()
        row.display = bool(names)
        if names:
            choices = [*names, _NO_ENVIRONMENT]
            first = chosen if chosen in names else "default"
            await row.mount(Choice([sanitise_name(name) for name in choices], id="collection-environment"))
            row.query_one(Choice).index = choices.index(first) if first in choices else len(names)
        self._environments = names

    def _tell(self, problems: tuple[Problem, ...]) -> None:
        folder = self._collection.folder if self._collection else Path()
        lines = [str(problem._replace(path=problem.path.relative_to(folder))) for problem in problems[:_MOST_PROBLEMS]]
        more = len(problems) - len(lines)
        if more > 0:
            lines.append(f"and {more} more; rpc-inspector check lists them")
        if not problems and self._collection and not self._collection.requests:
            lines = ["There are no requests in it yet."]
        self._say("\n".join(lines), style="$text-error" if problems else "$muted")

    # Choosing and saving

    @on(OptionList.OptionSelected, "#collection-requests")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._collection is None:
            return
        request, folder = self._collection.requests[event.option_index], self._collection.folder
        name = self._environment_name()
        try:
            _, sources = await asyncio.to_thread(sources_in, folder, name, secrets_asked([request]))
        except FileUnusable as error:
            self._say(str(error.problems[0]) if isinstance(error, CollectionUnusable) else str(error))
            return
        await asyncio.to_thread(remember, default_path(), Remembered(str(folder), name))
        self.dismiss(Picked(request, sources, name))

    def _environment_name(self) -> str:
        choices = self.query(Choice)
        index = choices.first().index if choices else len(self._environments)
        return self._environments[index] if index < len(self._environments) else ""

    @on(Input.Submitted, "#collection-name")
    async def _save(self, event: Input.Submitted) -> None:
        typed = self.query_one("#collection-folder", Input).value.strip()
        if self._composed is None or not event.value.strip():
            return
        if not typed:
            self._say("Type the folder that it is to be saved in.")
            self.query_one("#collection-folder").focus()
            return
        named = name_secrets(self._composed.payload, method=self._composed.method, known=self._known)
        name = event.value.strip()
        text = request_text(replace(self._composed, payload=named.text), name=name)
        try:
            path = await asyncio.to_thread(lambda: save_request(Path(typed).expanduser().absolute(), name, text))
        except (FileUnusable, RuntimeError, ValueError) as error:
            self._say(str(error))
            return
        event.input.value = ""
        await self._open(path.parent, self._environment_name())
        secrets = f" Secrets in it are names now: {', '.join(named.names)}." if named.names else ""
        self.app.notify(sanitise(f"Saved as {path}.{secrets}", limit=400), timeout=6, markup=False)

    def _say(self, text: str, style: str = "$text-error") -> None:
        said = self.query_one("#collection-said", Static)
        said.update(Content.styled(sanitise(text, limit=2000, multiline=True), style))
        said.display = bool(text)


def _look(folder: Path) -> tuple[Collection, tuple[Problem, ...], list[str]]:
    """What is in a folder, and its environments."""
    folder = folder.expanduser().absolute()
    return (*look_through(folder), environment_names(folder))


def _what(composed: Invocation) -> str:
    return f"a name, for {sanitise_name(composed.destination)} {G.into} {sanitise_name(composed.method)}"


def _lines(requests: Sequence[Request]) -> list[Content]:
    """The requests, a line each: name, whom and what, tags."""
    names = [sanitise(request.name, limit=_LONGEST_NAME) for request in requests]
    width = max((cell_len(name) for name in names), default=0)
    return [_line(request, left(name, width)) for request, name in zip(requests, names, strict=True)]


def _line(request: Request, name: str) -> Content:
    whom = f"{sanitise_name(str(request.to))} {G.into} {sanitise_name(request.method)}"
    skipped = ("skipped  ", "$text-warning") if request.skip else ""
    tags = sanitise(" ".join(request.tags), limit=80)
    return Content.assemble((name, "bold"), "  ", skipped, f"{whom}  ", (tags, "$muted"))
