"""What may be typed next."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core.query import FIELDS, QueryError, Vocabulary, complete, parse

SEEN = Vocabulary(
    methods=("get_weather", "set volume", "charge"),
    identities=("web-1", "weather-agent"),
    codes=(1501, 4020),
    rooms=("lobby",),
    paths=("$.city", "$.user.name"),
)


@pytest.mark.parametrize(
    ("typed", "start", "end", "first"),
    [
        ("", 0, 0, ("method:", "peer:")),
        ("me^", 0, 2, ("method:",)),
        ("a met^", 2, 5, ("method:",)),
        ("met^od:x", 0, 6, ("method:",)),
        ("method^", 0, 6, ("method:", "method~")),
        ("method:^", 7, 7, ("get_weather", '"set volume"', "charge")),
        ("method:g^", 7, 8, ("get_weather",)),
        ("method:x|^", 9, 9, ("get_weather",)),
        ('method:"set v^"', 7, 14, ('"set volume"',)),
        ("to:we^b b", 3, 6, ("web-1", "weather-agent")),
        ("outcome:^", 8, 8, ("ok", "error")),
        ("outcome:e^ b", 8, 9, ("error",)),
        ("dir=^", 4, 4, ("outgoing", "incoming")),
        ("event:l^", 6, 7, ("left",)),
        ("code:^", 5, 5, ("1501", "4020", "UNSUPPORTED_METHOD")),
        ("code:conn^", 5, 9, ("CONNECTION_TIMEOUT", "RECIPIENT_DISCONNECTED")),
        ("total^", 0, 5, ("total>", "total=")),
        ("total>5^", 6, 7, ("5ms", "5us", "5s")),
        ("size>=1.5^", 6, 9, ("1.5B", "1.5kB")),
        ("!out^", 1, 4, ("outcome:",)),
        ("(pe^", 1, 3, ("peer:",)),
        ("a an^", 2, 4, ("answer>", "and")),
        ("mark^", 0, 4, ("marked",)),
        ("$.c^", 0, 3, ("$.city",)),
        ("$.city=^", 7, 7, ("true", "false", "null")),
        ('"a b" ro^', 6, 8, ("room:",)),
    ],
)
def test_what_is_offered_stands_for_the_part_at_the_cursor(typed, start, end, first):
    cursor = typed.index("^") if "^" in typed else len(typed)
    offered = complete(typed.replace("^", ""), cursor, SEEN)
    assert (offered.start, offered.end) == (start, end)
    assert offered.words[: len(first)] == first


@pytest.mark.parametrize("typed", ["total>", "payload~x", "x:", "method:get_weather", '"unclosed me'])
def test_nothing_is_offered_where_nothing_is_known(typed):
    assert complete(typed, len(typed), SEEN).words == ()


def test_every_field_is_offered():
    assert {word.rstrip(":>") for word in complete("", 0, SEEN).words} == set(FIELDS)


@settings(deadline=None)
@given(st.text(' ()"|:=<>~!$.[]*\\metodtal5"', max_size=30), st.data())
def test_whatever_is_typed_the_span_is_around_the_cursor(text, data):
    cursor = data.draw(st.integers(0, len(text)))
    offered = complete(text, cursor, SEEN)
    assert 0 <= offered.start <= cursor <= offered.end <= len(text)


@settings(deadline=None)
@given(st.text(max_size=8).filter(str.strip))
def test_a_value_is_offered_as_it_must_be_written(name):
    offered = complete("method:", 7, Vocabulary(methods=(name,))).words
    try:
        (pattern,) = parse(f"method:{offered[0]}").root.patterns
    except QueryError as error:
        raise AssertionError(offered) from error
    assert (pattern.text, pattern.glob) == (name, False)
