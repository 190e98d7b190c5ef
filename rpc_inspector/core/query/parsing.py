"""From text to a filter, or to an error that says what is wrong, where, and what to do."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rpc_inspector.core.query import syntax
from rpc_inspector.core.query.building import Builder
from rpc_inspector.core.query.errors import QueryError

#: Characters of an expression, and how deep its parentheses and negations may stand in each other.
LONGEST = 4096
DEEPEST = 64


def parse_node(text: str) -> syntax.Node:
    """Read an expression; the empty one matches everything.

    Raises:
        QueryError: it cannot be read.
    """
    if len(text) > LONGEST:
        raise QueryError(f"The filter has more than {LONGEST:,} characters.", "Make it shorter.", LONGEST)
    if not text.strip():
        return syntax.Everything()
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415 - lark takes a tenth of a second; not at the start

    try:
        node: syntax.Node = _parser().parse(text)
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    if _depth(node) > DEEPEST:
        raise QueryError(f"The filter is nested more than {DEEPEST} deep.", "Make it simpler.", 0)
    return node


@lru_cache(maxsize=1)
def _parser() -> Any:
    from lark import Lark  # noqa: PLC0415 - likewise
    from lark.visitors import Transformer  # noqa: PLC0415 - likewise

    class Tree(Builder, Transformer):  # type: ignore[type-arg] # the builder's methods under the rules' names
        """Builds while it parses."""

    grammar = files("rpc_inspector.core.query").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=Tree())


def _depth(node: syntax.Node) -> int:
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(inner, depth + 1) for inner in syntax.children(one)]
    return deepest


_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_HEAD = re.compile(r"[^\s()\"|]*(?:~|!=|<=|>=|=|<|>)\s*$")
_KEYWORD = re.compile(r"(?:^|[\s()!])(and|or|not|!)\s*$", re.IGNORECASE)
_MISPLACED = re.compile(r"(?:and|or)\b", re.IGNORECASE)


def _explained(text: str, error: Any) -> QueryError:
    """What the parser met, in words. Quotes and parentheses first: what they leave open is the real mistake."""
    open_quote = _open_quote(text)
    if open_quote is not None:
        return QueryError("This quote is not closed.", 'Close it with ", or write \\" for one inside.', open_quote,
                          unfinished=True)  # fmt: skip
    column = error.pos_in_stream
    column = len(text) if column is None or getattr(getattr(error, "token", None), "type", "") == "$END" else column
    before = text[:column]
    if not text[column:].strip():
        return _unfinished(text, before)
    if text[column] == ")":
        if _open_parenthesis(before) is None:
            return QueryError("This parenthesis closes nothing.", "Take it out, or open one before it.", column)
        return _gap(text, column)
    return _gap(text, column)


def _unfinished(text: str, before: str) -> QueryError:
    """The text ends too early: somebody is still typing."""
    end = len(text.rstrip())
    if keyword := _KEYWORD.search(before):
        word = keyword[1]
        return QueryError(f"Nothing follows {word!r} yet.", f'Type a term after it, or quote the word: "{word}".', end,
                          unfinished=True)  # fmt: skip
    if head := _HEAD.search(before):
        typed = head[0].strip()
        return QueryError(f"{typed} has no value yet.", f"Type one after it, like {_example(typed)}.", end,
                          unfinished=True)  # fmt: skip
    if before.rstrip().endswith("|"):
        return QueryError("Nothing follows | yet.", "Type another value after it.", end, unfinished=True)
    place = _open_parenthesis(before)
    if place is not None:
        return QueryError("This parenthesis is not closed.", "Close it with ).", place, unfinished=True)
    return QueryError("The filter ends too early.", "Type a term, like method:get*.", end, unfinished=True)


def _gap(text: str, column: int) -> QueryError:
    """Something stands where a term or a value should."""
    before, met = text[:column], text[column]
    if keyword := _KEYWORD.search(before):
        return QueryError(f"Nothing stands between {keyword[1]!r} and {met!r}.", "Put a term there.", column)
    if head := _HEAD.search(before):
        if met == "(":
            return QueryError("A value with parentheses needs quotes.", f'Write {head[0].strip()}"...".', column)
        return QueryError(f"{head[0].strip()} has no value.", f"Write one after it, like {_example(head[0].strip())}.",
                          column)  # fmt: skip
    return _stray(text, column)


def _stray(text: str, column: int) -> QueryError:
    """Something stands where nothing asks for it."""
    met = text[column]
    if misplaced := _MISPLACED.match(text, column):
        word = misplaced[0]
        return QueryError(f"Nothing stands before {word!r}.", f'Put a term there, or quote the word: "{word}".', column)
    if met == "|":
        return QueryError("| stands between values of one field.", "Write method:a|b; between terms write or.", column)
    if met in ":=<>~":
        hint = f"Write one, like {_example('x' + met)}, or quote the text."
        return QueryError(f"No field stands before {met}.", hint, column)
    if met == ")":
        return QueryError("There is nothing in these parentheses.", "Put a term into them.", column)
    return QueryError(f"{met!r} was not expected here.", 'Put text in quotes: "...".', column)


def _example(head: str) -> str:
    if head.endswith("~"):
        return 'payload~"user-\\d+"'
    if head.endswith(":"):
        return "method:get*"
    return '$.city="Paris"' if head.startswith("$") else "total>50ms"


def _open_quote(text: str) -> int | None:
    """Where a quote begins that does not end."""
    rest = _STRING.sub(lambda found: " " * len(found[0]), text)
    place = rest.find('"')
    return None if place < 0 else place


def _open_parenthesis(text: str) -> int | None:
    """Where the innermost parenthesis begins that is not closed."""
    places = []
    for place, character in enumerate(_STRING.sub(lambda found: " " * len(found[0]), text)):
        if character == "(":
            places.append(place)
        elif character == ")" and places:
            places.pop()
    return places[-1] if places else None
