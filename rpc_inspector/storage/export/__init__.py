"""Calls as files for others: what formats there are, and writing one of them.

Every format gets its rows redacted, so none can forget to; each writer says in its file what was taken out, as far as
the format has a place for it.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.redaction import Rules, redact, redact_event
from rpc_inspector.storage.reading import FileUnusable


class About(Struct, frozen=True, kw_only=True):
    """What a file says of itself.

    Attributes:
        made: when, in seconds since the epoch.
        rules: what is taken out.
        origin: where the calls are from: a room or a file, unsanitised; empty if not known.
        selection: which of its calls these are, e.g. ``marked calls`` or ``outcome:error``, unsanitised; empty for all.
        concealing: knows the secrets that were sent; no rule lets them through. ``None`` where none are known.
    """

    made: float
    rules: Rules = Rules()
    origin: str = ""
    selection: str = ""
    concealing: Concealing | None = None

    @property
    def words(self) -> str:
        """One sentence for a reader of the file: what is missing in it."""
        if self.rules.payloads == "keep" and self.concealing is not None and not self.concealing.is_idle:
            return "Nothing was redacted but the values of ${secret:NAME}."
        return self.rules.words


class FileThere(FileUnusable):
    """The file is there already."""


class Format(Struct, frozen=True, kw_only=True):
    """A format to export to. ``module``, in this package, has its writer and is imported when it is used.

    ``folder``: it is a folder of files, and no stream can take it.
    """

    name: str
    extension: str
    description: str
    module: str
    folder: bool = False

    def write(self, rows: Iterable[TraceRow], stream: TextIO, about: About) -> None:
        """Write ``rows``, redacted, to ``stream`` (text, line feeds untouched); raises what the stream raises."""
        writer = import_module(f"{__name__}.{self.module}").write
        writer(_redacted(rows, about), stream, about)

    def write_folder(self, rows: Iterable[TraceRow], path: Path, about: About) -> int:
        """Write ``rows``, redacted, to a new folder.

        Returns:
            The size of its files in bytes.

        Raises:
            FileUnusable: it cannot be written, or is there already.
        """
        import_module(f"{__name__}.{self.module}").write_folder(_redacted(rows, about), path)
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format(name="html", extension="html", description="a report to read and to send: one page, no network",
               module="report"),
        Format(name="trace", extension="jsonl", description="everything, for open: calls and room events",
               module="saved"),
        Format(name="json", extension="calls.jsonl", description="lines of call objects, for programs",
               module="lines"),
        Format(name="csv", extension="csv", description="a table for spreadsheets", module="table"),
        Format(name="markdown", extension="md", description="a table for issues and wikis", module="markdown"),
        Format(name="mermaid", extension="mmd", description="a sequence diagram", module="mermaid"),
        Format(name="perfetto", extension="trace.json", description="a timeline for ui.perfetto.dev, chrome://tracing",
               module="perfetto"),
        Format(name="collection", extension="collection", description="requests to make again, a folder for check",
               module="collection", folder=True),
    )
}  # fmt: skip


def _redacted(rows: Iterable[TraceRow], about: About) -> Iterator[TraceRow]:
    rules, concealing = about.rules, about.concealing or Concealing()
    for row in rows:
        if isinstance(row, Call):
            yield redact(concealing.call(row), rules)
        else:
            yield redact_event(concealing.event(row), rules)


def export_file(path: Path, rows: Iterable[TraceRow], form: Format, about: About, *, force: bool = False) -> int:
    """Write ``rows`` to a file that appears whole or not at all, readable by its owner alone.

    A format that is a folder makes one; it is never replaced.

    Args:
        path: of the file.
        rows: calls and room events, in the order of their numbers.
        form: the format.
        about: what the file says of itself.
        force: replace a file that is there.

    Returns:
        Its size in bytes.

    Raises:
        FileUnusable: it cannot be written; :class:`FileThere`: it is there already.
    """
    if form.folder:
        return form.write_folder(rows, path, about)
    unfinished: str | None = None
    try:
        if path.is_dir():
            raise FileUnusable(f"{path} is a directory.", "Name a file in it.")
        if path.exists() and not force:
            raise FileThere(f"{path} is there already.", "Name another file, or have it replaced (--force).")
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        # A newline of "" leaves csv its own line ends.
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            form.write(rows, stream, about)
        size = Path(unfinished).stat().st_size
        Path(unfinished).replace(path)
        unfinished = None
    except FileNotFoundError:
        raise FileUnusable(f"There is no directory {path.parent}.", "Make it, or name another.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        reason = getattr(error, "strerror", None) or error
        raise FileUnusable(f"{path} cannot be written: {reason}.", "Name another file.") from error
    finally:
        if unfinished is not None:
            Path(unfinished).unlink(missing_ok=True)
    return size
