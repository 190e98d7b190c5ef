"""What each term matches."""

import json
import time

import pytest

from rpc_inspector.core.model import CallError, Measure, Payload, Sighting, Stage, replace
from rpc_inspector.core.query import FIELDS, Vocabulary, complete, parse
from tests.support.calls import MONOTONIC, US, WALL, call, event, story

NOW = WALL + 60


def matches(expression, *rows):
    """Which of the rows it matches, by place."""
    accepts = parse(expression).compile(NOW)
    return [place for place, row in enumerate(rows) if accepts(row)]


def with_payloads(request, response="null", seq=1):
    def payload(text):
        return None if text is None else Payload(len(text.encode("utf-8", "replace")), text)

    return call(seq, request=payload(request), response=payload(response))


WEATHER = replace(
    call(1, caller="web-1", callee="weather-agent", method="get_weather", total=50.0, ack=5, sizes=(600, 400)),
    id="5f2c-1", request=Payload(600, '{"city": "São Paulo"}'), response=Payload(400, '{"temp": 21.5}'),
    comment="look at this", note="late ack", transport="v1",
)  # fmt: skip
REFUSED = replace(
    call(2, caller=US, callee="billing", method="charge", ack=None, total=12, sizes=(9, None), code=1502),
    error=CallError(code=1502, message="It timed out", data='{"retry": true}'), marked=True, room="Lobby",
)  # fmt: skip
ORPHAN = call(3, caller=None, callee=None, method=None, ack=None, total=None, request=None, told_ms=None, id=None,
              transport=None)  # fmt: skip
PING = call(4, caller=US, callee="web-1", method="rpc.ping.0a1b", ack=1, total=2, code=1400, purpose="ping", at=50)
ROWS = (WEATHER, REFUSED, ORPHAN, PING)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("method:get_weather", [0]), ("method:GET*", [0]), ("method:*e*", [0, 1]), ("method:*", [0, 1, 3]),
        ("method:charge|get*", [0, 1]), ("method:et_weather", []), ('method:"get*"', []), ("method~^ch", [1]),
        ("peer:web-1", [0, 3]), ("peer:billing", [1]), ("from:web-1", [0]), ("to:web-1", [3]), ("to:web*|bil*", [1, 3]),
        ("outcome:ok", [0]), ("outcome:error", [1, 3]), ("outcome:open|ok", [0, 2]), ("outcome:e*", [1, 3]),
        ("code:1502", [1]), ("code:response_timeout", [1]), ("code:*_timeout", [1]), ("code:14*|1502", [1, 3]),
        ("code:*", [1, 3]), ("code>1400", [1]), ("code>=1400", [1, 3]), ("code!=1400", [1]), ("code=1400", [3]),
        ("error~timed", [1]), ('error~"retry"', [1]), ('error:"it timed out"', [1]), ("error:*", [1, 3]),
        ("dir:outgoing", [1, 3]), ("dir:observed", [0, 2]), ("version:v1", [0]), ("version:V2", [1, 3]),
        ("version:*", [0, 1, 3]),
        ('payload~"temp.*21"', [0]), ("request~paulo", [0]), ("response~paulo", []), ('request:"{*"', []),
        ("request:{*}", [0]), ("response:*21.5*", [0]), ("payload:*paulo*", [0]), ("payload~SÃO", [0]),
        ("total>50ms", []), ("total=50ms", [0]), ("total<=50", [0, 1, 3]), ("total<0.05s", [1, 3]),
        ("total!=12ms", [0, 3]),
        ("ack=5ms", [0]), ("ack<1h", [0, 3]), ("ack!=5ms", [3]), ("answer>40ms", [0]), ("handler>=0", []),
        ("size=1kB", [0]), ("size>=1KiB", []), ("size<10", [1]), ("size!=9B", [0, 3]),
        ("age<30s", [3]), ("age>30", [0, 1, 2]), ("age<1m age>5s", [3]),
        ("id:5f*", [0]), ("id:id-2", [1]), ("id:*", [0, 1, 3]), ("room:lobby", [1]), ("room:demo", [0, 2, 3]),
        ("purpose:ping", [3]), ("not purpose:ping", [0, 1, 2]), ("marked", [1]), ("not marked", [0, 2, 3]),
        ("comment:*", [0]), ("comment~this", [0]), ("note~late", [0]), ("not note:*", [1, 2, 3]),
        ("web-1", [0, 3]), ("WEATHER", [0]), ("paulo", [0]), ("são", [0]), ("21.5", [0]), ("s*paulo", [0]),
        ("timed", [1]),
        ("retry", [1]), ('"get_weather 50"', []), ("*", [0, 1, 3]), ("a*z*q", []),
        ("", [0, 1, 2, 3]), ("event:*", []),
    ],
)  # fmt: skip
def test_each_field_finds_what_it_says(expression, expected):
    assert matches(expression, *ROWS) == expected


def test_every_field_is_tested_above():
    used = {name for name in FIELDS for mark in test_each_field_finds_what_it_says.pytestmark
            for expression, _ in mark.args[1] if name in expression}  # fmt: skip
    assert used == set(FIELDS)


def test_what_is_unknown_matches_no_comparison_and_not_is_all_the_rest():
    for sign in ("=", "!=", "<", "<=", ">", ">="):
        assert matches(f"ack{sign}5ms", REFUSED, ORPHAN) == []
        assert matches(f"not ack{sign}5ms", REFUSED, ORPHAN) == [0, 1]
        assert matches(f"handler{sign}1 or size{sign}1 or code{sign}1", ORPHAN) == []
    for field in (
        "method",
        "from",
        "to",
        "peer",
        "id",
        "version",
        "comment",
        "note",
        "error",
        "code",
        "payload",
        "request",
    ):
        assert matches(f"{field}:*", ORPHAN) == []
        assert matches(f"not {field}:*", ORPHAN) == [0]
    assert matches("$.a!=1", ORPHAN) == []


def test_a_duration_is_compared_as_it_is_shown():
    coarse = replace(call(1), total=Measure(12.4, 1.0, "sdk"))
    assert matches("total=12ms", coarse) == [0]
    assert matches("total>12ms", coarse) == []
    assert matches("total<12.4ms", coarse) == [0]
    assert matches("total=12.4ms", replace(coarse, total=Measure(12.42, 0.1, "sdk"))) == [0]


def test_a_handler_is_measured_at_the_callees_end():
    stages = tuple(
        Stage(stage=kind, dir="received", time=MONOTONIC + ms / 1000)
        for kind, ms in (("request", 0), ("ack", 1), ("response", 1500))
    )
    served = replace(call(1), views=(Sighting(at="callee", source="sdk", stages=stages),))
    assert matches("handler>1s", served) == [0]
    assert matches("handler>1.5s", served) == []


def test_and_or_not_and_parentheses_bind_as_in_words():
    assert matches("outcome:ok or outcome:error code:1502", *ROWS) == [0, 1]
    assert matches("(outcome:ok or outcome:error) code:1502", *ROWS) == [1]
    assert matches("not outcome:ok and not (code:1400 or outcome:open)", *ROWS) == [1]
    assert matches("!outcome:ok !code:*", *ROWS) == [2]
    assert matches("a or b or web-1 or charge", *ROWS) == [0, 1, 3]
    assert matches("peer:* outcome:error marked not size>1kB", *ROWS) == [1]


@pytest.mark.parametrize(
    ("expression", "request_text", "expected"),
    [
        ("$.city", '{"city": null}', True), ("$.city", '{"other": "city"}', False), ("$.city", '"city"', False),
        ('$.city="Paris"', '{"city": "Paris"}', True), ("$.city=Paris", '{"city": "Paris"}', True),
        ('$.city="Paris"', '{"city": "paris"}', False), ("$.city:PARIS", '{"city": "Paris"}', True),
        ("$.city:p*|q", '{"city": "Paris"}', True), ("$.city~^p.*s$", '{"city": "Paris"}', True),
        ('$.city="Paris"', '{"\\u0063ity": "\\u0050aris"}', True), ('$.city="a\\"b"', '{"city": "a\\"b"}', True),
        ('$.city="a/b"', '{"city": "a\\/b"}', True), ("$.city!=Paris", '{"city": "Oslo"}', True),
        ("$.city!=Paris", '{"city": 5}', True), ("$.city!=Paris", "{}", False), ("$.city<Q", '{"city": "Paris"}', True),
        ("$.n=1", '{"n": 1.0}', True), ("$.n=1", '{"n": true}', False), ("$.n=true", '{"n": true}', True),
        ("$.n=true", '{"n": 1}', False), ("$.n=null", '{"n": null}', True), ("$.n=null", '{"n": 0}', False),
        ('$.n="1"', '{"n": 1}', False), ("$.n>=9.5", '{"n": 10}', True), ("$.n<5", '{"n": "4"}', False),
        ("$.n<true", '{"n": false}', False), ("$.n:1*", '{"n": 15}', True), ("$.n~^tr", '{"n": true}', True),
        ("$.n:*", '{"n": {}}', False), ("$.n=-1e3", '{"n": -1000}', True), ("$.n=1", '{"n": NaN, "m": 1}', False),
        ("$.m=1", '{"n": NaN, "m": 1}', True), ("$.m=1", '{"n": 1e999, "m": 1}', True),
        ("$.m=1", '{"n": "\\ud800", "m": 1}', True), (f"$.n={10**30}", f'{{"n": {10**30}}}', True),
        ("$[0]=1", "[1]", True), ("$[-1]=2", "[1, 2]", True), ("$[2]", "[1, 2]", False), ("$=5", "5", True),
        ("$.a[*].b=2", '{"a": [{"b": 1}, {"b": 2}]}', True), ("$.a[*].b!=1", '{"a": [{"b": 1}]}', False),
        ("$..b=2", '{"a": [[{"b": {"b": 2}}]]}', True), ('$["odd key"]', '{"odd key": 1}', True),
        ("$.a.*=2", '{"a": {"x": 2}}', True), ("$.a", "not json a", False), ("$.a", "[" * 100_000 + '"a"', False),
        ("$.a", "", False), ("$.a", "{", False), ("$.a", '{"a": ' + "9" * 5000 + "}", False),
    ],
)  # fmt: skip
def test_paths_look_into_either_payload(expression, request_text, expected):
    asked, answered = with_payloads(request_text), with_payloads(None, request_text)
    assert matches(expression, asked, answered) == ([0, 1] if expected else [])


def test_values_found_by_msgspec_are_those_that_json_finds():
    for number in (0, -0.0, 1e308, 2**63, -(2**63), 2**64, 0.1, 10**25):
        assert matches(f"$.n={json.dumps(number)}", with_payloads(json.dumps({"n": number}))) == [0]


def test_room_events_are_asked_by_words_or_where_event_is():
    left = event(1, 1.0, "left", "web-1", "client initiated")
    notice = replace(event(2, 55.0, "notice", None, "the journal ended"), marked=True)
    rows = (left, notice, WEATHER)
    for expression, expected in {
        "": [0, 1, 2], "web-1": [0, 2], "journal": [1], "not journal": [0, 2], "marked": [1], "age<10s": [1],
        "room:demo": [0, 1, 2], "room:demo web*1": [0, 2], "peer:web-1": [2], "not outcome:ok": [], "total>0": [2],
        "event:left": [0], "event:left|notice": [0, 1], "event:*": [0, 1], "event~^l": [0], "not event:*": [2],
        "event:* peer:web-1": [0], "event:* peer~web": [0], "event:* or outcome:ok": [0, 1, 2],
        "event:left not outcome:ok": [0], "event:* $.city": [], "event:* total>0": [], "event:* web-1 age>10": [0],
    }.items():  # fmt: skip
        assert matches(expression, *rows) == expected, expression


def test_a_search_never_takes_long_whatever_the_expression_and_the_text():
    big = with_payloads("a" * 3_000_000, "[" * 1_000_000)
    began = time.process_time()
    for expression in ('payload~"(a+a+)+b"', 'payload~"(a|a)*c"', 'payload~".*.*.*.*x"', "payload:" + "*a" * 500 + "*b",
                       '"b"', "$..a", "$.a.b", "a*" * 500 + "b"):  # fmt: skip
        assert matches(expression, big) == []
    assert time.process_time() - began < 3


def test_a_long_payload_is_searched_in_its_beginning():
    late = with_payloads("x" * 1_048_574 + "needle", "{}")
    assert matches("needle", late) == []
    assert matches("request~xne", late) == [0]
    assert matches('request~"needle"', late) == []


def test_a_regular_expression_looks_at_lines_and_never_across_payloads():
    row = with_payloads("one\ntwo", "three\nfour")
    for expression, expected in {
        "payload~^two$": [0], "payload~^three": [0], "payload~two.three": [], "payload~two[^x]three": [],
        "payload~two\\sthree": [], "payload~\\Athree": [0], "payload~\\Atwo": [], "payload~two\\z": [0],
        'payload~"(?-m)^three"': [0], "payload~ONE": [0], 'payload~"(?-i)ONE"': [], "response~^one": [],
        "request~one": [0],
    }.items():  # fmt: skip
        assert matches(expression, row) == expected, expression


def test_a_lone_surrogate_is_searched_like_anything_else():
    row = with_payloads('{"a": "x\ud800y"}')
    assert matches("payload~x.y", row) == [0]
    assert matches('"x\ud800"', row) == [0]
    assert matches("$.a~x", row) == [0]


def test_age_is_the_only_thing_that_depends_on_now():
    assert parse("x or not age<5m").depends_on_now
    assert not parse("total<5m").depends_on_now


def test_completion_offers_what_was_seen_in_a_trace():
    seen = Vocabulary.of(story())
    offered = complete("method:fore", 11, seen)
    assert (offered.start, offered.end, offered.words) == (7, 11, ("forecast",))
    assert complete("to:phone", 8, seen).words == ('"phone +33123456741"',)
    assert complete("code:", 5, seen).words[:3] == ("1502", "1400", "1500")
    assert complete("room:", 5, seen).words == ("demo",)
    for word in complete("peer:", 5, seen).words:
        assert matches(f"peer:{word}", *story())
