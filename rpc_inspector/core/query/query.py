"""A filter that was read, ready to be asked."""

from collections.abc import Callable

from msgspec import Struct

from rpc_inspector.core.model import TraceRow
from rpc_inspector.core.query.syntax import Everything, Node, Number, terms


class Query(Struct, frozen=True):
    """A filter. Two that print alike are equal; ``str`` gives the canonical text, which reads as the same filter."""

    root: Node

    def __str__(self) -> str:
        return str(self.root)

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return not isinstance(self.root, Everything)

    @property
    def depends_on_now(self) -> bool:
        """It asks for an ``age``, so what it matches changes as time goes by."""
        return any(isinstance(term, Number) and term.field == "age" for term in terms(self.root))

    def compile(self, now: float) -> Callable[[TraceRow], bool]:
        """Make a predicate over rows; ``now`` in seconds since the epoch is what ``age`` counts to."""
        from rpc_inspector.core.query.compiling import compile_node  # noqa: PLC0415 - not needed to hold a filter

        return compile_node(self.root, now)


#: What matches every row.
EVERYTHING = Query(Everything())


def parse(text: str) -> Query:
    """Read a filter; empty text matches everything.

    Raises:
        QueryError: with what is wrong, at which column, and what to do.
    """
    from rpc_inspector.core.query.parsing import parse_node  # noqa: PLC0415 - it brings the grammar

    return Query(parse_node(text))
