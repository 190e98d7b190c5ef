"""``open``: a saved trace, in the interface or as JSON."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import CONTEXT, plain_options

if TYPE_CHECKING:
    from rpc_inspector.core.query import Query


@click.command("open", context_settings=CONTEXT)
@click.argument("file", metavar="FILE|-")
@click.option("--json", "as_json", is_flag=True, help="Print its calls, an object on each line.")
@click.option("--filter", "expression", default="", metavar="EXPR", help="Only the calls that match.")
@plain_options
def command(*, file: str, as_json: bool, expression: str) -> int:
    """Open a saved trace: a journal, or call objects as call, trace and open --json print them; also gzip.

    In the interface everything works but sending. What could not be read of the file is said on stderr; the exit status
    is 0 if anything could, and 2 if nothing.
    """
    from rpc_inspector.cli.filters import filter_of  # noqa: PLC0415 - the help does not need it

    query = filter_of(expression)
    return _convert(file, query) if as_json else _show(file, query)


def _convert(file: str, query: "Query") -> int:
    from rpc_inspector.headless.converting import Converter  # noqa: PLC0415 - the help does not need it
    from rpc_inspector.headless.output import Output  # noqa: PLC0415 - likewise

    if file == "-" and query.depends_on_now:
        raise Refused(
            "Ages count from the end of the trace, which is not known of standard input.", "Save it to a file first."
        )
    with suppress(BrokenPipeError):  # whoever read has enough
        Converter(file, query).run(Output())
    return 0


def _show(file: str, query: "Query") -> int:
    from rpc_inspector.storage.traces.reading import Reading  # noqa: PLC0415 - the help does not need it

    if file == "-":
        _keys_from_terminal()
    reading = Reading(file)
    sys.stdin = sys.__stdin__
    reading.begin()
    from rpc_inspector.cli.tui import require_terminal  # noqa: PLC0415 - after everything that can fail

    require_terminal()
    from rpc_inspector.core.session import Session, SessionState, Target  # noqa: PLC0415 - likewise
    from rpc_inspector.tui.app import run_app  # noqa: PLC0415 - likewise
    from rpc_inspector.tui.start import Start  # noqa: PLC0415 - likewise

    async def make_session() -> Session:
        from rpc_inspector.storage.traces.opened import OpenedTrace  # noqa: PLC0415 - likewise

        return OpenedTrace(reading)

    async def find_target() -> Target | None:
        return None

    first = SessionState(status="opened", journal=file)
    return run_app(Start(make_session=make_session, find_target=find_target, state=first, filter=str(query)))


def _keys_from_terminal() -> None:
    """The trace comes through standard input, so the keys must come from the terminal itself.

    Raises:
        Refused: there is none.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        raise Refused(
            "The interface needs a terminal for its keys, and the standard input is the trace.",
            "Name a file, or use --json.",
        ) from None
    sys.stdin = os.fdopen(os.dup(0))
    os.dup2(terminal, 0)
    os.close(terminal)
