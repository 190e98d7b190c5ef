"""What is read is what is printed, and the other way round."""

import json
import string
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs import filter as reference
from rpc_inspector.core.model import Call
from rpc_inspector.core.query import EVERYTHING, EXAMPLES, FIELDS, QueryError, parse, syntax
from rpc_inspector.core.query.paths import Deep, Each, Index, Key, Path
from rpc_inspector.core.query.syntax import Pattern
from tests.support.calls import WALL, story

texts = st.text(max_size=12) | st.sampled_from(
    [
        "and",
        "OR",
        "not",
        "marked",
        "a b",
        'a"b',
        "a\\b",
        "\\",
        "a\\\\",
        "(",
        "a|b",
        "*",
        "!x",
        "$.a",
        "a:b",
        "x>5",
        "",
        "☃",
    ]
)
globs = st.from_regex(r"[a-z0-9_.:\\!$-]*\*[a-z*☃]*", fullmatch=True)
patterns = st.builds(Pattern, texts) | st.builds(Pattern, globs, st.just(value=True))
texts |= st.sampled_from(sorted(syntax.RESERVED | syntax.UNITS))
words = st.builds(Pattern, texts) | st.builds(
    Pattern, st.from_regex(r"[a-z]*\*[a-z*]*", fullmatch=True), st.just(value=True)
)
names = st.text(string.ascii_letters, min_size=1, max_size=4) | texts
steps = st.builds(Key, names) | st.builds(Index, st.integers(-99, 99)) | st.just(Each())
paths = st.builds(
    lambda parts: Path(tuple(step for deep, step in parts for step in ((Deep(), step) if deep else (step,)))),
    st.lists(st.tuples(st.booleans(), steps), max_size=4),
)
signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
open_names = [
    name for name, field in FIELDS.items() if field.kind in ("name", "text") and not field.values and name != "code"
]
closed = [(name, value) for name, field in FIELDS.items() for value in field.values]
units = [(name, unit) for name, field in FIELDS.items() for unit in field.units]
numbers = st.floats(-1e15, 1e15) | st.integers(-10_000, 10_000).map(float)
regexes = st.sampled_from(["a+b", "\\d", '"', '\\\\"x', "", "a b", "^é$", "\\(\\)", "a|b", "[^\\]]"])
literals = st.one_of(
    texts, st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
)
terms = st.one_of(
    st.builds(syntax.Word, words),
    st.just(syntax.Flag("marked")),
    st.builds(syntax.Text, st.sampled_from(open_names) | paths, st.lists(patterns, min_size=1, max_size=3).map(tuple)),
    st.builds(lambda pair: syntax.Text(pair[0], (Pattern(pair[1]),)), st.sampled_from(closed)),
    st.builds(syntax.Search, st.sampled_from(open_names) | paths, regexes),
    st.builds(
        lambda pair, sign, number: syntax.Number(pair[0], sign, number, pair[1]), st.sampled_from(units), signs, numbers
    ),
    st.builds(lambda sign, number: syntax.Number("code", sign, float(number)), signs, st.integers(0, 9999)),
    st.builds(syntax.Exists, paths),
    st.builds(syntax.Value, paths, signs, literals),
)
nodes = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(syntax.both),
        st.lists(inner, min_size=2, max_size=4).map(syntax.either),
        inner.map(syntax.negated),
    ),
    max_leaves=12,
)


def read(text):
    """The filter, or the error."""
    try:
        return parse(text)
    except QueryError as error:
        return error


@settings(deadline=None)
@given(nodes)
def test_the_canonical_text_of_any_filter_reads_as_the_same_filter(node):
    read = parse(str(node))
    assert read.root == node
    assert str(read) == str(node)


@settings(deadline=None)
@given(nodes, nodes)
def test_terms_come_together_as_sets_of_calls_do(one, other):
    calls = {row.seq: row for row in story() if isinstance(row, Call)}

    def found(node):
        accepts = parse(str(node)).compile(WALL)
        return {seq for seq, row in calls.items() if accepts(row)}

    assert found(syntax.both([one, other])) == found(one) & found(other)
    assert found(syntax.either([one, other])) == found(one) | found(other)
    assert found(syntax.negated(one)) == calls.keys() - found(one)


def test_neither_the_grammar_nor_the_expressions_are_loaded_before_they_are_needed():
    code = "import sys; from rpc_inspector.core.query import EVERYTHING; EVERYTHING.compile(0); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    loaded = set(done.stdout.split())
    assert "rpc_inspector.core.query" in loaded
    assert not loaded & {"lark", "re2"}


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(' ()"|:=<>~!$.[]*\\andortm5', max_size=40))
def test_any_text_is_a_filter_or_an_error_that_points_into_it(text):
    query = read(text)
    if isinstance(query, QueryError):
        assert 0 <= query.column <= len(text)
        assert query.what.endswith(".")
        assert query.advice.endswith((".", "?"))
    else:
        assert parse(str(query)) == query
        assert callable(query.compile(0))


@settings(deadline=None)
@given(paths)
def test_paths_read_as_they_are_printed(path):
    assert Path.parse(str(path)) == path


@pytest.mark.parametrize(("expression", "meaning"), EXAMPLES)
def test_every_example_reads_and_means_something(expression, meaning):
    assert parse(str(parse(expression))) == parse(expression)
    assert meaning


def test_every_field_has_an_example_that_uses_it():
    for field in FIELDS.values():
        for expression, _ in field.examples:
            used = {
                getattr(term, "field", getattr(term, "subject", "")) for term in syntax.terms(parse(expression).root)
            }
            assert field.name in used


def test_the_reference_in_the_docs_is_up_to_date():
    page = reference.PAGE.read_text("utf-8")
    assert reference.written(page) == page, "python -m docs.filter writes it"


def test_the_empty_filter_is_everything():
    assert parse("") == parse(" \n\t ") == EVERYTHING
    assert not EVERYTHING
    assert str(EVERYTHING) == ""
    assert parse("a")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("a b OR c", "a b or c"),
        ("a and(b or c)", "a (b or c)"),
        ("not not a", "a"),
        ("!a !(b or c)", "not a not (b or c)"),
        ("((a))", "a"),
        ("METHOD:Get*", "method:Get*"),
        ("method=get", "method:get"),
        ("total > 50 MS", "total>50ms"),
        ("total>50", "total>50ms"),
        ("size>=1", "size>=1B"),
        ("age<5", "age<5s"),
        ("code=1501", "code=1501"),
        ("total>0.50s", "total>0.5s"),
        ("$.a = tru", '$.a="tru"'),
        ("$.a.*[*]", "$.a[*][*]"),
        ('$["a"]["b c"]', '$.a["b c"]'),
        ('payload~"\\"\\\\d"', 'payload~"\\"\\\\d"'),
        ('"And"', '"And"'),
        ('total>5 s "s" code=3 "s"', 'total>5s s code=3 "s"'),
        ("$.n=5s", '$.n="5s"'),
        ("nothing orange android", "nothing orange android"),
        ("to:phone:+331|b", "to:phone:+331|b"),
    ],
)
def test_there_is_one_way_to_print_each(written, canonical):
    assert str(parse(written)) == canonical
    assert str(parse(canonical)) == canonical


HOSTILE = {
    "long": "a " * 5000,
    "one long word": "x" * 10_240,
    "as long as can be": "a " * 2048,
    "open parentheses": "(" * 4096,
    "deep parentheses": "(" * 2000 + "a" + ")" * 2000,
    "negations": "!" * 4000 + "a",
    "nested": "!(a (b or " * 400 + "c" + "))" * 400,
    "quotes": '"' * 4095,
    "stars": "method:" + "*a" * 2000,
    "path": "$" + ".a" * 2000,
    "brackets": "$" + "[" * 4000,
    "quoted brackets": '$["' * 1300,
    "bars": "a|" * 2000,
    "nul": "a\x00b",
    "emoji": "🙂 method:🙂* $.🙂=1",
    "surrogate": "\ud800 payload~\ud800",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_or_refused_within_a_second(text):
    began = time.process_time()
    query = read(text)
    if isinstance(query, QueryError):
        assert query.advice
    else:
        query.compile(0)
        assert parse(str(query)) == query
    assert time.process_time() - began < 1


def test_a_filter_can_be_nested_so_deep_and_no_deeper():
    fine = "!(a " * 30 + "b" + ")" * 30
    assert parse(fine).compile(0)
    with pytest.raises(QueryError) as caught:
        parse("!(a " * 100 + "b" + ")" * 100)
    assert "nested" in caught.value.what


def test_a_path_is_read_whatever_its_keys_are():
    for key in ("a b", 'a"b', "]", "\\", "", "ключ", "\x00", "$"):
        path = Path((Key(key),))
        assert Path.parse(f"$[{json.dumps(key)}]") == path
