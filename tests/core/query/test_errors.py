"""What is wrong, where, and what to do."""

import pytest

from rpc_inspector.core.query import EXAMPLES, QueryError, parse

#: What was typed; a caret below it; words of what is wrong and of what to do.
WRONG = [
    ("metod:x", "^", "no field 'metod'", "Did you mean method?"),
    ("a http://x", "  ^", "no field 'http'", "quote it"),
    ("outcome:eror", "        ^", "never 'eror'", "Did you mean error?"),
    ("dir:sideways", "    ^", "never 'sideways'", "There are outgoing, incoming, observed."),
    ("event:lft", "      ^", "never 'lft'", "Did you mean left?"),
    ("code:CONECTION_TIMEOUT", "     ^", "no code", "Did you mean CONNECTION_TIMEOUT?"),
    ("code:x", "     ^", "no code 'x'", "a number like 1501"),
    ("total:5", "     ^", "total does not go with :", "total>50ms"),
    ("a response>50ms", "          ^", "does not go with >", "answer>50ms"),
    ("method!=x", "      ^", "not compared with !=", "Write not method:value."),
    ("method>x", "      ^", "does not go with >", "method:get*"),
    ("marked:yes", "      ^", "takes no value", "Write marked alone."),
    ("total>fast", "      ^", "compared with a number", "total>50ms"),
    ('total>"5"', "      ^", "compared with a number", "total>50ms"),
    ("total>5parsecs", "       ^", "no unit 'parsecs'", "It takes ms, us, s, m, h."),
    ("code>5ms", "      ^", "no unit 'ms'", "bare number"),
    ("code>5 s", "       ^", "no unit 's'", 'quote "s"'),
    ("$.n=5 s", "      ^", "have no units", 'Quote "5 s", or "s"'),
    ("total>1e99", "      ^", "too large", "total>50ms"),
    ('payload~"a("', "        ^", "missing )", "RE2's"),
    ('payload~"(?=a)"', "        ^", "(?=", "no look-around"),
    ("$.a[x]", "   ^", "no step", "Paths are like"),
    ("$a", " ^", "no step", "Paths are like"),
    ("a $.b.=3", "     ^", "ends too early", "Paths are like"),
    ("a)", " ^", "closes nothing", "Take it out"),
    ("payload~(a|b)", "        ^", "needs quotes", 'payload~"..."'),
    ("()", " ^", "nothing in these parentheses", "Put a term"),
    ("(a or )", "      ^", "between 'or' and ')'", "Put a term there."),
    ("method:|a", "       ^", "between values", "method:a|b"),
    ("a|b", " ^", "between values", "between terms write or"),
    ("=5", "^", "No field stands before =", "quote the text"),
    ("and a", "^", "Nothing stands before 'and'", "quote the word"),
    ("a or OR b", "     ^", "between 'or' and 'O'", "Put a term there."),
]
#: The same of what is only not finished.
UNFINISHED = [
    ("outcome:err", "        ^", "never 'err'", "Did you mean error?"),
    ("code:conn", "     ^", "no code 'conn'", "Did you mean CONNECTION_TIMEOUT?"),
    ("total>5u", "       ^", "no unit 'u'", "It takes ms, us"),
    ("total>5.", "      ^", "compared with a number", "total>50ms"),
    ("method:", "       ^", "method: has no value yet", "directly after the colon"),
    ("method: get", "       ^", "has no value yet", "directly after the colon"),
    ("method:a|", "         ^", "Nothing follows | yet", "another value"),
    ("a total>", "        ^", "total> has no value yet", "total>50ms"),
    ("total >= ", "        ^", "has no value yet", "total>50ms"),
    ("$.a=", "    ^", "has no value yet", '$.city="Paris"'),
    ("payload~", "        ^", "has no value yet", "payload~"),
    ("a and", "     ^", "Nothing follows 'and'", "a term after it"),
    ("a or ", "    ^", "Nothing follows 'or'", "a term after it"),
    ("not", "   ^", "Nothing follows 'not'", "a term after it"),
    ("!", " ^", "Nothing follows '!'", "a term after it"),
    ("a (b or c", "  ^", "not closed", "Close it with )."),
    ('a "b c', "  ^", "This quote is not closed", "Close it"),
    ("$.", " ^", "ends too early", "Paths are like"),
    ("$.a[", "   ^", "ends too early", "Paths are like"),
]


@pytest.mark.parametrize(("text", "caret", "what", "advice"), WRONG + UNFINISHED)
def test_an_error_says_what_where_and_what_to_do(text, caret, what, advice):
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert error.column == caret.index("^")
    assert what in error.what
    assert advice in error.advice
    assert error.unfinished == ((text, caret, what, advice) in UNFINISHED)


@pytest.mark.parametrize(("regex", "what"), [("a" * 1001, "more than 1000"), ("\\pL{300}", "too large")])
def test_a_regular_expression_is_short_and_small(regex, what):
    with pytest.raises(QueryError) as caught:
        parse(f'payload~"{regex}"')
    assert what in caught.value.what


@pytest.mark.parametrize("expression", [expression for expression, _ in EXAMPLES])
def test_nothing_is_wrong_while_an_example_is_being_typed(expression):
    for end in range(len(expression)):
        try:
            parse(expression[:end])
        except QueryError as error:
            if not error.unfinished:
                pytest.fail(f"{expression[:end]!r}: {error}")
