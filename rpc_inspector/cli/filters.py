"""``--filter``, the same for every command that has it."""

import click

from rpc_inspector.cli.ending import Refused
from rpc_inspector.core.query import Query, QueryError, parse
from rpc_inspector.core.text import sanitise
from rpc_inspector.headless.report import width

#: Characters that are shown before the one that is wrong, and after it.
_BEFORE, _AFTER = 60, 40


def filter_of(expression: str) -> Query:
    """Read a filter.

    Raises:
        Refused: it cannot be read; stderr shows it with a caret below what is wrong.
    """
    try:
        return parse(expression)
    except QueryError as error:
        start = max(error.column - _BEFORE, 0)
        before = sanitise(expression[start : error.column])
        click.echo(f"  {before}{sanitise(expression[error.column : error.column + _AFTER])}", err=True)
        click.secho(f"  {' ' * width(before)}^", fg="red", bold=True, err=True)
        raise Refused(error.what, error.advice) from None
