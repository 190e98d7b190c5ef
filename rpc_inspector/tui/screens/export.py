"""Writing calls to a file: which, in what format, what is taken out of them, and where to."""

import asyncio
import io
import os
import re
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.query.paths import PathError
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.redaction import SECRET_KEYS, Payloads, Rules
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.export import FORMATS, About, FileThere, Format, export_file
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.tui.screens.dialog import Dialog
from rpc_inspector.tui.widgets.choice import Choice

_TICK_S = 0.1
_SECRETS: tuple[tuple[Payloads, str], ...] = (
    ("redact", "masked"), ("off", "left out"), ("keep", "as they are"),
)  # fmt: skip


class Selection(Struct, frozen=True, kw_only=True):
    """Some rows of the trace: what they are called in the dialog, and in the file (``words``, unsanitised)."""

    label: str
    rows: Sequence[TraceRow]
    words: str = ""

    @property
    def calls(self) -> int:
        """How many calls."""
        return sum(isinstance(row, Call) for row in self.rows)


class _Stopped(Exception):  # noqa: N818 - says what happened
    """The user gave up."""


def selections_of(rows: Sequence[TraceRow], shown: Sequence[TraceRow], words: str) -> list[Selection]:
    """What of a trace can be written, the likeliest first: marked rows if there are any, what the list shows, all.

    Args:
        rows: all.
        shown: those that the list shows.
        words: its filter, unsanitised.
    """
    marked = [row for row in rows if row.marked]
    every = Selection(label="all", rows=rows)
    filtered = [Selection(label="shown", rows=shown, words=words)] if len(shown) < len(rows) else []
    return [*([Selection(label="marked", rows=marked, words="marked")] if marked else []), *filtered, every]


class ExportScreen(Dialog[None]):
    """Writes a file, shows how far it is, and says where it is.

    Args:
        selections: what can be written, the likeliest first.
        origin: where the calls are from, unsanitised. room: for the file's name, likewise.
        form: the only format; ``None`` lets the user choose.
        concealing: knows the secrets that were sent, which are masked whatever is chosen.
    """

    KEYS = (
        ("enter", "Write the file."),
        ("tab", "To the next field."),
        ("↑, ↓", "Choose the format."),
        ("←, →", "Choose which calls, and what becomes of secrets."),
    )
    DEFAULT_CSS = """
    ExportScreen .field { height: 1; }
    ExportScreen .field > Static { width: 12; color: $muted; }
    ExportScreen .field Input { width: 1fr; background: $panel; margin-right: 1; }
    ExportScreen .field Input:focus { background: $block-cursor-background; }
    ExportScreen #export-format { margin: 1 0; max-height: 8; }
    ExportScreen #export-said { height: auto; margin-top: 1; }
    ExportScreen #buttons { height: 1; margin-top: 1; }
    """
    path = getters.query_one("#export-path", Input)

    def __init__(
        self,
        selections: Sequence[Selection],
        origin: str,
        room: str,
        form: Format | None = None,
        concealing: Concealing | None = None,
    ) -> None:
        super().__init__()
        self._concealing = concealing
        self._selections, self._origin, self._room = selections, origin, room
        self._form = form
        self._formats = [form] if form else list(FORMATS.values())
        self._typed = False
        self._replace: str | None = None
        self._written = self._of = 0
        self._stop = self._busy = False

    def compose(self) -> ComposeResult:
        """What, as what, without what, where to."""
        if self.app.is_web:  # a browser downloads files, not folders
            self._formats = [form for form in self._formats if not form.folder]
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Save the trace" if self._form else "Export"
            box.border_subtitle = "enter write   tab next   ? help   esc close"
            with Horizontal(classes="field"):
                yield Static("calls")
                yield Choice([f"{one.label} {one.calls:,}" for one in self._selections], id="export-what")
            if not self._form:
                yield OptionList(*[Option(_line(form)) for form in self._formats], id="export-format", compact=True)
            with Horizontal(classes="field"):
                yield Static("payloads")
                yield Choice([label for _, label in _SECRETS], id="export-secrets")
            with Horizontal(classes="field"):
                yield Static("mask also")
                yield Input(placeholder="keys and JSON paths: customer*, $.user.name", compact=True, id="export-mask")
            with Horizontal(classes="field"):
                yield Static("file")
                yield Input(
                    str(self._proposed(self._formats[0])), compact=True, id="export-path", select_on_focus=False
                )
            yield Static(id="export-said")
            with Horizontal(id="buttons"):
                yield Button("Save" if self._form else "Export", id="export-go", compact=True)

    def on_mount(self) -> None:
        """Begin at the format; where there is one only, at the file."""
        self.query_one("#export-path" if self._form else "#export-format").focus()
        self.set_interval(_TICK_S, self._tick)

    def _proposed(self, form: Format) -> Path:
        """A name that is free, in the current directory or, if that cannot be written to, at home."""
        here = self.app.is_web or os.access(Path.cwd(), os.W_OK)
        room = re.sub(r"[^\w.-]+", "-", self._room).strip("-.")[:40]
        stem = "-".join(filter(None, ("rpc", room, datetime.now().astimezone().strftime("%Y%m%d-%H%M%S"))))
        name = f"{stem}.{form.extension}"
        return Path(name) if here else Path.home() / name

    # What was chosen

    @property
    def _chosen_format(self) -> Format:
        if self._form:
            return self._form
        return self._formats[self.query_one("#export-format", OptionList).highlighted or 0]

    @on(OptionList.OptionHighlighted, "#export-format")
    def _format_chosen(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if not self._typed:
            with self.prevent(Input.Changed):
                self.path.value = str(self._proposed(self._formats[event.option_index]))

    @on(Input.Changed, "#export-path")
    def _path_typed(self) -> None:
        self._typed = self.path.has_focus or self._typed

    def _rules(self) -> Rules:
        """What is to be taken out.

        Raises:
            PathError: a path is none.
        """
        payloads = _SECRETS[self.query_one("#export-secrets", Choice).index][0]
        words = [word.strip() for word in self.query_one("#export-mask", Input).value.split(",") if word.strip()]
        return Rules(
            keys=(*SECRET_KEYS, *(word for word in words if not word.startswith("$"))),
            paths=tuple(word for word in words if word.startswith("$")),
            payloads=payloads,
        )

    # Writing

    @on(OptionList.OptionSelected, "#export-format")
    @on(Input.Submitted)
    @on(Button.Pressed, "#export-go")
    def _go(self) -> None:
        if not self._busy:
            self.run_worker(self._write(), exit_on_error=False)

    async def _write(self) -> None:
        selection = self._selections[self.query_one("#export-what", Choice).index]
        typed = self.path.value.strip()
        try:
            about = About(
                made=time.time(),
                rules=self._rules(),
                origin=self._origin,
                selection=self._concealing.text(selection.words) if self._concealing else selection.words,
                concealing=self._concealing,
            )
            self._begin(len(selection.rows))
            if self.app.is_web:
                said = await self._deliver(typed, selection, about)
            else:
                said = await self._save(typed, selection, about)
        except (PathError, FileUnusable) as error:
            what = error.what if isinstance(error, FileUnusable) else f"That is no JSON path. {error.what}"
            self._say(f"{what} {error.advice}")
        except RuntimeError as error:  # ~nobody
            self._say(f"There is no such directory: {error}. Type another.")
        except _Stopped:
            self.dismiss(None)
        else:
            self.app.notify(sanitise(said, limit=400), timeout=8, markup=False)
            self.dismiss(None)
        finally:
            self._busy = False

    def _begin(self, rows: int) -> None:
        self._written, self._of, self._stop, self._busy = 0, rows, False, True
        self.query_one("#export-said", Static).update("")

    async def _save(self, typed: str, selection: Selection, about: About) -> str:
        form, replace = self._chosen_format, self._replace == typed

        def write() -> tuple[Path, int]:
            path = Path(typed).expanduser()
            return path, export_file(path, self._counted(selection.rows), form, about, force=replace)

        try:
            path, size = await asyncio.to_thread(write)
        except FileThere as error:
            self._replace = typed
            raise FileUnusable(error.what, "Enter once more replaces it.") from None
        return f"Wrote {selection.calls:,} calls to {path.absolute()} ({size:,} bytes). {about.words}"

    async def _deliver(self, name: str, selection: Selection, about: About) -> str:
        """In a browser the file goes to the user's downloads."""
        stream = io.StringIO()
        await asyncio.to_thread(self._chosen_format.write, self._counted(selection.rows), stream, about)
        stream.seek(0)
        self.app.deliver_text(stream, save_filename=Path(name).name, encoding="utf-8")
        return f"{selection.calls:,} calls are being downloaded. {about.words}"

    def _counted(self, rows: Sequence[TraceRow]) -> Iterator[TraceRow]:
        """The rows, in the thread that writes them."""
        for row in rows:
            if self._stop:
                raise _Stopped
            self._written += 1
            yield row

    def _tick(self) -> None:
        if self._busy and self._of:
            self._say(f"Writing… {self._written / self._of:.0%}", style="$muted")

    def _say(self, text: str, style: str = "$text-error") -> None:
        self.query_one("#export-said", Static).update(Content.styled(sanitise(text, limit=400), style))

    def action_close(self) -> None:
        """Close; what is being written is given up, and leaves no file."""
        if self._busy:
            self._stop = True
        else:
            self.dismiss(None)


def _line(form: Format) -> Content:
    return Content.assemble((f"{form.name:<12}", "bold"), (form.description, "$muted"))
