"""The filter language: one grammar for the interface, the commands and the exports.

``parse(text)`` gives a :class:`Query`, ``query.compile(now)`` a fast predicate over rows of the trace, ``str(query)``
its canonical text. The language itself is described in docs/filter.md, whose reference is made from ``fields``.
"""

from rpc_inspector.core.query.completion import Completions, Vocabulary, complete
from rpc_inspector.core.query.errors import QueryError
from rpc_inspector.core.query.fields import EXAMPLES, FIELDS, Field
from rpc_inspector.core.query.query import EVERYTHING, Query, parse

__all__ = [
    "EVERYTHING",
    "EXAMPLES",
    "FIELDS",
    "Completions",
    "Field",
    "Query",
    "QueryError",
    "Vocabulary",
    "complete",
    "parse",
]
