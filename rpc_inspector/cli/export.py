"""``export FILE``: a saved trace as a report, a table, a diagram, a timeline."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import CONTEXT, plain_options

if TYPE_CHECKING:
    from rpc_inspector.core.secrets.redaction import Rules
    from rpc_inspector.storage.export import Format

#: As in ``storage.export.FORMATS``, which the help need not import.
FORMAT_NAMES = ("html", "trace", "json", "csv", "markdown", "mermaid", "perfetto", "collection")


@click.command("export", context_settings=CONTEXT)
@click.argument("file")
@click.option("--format", "name", type=click.Choice(FORMAT_NAMES), help="By OUT's ending, otherwise html.")
@click.option("-o", "--output", metavar="OUT", help="- is stdout.  [FILE's name in this directory]")
@click.option("--filter", "expression", default="", metavar="EXPR", help="Only what this lets through.")
@click.option("--all", "internal", is_flag=True, help="Pings and describes too.")
@click.option("--redact-key", "keys", multiple=True, metavar="KEY", help="Mask values of KEY too; * matches anything.")
@click.option("--redact-path", "paths", multiple=True, metavar="PATH", help="Mask what the JSON path leads to too.")
@click.option("--payloads", type=click.Choice(("keep", "redact", "off")), default="redact", help="[redact]")
@click.option("--no-redact", "payloads", flag_value="keep", help="The same as --payloads keep.")
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@plain_options
def command(
    *,
    file: str,
    name: str | None,
    output: str | None,
    expression: str,
    internal: bool,
    keys: tuple[str, ...],
    paths: tuple[str, ...],
    payloads: str,
    force: bool,
) -> int:
    """Write the saved trace FILE (a journal, or lines of call objects; - is stdin) in another format.

    Formats: html, a report to read and to send; trace, everything, for open; json, lines of call objects, for
    programs; csv, for spreadsheets; markdown, a table for issues and wikis; mermaid, a sequence diagram; perfetto, a
    timeline for ui.perfetto.dev; collection, a folder of requests that make the calls again, for check.

    Obvious secrets (passwords, tokens, keys, cookies, JWTs) are masked in all of them, unless --no-redact.
    """
    from rpc_inspector.cli.filters import filter_of  # noqa: PLC0415 - the help needs no formats
    from rpc_inspector.headless.exporting import Wish, export_trace  # noqa: PLC0415 - likewise
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise

    form = _format(name, output)
    wish = Wish(
        source=file,
        target=_target(file, output, form),
        form=form,
        query=filter_of(expression),
        rules=_rules(keys, paths, payloads),
        made=time.time(),
        force=force,
        internal=internal,
    )
    return export_trace(wish, Output())


def _format(name: str | None, output: str | None) -> "Format":
    from rpc_inspector.storage.export import FORMATS  # noqa: PLC0415 - as above

    if name:
        return FORMATS[name]
    # The longest ending first: both x.trace.json and x.json may be meant.
    endings = sorted(FORMATS.values(), key=lambda form: -len(form.extension))
    return next((form for form in endings if (output or "").endswith(f".{form.extension}")), FORMATS["html"])


def _target(file: str, output: str | None, form: "Format") -> Path | None:
    if output == "-":
        if form.folder:
            raise Refused(f"{form.name} is a folder, which stdout cannot take.", "Name a new folder with -o.")
        return None
    stem = "trace" if file == "-" else Path(file).name.removesuffix(".gz").removesuffix(".jsonl")
    return Path(output or f"{stem}.{form.extension}")


def _rules(keys: tuple[str, ...], paths: tuple[str, ...], payloads: str) -> "Rules":
    from rpc_inspector.core.query.paths import PathError  # noqa: PLC0415 - as above
    from rpc_inspector.core.secrets.redaction import SECRET_KEYS, Rules  # noqa: PLC0415 - as above

    try:
        return Rules(keys=(*SECRET_KEYS, *keys), paths=paths, payloads=payloads)  # type: ignore[arg-type] # click checked it
    except PathError as error:
        raise Refused(f"--redact-path: {error.what}", error.advice) from None
